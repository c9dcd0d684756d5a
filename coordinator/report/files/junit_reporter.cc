#include "coordinator/report/files/junit_reporter.h"

#include <time.h>

#include <cmath>
#include <cstdlib>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "base/countable.h"
#include "proto/test_id.h"

namespace fastest::report {
namespace {

// Local time with its offset, in the form of Python's datetime.isoformat().
std::string IsoTime(double seconds) {
  seconds = Countable(seconds);
  const time_t whole = static_cast<time_t>(std::floor(seconds));
  const int micros = static_cast<int>((seconds - std::floor(seconds)) * 1e6);
  tm local = {};
  localtime_r(&whole, &local);
  char date[sizeof("2000-01-01T00:00:00") + 16] = "";
  strftime(date, sizeof(date), "%Y-%m-%dT%H:%M:%S", &local);
  const long offset = std::labs(local.tm_gmtoff);
  return absl::StrFormat("%s.%06d%c%02d:%02d", date, micros, local.tm_gmtoff < 0 ? '-' : '+', offset / 3600,
                         offset / 60 % 60);
}

// Marks the place of the cases. Nothing else in the document can look like it, because names and values are escaped.
constexpr char kCases[] = "cases";

// pugixml writes in small pieces.
struct StringWriter : pugi::xml_writer {
  void write(const void* data, size_t size) override { text.append(static_cast<const char*>(data), size); }
  std::string text;
};

}  // namespace

void JunitReporter::RunStarted(const results::RunStart& run) {
  run_ = run;
  ReadPytestOptions(run.options, options_);
}

JunitCases& JunitReporter::cases() {
  if (cases_ == nullptr) {
    cases_ = std::make_unique<JunitCases>(options_, DisplayPath(run_.rootdir, run_.invocation_dir));
  }
  return *cases_;
}

void JunitReporter::Attempt(const v1::TestResult& result, const results::Origin&) {
  attempts_[TestId(result.ref())].push_back(result);
}

void JunitReporter::Result(const v1::TestResult& result, const results::Origin&) {
  if (attempts_.empty()) return cases().Add(result);
  const auto attempts = attempts_.find(TestId(result.ref()));
  if (attempts == attempts_.end()) return cases().Add(result);
  cases().Add(result, attempts->second);
  attempts_.erase(attempts);
}

void JunitReporter::Collect(const v1::CollectReport& report) { cases().Add(report); }

bool JunitReporter::Finished(const results::RunSummary& summary) {
  const JunitTotals& totals = cases().totals();
  pugi::xml_document document;
  pugi::xml_node suites = document.append_child("testsuites");
  suites.append_attribute("name").set_value("pytest tests");
  pugi::xml_node suite = suites.append_child("testsuite");
  suite.append_attribute("name").set_value(EscapeIllegalXml(options_.suite_name).c_str());
  suite.append_attribute("errors").set_value(totals.errors);
  suite.append_attribute("failures").set_value(totals.failures);
  suite.append_attribute("skipped").set_value(totals.skipped);
  suite.append_attribute("tests").set_value(totals.tests());
  suite.append_attribute("time").set_value(absl::StrFormat("%.3f", summary.duration_s).c_str());
  suite.append_attribute("timestamp").set_value(IsoTime(run_.started_at).c_str());
  suite.append_attribute("hostname").set_value(EscapeIllegalXml(run_.hostname).c_str());
  if (!summary.testsuite_properties.empty()) {
    pugi::xml_node properties = suite.append_child("properties");
    for (const auto& [name, value] : summary.testsuite_properties) {
      pugi::xml_node property = properties.append_child("property");
      property.append_attribute("name").set_value(EscapeIllegalXml(name).c_str());
      property.append_attribute("value").set_value(EscapeIllegalXml(value).c_str());
    }
  }
  // The cases are text already. The rest is cut at their place.
  suite.append_child(kCases);
  StringWriter around;
  document.save(around, "", pugi::format_raw | pugi::format_no_declaration, pugi::encoding_utf8);
  const std::string mark = absl::StrCat("<", kCases, "/>");
  const size_t at = around.text.rfind(mark);
  std::string text = absl::StrCat("<?xml version=\"1.0\" encoding=\"utf-8\"?>", around.text.substr(0, at));
  cases().AppendTo(PytestOrder(summary.module_order), &text);
  text += around.text.substr(at + mark.size());
  absl::Status status = sink_->Write(text);
  if (status.ok()) status = sink_->Close();
  if (!status.ok()) {
    err_ << absl::StrCat("fastest: no JUnit report: ", status.message(), "\n");
    err_.flush();
  }
  return status.ok();
}

}  // namespace fastest::report
