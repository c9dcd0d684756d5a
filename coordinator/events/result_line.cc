#include "coordinator/events/result_line.h"

#include <algorithm>
#include <cstdint>
#include <limits>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "base/json_text.h"
#include "coordinator/events/proto_json.h"
#include "coordinator/report/text/test_report.h"
#include "proto/engine_name.h"
#include "proto/outcome_name.h"
#include "proto/test_id.h"

namespace fastest::events {
namespace {

using results::Origin;

// Visits the members of Stages with the names that they have in the line, in the line's order. Serves writing and
// reading.
template <typename Visit>
void EachStage(const Visit& visit) {
  visit("queued", &v1::Stages::queued, &v1::Stages::set_queued);
  visit("leased", &v1::Stages::leased, &v1::Stages::set_leased);
  visit("received", &v1::Stages::received, &v1::Stages::set_received);
  visit("started", &v1::Stages::started, &v1::Stages::set_started);
  visit("setup", &v1::Stages::setup, &v1::Stages::set_setup);
  visit("call", &v1::Stages::call, &v1::Stages::set_call);
  visit("teardown", &v1::Stages::teardown, &v1::Stages::set_teardown);
  visit("reported", &v1::Stages::reported, &v1::Stages::set_reported);
}

constexpr const char* kPhases[] = {"setup", "call", "teardown"};

double StageOf(const v1::Stages& stages, int phase) {
  return phase == 0 ? stages.setup() : phase == 1 ? stages.call() : stages.teardown();
}

// Whether `phases` and `stages` of the line say all that the test's reports say: each phase passed and says nothing
// else.
bool NeedsNoReports(const v1::TestResult& result) {
  if (!report::PassedPlainly(result) || !result.reported_id().empty()) return false;
  for (int i = 0; i < 3; ++i) {
    if (result.phases(i).start() != StageOf(result.stages(), i) || !result.phases(i).outcome().empty()) return false;
  }
  return true;
}

// Whether the domain is SpelledDomain of the node id. Does not make that text.
bool DomainIsSpelled(const v1::TestResult& result) {
  std::string_view names = result.ref().node_id();
  names.remove_prefix(std::min(ModuleOf(names).size() + 2, names.size()));
  std::string_view domain = result.domain();
  // Each "::" between names is a "." of the domain. Parameters may hold anything.
  for (size_t end = names.find("::"); end < names.find('['); end = names.find("::")) {
    if (domain.substr(0, end) != names.substr(0, end) || domain.substr(end, 1) != ".") return false;
    domain.remove_prefix(end + 1);
    names.remove_prefix(end + 2);
  }
  return domain == names;
}

// The text of a crash may hold any bytes. What is not UTF-8 is replaced.
std::string Dumped(const Json& json) { return json.dump(-1, ' ', false, Json::error_handler_t::replace); }

// Adds why a phase did not simply pass.
void AddExplanation(const v1::Phase& phase, Json& event) {
  if (phase.xfail()) {
    event["xfail_reason"] = report::ShortReason(phase);
  } else if (phase.outcome() == "skipped") {
    event["skip_reason"] = report::ShortReason(phase);
  }
  if (phase.outcome() == "passed") return;
  event["longrepr"] = phase.longrepr();
  event["sections"] = FromSections(phase.sections());
}

// The report that decides the outcome: a failed call before a failed teardown, and anything before a pass. Null if all
// passed.
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

void AddSubtestLine(const v1::TestResult& result, const v1::Phase& subtest, const Origin& origin, TextBuffer* lines) {
  Json event = {{"type", "subtest"},
                {"nodeid", ShownId(result)},
                {"subtest", subtest.subtest()},
                {"outcome", SubtestOutcome(subtest)},
                {"duration_s", subtest.duration_s()},
                {"agent", origin.agent},
                {"worker", origin.worker},
                {"attempt", origin.attempt}};
  AddExplanation(subtest, event);
  lines->Add(Dumped(event));
  lines->Add('\n');
}

// The fields that a plain pass never has. They stand between `stages` and `lease`. `phases` are complete.
Json DetailsOf(const v1::TestResult& result, const Origin& origin, const std::vector<v1::Phase>& phases) {
  Json details = Json::object();
  if (!result.reported_id().empty()) details["collected_as"] = result.ref().node_id();
  if (result.ref().index() > 0) details["index"] = result.ref().index();
  if (origin.attempt > 1 && result.outcome() != v1::FAILED && result.outcome() != v1::ERROR) details["flaky"] = true;
  if (!result.quarantined().empty()) details["quarantined"] = result.quarantined();
  if (result.has_label()) details["label"] = {{"name", result.label().name()}, {"text", result.label().text()}};
  if (result.reason() != v1::REASON_NONE) {
    details["reason"] = result.reason() == v1::CRASH ? "crash" : "timeout";
    details["death"] = result.death();
  }
  const v1::Phase* decisive = Decisive(phases);
  if (decisive != nullptr) AddExplanation(*decisive, details);
  for (const v1::Phase& phase : phases) {
    // A failed call whose teardown failed as well.
    if (&phase == decisive || phase.outcome() != "failed" || !phase.subtest().empty()) continue;
    Json also = {{"when", phase.when()}};
    AddExplanation(phase, also);
    details["also"].push_back(also);
  }
  for (const v1::Property& property : result.user_properties()) {
    details["user_properties"].push_back({{"name", property.name()}, {"value", property.value()}});
  }
  return details;
}

// The seconds of each phase, and when the first phase began.
struct Times {
  double setup = 0;
  double call = 0;
  double teardown = 0;
  double started_at = 0;
};

// With `kPlain`, AddJsonNumber's form, which has no exponents and is fast ("0.000011"). Otherwise the form of the JSON
// library ("1.1e-05", and null for what is not a number). Readers must not depend on either form.
template <bool kPlain>
void AddNumber(double number, TextBuffer* line) {
  if constexpr (kPlain) {
    AddJsonNumber(number, line);
  } else {
    line->Add(Json(number).dump());
  }
}

// Adds the line: all its fields, in their order. With `kPlain`, `details` is null, `stages` are there, and `reports`
// are not.
template <bool kPlain>
void AddLine(std::string_view type, const v1::TestResult& result, const Origin& origin, const Times& times,
             const Json* details, TextBuffer* line) {
  const std::string& node_id = result.ref().node_id();
  const auto add_text = [&](std::string_view before, std::string_view text) {
    line->Add(before);
    AddJsonText(text, line);
  };
  const auto add_number = [&](std::string_view before, double number) {
    line->Add(before);
    AddNumber<kPlain>(number, line);
  };
  line->Add(R"({"type":")");
  line->Add(type);
  add_text(R"(","nodeid":)", ShownId(result));
  line->Add(R"(,"outcome":")");
  line->Add(kPlain ? std::string_view("passed") : OutcomeName(result.outcome()));
  add_number(R"(","duration_s":)", times.setup + times.call + times.teardown);
  add_text(R"(,"engine":)", EngineName(result.engine()));
  add_text(R"(,"agent":)", origin.agent);
  add_text(R"(,"worker":)", origin.worker);
  line->Add(R"(,"attempt":)");
  line->AddCount(origin.attempt);
  add_number(R"(,"phases":{"setup":)", times.setup);
  add_number(R"(,"call":)", times.call);
  add_number(R"(,"teardown":)", times.teardown);
  add_number(R"(},"started_at":)", times.started_at);
  if (kPlain || result.has_stages()) {
    line->Add(R"(,"stages":{)");
    bool first = true;
    EachStage([&](std::string_view name, auto get, auto) {
      const double at = (result.stages().*get)();
      if (at <= 0) return;
      line->Add(first ? "\"" : ",\"");
      line->Add(name);
      add_number("\":", at);
      first = false;
    });
    line->Add('}');
  }
  if constexpr (!kPlain) {
    if (!details->empty()) {
      const std::string members = Dumped(*details);
      line->Add(',');
      line->Add(std::string_view(members).substr(1, members.size() - 2));
    }
  }
  if (result.lease_id() > 0) {
    const absl::AlphaNum lease(result.lease_id());
    line->Add(R"(,"lease":)");
    line->Add({lease.data(), lease.size()});
  }
  if (result.location_path() != ModuleOf(node_id)) add_text(R"(,"path":)", result.location_path());
  if (result.location_line() >= 0) {
    line->Add(R"(,"line":)");
    line->AddCount(int64_t{result.location_line()} + 1);
  }
  if (!DomainIsSpelled(result)) add_text(R"(,"domain":)", result.domain());
  if (!result.engine_reason().empty()) add_text(R"(,"engine_reason":)", result.engine_reason());
  if (!kPlain && !NeedsNoReports(result)) {
    Json reports = Json::array();
    for (const v1::Phase& phase : result.phases()) reports.push_back(FromMessage(phase));
    line->Add(R"(,"reports":)");
    line->Add(Dumped(reports));
  }
  line->Add("}\n");
}

void ReadPlainPhases(EventFields& fields, v1::TestResult* result) {
  EventFields seconds(fields.Object("phases"));
  for (int i = 0; i < 3; ++i) {
    v1::Phase* phase = result->add_phases();
    phase->set_when(kPhases[i]);
    phase->set_start(StageOf(result->stages(), i));
    phase->set_duration_s(seconds.Number(kPhases[i]));
  }
  fields.Inside("phases", seconds);
}

void ReadStages(EventFields& fields, v1::Stages* stages) {
  EventFields at(fields.Object("stages"));
  EachStage([&](const char* name, auto, auto set) { (stages->*set)(at.NumberOr(name)); });
  fields.Inside("stages", at);
}

void ReadOutcome(EventFields& fields, v1::TestResult* result) {
  const std::string outcome = fields.Text("outcome");
  for (const v1::Outcome value : kOutcomes) {
    if (outcome == OutcomeName(value)) result->set_outcome(value);
  }
  if (result->outcome() == v1::OUTCOME_UNSPECIFIED) fields.Wrong("outcome", "is none that there is: " + outcome);
}

}  // namespace

void AddResultLines(std::string_view type, const v1::TestResult& result, const Origin& origin, TextBuffer* lines) {
  const bool plain = result.has_stages() && result.ref().index() == 0 && origin.attempt == 1 && type == "result" &&
                     NeedsNoReports(result);
  if (plain) {
    const Times times = {result.phases(0).duration_s(), result.phases(1).duration_s(), result.phases(2).duration_s(),
                         result.phases(0).start()};
    AddLine</*kPlain=*/true>("result", result, origin, times, nullptr, lines);
    return;
  }
  const std::vector<v1::Phase> phases = report::CompletePhases(result);
  Times times;
  times.started_at = phases.front().start();
  for (const v1::Phase& phase : phases) {
    if (!phase.subtest().empty()) {
      AddSubtestLine(result, phase, origin, lines);
      continue;
    }
    const std::string& when = phase.when();
    (when == "setup" ? times.setup : when == "teardown" ? times.teardown : times.call) += phase.duration_s();
  }
  const Json details = DetailsOf(result, origin, phases);
  AddLine</*kPlain=*/false>(type, result, origin, times, &details, lines);
}

v1::TestResult ResultOf(EventFields& fields) {
  v1::TestResult result;
  if (fields.Has("stages")) ReadStages(fields, result.mutable_stages());
  if (fields.Has("reports")) {
    for (const Json& report : fields.List("reports")) {
      if (!ToMessage(report, result.add_phases())) fields.Wrong("reports", "are not in the form of pytest's reports");
    }
  } else {
    ReadPlainPhases(fields, &result);
  }
  const std::string shown = fields.Text("nodeid");
  const std::string node_id = fields.TextOr("collected_as", shown);
  if (node_id != shown) result.set_reported_id(shown);
  result.mutable_ref()->set_node_id(node_id);
  result.mutable_ref()->set_index(static_cast<uint32_t>(fields.CountOr("index")));
  ReadOutcome(fields, &result);
  result.set_engine(EngineNamed(fields.Text("engine")).value_or(v1::ENGINE_AUTO));
  result.set_engine_reason(fields.TextOr("engine_reason"));
  if (fields.Has("reason")) {
    const std::string reason = fields.Text("reason");
    if (reason != "crash" && reason != "timeout") fields.Wrong("reason", "is neither crash nor timeout");
    result.set_reason(reason == "crash" ? v1::CRASH : v1::TIMEOUT);
  }
  result.set_death(fields.TextOr("death"));
  result.set_quarantined(fields.TextOr("quarantined"));
  if (fields.Has("label")) {
    EventFields label(fields.Object("label"));
    result.mutable_label()->set_name(label.Text("name"));
    result.mutable_label()->set_text(label.Text("text"));
    fields.Inside("label", label);
  }
  result.set_lease_id(fields.CountOr("lease", 0, std::numeric_limits<uint64_t>::max()));
  result.set_location_path(fields.TextOr("path", std::string(ModuleOf(node_id))));
  result.set_location_line(static_cast<int>(fields.CountOr("line")) - 1);
  result.set_domain(fields.TextOr("domain", SpelledDomain(node_id)));
  if (fields.Has("user_properties")) {
    for (const Json& entry : fields.List("user_properties")) {
      EventFields property(entry);
      v1::Property* added = result.add_user_properties();
      added->set_name(property.Text("name"));
      added->set_value(property.Text("value"));
      fields.Inside("user_properties", property);
    }
  }
  return result;
}

}  // namespace fastest::events
