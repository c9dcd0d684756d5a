#include <gtest/gtest.h>

#include <fstream>
#include <memory>
#include <sstream>
#include <string>

#include "coordinator/events/json_reporter.h"
#include "coordinator/report/testing/result_kinds.h"
#include "coordinator/report/testing/string_sink.h"

namespace fastest::events {
namespace {

// The lines of all kinds of results, byte by byte: programs of users read them.
TEST(ResultLineTest, LinesStayWhatTheyAre) {
  std::string written;
  std::ostringstream errors;
  JsonReporter reporter(std::make_unique<report::StringSink>(&written), errors);
  for (const report::ReportedResult& reported : report::EveryKindOfResult()) {
    reported.is_last ? reporter.Result(reported.result, reported.origin)
                     : reporter.Attempt(reported.result, reported.origin);
  }
  reporter.Tick(0);
  std::ifstream file("coordinator/events/testdata/results.jsonl");
  std::istringstream lines(written);
  std::string line;
  int number = 0;
  for (std::string expected; std::getline(file, expected);) {
    ++number;
    ASSERT_TRUE(std::getline(lines, line)) << number;
    EXPECT_EQ(line, expected) << number;
  }
  EXPECT_GT(number, 100);
  EXPECT_FALSE(std::getline(lines, line)) << line;
  EXPECT_EQ(errors.str(), "");
  if (const char* out = getenv("GOLDEN_OUT")) std::ofstream(out) << written;
}

}  // namespace
}  // namespace fastest::events
