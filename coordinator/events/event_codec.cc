#include "coordinator/events/event_codec.h"

#include <google/protobuf/util/json_util.h>

#include <algorithm>
#include <string>
#include <string_view>
#include <utility>

#include "absl/strings/escaping.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_replace.h"
#include "base/json_text.h"
#include "coordinator/report/text/test_report.h"
#include "coordinator/report/text/text_width.h"
#include "proto/outcome_name.h"
#include "proto/test_id.h"

namespace fastest::events {
namespace {

Json FromMessage(const google::protobuf::Message& message) {
  google::protobuf::util::JsonPrintOptions options;
  options.preserve_proto_field_names = true;
  std::string text;
  if (!google::protobuf::util::MessageToJsonString(message, &text, options).ok()) return Json::object();
  Json json = Json::parse(text, nullptr, /*allow_exceptions=*/false);
  if (!json.is_discarded()) return json;
  // Bytes that are no UTF-8, which protobuf lets through: replaced as in all other fields.
  const std::string dumped = Json(text).dump(-1, ' ', false, Json::error_handler_t::replace);
  json = Json::parse(Json::parse(dumped).get<std::string>(), nullptr, false);
  return json.is_discarded() ? Json::object() : json;
}

// False if `json` is not the message's form.
bool ToMessage(const Json& json, google::protobuf::Message* message) {
  google::protobuf::util::JsonParseOptions options;
  options.ignore_unknown_fields = true;
  const std::string text = json.dump(-1, ' ', false, Json::error_handler_t::replace);
  return google::protobuf::util::JsonStringToMessage(text, message, options).ok();
}

bool DomainIsSpelled(const v1::TestResult& result) {
  const std::string& node_id = result.ref().node_id();
  const size_t module = ModuleOf(node_id).size();
  // Most tests are functions of their module.
  if (module + 2 <= node_id.size() && result.domain() == std::string_view(node_id).substr(module + 2) &&
      result.domain().find("::") == std::string::npos) {
    return true;
  }
  return result.domain() == SpelledDomain(node_id);
}

constexpr const char* kPhases[] = {"setup", "call", "teardown"};

double StageOf(const v1::Stages& stages, int phase) {
  return phase == 0 ? stages.setup() : phase == 1 ? stages.call() : stages.teardown();
}

// Whether `phases` and `stages` of the line tell all of the phases: they passed and say nothing else.
bool PlainPhases(const v1::TestResult& result) {
  if (!report::PassedPlainly(result)) return false;
  for (int i = 0; i < 3; ++i) {
    if (result.phases(i).start() != StageOf(result.stages(), i) || !result.phases(i).outcome().empty()) return false;
  }
  return true;
}

void AddField(std::string_view before, double number, TextBuffer* line) {
  line->Add(before);
  AddJsonNumber(number, line);
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
  stages->set_queued(at.NumberOr("queued"));
  stages->set_leased(at.NumberOr("leased"));
  stages->set_received(at.NumberOr("received"));
  stages->set_started(at.NumberOr("started"));
  stages->set_setup(at.NumberOr("setup"));
  stages->set_call(at.NumberOr("call"));
  stages->set_teardown(at.NumberOr("teardown"));
  stages->set_reported(at.NumberOr("reported"));
  fields.Inside("stages", at);
}

template <typename Sections>
void ReadSections(EventFields& fields, Sections* sections) {
  if (!fields.Has("sections")) return;
  for (const Json& entry : fields.List("sections")) {
    EventFields section(entry);
    v1::Section* added = sections->Add();
    added->set_name(section.Text("name"));
    added->set_content(section.Text("content"));
    fields.Inside("sections", section);
  }
}

std::vector<std::string> Texts(EventFields& fields, const char* name) {
  std::vector<std::string> texts;
  if (!fields.Has(name)) return texts;
  for (const Json& entry : fields.List(name)) {
    if (entry.is_string()) {
      texts.push_back(entry.get<std::string>());
    } else {
      fields.Wrong(name, "is not a list of texts");
    }
  }
  return texts;
}

// The members of TimingSummary by name, for either way.
template <typename Timing, typename Visit>
void EachTiming(Timing& timing, const Visit& visit) {
  visit("total_s", timing.total_s);
  visit("before_s", timing.before_s);
  visit("tests_s", timing.tests_s);
  visit("workers", timing.workers);
  visit("busy_s", timing.busy_s);
  visit("setup_s", timing.setup_s);
  visit("waiting_s", timing.waiting_s);
  visit("tail_s", timing.tail_s);
  visit("longest_test_s", timing.longest_test_s);
  visit("longest_test", timing.longest_test);
  visit("agents", timing.agents);
  visit("last_agent", timing.last_agent);
  visit("last_agent_behind_s", timing.last_agent_behind_s);
}

void Read(EventFields& fields, const char* name, double& value) { value = fields.Number(name); }
void Read(EventFields& fields, const char* name, int& value) { value = static_cast<int>(fields.Count(name)); }
void Read(EventFields& fields, const char* name, std::string& value) { value = fields.Text(name); }

bool IsUtf8(std::string_view text) {
  while (!text.empty()) {
    const report::CodePoint point = report::Decode(text);
    if (!point.valid) return false;
    text.remove_prefix(point.bytes);
  }
  return true;
}

}  // namespace

bool AddPlainResultLine(const v1::TestResult& result, const results::Origin& origin, TextBuffer* line) {
  const bool plain = result.has_stages() && result.ref().index() == 0 && origin.attempt == 1 && PlainPhases(result);
  if (!plain) return false;
  const std::string& node_id = result.ref().node_id();
  const double seconds[] = {result.phases(0).duration_s(), result.phases(1).duration_s(),
                            result.phases(2).duration_s()};
  line->Add(R"({"type":"result","nodeid":)");
  AddJsonText(node_id, line);
  AddField(R"(,"outcome":"passed","duration_s":)", seconds[0] + seconds[1] + seconds[2], line);
  line->Add(R"(,"engine":)");
  AddJsonText(result.engine(), line);
  line->Add(R"(,"agent":)");
  AddJsonText(origin.agent, line);
  line->Add(R"(,"worker":)");
  AddJsonText(origin.worker, line);
  AddField(R"(,"attempt":1,"phases":{"setup":)", seconds[0], line);
  AddField(R"(,"call":)", seconds[1], line);
  AddField(R"(,"teardown":)", seconds[2], line);
  AddField(R"(},"started_at":)", result.phases(0).start(), line);
  line->Add(R"(,"stages":{)");
  const v1::Stages& stages = result.stages();
  const std::pair<std::string_view, double> times[] = {
      {"\"queued\":", stages.queued()},     {"\"leased\":", stages.leased()},    {"\"received\":", stages.received()},
      {"\"started\":", stages.started()},   {"\"setup\":", stages.setup()},      {"\"call\":", stages.call()},
      {"\"teardown\":", stages.teardown()}, {"\"reported\":", stages.reported()}};
  bool first = true;
  for (const auto& [name, at] : times) {
    if (at <= 0) continue;
    if (!first) line->Add(',');
    AddField(name, at, line);
    first = false;
  }
  line->Add('}');
  if (result.lease_id() > 0) {
    line->Add(R"(,"lease":)");
    line->AddCount(static_cast<int64_t>(result.lease_id()));
  }
  if (result.location_path() != ModuleOf(node_id)) {
    line->Add(R"(,"path":)");
    AddJsonText(result.location_path(), line);
  }
  if (result.location_line() >= 0) {
    line->Add(R"(,"line":)");
    line->AddCount(result.location_line() + 1);
  }
  if (!DomainIsSpelled(result)) {
    line->Add(R"(,"domain":)");
    AddJsonText(result.domain(), line);
  }
  if (!result.engine_reason().empty()) {
    line->Add(R"(,"engine_reason":)");
    AddJsonText(result.engine_reason(), line);
  }
  line->Add("}\n");
  return true;
}

void AddTestStartedLine(const v1::TestRef& test, const results::Origin& origin, double at, TextBuffer* line) {
  line->Add(R"({"type":"test_started","nodeid":)");
  AddJsonText(test.node_id(), line);
  line->Add(R"(,"agent":)");
  AddJsonText(origin.agent, line);
  line->Add(R"(,"worker":)");
  AddJsonText(origin.worker, line);
  if (test.index() > 0) {
    line->Add(R"(,"index":)");
    line->AddCount(test.index());
  }
  AddField(R"(,"at":)", at, line);
  line->Add("}\n");
}

void AddWholeResult(const v1::TestResult& result, Json& event) {
  const std::string& node_id = result.ref().node_id();
  if (result.lease_id() > 0) event["lease"] = result.lease_id();
  if (result.location_path() != ModuleOf(node_id)) event["path"] = result.location_path();
  if (result.location_line() >= 0) event["line"] = result.location_line() + 1;
  if (!DomainIsSpelled(result)) event["domain"] = result.domain();
  if (!result.engine_reason().empty()) event["engine_reason"] = result.engine_reason();
  if (PlainPhases(result)) return;
  Json reports = Json::array();
  for (const v1::Phase& phase : result.phases()) reports.push_back(FromMessage(phase));
  event["reports"] = std::move(reports);
}

v1::TestResult WholeResult(EventFields& fields) {
  v1::TestResult result;
  if (fields.Has("stages")) ReadStages(fields, result.mutable_stages());
  if (fields.Has("reports")) {
    for (const Json& report : fields.List("reports")) {
      if (!ToMessage(report, result.add_phases())) fields.Wrong("reports", "are not in the form of pytest's reports");
    }
  } else {
    ReadPlainPhases(fields, &result);
  }
  const std::string node_id = fields.Text("nodeid");
  result.mutable_ref()->set_node_id(node_id);
  result.mutable_ref()->set_index(static_cast<uint32_t>(fields.CountOr("index")));
  const std::string outcome = fields.Text("outcome");
  for (const v1::Outcome value : kOutcomes) {
    if (outcome == OutcomeName(value)) result.set_outcome(value);
  }
  if (result.outcome() == v1::OUTCOME_UNSPECIFIED) fields.Wrong("outcome", "is none that there is: " + outcome);
  result.set_engine(fields.Text("engine"));
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

void AddWholeCollect(const v1::CollectReport& report, Json& event) {
  v1::CollectReport rest = report;
  rest.clear_node_id();
  rest.clear_outcome();
  rest.clear_longrepr();
  rest.clear_sections();
  rest.clear_serialized();
  Json whole = FromMessage(rest);
  if (!whole.empty()) event["report"] = std::move(whole);
}

v1::CollectReport WholeCollect(EventFields& fields) {
  v1::CollectReport report;
  if (fields.Has("report") && !ToMessage(fields.Object("report"), &report)) {
    fields.Wrong("report", "is not in the form of pytest's reports");
  }
  report.set_node_id(fields.Text("nodeid"));
  report.set_outcome(fields.Text("type") == "collect_skip" ? "skipped" : "failed");
  report.set_longrepr(fields.Text("longrepr"));
  ReadSections(fields, report.mutable_sections());
  return report;
}

Json RunStartedEvent(const results::RunStart& run) {
  Json event = {{"type", "run_started"},        {"version", run.version},       {"schema", kSchema},
                {"run_id", run.run_id},         {"rootdir", run.rootdir},       {"invocation_dir", run.invocation_dir},
                {"python", run.python_version}, {"pytest", run.pytest_version}, {"slots", run.slots},
                {"started_at", run.started_at}, {"hostname", run.hostname}};
  if (!run.whole_reason.empty()) event["whole_reason"] = run.whole_reason;
  if (run.shard.index > 0) {
    event["shard"] = {{"index", run.shard.index}, {"of", run.shard.count}, {"plan", run.shard.plan}};
  }
  if (!run.shard.rerun_of.empty()) event["rerun_of"] = run.shard.rerun_of;
  event["pytest_args"] = run.pytest_args;
  event["engine"] = run.engine;
  event["header"] = run.header;
  event["options"] = Json::object();
  for (const auto& [name, value] : run.options) event["options"][name] = value;
  return event;
}

results::RunStart RunStartOf(EventFields& fields) {
  results::RunStart run;
  run.version = fields.Text("version");
  run.run_id = fields.Text("run_id");
  run.rootdir = fields.Text("rootdir");
  run.invocation_dir = fields.Text("invocation_dir");
  run.python_version = fields.Text("python");
  run.pytest_version = fields.Text("pytest");
  run.slots = static_cast<int>(fields.Count("slots"));
  run.started_at = fields.Number("started_at");
  run.hostname = fields.Text("hostname");
  run.whole_reason = fields.TextOr("whole_reason");
  if (fields.Has("shard")) {
    EventFields shard(fields.Object("shard"));
    run.shard.index = static_cast<int>(shard.Count("index"));
    run.shard.count = static_cast<int>(shard.Count("of"));
    run.shard.plan = shard.Text("plan");
    if (shard.ok() && (run.shard.index < 1 || run.shard.index > run.shard.count))
      shard.Wrong("index", "is none of them");
    fields.Inside("shard", shard);
  }
  run.shard.rerun_of = Texts(fields, "rerun_of");
  // Versions before 0.2 do not say these.
  run.pytest_args = Texts(fields, "pytest_args");
  run.engine = fields.TextOr("engine", "auto");
  fields.List("header");
  run.header = Texts(fields, "header");
  for (const auto& [name, value] : fields.Object("options").items()) {
    if (value.is_string()) {
      run.options[name] = value.get<std::string>();
    } else {
      fields.Wrong("options", "holds what is not text: " + name);
    }
  }
  return run;
}

Json RunFinishedEvent(const results::RunSummary& summary) {
  const results::Books& books = summary.books;
  Json not_run = Json::array();
  for (const results::NotRun& test : books.not_run) {
    Json entry = {{"nodeid", test.ref.node_id().empty() ? test.module : test.ref.node_id()}, {"reason", test.reason}};
    if (test.ref.index() > 0) entry["index"] = test.ref.index();
    if (!test.ref.node_id().empty()) entry["module"] = test.module;
    not_run.push_back(entry);
  }
  Json counts = Json::object();
  for (const auto& [category, count] : summary.counts) {
    if (!category.empty()) counts[category] = count;
  }
  Json event = {{"type", "run_finished"},
                {"exit_code", summary.exit_code},
                {"counts", counts},
                {"duration_s", summary.duration_s},
                {"finished_at", summary.finished_at}};
  if (!summary.stop_reason.empty()) event["stop_reason"] = summary.stop_reason;
  event["books"] = {{"balanced", books.balanced},          {"collected", books.collected}, {"reported", books.reported},
                    {"deselected", books.deselected},      {"withdrawn", books.withdrawn}, {"not_run", not_run},
                    {"disagreements", books.disagreements}};
  Json timing = Json::object();
  EachTiming(summary.timing, [&](const char* name, const auto& value) { timing[name] = value; });
  event["timing"] = std::move(timing);
  event["modules"] = summary.module_order;
  if (!summary.plugin_summary.empty()) event["plugin_summary"] = summary.plugin_summary;
  for (const auto& [name, value] : summary.testsuite_properties) {
    event["testsuite_properties"].push_back({{"name", name}, {"value", value}});
  }
  if (!summary.policy_failures.empty()) event["policy_failures"] = summary.policy_failures;
  if (summary.flaky_fails) event["flaky_fails"] = true;
  return event;
}

results::RunSummary SummaryOf(EventFields& fields) {
  results::RunSummary summary;
  constexpr uint64_t kMostExitCode = 255;
  summary.exit_code = static_cast<int>(fields.Count("exit_code", kMostExitCode));
  EventFields counts(fields.Object("counts"));
  for (const auto& entry : fields.Object("counts").items()) {
    summary.counts[entry.key()] = static_cast<int>(counts.Count(entry.key().c_str()));
  }
  fields.Inside("counts", counts);
  summary.duration_s = fields.Number("duration_s");
  summary.finished_at = fields.Number("finished_at");
  summary.stop_reason = fields.TextOr("stop_reason");
  summary.plugin_summary = fields.TextOr("plugin_summary");
  if (fields.Has("testsuite_properties")) {
    for (const Json& entry : fields.List("testsuite_properties")) {
      EventFields property(entry);
      summary.testsuite_properties.emplace_back(property.Text("name"), property.Text("value"));
      fields.Inside("testsuite_properties", property);
    }
  }
  summary.policy_failures = Texts(fields, "policy_failures");
  summary.flaky_fails = fields.FlagOr("flaky_fails", false);
  fields.List("modules");
  summary.module_order = Texts(fields, "modules");

  EventFields books(fields.Object("books"));
  summary.books.balanced = books.Flag("balanced");
  summary.books.collected = static_cast<int>(books.Count("collected"));
  summary.books.reported = static_cast<int>(books.Count("reported"));
  summary.books.deselected = static_cast<int>(books.Count("deselected"));
  summary.books.withdrawn = static_cast<int>(books.Count("withdrawn"));
  summary.books.disagreements = Texts(books, "disagreements");
  for (const Json& entry : books.List("not_run")) {
    EventFields test(entry);
    results::NotRun& added = summary.books.not_run.emplace_back();
    added.reason = test.Text("reason");
    // Without `module`, the id is a file's, which stands for all its tests.
    if (test.Has("module")) {
      added.ref.set_node_id(test.Text("nodeid"));
      added.ref.set_index(static_cast<uint32_t>(test.CountOr("index")));
      added.module = test.Text("module");
    } else {
      added.module = test.Text("nodeid");
    }
    books.Inside("not_run", test);
  }
  fields.Inside("books", books);

  EventFields timing(fields.Object("timing"));
  EachTiming(summary.timing, [&](const char* name, auto& value) { Read(timing, name, value); });
  fields.Inside("timing", timing);
  return summary;
}

void AddCollectedLine(const std::string& module, const std::vector<v1::TestRef>& tests, double collect_s,
                      TextBuffer* lines) {
  lines->Add(R"({"type":"collected","module":)");
  AddJsonText(module, lines);
  lines->Add(R"(,"tests":)");
  char before = '[';
  for (const v1::TestRef& test : tests) {
    std::string_view name = test.node_id();
    if (name.substr(0, module.size()) == module && name.substr(module.size(), 2) == "::") {
      name.remove_prefix(module.size());
    }
    lines->Add(before);
    before = ',';
    if (test.index() == 0) {
      AddJsonText(name, lines);
    } else {
      lines->Add(R"({"nodeid":)");
      AddJsonText(name, lines);
      lines->Add(R"(,"index":)");
      lines->AddCount(test.index());
      lines->Add('}');
    }
  }
  lines->Add(tests.empty() ? "[]" : "]");
  if (collect_s > 0) AddField(R"(,"collect_s":)", collect_s, lines);
  lines->Add("}\n");
}

std::vector<v1::TestRef> CollectedOf(EventFields& fields) {
  std::vector<v1::TestRef> tests;
  const std::string module = fields.Text("module");
  for (const Json& entry : fields.List("tests")) {
    v1::TestRef& test = tests.emplace_back();
    std::string name;
    if (entry.is_string()) {
      name = entry.get<std::string>();
    } else {
      EventFields of_entry(entry);
      name = of_entry.Text("nodeid");
      test.set_index(static_cast<uint32_t>(of_entry.Count("index")));
      fields.Inside("tests", of_entry);
    }
    test.set_node_id(absl::StartsWith(name, "::") ? absl::StrCat(module, name) : name);
  }
  return tests;
}

Json OutputEvent(const v1::WorkerMessage::Output& output, const results::Origin& origin) {
  Json event = {{"type", "output"},
                {"agent", origin.agent},
                {"worker", origin.worker},
                {"stream", output.stream() == v1::WorkerMessage::Output::STDERR ? "stderr" : "stdout"}};
  if (IsUtf8(output.data())) {
    event["text"] = output.data();
  } else {
    event["base64"] = absl::Base64Escape(output.data());
  }
  return event;
}

v1::WorkerMessage::Output OutputOf(EventFields& fields) {
  v1::WorkerMessage::Output output;
  const std::string stream = fields.Text("stream");
  if (stream != "stdout" && stream != "stderr") fields.Wrong("stream", "is neither stdout nor stderr");
  output.set_stream(stream == "stderr" ? v1::WorkerMessage::Output::STDERR : v1::WorkerMessage::Output::STDOUT);
  if (fields.Has("base64")) {
    std::string data;
    if (!absl::Base64Unescape(fields.Text("base64"), &data)) fields.Wrong("base64", "is not base64");
    output.set_data(data);
  } else {
    output.set_data(fields.Text("text"));
  }
  return output;
}

results::Origin OriginOf(EventFields& fields) {
  results::Origin origin;
  origin.agent = fields.Text("agent");
  origin.worker = fields.Text("worker");
  origin.attempt = static_cast<int>(fields.CountOr("attempt", 1));
  if (fields.Has("slot")) origin.slot = static_cast<int>(fields.Count("slot"));
  return origin;
}

}  // namespace fastest::events
