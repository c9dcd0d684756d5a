#include "coordinator/report/terminal/terminal_options.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace fastest::report {
namespace {

using ::testing::Optional;

std::string Resolved(const std::string& chars, bool disable_warnings = false) {
  TerminalOptions options;
  options.report_chars = chars;
  options.disable_warnings = disable_warnings;
  return options.ResolvedReportChars();
}

TEST(TerminalOptionsTest, ReportCharsAsPytestReadsThem) {
  EXPECT_EQ(Resolved("fE"), "wfE");
  EXPECT_EQ(Resolved("fEs"), "wfEs");
  EXPECT_EQ(Resolved("FS"), "wfs");
  EXPECT_EQ(Resolved("a"), "wsxXEf");
  EXPECT_EQ(Resolved("fA"), "wPpsxXEf");
  EXPECT_EQ(Resolved("aN"), "w");
  EXPECT_EQ(Resolved("ff"), "wf");
  EXPECT_EQ(Resolved("sw"), "sw");
  EXPECT_EQ(Resolved("fE", true), "fE");
  EXPECT_EQ(Resolved("wf", true), "f");
}

TEST(TerminalOptionsTest, TakesOverWhatPytestResolved) {
  TerminalOptions options;
  ReadPytestOptions({{"verbose", "-1"},
                     {"verbosity_test_cases", "2"},
                     {"reportchars", ""},
                     {"disable_warnings", "True"},
                     {"no_header", "true"},
                     {"no_summary", "1"},
                     {"tbstyle", "line"},
                     {"showcapture", "no"},
                     {"durations", "3"},
                     {"durations_min", "0.5"},
                     {"capture", "no"},
                     {"fold_skipped", "False"}},
                    options);
  EXPECT_EQ(options.verbosity, -1);
  EXPECT_EQ(options.test_cases(), 2);
  EXPECT_EQ(options.ResolvedReportChars(), "");
  EXPECT_TRUE(options.no_header);
  EXPECT_TRUE(options.no_summary);
  EXPECT_EQ(options.tb_style, "line");
  EXPECT_EQ(options.show_capture, "no");
  EXPECT_THAT(options.durations, Optional(3));
  EXPECT_THAT(options.durations_min, Optional(0.5));
  EXPECT_FALSE(options.fold_skipped);
  EXPECT_FALSE(options.ShowsProgress());
}

TEST(TerminalOptionsTest, NonsenseChangesNothing) {
  TerminalOptions options;
  ReadPytestOptions({{"verbose", "much"},
                     {"durations", "None"},
                     {"tbstyle", ""},
                     {"no_header", "?"},
                     {"verbosity_test_cases", "auto"}},
                    options);
  EXPECT_EQ(options.verbosity, 0);
  EXPECT_EQ(options.durations, std::nullopt);
  EXPECT_EQ(options.tb_style, "auto");
  EXPECT_FALSE(options.no_header);
  EXPECT_EQ(options.test_cases(), 0);
}

TEST(TerminalOptionsTest, ProgressDependsOnStyleAndCapture) {
  TerminalOptions options;
  EXPECT_TRUE(options.ShowsProgress());
  EXPECT_FALSE(options.ShowsCounts());
  options.console_output_style = "count";
  EXPECT_TRUE(options.ShowsCounts());
  options.console_output_style = "classic";
  EXPECT_FALSE(options.ShowsProgress());
  options.capture = "no";
  options.console_output_style = "progress";
  EXPECT_FALSE(options.ShowsProgress());
  options.console_output_style = "progress-even-when-capture-no";
  EXPECT_TRUE(options.ShowsProgress());
}

}  // namespace
}  // namespace fastest::report
