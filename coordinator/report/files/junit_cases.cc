#include "coordinator/report/files/junit_cases.h"

#include <algorithm>
#include <charconv>
#include <cmath>
#include <cstdint>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "coordinator/report/text/test_report.h"
#include "coordinator/report/text/text_width.h"
#include "proto/test_id.h"

namespace fastest::report {
namespace {

bool IsAllowed(uint32_t c) {
  return c == 0x9 || c == 0xA || c == 0xD || (c >= 0x20 && c <= 0x7E) || (c >= 0x80 && c <= 0xD7FF) ||
         (c >= 0xE000 && c <= 0xFFFD) || (c >= 0x10000 && c <= 0x10FFFF);
}

// The first character that stands for a byte of a name that is no text (base/byte_text.h).
constexpr uint32_t kFirstEscape = 0x10FF80;

// Whether the text can stand in an attribute as it is.
bool NeedsNoEscape(std::string_view text) {
  return std::all_of(text.begin(), text.end(), [](char c) {
    return c >= ' ' && c < 127 && c != '&' && c != '<' && c != '>' && c != '"' && c != '\'';
  });
}

std::string Dotted(std::string_view path) {
  std::string dotted(path);
  std::replace(dotted.begin(), dotted.end(), '/', '.');
  return dotted;
}

struct TextWriter : pugi::xml_writer {
  explicit TextWriter(TextBuffer* text) : text(text) {}
  void write(const void* data, size_t size) override { text->Add({static_cast<const char*>(data), size}); }
  TextBuffer* const text;
};

// The contents of all sections of a kind ("Captured stdout").
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

// A block of captured text below its headline, which is in the middle of 80 dashes.
std::string Block(const char* name, const std::string& content) {
  constexpr size_t kDashes = 33;
  const std::string dashes(kDashes, '-');
  return absl::StrCat(dashes, " Captured ", name, " ", dashes, "\n", content, "\n");
}

// Adds three decimals, rounded as Python's format does.
void AddSeconds(double seconds, TextBuffer* text) {
  const double thousandths = seconds * 1000;
  const auto whole = static_cast<uint64_t>(seconds >= 0 && seconds < 1e6 ? thousandths : 0);
  const double part = thousandths - static_cast<double>(whole);
  // Near a half, digits that the product lost decide the direction.
  if (constexpr double kDoubt = 1e-6; part >= 0 && part < 1 && std::abs(part - 0.5) > kDoubt) {
    const uint64_t rounded = whole + (part > 0.5 ? 1 : 0);
    text->AddCount(static_cast<int64_t>(rounded / 1000));
    text->Add('.');
    text->AddDigits<3>(rounded % 1000);
    return;
  }
  constexpr size_t kMost = 400;
  char* const digits = text->Room(kMost);
  text->Took(
      static_cast<size_t>(std::to_chars(digits, digits + kMost, seconds, std::chars_format::fixed, 3).ptr - digits));
}

void AddText(pugi::xml_node parent, const char* tag, const std::string& text) {
  parent.append_child(tag).append_child(pugi::node_pcdata).set_value(EscapeIllegalXml(text).c_str());
}

void AddProblem(pugi::xml_node parent, const char* tag, const std::string& message, const std::string& text) {
  pugi::xml_node problem = parent.append_child(tag);
  problem.append_attribute("message").set_value(EscapeIllegalXml(message).c_str());
  problem.append_child(pugi::node_pcdata).set_value(EscapeIllegalXml(text).c_str());
}

// pytest's str(longrepr) for what its protocol wrote. The phase of a dead worker may have its text elsewhere.
const std::string& TextOf(const v1::Phase& phase) {
  return phase.longrepr().empty() ? phase.terminal_text() : phase.longrepr();
}

const std::string& MessageOf(const v1::Phase& phase) {
  return phase.crash_message().empty() ? TextOf(phase) : phase.crash_message();
}

// In pytest, later reports carry all that was captured before. If a worker left that out, the latest report with
// sections stands in.
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
    if (point.valid && point.value >= kFirstEscape) {
      // A byte of a name that is no text: for pytest a surrogate, which XML does not have.
      absl::StrAppendFormat(&escaped, "#xDC%02X", point.value & 0xFF);
    } else if (point.valid && IsAllowed(point.value)) {
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

JunitCases::Spelling JunitCases::Spell(std::string_view node_id) const {
  const std::string_view module = ModuleOf(node_id);
  const std::string_view file =
      module.size() >= 3 && module.substr(module.size() - 3) == ".py" ? module.substr(0, module.size() - 3) : module;
  // Parameters may hold "::". They belong to the last name, whatever they hold.
  const size_t parameters = std::min(node_id.find('[', module.size()), node_id.size());
  Spelling spelling = {options_.prefix, ""};
  const auto add_class = [&](std::string_view name) {
    if (!spelling.class_name.empty()) spelling.class_name.push_back('.');
    spelling.class_name += name;
  };
  const size_t names = node_id.rfind("::", parameters);
  if (module.size() >= node_id.size() || names == std::string_view::npos || names < module.size()) {
    return {options_.prefix, Dotted(file)};
  }
  add_class(Dotted(file));
  for (size_t at = module.size(); at < names;) {
    const size_t next = node_id.find("::", at + 2);
    add_class(node_id.substr(at + 2, next - at - 2));
    at = next;
  }
  spelling.name = node_id.substr(names + 2);
  return spelling;
}

pugi::xml_node JunitCases::Open(const std::string& node_id, const std::string& path, int line) {
  const Spelling spelling = Spell(node_id);
  pugi::xml_node element = unwritten_.append_child("testcase");
  element.append_attribute("classname").set_value(EscapeIllegalXml(spelling.class_name).c_str());
  element.append_attribute("name").set_value(EscapeIllegalXml(spelling.name).c_str());
  if (options_.family != "xunit2") {
    element.append_attribute("file").set_value(EscapeIllegalXml(path).c_str());
    if (line >= 0) element.append_attribute("line").set_value(line);
  }
  return element;
}

bool JunitCases::AddPlain(const v1::TestResult& result) {
  if (!plain_passes_ || !PassedPlainly(result)) return false;
  const std::string& node_id = result.ref().node_id();
  const Spelling spelling = Spell(ShownId(result));
  if (!NeedsNoEscape(spelling.class_name) || !NeedsNoEscape(spelling.name)) return false;
  double duration = 0;
  for (const v1::Phase& phase : result.phases()) {
    if (options_.duration_report == "total" || options_.duration_report == phase.when()) duration += phase.duration_s();
  }
  ++totals_.passed;
  const size_t begin = text_.size();
  text_.Add("<testcase classname=\"");
  text_.Add(spelling.class_name);
  text_.Add("\" name=\"");
  text_.Add(spelling.name);
  text_.Add("\" time=\"");
  AddSeconds(duration, &text_);
  text_.Add("\"/>");
  tests_.push_back({node_id, begin, text_.size()});
  return true;
}

void JunitCases::WriteDown(const std::string& node_id, std::vector<Case>* cases) {
  const size_t begin = text_.size();
  TextWriter writer(&text_);
  for (const pugi::xml_node element : unwritten_.children()) {
    element.print(writer, "", pugi::format_raw | pugi::format_no_declaration, pugi::encoding_utf8);
  }
  unwritten_.reset();
  cases->push_back({node_id, begin, text_.size()});
}

void JunitCases::Add(const v1::TestResult& result, const std::vector<v1::TestResult>& attempts) {
  if (attempts.empty() && AddPlain(result)) return;
  const std::string& node_id = result.ref().node_id();
  const std::vector<v1::Phase> phases = CompletePhases(result);
  const auto open = [&] { return Open(ShownId(result), result.location_path(), result.location_line()); };
  pugi::xml_node element = open();
  pugi::xml_node first = element;
  double duration = 0;
  bool call_failed = false;
  for (const v1::Phase& phase : phases) {
    const bool teardown = phase.when() == "teardown";
    if (teardown && phase.outcome() == "failed" && result.quarantined().empty()) {
      if (call_failed) {
        // The schema allows one problem in a test case.
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
  WriteDown(node_id, &tests_);
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
    // Readers would fail the run for a failure. So it is a skip that says what happened.
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
  const bool skipped = report.outcome() == "skipped";
  ++(skipped ? totals_.skipped : totals_.errors);
  AddProblem(element, skipped ? "skipped" : "error", skipped ? "collection skipped" : "collection failure",
             report.longrepr());
  WriteDown(report.node_id(), &collectors_);
}

void JunitCases::AppendTo(const PytestOrder& order, std::string* xml) {
  for (std::vector<Case>* cases : {&collectors_, &tests_}) {
    order.Sort(*cases, [](const Case& c) -> const std::string& { return c.node_id; });
    for (const Case& c : *cases) xml->append(text_.text().substr(c.begin, c.end - c.begin));
  }
}

}  // namespace fastest::report
