#include "coordinator/events/json_reporter.h"

#include "coordinator/events/event_codec.h"
#include "coordinator/report/text/test_report.h"
#include "proto/outcome_name.h"

namespace fastest::events {
namespace {

using results::Origin;

// Bytes gathered before they are written without waiting for a Tick.
constexpr size_t kMuch = size_t{64} * 1024;

std::string Line(const Json& event) {
  // Text of a crash may hold anything: what is not UTF-8 is replaced, never thrown at.
  return event.dump(-1, ' ', false, Json::error_handler_t::replace) + "\n";
}

template <typename Sections>
Json SectionList(const Sections& sections) {
  Json list = Json::array();
  for (const v1::Section& section : sections)
    list.push_back({{"name", section.name()}, {"content", section.content()}});
  return list;
}

void AddOrigin(const Origin& origin, Json& event) {
  event["agent"] = origin.agent;
  event["worker"] = origin.worker;
  event["attempt"] = origin.attempt;
}

// Those that were reached, in their order.
Json StagesOf(const v1::Stages& stages) {
  Json event = Json::object();
  const auto add = [&](const char* name, double at) {
    if (at > 0) event[name] = at;
  };
  add("queued", stages.queued());
  add("leased", stages.leased());
  add("received", stages.received());
  add("started", stages.started());
  add("setup", stages.setup());
  add("call", stages.call());
  add("teardown", stages.teardown());
  add("reported", stages.reported());
  return event;
}

// Why a phase did not simply pass.
void AddExplanation(const v1::Phase& phase, Json& event) {
  if (phase.xfail()) {
    event["xfail_reason"] = report::ShortReason(phase);
  } else if (phase.outcome() == "skipped") {
    event["skip_reason"] = report::ShortReason(phase);
  }
  if (phase.outcome() == "passed") return;
  event["longrepr"] = phase.longrepr();
  event["sections"] = SectionList(phase.sections());
}

// The report from which the outcome follows: a failed call rather than a failed teardown, anything rather than what passed.
const v1::Phase* Decisive(const std::vector<v1::Phase>& phases) {
  const v1::Phase* decisive = nullptr;
  const auto weight = [](const v1::Phase& phase) {
    if (phase.outcome() == "failed") return phase.when() == "call" ? 4 : 3;
    if (phase.outcome() == "skipped") return 2;
    return phase.xfail() ? 1 : 0;
  };
  for (const v1::Phase& phase : phases) {
    if (!phase.subtest().empty() || weight(phase) == 0) continue;
    if (decisive == nullptr || weight(phase) > weight(*decisive)) decisive = &phase;
  }
  return decisive;
}

const char* SubtestOutcome(const v1::Phase& phase) {
  if (phase.outcome() == "failed") return "failed";
  if (phase.outcome() == "skipped") return phase.xfail() ? "xfailed" : "skipped";
  return "passed";
}

}  // namespace

void JsonReporter::RunStarted(const results::RunStart& run) { Add(Line(RunStartedEvent(run))); }

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

void JsonReporter::Attempt(const v1::TestResult& result, const Origin& origin) { AddResult("attempt", result, origin); }

void JsonReporter::Result(const v1::TestResult& result, const Origin& origin) {
  if (!AddPlainResultLine(result, origin, &gathered_)) return AddResult("result", result, origin);
  WriteIfMuch();
}

void JsonReporter::AddResult(const char* type, const v1::TestResult& result, const Origin& origin) {
  const std::vector<v1::Phase> phases = report::CompletePhases(result);
  double setup = 0;
  double call = 0;
  double teardown = 0;
  for (const v1::Phase& phase : phases) {
    if (!phase.subtest().empty()) {
      Json event = {{"type", "subtest"},
                    {"nodeid", result.ref().node_id()},
                    {"subtest", phase.subtest()},
                    {"outcome", SubtestOutcome(phase)},
                    {"duration_s", phase.duration_s()}};
      AddOrigin(origin, event);
      AddExplanation(phase, event);
      Add(Line(event));
      continue;
    }
    (phase.when() == "setup" ? setup : phase.when() == "teardown" ? teardown : call) += phase.duration_s();
  }
  Json event = {{"type", type},
                {"nodeid", result.ref().node_id()},
                {"outcome", OutcomeName(result.outcome())},
                {"duration_s", setup + call + teardown},
                {"engine", result.engine()}};
  AddOrigin(origin, event);
  event["phases"] = {{"setup", setup}, {"call", call}, {"teardown", teardown}};
  event["started_at"] = phases.front().start();
  if (result.has_stages()) event["stages"] = StagesOf(result.stages());
  if (result.ref().index() > 0) event["index"] = result.ref().index();
  if (origin.attempt > 1 && result.outcome() != v1::FAILED && result.outcome() != v1::ERROR) event["flaky"] = true;
  if (!result.quarantined().empty()) event["quarantined"] = result.quarantined();
  if (result.has_label()) event["label"] = {{"name", result.label().name()}, {"text", result.label().text()}};
  if (result.reason() != v1::REASON_NONE) {
    event["reason"] = result.reason() == v1::CRASH ? "crash" : "timeout";
    event["death"] = result.death();
  }
  const v1::Phase* decisive = Decisive(phases);
  if (decisive != nullptr) AddExplanation(*decisive, event);
  for (const v1::Phase& phase : phases) {
    // A failed call whose teardown failed as well.
    if (&phase == decisive || phase.outcome() != "failed" || !phase.subtest().empty()) continue;
    Json also = {{"when", phase.when()}};
    AddExplanation(phase, also);
    event["also"].push_back(also);
  }
  for (const v1::Property& property : result.user_properties()) {
    event["user_properties"].push_back({{"name", property.name()}, {"value", property.value()}});
  }
  AddWholeResult(result, event);
  Add(Line(event));
}

void JsonReporter::Collect(const v1::CollectReport& report) {
  const bool skipped = report.outcome() == "skipped";
  Json event = {{"type", skipped ? "collect_skip" : "collect_error"},
                {"nodeid", report.node_id()},
                {"longrepr", report.longrepr()}};
  if (skipped) event["skip_reason"] = report::ShortReason(report::TestReport(report).phase);
  if (report.sections_size() > 0) event["sections"] = SectionList(report.sections());
  AddWholeCollect(report, event);
  Add(Line(event));
}

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
