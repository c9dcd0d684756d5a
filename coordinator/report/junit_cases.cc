#include "coordinator/report/junit_cases.h"

#include <algorithm>
#include <cstdint>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "coordinator/report/test_report.h"
#include "coordinator/report/text_width.h"

namespace fastest::report {
namespace {

bool IsAllowed(uint32_t c) {
  return c == 0x9 || c == 0xA || c == 0xD || (c >= 0x20 && c <= 0x7E) || (c >= 0x80 && c <= 0xD7FF) ||
         (c >= 0xE000 && c <= 0xFFFD) || (c >= 0x10000 && c <= 0x10FFFF);
}

// Contents of all sections of a kind ("Captured stdout").
std::string Captured(const v1::Phase& phase, std::string_view kind, std::string_view between) {
  std::string text;
  bool first = true;
  for (const v1::Section& section : phase.sections()) {
    if (std::string_view(section.name()).substr(0, kind.size()) != kind) continue;
    if (!first) text += between;
    first = false;
    text += section.content();
  }
  return text;
}

// A block of captured text below its headline, which stands in the middle of 80 dashes.
std::string Block(const char* name, const std::string& content) {
  constexpr size_t kDashes = 33;
  const std::string dashes(kDashes, '-');
  return absl::StrCat(dashes, " Captured ", name, " ", dashes, "\n", content, "\n");
}

void AddText(pugi::xml_node parent, const char* tag, const std::string& text) {
  parent.append_child(tag).append_child(pugi::node_pcdata).set_value(EscapeIllegalXml(text).c_str());
}

void AddProblem(pugi::xml_node parent, const char* tag, const std::string& message, const std::string& text) {
  pugi::xml_node problem = parent.append_child(tag);
  problem.append_attribute("message").set_value(EscapeIllegalXml(message).c_str());
  problem.append_child(pugi::node_pcdata).set_value(EscapeIllegalXml(text).c_str());
}

// pytest's str(longrepr) for what its protocol wrote; a dead worker's phase may have its text elsewhere.
const std::string& TextOf(const v1::Phase& phase) {
  return phase.longrepr().empty() ? phase.terminal_text() : phase.longrepr();
}

const std::string& MessageOf(const v1::Phase& phase) {
  return phase.crash_message().empty() ? TextOf(phase) : phase.crash_message();
}

// Reports that follow carry all that was captured before them; where a worker left it out, the latest that has some stands in.
v1::Phase WithSections(const v1::Phase& phase, const std::vector<v1::Phase>& phases) {
  v1::Phase complete = phase;
  for (auto other = phases.rbegin(); complete.sections_size() == 0 && other != phases.rend(); ++other) {
    if (other->subtest().empty()) *complete.mutable_sections() = other->sections();
  }
  return complete;
}

}  // namespace

void ReadPytestOptions(const std::map<std::string, std::string>& resolved, JunitOptions& options) {
  const auto read = [&](const char* name, std::string& value) {
    const auto found = resolved.find(name);
    if (found != resolved.end() && !found->second.empty()) value = found->second;
  };
  read("junit_suite_name", options.suite_name);
  read("junit_family", options.family);
  read("junit_logging", options.logging);
  read("junit_duration_report", options.duration_report);
  std::string log_passing_tests;
  read("junit_log_passing_tests", log_passing_tests);
  if (!log_passing_tests.empty()) {
    options.log_passing_tests = absl::StartsWithIgnoreCase(log_passing_tests, "t") || log_passing_tests == "1";
  }
}

std::string EscapeIllegalXml(std::string_view text) {
  std::string escaped;
  escaped.reserve(text.size());
  while (!text.empty()) {
    const CodePoint point = Decode(text);
    if (point.valid && IsAllowed(point.value)) {
      escaped += text.substr(0, point.bytes);
    } else {
      absl::StrAppendFormat(&escaped, "#x%0*X", point.value <= 0xFF ? 2 : 4, point.value);
    }
    text.remove_prefix(point.bytes);
  }
  return escaped;
}

std::string ShortenJunitMessage(std::string_view message) {
  constexpr size_t kBudget = 500;
  std::vector<std::string_view> lines = SplitLines(message);
  if (lines.empty()) lines.push_back("");
  std::string kept;
  size_t kept_lines = 0;
  size_t size = 0;
  for (const std::string_view line : lines) {
    const size_t length = CodePoints(line) + 1;
    if (kept_lines > 0 && size + length > kBudget) break;
    if (kept_lines > 0) kept += "\n";
    kept += line;
    size += length;
    ++kept_lines;
  }
  const bool first_line_cut = CodePoints(kept) > kBudget;
  if (first_line_cut) kept = std::string(FirstCodePoints(kept, kBudget)) + "...";
  const size_t remaining = lines.size() - kept_lines;
  if (remaining > 0) {
    return absl::StrCat(kept, "\n[+", remaining, " more line", remaining > 1 ? "s" : "",
                        "; full report in element text]");
  }
  return first_line_cut ? kept + "\n[truncated; full report in element text]" : std::string(message);
}

pugi::xml_node JunitCases::Open(const std::string& node_id, const std::string& path, int line) {
  const std::string_view module = ModuleOf(node_id);
  std::string file(module);
  if (absl::EndsWith(file, ".py")) file.resize(file.size() - 3);
  for (char& c : file) {
    if (c == '/') c = '.';
  }
  std::vector<std::string> names = {file};
  // Parameters may hold "::" themselves; they belong to the last name whatever they hold.
  std::string_view rest = std::string_view(node_id).substr(module.size());
  const std::string_view parameters = rest.substr(std::min(rest.find('['), rest.size()));
  rest.remove_suffix(parameters.size());
  while (!rest.empty()) {
    rest.remove_prefix(2);
    const std::string_view name = rest.substr(0, rest.find("::"));
    names.emplace_back(name);
    rest.remove_prefix(name.size());
  }
  names.back() += parameters;
  std::string class_name = options_.prefix;
  for (size_t i = 0; i + 1 < names.size(); ++i) absl::StrAppend(&class_name, class_name.empty() ? "" : ".", names[i]);

  pugi::xml_node element = document_.append_child("testcase");
  element.append_attribute("classname").set_value(EscapeIllegalXml(class_name).c_str());
  element.append_attribute("name").set_value(EscapeIllegalXml(names.back()).c_str());
  if (options_.family != "xunit2") {
    element.append_attribute("file").set_value(EscapeIllegalXml(path).c_str());
    if (line >= 0) element.append_attribute("line").set_value(line);
  }
  return element;
}

void JunitCases::Add(const v1::TestResult& result, const std::vector<v1::TestResult>& attempts) {
  const std::string& node_id = result.ref().node_id();
  const std::vector<v1::Phase> phases = CompletePhases(result);
  const auto open = [&] {
    tests_.push_back({node_id, Open(node_id, result.location_path(), result.location_line())});
    return tests_.back().element;
  };
  pugi::xml_node element = open();
  pugi::xml_node first = element;
  double duration = 0;
  bool call_failed = false;
  for (const v1::Phase& phase : phases) {
    const bool teardown = phase.when() == "teardown";
    if (teardown && phase.outcome() == "failed" && result.quarantined().empty()) {
      if (call_failed) {
        // The schema has room for one problem in a test case.
        Close(result, duration, element);
        element = open();
        duration = 0;
      } else {
        ++totals_.counted_twice;
      }
    }
    call_failed = call_failed || (phase.when() == "call" && phase.outcome() == "failed");
    AddPhase(result, phase, element);
    if (options_.duration_report == "total" || options_.duration_report == phase.when()) {
      duration += phase.duration_s();
    }
    if (teardown) AddCaptured(WithSections(phase, phases), element);
  }
  Close(result, duration, element);
  const bool flaky = result.outcome() != v1::FAILED && result.outcome() != v1::ERROR;
  for (const v1::TestResult& attempt : attempts) AddAttempt(attempt, flaky, first);
}

void JunitCases::AddAttempt(const v1::TestResult& attempt, bool flaky, pugi::xml_node element) {
  for (const v1::Phase& phase : CompletePhases(attempt)) {
    if (phase.outcome() != "failed" || !phase.subtest().empty()) continue;
    const bool failure = phase.when() == "call";
    const char* const tag =
        flaky ? (failure ? "flakyFailure" : "flakyError") : (failure ? "rerunFailure" : "rerunError");
    pugi::xml_node problem = element.append_child(tag);
    problem.append_attribute("message").set_value(EscapeIllegalXml(ShortenJunitMessage(MessageOf(phase))).c_str());
    problem.append_attribute("type").set_value(attempt.reason() == v1::REASON_NONE ? "failed"
                                                                                   : attempt.death().c_str());
    AddText(problem, "stackTrace", TextOf(phase));
    return;
  }
}

void JunitCases::AddPhase(const v1::TestResult& result, const v1::Phase& phase, pugi::xml_node element) {
  if (phase.outcome() == "failed" && !result.quarantined().empty()) {
    // What reads this would fail the run for it: it is a skip that says what happened.
    if (element.child("skipped")) return;
    ++totals_.skipped;
    AddProblem(
        element, "skipped",
        ShortenJunitMessage(absl::StrCat("quarantined: ", result.quarantined(), "; it failed: ", MessageOf(phase))),
        TextOf(phase));
  } else if (phase.outcome() == "passed") {
    if (phase.when() == "call") ++totals_.passed;
  } else if (phase.outcome() == "skipped") {
    AddSkipped(phase, element);
  } else if (phase.outcome() == "failed" && phase.when() == "call") {
    ++totals_.failures;
    AddProblem(element, "failure", ShortenJunitMessage(MessageOf(phase)), TextOf(phase));
    if (!options_.log_passing_tests) AddCaptured(phase, element);
  } else if (phase.outcome() == "failed") {
    ++totals_.errors;
    const char* const when = phase.when() == "teardown" ? "teardown" : "setup";
    AddProblem(element, "error",
               ShortenJunitMessage(absl::StrCat("failed on ", when, " with \"", MessageOf(phase), "\"")),
               TextOf(phase));
  }
}

void JunitCases::AddSkipped(const v1::Phase& phase, pugi::xml_node element) {
  ++totals_.skipped;
  pugi::xml_node skipped = element.append_child("skipped");
  const std::string reason(phase.xfail() ? WithoutPrefix(phase.skip_reason(), "reason: ")
                                         : WithoutPrefix(phase.skip_reason(), "Skipped: "));
  skipped.append_attribute("type").set_value(phase.xfail() ? "pytest.xfail" : "pytest.skip");
  skipped.append_attribute("message").set_value(EscapeIllegalXml(reason).c_str());
  if (phase.xfail()) return;
  const std::string details = absl::StrCat(paths_.Absolute(phase.skip_path()), ":", phase.skip_line(), ": ", reason);
  skipped.append_child(pugi::node_pcdata).set_value(EscapeIllegalXml(details).c_str());
  AddCaptured(phase, element);
}

void JunitCases::AddCaptured(const v1::Phase& phase, pugi::xml_node element) {
  const std::string& wanted = options_.logging;
  if (wanted == "no" || (!options_.log_passing_tests && phase.outcome() == "passed")) return;
  const bool all = wanted == "all";
  std::string text;
  if (all || wanted == "log") text = Block("Log", Captured(phase, "Captured log", "\n"));
  if (all || wanted == "system-out" || wanted == "out-err") {
    AddText(element, "system-out", text + Block("Out", Captured(phase, "Captured stdout", "")));
    text.clear();
  }
  if (all || wanted == "system-err" || wanted == "out-err") {
    AddText(element, "system-err", text + Block("Err", Captured(phase, "Captured stderr", "")));
    text.clear();
  }
  if (!text.empty()) AddText(element, "system-out", text);
}

void JunitCases::Close(const v1::TestResult& result, double duration, pugi::xml_node element) {
  element.append_attribute("time").set_value(absl::StrFormat("%.3f", duration).c_str());
  if (result.user_properties().empty()) return;
  pugi::xml_node properties = element.prepend_child("properties");
  for (const v1::Property& property : result.user_properties()) {
    pugi::xml_node child = properties.append_child("property");
    child.append_attribute("name").set_value(EscapeIllegalXml(property.name()).c_str());
    child.append_attribute("value").set_value(EscapeIllegalXml(property.value()).c_str());
  }
}

void JunitCases::Add(const v1::CollectReport& report) {
  pugi::xml_node element = Open(report.node_id(), std::string(ModuleOf(report.node_id())), -1);
  element.append_attribute("time").set_value("0.000");
  collectors_.push_back({report.node_id(), element});
  const bool skipped = report.outcome() == "skipped";
  ++(skipped ? totals_.skipped : totals_.errors);
  AddProblem(element, skipped ? "skipped" : "error", skipped ? "collection skipped" : "collection failure",
             report.longrepr());
}

void JunitCases::CopyTo(pugi::xml_node suite, const PytestOrder& order) {
  for (std::vector<Case>* cases : {&collectors_, &tests_}) {
    order.Sort(*cases, [](const Case& c) -> const std::string& { return c.node_id; });
    for (const Case& c : *cases) suite.append_copy(c.element);
  }
}

}  // namespace fastest::report
