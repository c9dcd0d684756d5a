#include "coordinator/events/json_reporter.h"

#include "coordinator/events/event_codec.h"
#include "coordinator/events/result_line.h"

namespace fastest::events {
namespace {

using results::Origin;

// So many bytes are written at once, without waiting for a Tick.
constexpr size_t kMuch = size_t{64} * 1024;

std::string Line(const Json& event) {
  // The text of a crash may hold any bytes. What is not UTF-8 is replaced.
  return event.dump(-1, ' ', false, Json::error_handler_t::replace) + "\n";
}

}  // namespace

void JsonReporter::RunAnnounced(const results::RunStart& run) {
  announced_ = true;
  Add(Line(RunStartedEvent(run)));
  Write();
}

void JsonReporter::RunStarted(const results::RunStart& run) {
  Add(Line(announced_ ? SessionStartedEvent(run) : RunStartedEvent(run)));
}

void JsonReporter::AgentJoined(const results::AgentFacts& agent) {
  Json event = {{"type", "agent_joined"}, {"agent", agent.name}, {"hostname", agent.hostname}, {"slots", agent.slots}};
  if (!agent.labels.empty()) event["labels"] = agent.labels;
  Add(Line(event));
}

void JsonReporter::AgentLost(const std::string& agent, const std::string& why) {
  Add(Line({{"type", "agent_lost"}, {"agent", agent}, {"why", why}}));
}

void JsonReporter::AgentRefused(const std::string& agent, const std::string& why) {
  Add(Line({{"type", "agent_refused"}, {"agent", agent}, {"why", why}}));
}

void JsonReporter::Planned(const results::PlanFacts& plan) {
  Add(Line({{"type", "planned"},
            {"batches", plan.batches},
            {"predicted_s", plan.predicted_s},
            {"floor_s", plan.floor_s},
            {"work_s", plan.work_s},
            {"measured", plan.measured}}));
}

void JsonReporter::Deselected(int tests) { deselected_ = tests; }

void JsonReporter::Expected(int tests, bool exact) {
  Json event = {{"type", "expected"}, {"tests", tests}, {"exact", exact}};
  if (deselected_ > 0) event["deselected"] = deselected_;
  Add(Line(event));
}

void JsonReporter::ModuleExpected(const std::string& module, int tests) {
  Add(Line({{"type", "module_expected"}, {"module", module}, {"tests", tests}}));
}

void JsonReporter::Collected(const std::string& module, const std::vector<v1::TestRef>& tests, double collect_s) {
  AddCollectedLine(module, tests, collect_s, &gathered_);
  WriteIfMuch();
}

void JsonReporter::WorkerStarted(const Origin& origin, const results::Labels& labels) {
  Json line = {{"type", "worker_started"}, {"agent", origin.agent}, {"worker", origin.worker}};
  if (origin.slot >= 0) line["slot"] = origin.slot;
  if (!labels.empty()) line["labels"] = labels;
  Add(Line(line));
}

void JsonReporter::WorkerLost(const Origin& origin, const std::string& how) {
  Add(Line({{"type", "worker_lost"}, {"agent", origin.agent}, {"worker", origin.worker}, {"how", how}}));
}

void JsonReporter::BatchLeased(const results::LeaseFacts& lease, const Origin& origin) {
  Json event = {
      {"type", "batch_leased"}, {"lease", lease.lease_id}, {"agent", origin.agent}, {"worker", origin.worker}};
  if (!lease.module.empty()) event["module"] = lease.module;
  if (lease.part > 0) event["part"] = lease.part;
  if (lease.tests > 0) event["tests"] = lease.tests;
  event["at"] = lease.at;
  Add(Line(event));
}

void JsonReporter::TestStarted(const v1::TestRef& test, const Origin& origin, double at) {
  AddTestStartedLine(test, origin, at, &gathered_);
  WriteIfMuch();
}

void JsonReporter::Output(const v1::WorkerMessage::Output& output, const Origin& origin) {
  Add(Line(OutputEvent(output, origin)));
}

void JsonReporter::Attempt(const v1::TestResult& result, const Origin& origin) {
  AddResultLines("attempt", result, origin, &gathered_);
  WriteIfMuch();
}

void JsonReporter::Result(const v1::TestResult& result, const Origin& origin) {
  AddResultLines("result", result, origin, &gathered_);
  WriteIfMuch();
}

void JsonReporter::Collect(const v1::CollectReport& report) { Add(Line(CollectEvent(report))); }

void JsonReporter::Warning(const v1::RecordedWarning& warning) {
  Json event = {
      {"type", "warning"}, {"category", warning.category()}, {"when", warning.when()}, {"message", warning.message()}};
  if (!warning.node_id().empty()) event["nodeid"] = warning.node_id();
  if (!warning.location_path().empty()) {
    event["path"] = warning.location_path();
    event["line"] = warning.location_line();
  }
  Add(Line(event));
}

void JsonReporter::Note(const std::string& text) { Add(Line({{"type", "note"}, {"text", text}})); }

void JsonReporter::Tick(double) { Write(); }

bool JsonReporter::Finished(const results::RunSummary& summary) {
  Add(Line(RunFinishedEvent(summary)));
  Write();
  if (!failed_) Check(sink_->Close());
  return !failed_;
}

void JsonReporter::Add(const std::string& line) {
  gathered_.Add(line);
  WriteIfMuch();
}

void JsonReporter::WriteIfMuch() {
  if (gathered_.size() >= kMuch) Write();
}

void JsonReporter::Write() {
  if (!failed_ && !gathered_.empty()) Check(sink_->Write(gathered_.text()));
  gathered_.Clear();
}

void JsonReporter::Check(const absl::Status& status) {
  if (status.ok()) return;
  failed_ = true;
  err_ << absl::StrCat("fastest: the JSON report is incomplete: ", status.message(), "\n");
  err_.flush();
}

}  // namespace fastest::events
