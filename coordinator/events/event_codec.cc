#include "coordinator/events/event_codec.h"

#include <algorithm>
#include <string>
#include <string_view>
#include <utility>

#include "absl/strings/escaping.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "base/json_text.h"
#include "coordinator/events/proto_json.h"
#include "coordinator/report/text/test_report.h"
#include "coordinator/report/text/text_width.h"
#include "proto/engine_name.h"

namespace fastest::events {
namespace {

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

// Visits the members of TimingSummary with their names. Serves writing and reading.
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
  line->Add(R"(,"at":)");
  AddJsonNumber(at, line);
  line->Add("}\n");
}

Json CollectEvent(const v1::CollectReport& report) {
  const bool skipped = report.outcome() == "skipped";
  Json event = {{"type", skipped ? "collect_skip" : "collect_error"},
                {"nodeid", report.node_id()},
                {"longrepr", report.longrepr()}};
  if (skipped) event["skip_reason"] = report::ShortReason(report::TestReport(report).phase);
  if (report.sections_size() > 0) event["sections"] = FromSections(report.sections());
  v1::CollectReport rest = report;
  rest.clear_node_id();
  rest.clear_outcome();
  rest.clear_longrepr();
  rest.clear_sections();
  rest.clear_serialized();
  Json whole = FromMessage(rest);
  if (!whole.empty()) event["report"] = std::move(whole);
  return event;
}

v1::CollectReport CollectOf(EventFields& fields) {
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
  event["engine"] = EngineName(run.engine);
  event["header"] = run.header;
  event["options"] = Json::object();
  for (const auto& [name, value] : run.options) event["options"][name] = value;
  return event;
}

Json SessionStartedEvent(const results::RunStart& run) {
  Json event = RunStartedEvent(run);
  event["type"] = "session_started";
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
  // Lines of versions before 0.2 lack these fields.
  run.pytest_args = Texts(fields, "pytest_args");
  run.engine = EngineNamed(fields.TextOr("engine")).value_or(v1::ENGINE_AUTO);
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
    if (test.tests > 0) entry["tests"] = test.tests;
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
    added.tests = static_cast<int>(test.CountOr("tests"));
    // Without `module`, the id is that of a file, which stands for all its tests.
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
  if (collect_s > 0) {
    lines->Add(R"(,"collect_s":)");
    AddJsonNumber(collect_s, lines);
  }
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
