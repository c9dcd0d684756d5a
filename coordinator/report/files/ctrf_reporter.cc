#include "coordinator/report/files/ctrf_reporter.h"

#include <algorithm>
#include <cmath>
#include <nlohmann/json.hpp>
#include <string_view>
#include <vector>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "base/json_text.h"
#include "coordinator/report/text/test_report.h"
#include "proto/outcome_name.h"
#include "proto/test_id.h"

namespace fastest::report {
namespace {

using Json = nlohmann::ordered_json;

constexpr size_t kMuch = size_t{64} * 1024;

std::string Text(const Json& json) { return json.dump(-1, ' ', false, Json::error_handler_t::replace); }

// CTRF counts in whole milliseconds.
int64_t Milliseconds(double seconds) { return static_cast<int64_t>(std::llround(seconds * 1000)); }

const char* StatusOf(v1::Outcome outcome) {
  switch (outcome) {
    case v1::PASSED:
      return "passed";
    case v1::SKIPPED:
      return "skipped";
    case v1::XFAILED:
    case v1::XPASSED:
      return "other";
    default:
      return "failed";
  }
}

// What a report says of itself that does not simply pass, and what was captured.
void AddDetails(const v1::TestResult& result, Json& test) {
  Json out = Json::array();
  Json err = Json::array();
  for (const v1::Phase& phase : CompletePhases(result)) {
    if (!phase.subtest().empty()) continue;
    const std::string reason = ShortReason(phase);
    const std::string& message = phase.crash_message();
    if (phase.outcome() == "failed" && !test.contains("trace")) {
      test["message"] = message.empty() ? result.death() : message;
      test["trace"] = phase.longrepr();
    } else if (!reason.empty() && !test.contains("message")) {
      test["message"] = reason;
    }
    for (const v1::Section& section : phase.sections()) {
      if (absl::StartsWith(section.name(), "Captured stdout")) out.push_back(section.content());
      if (absl::StartsWith(section.name(), "Captured stderr")) err.push_back(section.content());
    }
  }
  if (!out.empty()) test["stdout"] = out;
  if (!err.empty()) test["stderr"] = err;
}

// The file and the classes that a test is in, from the outermost.
template <typename Visit>
void EachSuite(std::string_view node_id, const Visit& visit) {
  const std::string_view file = ModuleOf(node_id);
  visit(file);
  for (size_t at = file.size(), next = 0; at < node_id.size(); at = next) {
    const size_t parameters = std::min(node_id.find('[', at), node_id.size());
    next = node_id.find("::", at + 2);
    if (next >= parameters) break;
    visit(node_id.substr(at + 2, next - at - 2));
  }
}

double DurationOf(const v1::TestResult& result) {
  double seconds = 0;
  for (const v1::Phase& phase : result.phases()) {
    if (phase.subtest().empty()) seconds += phase.duration_s();
  }
  return seconds;
}

}  // namespace

void CtrfReporter::RunStarted(const results::RunStart& run) {
  run_ = run;
  const Json tool = {{"name", "fastest"}, {"version", run.version}};
  Write(absl::StrCat(
      "{\"reportFormat\":\"CTRF\",\"specVersion\":\"0.0.0\",\"generatedBy\":\"fastest\",\"results\":{\"tool\":",
      Text(tool), ",\"tests\":["));
}

void CtrfReporter::Attempt(const v1::TestResult& result, const results::Origin& origin) {
  Json attempt = {{"attempt", origin.attempt},
                  {"status", StatusOf(result.outcome())},
                  {"duration", Milliseconds(DurationOf(result))}};
  AddDetails(result, attempt);
  std::string& all = attempts_[TestId(result.ref())];
  absl::StrAppend(&all, all.empty() ? "" : ",", Text(attempt));
}

void CtrfReporter::PlainResult(const v1::TestResult& result, const results::Origin& origin) {
  const std::string& node_id = result.ref().node_id();
  const std::string_view file = ModuleOf(node_id);
  const double seconds = DurationOf(result);
  ++by_status_["passed"];
  ++tests_;
  gathered_.Add(first_ ? "\n{\"name\":" : ",\n{\"name\":");
  first_ = false;
  AddJsonText(node_id, &gathered_);
  gathered_.Add(R"(,"status":"passed","duration":)");
  gathered_.AddCount(Milliseconds(seconds));
  if (const double start = result.phases(0).start(); start > 0) {
    gathered_.Add(",\"start\":");
    gathered_.AddCount(Milliseconds(start));
    gathered_.Add(",\"stop\":");
    gathered_.AddCount(Milliseconds(start + seconds));
  }
  gathered_.Add(",\"suite\":");
  const char* before = "[";
  EachSuite(node_id, [&](std::string_view suite) {
    gathered_.Add(before);
    AddJsonText(suite, &gathered_);
    before = ",";
  });
  gathered_.Add(R"(],"rawStatus":"passed","filePath":)");
  AddJsonText(result.location_path().empty() ? file : std::string_view(result.location_path()), &gathered_);
  if (result.location_line() >= 0) {
    gathered_.Add(",\"line\":");
    gathered_.AddCount(result.location_line() + 1);
  }
  gathered_.Add(",\"threadId\":");
  AddJsonText(absl::StrCat(origin.agent, "/", origin.worker), &gathered_);
  Write("}");
}

void CtrfReporter::Result(const v1::TestResult& result, const results::Origin& origin) {
  if (origin.attempt == 1 && PassedPlainly(result)) return PlainResult(result, origin);
  const std::string& node_id = result.ref().node_id();
  const std::string file(ModuleOf(node_id));
  const double seconds = DurationOf(result);
  const bool quarantined = !result.quarantined().empty();
  const char* const status = quarantined ? "other" : StatusOf(result.outcome());
  ++by_status_[status];
  ++tests_;
  Json test = {{"name", node_id}, {"status", status}, {"duration", Milliseconds(seconds)}};
  if (result.phases_size() > 0 && result.phases(0).start() > 0) {
    test["start"] = Milliseconds(result.phases(0).start());
    test["stop"] = Milliseconds(result.phases(0).start() + seconds);
  }
  Json suites = Json::array();
  EachSuite(node_id, [&](std::string_view suite) { suites.push_back(std::string(suite)); });
  test["suite"] = std::move(suites);
  AddDetails(result, test);
  test["rawStatus"] = quarantined ? "quarantined" : OutcomeName(result.outcome());
  if (quarantined) test["extra"]["quarantined"] = result.quarantined();
  if (result.has_label()) test["extra"]["label"] = {{"name", result.label().name()}, {"text", result.label().text()}};
  test["filePath"] = result.location_path().empty() ? file : result.location_path();
  if (result.location_line() >= 0) test["line"] = result.location_line() + 1;
  test["threadId"] = absl::StrCat(origin.agent, "/", origin.worker);
  const bool flaky = origin.attempt > 1 && !quarantined && status != std::string("failed");
  if (origin.attempt > 1) test["retries"] = origin.attempt - 1;
  if (flaky) {
    test["flaky"] = true;
    ++flaky_;
  }
  if (const auto attempts = attempts_.find({node_id, result.ref().index()}); attempts != attempts_.end()) {
    test["retryAttempts"] = Json::parse(absl::StrCat("[", attempts->second, "]"));
    attempts_.erase(attempts);
  }
  Write(absl::StrCat(first_ ? "\n" : ",\n", Text(test)));
  first_ = false;
}

bool CtrfReporter::Finished(const results::RunSummary& summary) {
  const Json counts = {{"tests", tests_},
                       {"passed", by_status_["passed"]},
                       {"failed", by_status_["failed"]},
                       {"skipped", by_status_["skipped"]},
                       {"pending", static_cast<int>(summary.books.not_run.size())},
                       {"other", by_status_["other"]},
                       {"flaky", flaky_},
                       {"start", Milliseconds(run_.started_at)},
                       {"stop", Milliseconds(summary.finished_at)}};
  Json environment = {
      {"testEnvironment", absl::StrCat("Python ", run_.python_version, ", pytest ", run_.pytest_version)},
      {"extra", {{"run_id", run_.run_id}, {"hostname", run_.hostname}, {"exit_code", summary.exit_code}}}};
  Write(absl::StrCat("\n],\"summary\":", Text(counts), ",\"environment\":", Text(environment), "}}\n"));
  if (status_.ok()) status_ = sink_->Write(gathered_.text());
  if (status_.ok()) status_ = sink_->Close();
  if (status_.ok()) return true;
  err_ << absl::StrCat("fastest: no CTRF report: ", status_.message(), "\n");
  err_.flush();
  return false;
}

void CtrfReporter::Write(std::string_view text) {
  gathered_.Add(text);
  if (gathered_.size() < kMuch) return;
  if (status_.ok()) status_ = sink_->Write(gathered_.text());
  gathered_.Clear();
}

}  // namespace fastest::report
