// The last line of a run ("2 failed, 5 passed in 1.20s"), and the colour of everything about the run as a whole.
#ifndef FASTEST_COORDINATOR_REPORT_TEXT_COUNTS_LINE_H_
#define FASTEST_COORDINATOR_REPORT_TEXT_COUNTS_LINE_H_

#include <map>
#include <string>
#include <vector>

#include "coordinator/report/text/terminal_text.h"

namespace fastest::report {

// Red after a failure, yellow after a warning or something unusual. Not thread-safe.
class MainColor {
 public:
  // A category of pytest's counts ("failed", "warnings", one of a plugin …). Empty categories have no effect.
  void Saw(const std::string& category);
  // `finished`: every collected test has been reported.
  Color Get(bool finished) const;
  // Categories that pytest itself does not know, in the order in which they came.
  const std::vector<std::string>& unknown_categories() const { return unknown_; }

 private:
  bool bad_ = false;
  bool unusual_ = false;
  bool passed_ = false;
  std::vector<std::string> unknown_;
};

// pytest's own categories, in the order of the last line.
const std::vector<std::string>& KnownCategories();

// The last line: its parts, without the rule around them.
struct CountsLine {
  // With and without escape sequences.
  std::string styled;
  std::string plain;
};

// `seconds` is the wall time of the run. The parts are styled as `text` would style them.
CountsLine MakeCountsLine(const std::map<std::string, int>& counts, const MainColor& color, bool finished,
                          double seconds, const TerminalText& text);

}  // namespace fastest::report

#endif  // FASTEST_COORDINATOR_REPORT_TEXT_COUNTS_LINE_H_
