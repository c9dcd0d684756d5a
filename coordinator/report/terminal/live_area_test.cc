#include "coordinator/report/terminal/live_area.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "coordinator/report/testing/sample_results.h"

namespace fastest::report {
namespace {

using ::testing::ElementsAre;

v1::TestRef Ref(const std::string& node_id) {
  v1::TestRef ref;
  ref.set_node_id(node_id);
  return ref;
}

const results::Origin kFirst = {"a0", "gw0", 1};
const results::Origin kSecond = {"a0", "gw1", 1};
const results::Origin kElsewhere = {"a1", "gw2", 1};

std::vector<std::string> Texts(const std::vector<LiveRow>& rows) {
  std::vector<std::string> texts;
  for (const LiveRow& row : rows) texts.push_back((row.warns ? "! " : "") + row.text);
  return texts;
}

TEST(LiveAreaTest, TheRunAndWhatEachAgentIsAt) {
  LiveArea area(100);
  EXPECT_THAT(Texts(area.Rows(100, 101, 8)), ElementsAre("0:01  0 tests  collecting ..."));
  area.Expected(20);
  area.TestStarted(Ref("b.py::quick"), kElsewhere, 150);
  area.TestStarted(Ref("a.py::slow"), kFirst, 102);
  area.TestStarted(Ref("a.py::other"), kSecond, 140);
  EXPECT_THAT(Texts(area.Rows(100, 163.5, 8)), ElementsAre("[....................] 1:03  0/20 tests",
                                                           "a0: 61s in a.py::slow (+1)", "a1: 13s in b.py::quick"));
  EXPECT_THAT(Texts(area.Rows(100, 190, 8))[1], "! a0: 88s in a.py::slow (+1)");
  area.Result(FailedResult("a.py::slow", "no"), kFirst);
  area.Result(SkippedResult("a.py::other", "why"), kSecond);
  EXPECT_THAT(Texts(area.Rows(100, 164, 8)),
              ElementsAre("[##..................] 1:04  2/20 tests, 1 failed, 1 skipped", "a1: 14s in b.py::quick"));
  area.WorkerLost(kElsewhere);
  EXPECT_THAT(Texts(area.Rows(100, 3700, 8)),
              ElementsAre("[##..................] 1:00:00  2/20 tests, 1 failed, 1 skipped"));
}

TEST(LiveAreaTest, NoMoreLinesThanThereIsRoomFor) {
  LiveArea area;
  for (int i = 0; i < 9; ++i) area.TestStarted(Ref("a.py::x"), {"agent" + std::to_string(i), "gw", 1}, 100);
  const std::vector<std::string> texts = Texts(area.Rows(100, 101, 4));
  ASSERT_EQ(texts.size(), 4u);
  EXPECT_EQ(texts[3], "and 7 agents more");
}

TEST(LiveAreaTest, WhatIsLeftIsThePlansWord) {
  LiveArea area;
  area.Expected(10);
  area.WorkerStarted(kFirst);
  area.WorkerStarted(kSecond);
  area.Planned({2, 50, 40, 100.006, true});
  area.Result(PassedResult("a.py::x"), kFirst);
  EXPECT_EQ(area.Rows(100, 101, 1)[0].text, "[##..................] 0:01  1/10 tests, 1 passed, about 0:50 left");
  area.WorkerLost(kSecond);
  EXPECT_EQ(area.Rows(100, 101, 1)[0].text, "[##..................] 0:01  1/10 tests, 1 passed, about 1:40 left");
  // Guesses are no predictions.
  area.Planned({2, 50, 40, 100, false});
  EXPECT_EQ(area.Rows(100, 101, 1)[0].text, "[##..................] 0:01  1/10 tests, 1 passed");
}

TEST(LiveAreaTest, ALineForLogs) {
  LiveArea area;
  EXPECT_EQ(area.Line(100, 130), "0:30  0 tests; collecting");
  area.Expected(3);
  area.TestStarted(Ref("a.py::slow"), kFirst, 101);
  area.Result(PassedResult("a.py::x"), kSecond);
  EXPECT_EQ(area.Line(100, 130), "0:30  1/3 tests, 1 passed; running longest: a.py::slow (29s, gw0 on a0)");
}

TEST(LiveAreaTest, ALateResultDoesNotHideTheNextTest) {
  LiveArea area;
  area.TestStarted(Ref("a.py::first"), kFirst, 100);
  area.TestStarted(Ref("a.py::second"), kFirst, 101);
  area.Result(PassedResult("a.py::first"), kFirst);
  EXPECT_THAT(Texts(area.Rows(100, 102, 8)), ElementsAre("0:02  1 test, 1 passed", "a0: 1s in a.py::second"));
  area.Attempt(FailedResult("a.py::second", "no"), kFirst);
  EXPECT_THAT(Texts(area.Rows(100, 102, 8)), ElementsAre("0:02  1 test, 1 passed"));
}

TEST(LiveAreaTest, MoreThanExpectedIsNotMoreThanAll) {
  LiveArea area;
  area.Expected(1);
  area.Result(PassedResult("a.py::x"), kFirst);
  area.Result(PassedResult("a.py::y"), kFirst);
  EXPECT_EQ(area.Rows(100, 100, 1)[0].text, "[####################] 0:00  2/2 tests, 2 passed");
}

TEST(LiveAreaTest, IsDueTenTimesASecond) {
  LiveArea area;
  EXPECT_TRUE(area.Due(100));
  EXPECT_FALSE(area.Due(100.05));
  EXPECT_TRUE(area.Due(100.15));
  // A clock that was set back.
  EXPECT_TRUE(area.Due(50));
}

}  // namespace
}  // namespace fastest::report
