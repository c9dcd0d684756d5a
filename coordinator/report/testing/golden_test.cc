// Compares what our reporters write with what genuine pytest wrote of the same reports.
#include <gtest/gtest.h>

#include <memory>
#include <sstream>
#include <string>
#include <vector>

#include "coordinator/report/files/junit_reporter.h"
#include "coordinator/report/terminal/terminal_reporter.h"
#include "coordinator/report/testing/golden_recording.h"
#include "coordinator/report/testing/string_sink.h"

namespace fastest::report {
namespace {

using nlohmann::json;

class GoldenTest : public testing::TestWithParam<const char*> {};

TEST_P(GoldenTest, TerminalTextIsPytests) {
  const std::vector<json> events = ReadGoldenEvents(GetParam());
  TerminalOptions options;
  options.color = events.front()["run"]["color"];
  options.junit_xml_path = "/tmp/fastest_recorded_junit.xml";
  std::ostringstream out;
  std::ostringstream err;
  TerminalReporter reporter(out, err, options);
  ReplayGolden(events, reporter);
  EXPECT_EQ(out.str(), ReadGolden(std::string(GetParam()) + ".txt"));
  EXPECT_EQ(err.str(), "");
}

TEST_P(GoldenTest, JunitReportIsPytests) {
  const std::vector<json> events = ReadGoldenEvents(GetParam());
  JunitOptions options;
  options.prefix = events.front()["run"]["prefix"];
  std::string written;
  std::ostringstream err;
  JunitReporter reporter(std::make_unique<StringSink>(&written), options, err);
  ReplayGolden(events, reporter);
  EXPECT_EQ(CanonicalXml(written), CanonicalXml(ReadGolden(std::string(GetParam()) + ".xml")));
  EXPECT_EQ(err.str(), "");
}

INSTANTIATE_TEST_SUITE_P(Recorded, GoldenTest, testing::ValuesIn(kGoldenRecordings),
                         [](const auto& info) { return std::string(info.param); });

}  // namespace
}  // namespace fastest::report
