// What the terminal reporter shows, and how: the wishes of the user. Most of them only pytest can resolve (addopts,
// ini-file).
#ifndef FASTEST_COORDINATOR_REPORT_TERMINAL_TERMINAL_OPTIONS_H_
#define FASTEST_COORDINATOR_REPORT_TERMINAL_TERMINAL_OPTIONS_H_

#include <functional>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "coordinator/report/terminal/fold.h"

namespace fastest::report {

struct TerminalOptions {
  // -v counts up, -q down.
  int verbosity = 0;
  // pytest's ini option verbosity_test_cases. `verbosity` if it is not set.
  std::optional<int> test_case_verbosity;
  bool color = false;
  int columns = 80;
  // The terminal can rewrite its last lines (not with TERM=dumb).
  bool live = false;
  // If it is not live: from time to time, a line says how far the run is.
  bool heartbeat = false;
  // The present width of the terminal. Empty: the width does not change.
  std::function<int()> measure_columns;
  // The CI server that reads the log and can fold parts of it, if there is one.
  FoldStyle fold = FoldStyle::kNone;
  // --hang-timeout; 0: none.
  double hang_timeout_s = 0;
  // What -r chose, as given.
  std::string report_chars = "fE";
  bool disable_warnings = false;
  bool fold_skipped = true;
  bool xfail_tb = false;
  bool no_header = false;
  bool no_summary = false;
  // --tb and --show-capture.
  std::string tb_style = "auto";
  std::string show_capture = "all";
  // --durations; 0 means all. Below, the seconds of --durations-min.
  std::optional<int> durations;
  std::optional<double> durations_min;
  // console_output_style ("progress", "count", "classic", …) and --capture. The progress information depends on both.
  std::string console_output_style = "progress";
  std::string capture = "fd";
  // Absolute path of the JUnit report, which the summary names. Empty if none is written.
  std::string junit_xml_path;
  // The other reports that are written to files, as the summary names them: "html report: /p/report.html".
  std::vector<std::string> report_files;
  // ShowOpening has been called for this run.
  bool opened = false;

  int test_cases() const { return test_case_verbosity.value_or(verbosity); }
  // Whether percentages are shown, or counts in their place.
  bool ShowsProgress() const;
  bool ShowsCounts() const { return console_output_style == "count"; }
  // Whether the summary shows what `letter` stands for: the letters of -r with abbreviations resolved, and w for
  // warnings.
  bool Reports(char letter) const;
  // The same letters as a text, in the order in which the short summary lists them.
  std::string ResolvedReportChars() const;
};

// Takes over what pytest resolved (RunStart.options, by pytest's own names: "verbose", "tbstyle" …). If a name is
// missing, or its value makes no sense, the option stays as it is.
void ReadPytestOptions(const std::map<std::string, std::string>& resolved, TerminalOptions& options);

}  // namespace fastest::report

#endif  // FASTEST_COORDINATOR_REPORT_TERMINAL_TERMINAL_OPTIONS_H_
