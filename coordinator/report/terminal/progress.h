// What the terminal shows while tests run: a line for each complete module, a line for each test (-v), or only letters
// (-q). The percentage is at the right edge, as in pytest.
#ifndef FASTEST_COORDINATOR_REPORT_TERMINAL_PROGRESS_H_
#define FASTEST_COORDINATOR_REPORT_TERMINAL_PROGRESS_H_

#include <map>
#include <string>
#include <vector>

#include "coordinator/report/terminal/terminal_options.h"
#include "coordinator/report/text/counts_line.h"
#include "coordinator/report/text/display_path.h"
#include "coordinator/report/text/terminal_text.h"
#include "proto/test.pb.h"

namespace fastest::report {

// Everything passed in must outlive the object. Not thread-safe.
class Progress {
 public:
  Progress(TerminalText& text, const TerminalOptions& options, const DisplayPath& paths, const MainColor& color)
      : text_(text), options_(options), paths_(paths), color_(color) {}

  // As the calls of Reporter with these names.
  void Expected(int tests, bool exact);
  void ModuleExpected(const std::string& module, int tests);
  // `phases` are CompletePhases(result).
  void Result(const v1::TestResult& result, const std::vector<v1::Phase>& phases);
  // Shows modules that never became complete, and the last percentage unless the run was stopped. `collected` is the
  // number of tests that workers found.
  void Finish(int collected, bool stopped);

 private:
  // A letter, and whether it is the first of its test.
  struct Mark {
    std::string letter;
    Style style;
    bool begins_test = false;
  };
  struct Module {
    // -1 until it is known.
    int expected = -1;
    int reported = 0;
    // The place of the module in the order of first reports.
    size_t since = 0;
    std::vector<Mark> marks;
  };

  void ShowModule(const std::string& name, Module& module, bool with_percentage);
  void ShowMark(const Mark& mark);
  void ShowTest(const v1::TestResult& result, const std::vector<v1::Phase>& phases);
  std::string LocationLine(const v1::TestResult& result) const;
  // Never less than at an earlier call, though the expected number may grow.
  std::string Percentage();
  void ShowPercentageAtEdge();

  TerminalText& text_;
  const TerminalOptions& options_;
  const DisplayPath& paths_;
  const MainColor& color_;
  std::map<std::string, Module> modules_;
  size_t modules_seen_ = 0;
  int expected_ = 0;
  bool exact_ = false;
  // The number of tests shown so far.
  int shown_ = 0;
  int percentage_ = 0;
};

}  // namespace fastest::report

#endif  // FASTEST_COORDINATOR_REPORT_TERMINAL_PROGRESS_H_
