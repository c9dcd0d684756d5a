#include "coordinator/report/terminal/terminal_options.h"

#include "absl/strings/numbers.h"

namespace fastest::report {
namespace {

using Resolved = std::map<std::string, std::string>;

void Read(const Resolved& resolved, const char* name, std::string& value) {
  const auto found = resolved.find(name);
  if (found != resolved.end() && !found->second.empty()) value = found->second;
}

void Read(const Resolved& resolved, const char* name, bool& value) {
  const auto found = resolved.find(name);
  if (found == resolved.end()) return;
  const std::string& text = found->second;
  if (text == "True" || text == "true" || text == "1") value = true;
  if (text == "False" || text == "false" || text == "0") value = false;
}

void Read(const Resolved& resolved, const char* name, std::optional<int>& value) {
  const auto found = resolved.find(name);
  int number = 0;
  if (found != resolved.end() && absl::SimpleAtoi(found->second, &number)) value = number;
}

void Read(const Resolved& resolved, const char* name, std::optional<double>& value) {
  const auto found = resolved.find(name);
  double number = 0;
  if (found != resolved.end() && absl::SimpleAtod(found->second, &number)) value = number;
}

}  // namespace

bool TerminalOptions::ShowsProgress() const {
  if (console_output_style == "classic") return false;
  return capture != "no" || console_output_style == "progress-even-when-capture-no";
}

std::string TerminalOptions::ResolvedReportChars() const {
  std::string chars;
  for (char c : report_chars) {
    if (c == 'F') c = 'f';
    if (c == 'S') c = 's';
    if (c == 'a') {
      chars = "sxXEf";
    } else if (c == 'A') {
      chars = "PpsxXEf";
    } else if (c == 'N') {
      chars.clear();
    } else if (chars.find(c) == std::string::npos) {
      chars += c;
    }
  }
  const size_t warnings = chars.find('w');
  if (disable_warnings && warnings != std::string::npos) chars.erase(warnings, 1);
  if (!disable_warnings && warnings == std::string::npos) chars.insert(chars.begin(), 'w');
  return chars;
}

bool TerminalOptions::Reports(char letter) const { return ResolvedReportChars().find(letter) != std::string::npos; }

void ReadPytestOptions(const std::map<std::string, std::string>& resolved, TerminalOptions& options) {
  std::optional<int> verbosity;
  Read(resolved, "verbose", verbosity);
  options.verbosity = verbosity.value_or(options.verbosity);
  Read(resolved, "verbosity_test_cases", options.test_case_verbosity);
  // "-rN" is a choice too, so an empty text counts.
  const auto chars = resolved.find("reportchars");
  if (chars != resolved.end()) options.report_chars = chars->second;
  Read(resolved, "disable_warnings", options.disable_warnings);
  Read(resolved, "fold_skipped", options.fold_skipped);
  Read(resolved, "xfail_tb", options.xfail_tb);
  Read(resolved, "no_header", options.no_header);
  Read(resolved, "no_summary", options.no_summary);
  Read(resolved, "tbstyle", options.tb_style);
  Read(resolved, "showcapture", options.show_capture);
  Read(resolved, "durations", options.durations);
  Read(resolved, "durations_min", options.durations_min);
  Read(resolved, "console_output_style", options.console_output_style);
  Read(resolved, "capture", options.capture);
}

}  // namespace fastest::report
