#include "coordinator/report/text/test_report.h"

#include <algorithm>
#include <cstring>
#include <string_view>

#include "absl/strings/str_cat.h"
#include "coordinator/report/text/text_width.h"
#include "proto/test_id.h"

namespace fastest::report {
namespace {

void SetStatus(v1::Phase& phase, const char* category, const char* letter, const char* word) {
  phase.set_category(category);
  phase.set_letter(letter);
  phase.set_word(word);
}

void Complete(v1::Phase& phase) {
  if (phase.outcome().empty()) phase.set_outcome("passed");
  // A plugin may say "no letter, no word" of a phase that did not pass, but only with a category. Quiet subtests have
  // neither.
  if (!phase.category().empty() || !phase.word().empty() || !phase.letter().empty() || !phase.subtest().empty()) return;
  const bool call = phase.when() == "call";
  if (phase.outcome() == "failed") {
    call ? SetStatus(phase, "failed", "F", "FAILED") : SetStatus(phase, "error", "E", "ERROR");
  } else if (phase.outcome() == "skipped") {
    phase.xfail() ? SetStatus(phase, "xfailed", "x", "XFAIL") : SetStatus(phase, "skipped", "s", "SKIPPED");
  } else if (call) {
    phase.xfail() ? SetStatus(phase, "xpassed", "X", "XPASS") : SetStatus(phase, "passed", ".", "PASSED");
  }
}

// The report that a worker that died could not write.
v1::Phase MissingPhase(const v1::TestResult& result) {
  v1::Phase phase;
  phase.set_when(result.outcome() == v1::ERROR ? "setup" : "call");
  const bool skipped = result.outcome() == v1::SKIPPED || result.outcome() == v1::XFAILED;
  const bool passed = result.outcome() == v1::PASSED || result.outcome() == v1::XPASSED;
  phase.set_outcome(passed ? "passed" : skipped ? "skipped" : "failed");
  phase.set_xfail(result.outcome() == v1::XFAILED || result.outcome() == v1::XPASSED);
  phase.set_longrepr(result.death());
  phase.set_crash_message(std::string(result.death().substr(0, result.death().find('\n'))));
  return phase;
}

// As ==, in a form that the compiler can inline.
template <size_t N>
bool Is(const std::string& text, const char (&other)[N]) {
  return text.size() == N - 1 && std::memcmp(text.data(), other, N - 1) == 0;
}

bool SaysNothing(const v1::Phase& phase) {
  return (phase.outcome().empty() || Is(phase.outcome(), "passed")) && !phase.xfail() && phase.sections_size() == 0 &&
         phase.category().empty() && phase.letter().empty() && phase.word().empty() && phase.subtest().empty() &&
         phase.longrepr().empty() && phase.terminal_text().empty() && phase.terminal_text_color().empty() &&
         phase.summary_line().empty() && phase.crash_message().empty() && phase.skip_path().empty() &&
         phase.skip_line() == 0 && phase.skip_reason().empty() && !phase.skip_by_mark();
}

std::vector<v1::Phase> MakePlainPhases() {
  v1::TestResult result;
  result.set_outcome(v1::PASSED);
  for (const char* const when : {"setup", "call", "teardown"}) result.add_phases()->set_when(when);
  return CompletePhases(result);
}

}  // namespace

bool PassedPlainly(const v1::TestResult& result) {
  if (result.outcome() != v1::PASSED || result.phases_size() != 3 || result.reason() != v1::REASON_NONE ||
      !result.death().empty() || !result.quarantined().empty() || result.has_label() ||
      result.user_properties_size() > 0 || !result.reported_id().empty()) {
    return false;
  }
  const v1::Phase& setup = result.phases(0);
  const v1::Phase& call = result.phases(1);
  const v1::Phase& teardown = result.phases(2);
  return Is(setup.when(), "setup") && SaysNothing(setup) && Is(call.when(), "call") && SaysNothing(call) &&
         Is(teardown.when(), "teardown") && SaysNothing(teardown);
}

const std::vector<v1::Phase>& PlainPhases() {
  static const auto* const phases = new std::vector<v1::Phase>(MakePlainPhases());
  return *phases;
}

std::vector<v1::Phase> CompletePhases(const v1::TestResult& result) {
  std::vector<v1::Phase> phases(result.phases().begin(), result.phases().end());
  const bool failed = result.outcome() == v1::FAILED || result.outcome() == v1::ERROR;
  const bool explained =
      std::any_of(phases.begin(), phases.end(), [](const v1::Phase& phase) { return phase.outcome() == "failed"; });
  if (phases.empty() || (failed && !explained)) phases.push_back(MissingPhase(result));
  for (v1::Phase& phase : phases) {
    Complete(phase);
    if (!result.quarantined().empty() && phase.outcome() == "failed") {
      SetStatus(phase, "quarantined", "q", "QUARANTINED");
    }
  }
  return phases;
}

Style OutcomeStyle(const v1::Phase& phase) {
  if (phase.category() == "quarantined") return {Color::kYellow};
  if (phase.outcome() == "failed") return {Color::kRed};
  if (phase.outcome() == "passed" && !phase.xfail()) return {Color::kGreen};
  return {Color::kYellow};
}

std::string ShortReason(const v1::Phase& phase) {
  std::string_view reason = phase.skip_reason();
  if (phase.xfail()) return std::string(WithoutPrefix(reason, "reason: "));
  if (reason == "Skipped") return "";
  return std::string(WithoutPrefix(reason, "Skipped: "));
}

TestReport::TestReport(const v1::TestResult& result, const v1::Phase& of_phase)
    : node_id(ShownId(result)),
      headline(result.domain().empty() ? result.ref().node_id() : result.domain()),
      phase(of_phase) {
  if (!phase.subtest().empty()) absl::StrAppend(&headline, " ", phase.subtest());
}

TestReport::TestReport(const v1::CollectReport& report)
    : node_id(report.node_id()), headline(ModuleOf(report.node_id())) {
  phase.set_when("collect");
  phase.set_outcome(report.outcome());
  if (report.outcome() == "skipped") {
    SetStatus(phase, "skipped", "s", "SKIPPED");
  } else {
    SetStatus(phase, "error", "E", "ERROR");
  }
  phase.set_longrepr(report.longrepr());
  phase.set_terminal_text(report.terminal_text());
  phase.set_terminal_text_color(report.terminal_text_color());
  phase.set_summary_line(report.summary_line());
  phase.set_crash_message(report.crash_message());
  phase.set_skip_path(report.skip_path());
  phase.set_skip_line(report.skip_line());
  phase.set_skip_reason(report.skip_reason());
  *phase.mutable_sections() = report.sections();
}

}  // namespace fastest::report
