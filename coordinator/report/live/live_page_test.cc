#include "coordinator/report/live/live_page.h"

#include <gtest/gtest.h>

#include <nlohmann/json.hpp>
#include <string>
#include <thread>

#include "absl/time/time.h"

namespace fastest::report {
namespace {

using Json = nlohmann::json;

constexpr absl::Duration kForever = absl::Hours(1);

v1::TestRef Ref(const std::string& node_id) {
  v1::TestRef ref;
  ref.set_node_id(node_id);
  return ref;
}

v1::TestResult Result(const std::string& node_id, v1::Outcome outcome) {
  v1::TestResult result;
  *result.mutable_ref() = Ref(node_id);
  result.set_outcome(outcome);
  return result;
}

Json Data(LivePage& page, const Pages::Query& query = {}) { return Json::parse(page.Get("/data", query)->body); }

Json NextEvent(Pages::Events& events) {
  std::string data;
  EXPECT_TRUE(events.Next(&data));
  return data.empty() ? Json() : Json::parse(data);
}

class LivePageTest : public ::testing::Test {
 protected:
  void Start() {
    results::RunStart run;
    run.run_id = "the run";
    run.started_at = 100;
    page_.RunStarted(run);
  }

  LivePage page_{EarlierReport(), kForever};
  const results::Origin origin_ = {"a0", "gw0", 1, 0};
};

TEST_F(LivePageTest, ThePageIsTheReportsWithoutData) {
  const std::string body = page_.Get("/", {})->body;
  EXPECT_NE(body.find("<body data-live=\"true\">"), std::string::npos);
  EXPECT_NE(body.find("connect-src 'self'"), std::string::npos);
  EXPECT_FALSE(page_.Get("/else", {}).has_value());
  EXPECT_EQ(page_.Follow("/else"), nullptr);
  EXPECT_EQ(page_.Get("/data", {{"from", "x"}})->status, 400);
}

TEST_F(LivePageTest, EventsTellWhereTheRunIs) {
  const auto events = page_.Follow("/events");
  EXPECT_EQ(NextEvent(*events)["state"], "waiting");
  Start();
  page_.Expected(3, false);
  page_.Result(Result("t.py::test_a", v1::PASSED), origin_);
  page_.TestStarted(Ref("t.py::test_b"), origin_, 101);
  page_.TestStarted(Ref("t.py::test_c"), {"a1", "gw1", 1, 0}, 100.5);
  page_.Tick(103);
  Json said = NextEvent(*events);
  EXPECT_EQ(said["state"], "running");
  EXPECT_EQ(said["run"], "the run");
  EXPECT_EQ(said["tests"], 1);
  EXPECT_EQ(said["expected"], 3);
  EXPECT_EQ(said["exact"], false);
  EXPECT_EQ(said["counts"], Json({{"p", 1}}));
  EXPECT_EQ(said["elapsed"], 3.0);
  // The longest first.
  EXPECT_EQ(said["now"], Json::parse(R"([["a1 #1", "t.py::test_c", 2.5], ["a0 #1", "t.py::test_b", 2.0]])"));
  page_.WorkerLost({"a1", "gw1", 1, 0}, "it died");
  page_.Result(Result("t.py::test_b", v1::FAILED), origin_);
  said = NextEvent(*events);
  EXPECT_EQ(said["now"], Json::array());
  EXPECT_EQ(said["counts"], Json({{"f", 1}, {"p", 1}}));
}

TEST_F(LivePageTest, DataComeInPartsAndAtTheEndInPytestsOrder) {
  Start();
  page_.Result(Result("t.py::test_b", v1::PASSED), origin_);
  page_.Result(Result("t.py::test_a", v1::PASSED), origin_);
  page_.Attempt(Result("u.py::test_c", v1::FAILED), origin_);
  Json part = Data(page_, {{"from", "1"}});
  EXPECT_EQ(part["tests"]["name"], Json({"test_a"}));
  EXPECT_EQ(part["attempts"]["name"], Json({"test_c"}));
  EXPECT_EQ(part["files"], Json({"t.py", "u.py"}));
  EXPECT_EQ(part["next"], Json::parse(R"({"tests": 2, "attempts": 1, "files": 2, "collected": 0})"));
  EXPECT_EQ(part["complete"], true);
  EXPECT_EQ(part["finished"], false);
  part = Data(page_, {{"from", "2"}, {"attempts", "1"}, {"files", "2"}});
  EXPECT_EQ(part["tests"]["name"], Json::array());
  EXPECT_EQ(part["files"], Json::array());

  results::RunSummary summary;
  summary.exit_code = 1;
  summary.module_order = {"t.py::test_a", "t.py::test_b"};
  page_.Finished(summary);
  // Whoever does not know of the end begins again; whoever does goes on.
  part = Data(page_, {{"from", "2"}, {"files", "2"}});
  EXPECT_EQ(part["from"]["tests"], 0);
  EXPECT_EQ(part["tests"]["name"], Json({"test_a", "test_b"}));
  EXPECT_EQ(part["files"], Json({"t.py", "u.py"}));
  EXPECT_EQ(part["finished"], true);
  EXPECT_EQ(part["about"]["exit_code"], 1);
  part = Data(page_, {{"from", "1"}, {"ended", "1"}});
  EXPECT_EQ(part["tests"]["name"], Json({"test_b"}));
}

TEST_F(LivePageTest, APartIsBounded) {
  Start();
  for (int n = 0; n < 5001; ++n) page_.Result(Result("t.py::test_" + std::to_string(n), v1::PASSED), origin_);
  Json part = Data(page_);
  EXPECT_EQ(part["tests"]["name"].size(), 5000u);
  EXPECT_EQ(part["complete"], false);
  EXPECT_FALSE(part.contains("about"));
  part = Data(page_, {{"from", "5000"}});
  EXPECT_EQ(part["tests"]["name"], Json({"test_5000"}));
  EXPECT_TRUE(part.contains("about"));
}

TEST_F(LivePageTest, CollectReportsComeInPartsToo) {
  Start();
  for (int n = 0; n < 501; ++n) {
    v1::CollectReport report;
    report.set_node_id("test_" + std::to_string(n) + ".py");
    report.set_outcome("failed");
    page_.Collect(report);
  }
  Json part = Data(page_);
  EXPECT_EQ(part["collected"].size(), 500u);
  EXPECT_EQ(part["complete"], false);
  part = Data(page_, {{"collected", "500"}});
  EXPECT_EQ(part["collected"][0]["nodeid"], "test_500.py");
  EXPECT_EQ(part["complete"], true);
}

TEST_F(LivePageTest, TheEndWaitsForPagesThatFetchTheRest) {
  Start();
  auto one = page_.Follow("/events");
  auto other = page_.Follow("/events");
  const int number = NextEvent(*one)["page"];
  std::thread browsers([&] {
    Json said;
    while (said = NextEvent(*one), said["state"] != "finished") {
    }
    const auto rest = page_.Get("/data", {{"page", std::to_string(number)}});
    rest->sent();
    std::string data;
    EXPECT_FALSE(one->Next(&data));
    // This one goes without it.
    other.reset();
  });
  EXPECT_TRUE(page_.Finished({}));
  browsers.join();
}

TEST_F(LivePageTest, ComparedAtTheEnd) {
  EarlierReport earlier;
  earlier.name = "before";
  earlier.tests["t.py::test_a"] = {'p', 0.5};
  LivePage page(earlier);
  page.RunStarted({});
  EXPECT_FALSE(Data(page).contains("earlier"));
  page.Finished({});
  EXPECT_EQ(Data(page)["earlier"], Json::parse(R"({"name": "before", "tests": {"t.py::test_a": ["p", 500000]}})"));
}

TEST_F(LivePageTest, NobodyIsWaitedForWhereNobodyLooks) {
  Start();
  page_.Finished({});
  EXPECT_EQ(Data(page_)["finished"], true);
}

}  // namespace
}  // namespace fastest::report
