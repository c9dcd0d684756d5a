#include "coordinator/report/files/annotations.h"

#include <algorithm>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_replace.h"
#include "absl/strings/str_split.h"
#include "absl/strings/strip.h"
#include "coordinator/report/text/outcome_words.h"
#include "coordinator/report/text/test_report.h"
#include "proto/test_id.h"

namespace fastest::report {
namespace {

constexpr size_t kMost = 10;

std::string Data(const std::string& text) {
  return absl::StrReplaceAll(text, {{"%", "%25"}, {"\r", "%0D"}, {"\n", "%0A"}});
}

std::string Property(const std::string& text) {
  return absl::StrReplaceAll(text, {{"%", "%25"}, {"\r", "%0D"}, {"\n", "%0A"}, {":", "%3A"}, {",", "%2C"}});
}

// Without escape sequences.
std::string Plain(const std::string& text) {
  std::string plain;
  for (size_t at = 0; at < text.size(); ++at) {
    if (text[at] == '\x1b' && at + 1 < text.size() && text[at + 1] == '[') {
      at = std::min(text.find('m', at), text.size() - 1);
    } else {
      plain += text[at];
    }
  }
  return plain;
}

// The number at the beginning of `text`; 0 if there is none.
int NumberIn(absl::string_view text) {
  size_t digits = 0;
  while (digits < text.size() && absl::ascii_isdigit(static_cast<unsigned char>(text[digits]))) ++digits;
  int number = 0;
  return absl::SimpleAtoi(text.substr(0, digits), &number) ? number : 0;
}

// The last line of the file that pytest's text names: "tests/test_a.py:12: AssertionError", or Python's own
// `File "/home/me/tests/test_a.py", line 12`. 0: the text names none. Paths may be relative to any folder, so their
// ends are compared.
int LastLineIn(const std::string& longrepr, const std::string& path) {
  const std::string name = path.substr(path.rfind('/') + 1);
  int last = 0;
  for (const absl::string_view line : absl::StrSplit(Plain(longrepr), '\n')) {
    const size_t at = line.find(name);
    if (at == absl::string_view::npos) continue;
    const absl::string_view before = line.substr(0, at);
    absl::string_view after = line.substr(at + name.size());
    const bool in_python = absl::ConsumePrefix(&after, "\", line ");
    const bool starts_line = absl::StrContains(before, "File \"") ? in_python : !absl::StrContains(before, " ");
    if (!starts_line || (!before.empty() && before.back() != '/' && before.back() != '"')) continue;
    if (!in_python && !absl::ConsumePrefix(&after, ":")) continue;
    if (const int number = NumberIn(after); number > 0) last = number;
  }
  return last;
}

}  // namespace

void Annotations::Add(const std::string& level, const std::string& path, int line, const std::string& title,
                      const std::string& message) {
  std::string file = absl::StartsWith(path, "/") || rootdir_.empty() ? path : absl::StrCat(rootdir_, "/", path);
  for (const std::string& folder : {workspace_, workspace_.empty() ? "" : begun_in_}) {
    if (folder.empty() || !absl::StartsWith(file, folder + "/")) continue;
    file = file.substr(folder.size() + 1);
    break;
  }
  std::string text = absl::StrCat("::", level, " file=", Property(file));
  if (line > 0) absl::StrAppend(&text, ",line=", line);
  absl::StrAppend(&text, ",title=", Property(title), "::", Data(message), "\n");
  (level == "error" ? errors_ : warnings_).push_back(std::move(text));
}

void Annotations::Result(const v1::TestResult& result, const results::Origin& origin) {
  const std::string& node_id = ShownId(result);
  const std::string path = result.location_path().empty() ? std::string(ModuleOf(node_id)) : result.location_path();
  if (result.outcome() != v1::FAILED && result.outcome() != v1::ERROR) {
    if (origin.attempt < 2) return;
    Add("warning", path, result.location_line() + 1, absl::StrCat(node_id, " is flaky"),
        absl::StrCat("It passed at attempt ", origin.attempt, "."));
    return;
  }
  for (const v1::Phase& phase : CompletePhases(result)) {
    if (phase.outcome() != "failed" || !phase.subtest().empty()) continue;
    const std::string& message = phase.crash_message().empty() ? phase.longrepr() : phase.crash_message();
    const bool counts = result.quarantined().empty();
    const std::string label = result.has_label() ? absl::StrCat("\n", LabelText(result.label())) : "";
    const int line = LastLineIn(phase.longrepr(), path);
    Add(counts ? "error" : "warning", path, line > 0 ? line : result.location_line() + 1, node_id,
        absl::StrCat(counts ? "" : absl::StrCat("quarantined: ", result.quarantined(), "\n"), message, label));
    return;
  }
}

void Annotations::Collect(const v1::CollectReport& report) {
  if (report.outcome() != "failed") return;
  const std::string path(ModuleOf(report.node_id()));
  Add("error", path, std::max(1, LastLineIn(report.longrepr(), path)), absl::StrCat("collecting ", report.node_id()),
      report.crash_message().empty() ? report.longrepr() : report.crash_message());
}

bool Annotations::Finished(const results::RunSummary& /*summary*/) {
  for (const std::vector<std::string>* texts : {&errors_, &warnings_}) {
    for (size_t i = 0; i < std::min(texts->size(), kMost); ++i) out_ << (*texts)[i];
  }
  out_.flush();
  return true;
}

}  // namespace fastest::report
