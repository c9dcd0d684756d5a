#include "coordinator/report/files/ctrf_reporter.h"

#include <algorithm>
#include <cmath>
#include <nlohmann/json.hpp>
#include <string_view>
#include <vector>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "base/countable.h"
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
int64_t Milliseconds(double seconds) { return static_cast<int64_t>(std::llround(Countable(seconds * 1000))); }

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

// What the reports say of a test that did not simply pass, and its captured output.
Json DetailsOf(const v1::TestResult& result) {
  Json details = Json::object();
  Json out = Json::array();
  Json err = Json::array();
  for (const v1::Phase& phase : CompletePhases(result)) {
    if (!phase.subtest().empty()) continue;
    const std::string reason = ShortReason(phase);
    const std::string& message = phase.crash_message();
    if (phase.outcome() == "failed" && !details.contains("trace")) {
      details["message"] = message.empty() ? result.death() : message;
      details["trace"] = phase.longrepr();
    } else if (!reason.empty() && !details.contains("message")) {
      details["message"] = reason;
    }
    for (const v1::Section& section : phase.sections()) {
      if (absl::StartsWith(section.name(), "Captured stdout")) out.push_back(section.content());
      if (absl::StartsWith(section.name(), "Captured stderr")) err.push_back(section.content());
    }
  }
  if (!out.empty()) details["stdout"] = std::move(out);
  if (!err.empty()) details["stderr"] = std::move(err);
  return details;
}

// The file and the classes of a test, from the outermost.
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

[[gnu::always_inline]] inline void AddText(std::string_view before, std::string_view text, TextBuffer* entry) {
  entry->Add(before);
  AddJsonText(text, entry);
}

[[gnu::always_inline]] inline void AddCount(std::string_view before, int64_t count, TextBuffer* entry) {
  entry->Add(before);
  entry->AddCount(count);
}

// Which test it was, how it ended, when, and in which suites.
void AddHead(const v1::TestResult& result, std::string_view status, TextBuffer* entry) {
  const std::string& node_id = ShownId(result);
  const double seconds = DurationOf(result);
  AddText("{\"name\":", node_id, entry);
  AddText(",\"status\":", status, entry);
  AddCount(",\"duration\":", Milliseconds(seconds), entry);
  if (const double start = result.phases_size() > 0 ? result.phases(0).start() : 0; start > 0) {
    AddCount(",\"start\":", Milliseconds(start), entry);
    AddCount(",\"stop\":", Milliseconds(start + seconds), entry);
  }
  std::string_view before = ",\"suite\":[";
  EachSuite(node_id, [&](std::string_view suite) {
    AddText(before, suite, entry);
    before = ",";
  });
  entry->Add(']');
}

// Adds the members of `object` to an unfinished entry.
void AddMembers(const Json& object, TextBuffer* entry) {
  if (object.empty()) return;
  const std::string text = Text(object);
  entry->Add(',');
  entry->Add(std::string_view(text).substr(1, text.size() - 2));
}

// What the policy and the history say of a failure.
Json ExtraOf(const v1::TestResult& result) {
  Json extra = Json::object();
  if (!result.quarantined().empty()) extra["quarantined"] = result.quarantined();
  if (result.has_label()) extra["label"] = {{"name", result.label().name()}, {"text", result.label().text()}};
  return extra.empty() ? extra : Json{{"extra", extra}};
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
  attempt.update(DetailsOf(result));
  std::string& all = attempts_[TestId(result.ref())];
  absl::StrAppend(&all, all.empty() ? "" : ",", Text(attempt));
}

void CtrfReporter::Result(const v1::TestResult& result, const results::Origin& origin) {
  // Most results have nothing more to say. For them, no tree of values is made.
  const bool plain = PassedPlainly(result);
  const bool quarantined = !result.quarantined().empty();
  const std::string_view status = quarantined ? "other" : StatusOf(result.outcome());
  const bool flaky = origin.attempt > 1 && !quarantined && status != "failed";
  if (flaky) ++flaky_;
  BeginEntry(status);
  AddHead(result, status, &gathered_);
  if (!plain) AddMembers(DetailsOf(result), &gathered_);
  AddText(",\"rawStatus\":", quarantined ? "quarantined" : OutcomeName(result.outcome()), &gathered_);
  if (!plain) AddMembers(ExtraOf(result), &gathered_);
  const std::string_view path = result.location_path();
  AddText(",\"filePath\":", path.empty() ? ModuleOf(result.ref().node_id()) : path, &gathered_);
  if (result.location_line() >= 0) AddCount(",\"line\":", result.location_line() + 1, &gathered_);
  AddText(",\"threadId\":", absl::StrCat(origin.agent, "/", origin.worker), &gathered_);
  if (origin.attempt > 1) AddCount(",\"retries\":", origin.attempt - 1, &gathered_);
  if (flaky) gathered_.Add(",\"flaky\":true");
  if (!attempts_.empty()) AddAttempts(TestId(result.ref()));
  Write("}");
}

void CtrfReporter::BeginEntry(std::string_view status) {
  ++by_status_[std::string(status)];
  ++tests_;
  gathered_.Add(first_ ? "\n" : ",\n");
  first_ = false;
}

void CtrfReporter::Collect(const v1::CollectReport& report) {
  const bool failed = report.outcome() == "failed";
  if (!failed && report.outcome() != "skipped") return;
  const char* const status = failed ? "failed" : "skipped";
  v1::TestResult entry;
  entry.mutable_ref()->set_node_id(report.node_id());
  *entry.add_phases() = TestReport(report).phase;
  BeginEntry(status);
  AddHead(entry, status, &gathered_);
  Json details = DetailsOf(entry);
  // pytest's words in its JUnit report.
  if (failed && entry.phases(0).crash_message().empty()) details["message"] = "collection failure";
  AddMembers(details, &gathered_);
  AddText(",\"rawStatus\":", failed ? "collect_error" : "collect_skip", &gathered_);
  AddText(",\"filePath\":", ModuleOf(report.node_id()), &gathered_);
  Write("}");
}

void CtrfReporter::AddAttempts(const TestId& test) {
  const auto attempts = attempts_.find(test);
  if (attempts == attempts_.end()) return;
  gathered_.Add(",\"retryAttempts\":[");
  gathered_.Add(attempts->second);
  gathered_.Add(']');
  attempts_.erase(attempts);
}

bool CtrfReporter::Finished(const results::RunSummary& summary) {
  const Json counts = {{"tests", tests_},
                       {"passed", by_status_["passed"]},
                       {"failed", by_status_["failed"]},
                       {"skipped", by_status_["skipped"]},
                       {"pending", summary.books.CountNotRun().tests()},
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
