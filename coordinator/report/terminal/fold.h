// Parts of a log that a CI server shows folded, because only some readers want them.
#ifndef FASTEST_COORDINATOR_REPORT_TERMINAL_FOLD_H_
#define FASTEST_COORDINATOR_REPORT_TERMINAL_FOLD_H_

#include <cstdint>
#include <string>
#include <utility>

#include "absl/strings/str_cat.h"
#include "coordinator/report/text/terminal_text.h"

namespace fastest::report {

enum class FoldStyle {
  kNone,
  // "::group::" of GitHub Actions.
  kGitHub,
  // "section_start:" of GitLab.
  kGitLab,
};

// The part of the log from the making of the object to its end.
class Fold {
 public:
  // `name` has letters and '_', and stands once in a log. `at` is in seconds since the epoch; GitLab needs it.
  Fold(TerminalText& text, FoldStyle style, std::string name, const std::string& title, double at)
      : text_(text), style_(style), name_(std::move(name)), at_(static_cast<int64_t>(at)) {
    text_.EnsureNewline();
    if (style_ == FoldStyle::kGitHub) text_.Line("::group::" + title);
    if (style_ == FoldStyle::kGitLab) {
      text_.Line(absl::StrCat("\x1b[0Ksection_start:", at_, ":fastest_", name_, "[collapsed=true]\r\x1b[0K", title));
    }
  }
  ~Fold() {
    text_.EnsureNewline();
    if (style_ == FoldStyle::kGitHub) text_.Line("::endgroup::");
    if (style_ == FoldStyle::kGitLab)
      text_.Line(absl::StrCat("\x1b[0Ksection_end:", at_, ":fastest_", name_, "\r\x1b[0K"));
  }
  Fold(const Fold&) = delete;
  Fold& operator=(const Fold&) = delete;

 private:
  TerminalText& text_;
  const FoldStyle style_;
  const std::string name_;
  const int64_t at_;
};

}  // namespace fastest::report

#endif  // FASTEST_COORDINATOR_REPORT_TERMINAL_FOLD_H_
