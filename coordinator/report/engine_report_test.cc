#include "coordinator/report/engine_report.h"

#include <sstream>

#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace fastest::report {
namespace {

v1::TestResult ResultOf(const std::string& node_id, v1::Engine engine, const std::string& reason) {
  v1::TestResult result;
  result.mutable_ref()->set_node_id(node_id);
  result.set_engine(engine);
  result.set_engine_reason(reason);
  return result;
}

std::string TextOf(bool list_tests, const std::vector<v1::TestResult>& results) {
  std::ostringstream out;
  EngineReport report(out, list_tests);
  for (const v1::TestResult& result : results) report.Result(result, {});
  EXPECT_TRUE(report.Finished({}));
  return out.str();
}

TEST(EngineReportTest, CountsEnginesAndReasons) {
  EXPECT_EQ(TextOf(false, {ResultOf("a", v1::ENGINE_DIRECT, ""), ResultOf("b", v1::ENGINE_PYTEST, "it is asynchronous"),
                           ResultOf("c", v1::ENGINE_PYTEST, "twisted is loaded"),
                           ResultOf("d", v1::ENGINE_PYTEST, "twisted is loaded")}),
            "engines: direct 1, pytest 3\n"
            "  left to pytest's: 2 (twisted is loaded)\n"
            "  left to pytest's: 1 (it is asynchronous)\n");
}

TEST(EngineReportTest, NamesTheTestsWhereAsked) {
  EXPECT_EQ(TextOf(true, {ResultOf("a", v1::ENGINE_DIRECT, ""), ResultOf("b", v1::ENGINE_PYTEST, "why")}),
            "engines: direct 1, pytest 1\n  left to pytest's: 1 (why)\n    b\n");
}

TEST(EngineReportTest, SaysSoWhenNothingRan) { EXPECT_EQ(TextOf(false, {}), "engines: no tests\n"); }

}  // namespace
}  // namespace fastest::report
