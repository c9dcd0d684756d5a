#include "coordinator/results/serialized_reports.h"

#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

namespace fastest::results {
namespace {

TEST(SerializedReportsTest, EachPhaseIsAReport) {
  v1::TestResult result;
  result.mutable_ref()->set_node_id("a.py::x");
  result.set_location_path("a.py");
  result.set_location_line(4);
  result.set_domain("x");
  v1::Phase* setup = result.add_phases();
  setup->set_when("setup");
  setup->set_start(10);
  setup->set_duration_s(0.5);
  v1::Phase* call = result.add_phases();
  call->set_when("call");
  call->set_outcome("failed");
  call->set_longrepr("it died\xff");
  v1::Section* section = call->add_sections();
  section->set_name("Captured stdout call");
  section->set_content("words");
  v1::Phase* subtest = result.add_phases();
  subtest->set_when("call");
  subtest->set_subtest("i=1");
  const nlohmann::json test = nlohmann::json::parse(SerializedReports(result));
  EXPECT_EQ(test["nodeid"], "a.py::x");
  EXPECT_EQ(test["location"]["$tuple"], nlohmann::json({"a.py", 4, "x"}));
  const nlohmann::json& reports = test["reports"];
  ASSERT_EQ(reports.size(), 2u);
  EXPECT_EQ(reports[0]["$report_type"], "TestReport");
  EXPECT_EQ(reports[0]["nodeid"], "a.py::x");
  EXPECT_EQ(reports[0]["location"], test["location"]);
  EXPECT_EQ(reports[0]["outcome"], "passed");
  EXPECT_TRUE(reports[0]["longrepr"].is_null());
  EXPECT_EQ(reports[0]["stop"], 10.5);
  EXPECT_EQ(reports[1]["outcome"], "failed");
  EXPECT_EQ(reports[1]["sections"][0]["$tuple"], nlohmann::json({"Captured stdout call", "words"}));
  EXPECT_EQ(reports[1]["longrepr"], "it died\uFFFD");
  EXPECT_FALSE(test.contains("died"));
}

TEST(SerializedReportsTest, SaysThatTheWorkerHasDied) {
  v1::TestResult result;
  result.set_death("SIGKILL");
  result.add_phases()->set_when("call");
  EXPECT_EQ(nlohmann::json::parse(SerializedReports(result))["died"], true);
}

TEST(SerializedReportsTest, AnUnknownLineIsNone) {
  v1::TestResult result;
  result.set_location_line(-1);
  result.add_phases()->set_when("call");
  EXPECT_TRUE(nlohmann::json::parse(SerializedReports(result))["location"]["$tuple"][1].is_null());
}

}  // namespace
}  // namespace fastest::results
