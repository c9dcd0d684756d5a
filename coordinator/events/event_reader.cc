#include "coordinator/events/event_reader.h"

#include <algorithm>
#include <map>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "coordinator/events/event_codec.h"
#include "coordinator/events/result_line.h"

namespace fastest::events {
namespace {

using report::Reporter;

constexpr char kBegins[] = "{\"type\":\"run_started\"";
constexpr char kNoStart[] = "the run_started line of a --report-json file is needed here";

results::Labels LabelsOf(EventFields& fields) {
  results::Labels labels;
  if (!fields.Has("labels")) return labels;
  for (const auto& [name, value] : fields.Object("labels").items()) {
    if (value.is_string()) {
      labels[name] = value.get<std::string>();
    } else {
      fields.Wrong("labels", "holds what is not text: " + name);
    }
  }
  return labels;
}

v1::TestRef RefOf(EventFields& fields) {
  v1::TestRef ref;
  ref.set_node_id(fields.Text("nodeid"));
  ref.set_index(static_cast<uint32_t>(fields.CountOr("index")));
  return ref;
}

int IntOf(EventFields& fields, const char* name) { return static_cast<int>(fields.Count(name)); }

// Reads all of a line, and only then tells it to the reporter. Nothing is told of a damaged line.
using Teller = void (*)(EventFields&, Reporter&);

void TellAgentJoined(EventFields& fields, Reporter& reporter) {
  results::AgentFacts agent;
  agent.name = fields.Text("agent");
  agent.hostname = fields.Text("hostname");
  agent.slots = IntOf(fields, "slots");
  agent.labels = LabelsOf(fields);
  if (fields.ok()) reporter.AgentJoined(agent);
}

void TellAgentLost(EventFields& fields, Reporter& reporter) {
  const std::string agent = fields.Text("agent");
  const std::string why = fields.Text("why");
  if (fields.ok()) reporter.AgentLost(agent, why);
}

void TellAgentRefused(EventFields& fields, Reporter& reporter) {
  const std::string agent = fields.Text("agent");
  const std::string why = fields.Text("why");
  if (fields.ok()) reporter.AgentRefused(agent, why);
}

void TellPlanned(EventFields& fields, Reporter& reporter) {
  results::PlanFacts plan;
  plan.batches = IntOf(fields, "batches");
  plan.predicted_s = fields.Number("predicted_s");
  plan.floor_s = fields.Number("floor_s");
  plan.work_s = fields.Number("work_s");
  plan.measured = fields.Flag("measured");
  if (fields.ok()) reporter.Planned(plan);
}

void TellExpected(EventFields& fields, Reporter& reporter) {
  const int tests = IntOf(fields, "tests");
  const bool exact = fields.Flag("exact");
  const int deselected = static_cast<int>(fields.CountOr("deselected"));
  if (!fields.ok()) return;
  if (deselected > 0) reporter.Deselected(deselected);
  reporter.Expected(tests, exact);
}

void TellModuleExpected(EventFields& fields, Reporter& reporter) {
  const std::string module = fields.Text("module");
  const int tests = IntOf(fields, "tests");
  if (fields.ok()) reporter.ModuleExpected(module, tests);
}

void TellCollected(EventFields& fields, Reporter& reporter) {
  const std::vector<v1::TestRef> tests = CollectedOf(fields);
  const std::string module = fields.Text("module");
  const double collect_s = fields.NumberOr("collect_s");
  if (fields.ok()) reporter.Collected(module, tests, collect_s);
}

void TellWorkerStarted(EventFields& fields, Reporter& reporter) {
  const results::Origin origin = OriginOf(fields);
  const results::Labels labels = LabelsOf(fields);
  if (fields.ok()) reporter.WorkerStarted(origin, labels);
}

void TellWorkerLost(EventFields& fields, Reporter& reporter) {
  const results::Origin origin = OriginOf(fields);
  const std::string how = fields.Text("how");
  if (fields.ok()) reporter.WorkerLost(origin, how);
}

void TellBatchLeased(EventFields& fields, Reporter& reporter) {
  results::LeaseFacts lease;
  lease.lease_id = fields.Count("lease", std::numeric_limits<uint64_t>::max());
  lease.module = fields.TextOr("module");
  lease.part = static_cast<int>(fields.CountOr("part"));
  lease.tests = static_cast<int>(fields.CountOr("tests"));
  lease.at = fields.Number("at");
  const results::Origin origin = OriginOf(fields);
  if (fields.ok()) reporter.BatchLeased(lease, origin);
}

void TellTestStarted(EventFields& fields, Reporter& reporter) {
  const v1::TestRef test = RefOf(fields);
  const results::Origin origin = OriginOf(fields);
  const double at = fields.Number("at");
  if (fields.ok()) reporter.TestStarted(test, origin, at);
}

void TellAttempt(EventFields& fields, Reporter& reporter) {
  const v1::TestResult result = ResultOf(fields);
  const results::Origin origin = OriginOf(fields);
  if (fields.ok()) reporter.Attempt(result, origin);
}

void TellResult(EventFields& fields, Reporter& reporter) {
  const v1::TestResult result = ResultOf(fields);
  const results::Origin origin = OriginOf(fields);
  if (fields.ok()) reporter.Result(result, origin);
}

void TellCollect(EventFields& fields, Reporter& reporter) {
  const v1::CollectReport report = CollectOf(fields);
  if (fields.ok()) reporter.Collect(report);
}

void TellWarning(EventFields& fields, Reporter& reporter) {
  v1::RecordedWarning warning;
  warning.set_category(fields.Text("category"));
  warning.set_when(fields.Text("when"));
  warning.set_message(fields.Text("message"));
  warning.set_node_id(fields.TextOr("nodeid"));
  warning.set_location_path(fields.TextOr("path"));
  warning.set_location_line(static_cast<uint32_t>(fields.CountOr("line")));
  if (fields.ok()) reporter.Warning(warning);
}

void TellOutput(EventFields& fields, Reporter& reporter) {
  const v1::WorkerMessage::Output output = OutputOf(fields);
  const results::Origin origin = OriginOf(fields);
  if (fields.ok()) reporter.Output(output, origin);
}

void TellNote(EventFields& fields, Reporter& reporter) {
  const std::string text = fields.Text("text");
  if (fields.ok()) reporter.Note(text);
}

const std::map<std::string, Teller>& Tellers() {
  static const auto* const kTellers = new std::map<std::string, Teller>{
      {"agent_joined", TellAgentJoined},
      {"agent_lost", TellAgentLost},
      {"agent_refused", TellAgentRefused},
      {"planned", TellPlanned},
      {"expected", TellExpected},
      {"module_expected", TellModuleExpected},
      {"collected", TellCollected},
      {"worker_started", TellWorkerStarted},
      {"worker_lost", TellWorkerLost},
      {"batch_leased", TellBatchLeased},
      {"test_started", TellTestStarted},
      {"attempt", TellAttempt},
      {"result", TellResult},
      {"collect_error", TellCollect},
      {"collect_skip", TellCollect},
      {"warning", TellWarning},
      {"output", TellOutput},
      {"note", TellNote},
  };
  return *kTellers;
}

}  // namespace

bool EventReader::ReadLine() {
  if (pending_) return true;
  // A line without an end was cut off with the run.
  if (!std::getline(in_, line_) || in_.eof()) return false;
  ++line_number_;
  pending_ = true;
  return true;
}

absl::Status EventReader::Damaged(const std::string& how) const {
  return absl::InvalidArgumentError(absl::StrCat(name_, ", line ", line_number_, ": ", how));
}

absl::StatusOr<std::optional<results::RunStart>> EventReader::Start() {
  if (!ReadLine()) {
    const size_t known = std::min(line_.size(), sizeof(kBegins) - 1);
    if (line_.compare(0, known, kBegins, known) == 0) return std::optional<results::RunStart>();
    ++line_number_;
    return Damaged(kNoStart);
  }
  const Json event = Json::parse(line_, nullptr, /*allow_exceptions=*/false);
  EventFields fields(event);
  if (event.is_discarded() || fields.TextOr("type") != "run_started") {
    return Damaged(kNoStart);
  }
  if (const uint64_t schema = fields.Count("schema"); fields.ok() && schema != kSchema) {
    return Damaged(absl::StrCat("events of schema ", schema, ", and this version reads schema ", kSchema,
                                ": use the fastest-coordinator that wrote them, or a newer one"));
  }
  results::RunStart start = RunStartOf(fields);
  if (!fields.ok()) return Damaged(fields.wrong());
  return std::optional<results::RunStart>(std::move(start));
}

absl::StatusOr<bool> EventReader::TellStart(results::RunStart run, Reporter& reporter) {
  if (ReadLine()) {
    const Json event = Json::parse(line_, nullptr, /*allow_exceptions=*/false);
    EventFields fields(event);
    if (!event.is_discarded() && fields.TextOr("type") == "session_started") {
      pending_ = false;
      reporter.RunAnnounced(run);
      run = RunStartOf(fields);
      if (!fields.ok()) return Damaged(absl::StrCat("a session_started whose ", fields.wrong()));
    }
  }
  reporter.RunStarted(run);
  return true;
}

absl::StatusOr<bool> EventReader::Next(Reporter& reporter) {
  if (summary_.has_value()) return false;
  if (!started_) {
    absl::StatusOr<std::optional<results::RunStart>> start = Start();
    if (!start.ok()) return start.status();
    if (!start->has_value()) return false;
    started_ = true;
    pending_ = false;
    return TellStart(**std::move(start), reporter);
  }
  if (!ReadLine()) return false;
  pending_ = false;
  const Json event = Json::parse(line_, nullptr, /*allow_exceptions=*/false);
  if (event.is_discarded()) return Damaged("not a line of JSON");
  EventFields fields(event);
  const std::string type = fields.Text("type");
  if (!fields.ok()) return Damaged(fields.wrong());
  if (type == "run_finished") {
    results::RunSummary summary = SummaryOf(fields);
    if (fields.ok()) summary_ = std::move(summary);
  } else if (type == "run_started") {
    return Damaged("a second run_started: one file is one run (see --merge for several)");
  } else if (const auto teller = Tellers().find(type); teller != Tellers().end()) {
    teller->second(fields, reporter);
  }
  if (!fields.ok()) return Damaged(absl::StrCat("a ", type, " whose ", fields.wrong()));
  return true;
}

}  // namespace fastest::events
