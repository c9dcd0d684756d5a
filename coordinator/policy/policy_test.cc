#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <limits>
#include <string>
#include <tuple>

#include "absl/strings/str_cat.h"
#include "coordinator/policy/deadline.h"
#include "coordinator/policy/quarantine.h"
#include "coordinator/policy/retry_budget.h"

namespace fastest::policy {
namespace {

using ::testing::HasSubstr;

TEST(RetryBudgetTest, Table) {
  const std::tuple<const char*, int, int> kCases[] = {
      // Given, tests, retries.
      {"0", 500, 0}, {"20", 500, 20}, {"20", 0, 20},  {"1%", 500, 5}, {"1%", 501, 6},
      {"1%", 1, 1},  {"1%", 0, 0},    {"0%", 500, 0}, {"100%", 7, 7}, {"0.5%", 1000, 5},
  };
  for (const auto& [given, tests, retries] : kCases) {
    const absl::StatusOr<RetryBudget> budget = RetryBudget::Parse(given);
    ASSERT_TRUE(budget.ok()) << given;
    EXPECT_EQ(budget->Limit(tests), retries) << given << " of " << tests;
  }
  EXPECT_EQ(RetryBudget().Limit(3), std::numeric_limits<int>::max());
  for (const char* wrong : {"", "%", "-1", "x", "101%", "-1%", "1.5", "nan%"}) {
    EXPECT_FALSE(RetryBudget::Parse(wrong).ok()) << wrong;
  }
}

TEST(DeadlineTest, Table) {
  using Phase = Deadline::Phase;
  const std::tuple<double, double, Phase> kCases[] = {
      // Deadline, seconds since the start.
      {0, 1e9, Phase::kOpen},      {60, 0, Phase::kOpen},           {60, 53.9, Phase::kOpen},
      {60, 54, Phase::kNoNewWork}, {60, 59.9, Phase::kNoNewWork},   {60, 60, Phase::kOver},
      {3600, 3569, Phase::kOpen},  {3600, 3570, Phase::kNoNewWork}, {3600, 1e9, Phase::kOver},
  };
  for (const auto& [deadline, at, phase] : kCases) EXPECT_EQ(Deadline(deadline).At(at), phase) << deadline << " " << at;
}

std::string Entry(const std::string& test, const std::string& expires) {
  return absl::StrCat("[[quarantine]]\ntest = '", test, "'\nowner = 'team'\nreason = 'flaky'\nexpires = ", expires,
                      "\n");
}

TEST(QuarantineTest, WhatAnEntryStandsFor) {
  const std::tuple<const char*, const char*, bool> kCases[] = {
      {"a.py::test", "a.py::test", true},
      {"a.py::test", "a.py::test[1]", true},
      {"a.py::test", "a.py::test_more", false},
      {"a.py::test[1]", "a.py::test[1]", true},
      {"a.py::test[1]", "a.py::test1", false},
      {"a.py::TestA", "a.py::TestA::test", true},
      {"a.py", "a.py::test", true},
      {"a.py", "b/a.py::test", false},
      {"tests/slow", "tests/slow/a.py::test", true},
      {"tests/slow/", "tests/slow/a.py::test", true},
      {"tests/*::test_net*", "tests/sub/a.py::test_net[x]", true},
      {"tests/*::test_net*", "tests/a.py::test_other", false},
      {"a.py::test[?]", "a.py::test[1]", true},
      {"a.py::test[?]", "a.py::test[12]", false},
  };
  for (const auto& [test, node_id, matches] : kCases) {
    const absl::StatusOr<Quarantine> quarantine = Quarantine::Parse(Entry(test, "2030-01-01"), "2026-11-25");
    ASSERT_TRUE(quarantine.ok()) << quarantine.status();
    EXPECT_EQ(quarantine->Find(node_id) != nullptr, matches) << test << " " << node_id;
  }
}

TEST(QuarantineTest, AnEntryHoldsThroughItsLastDay) {
  const std::tuple<const char*, bool> kCases[] = {
      {"2026-11-24", true}, {"2026-11-25", false}, {"'2026-11-26'", false}, {"2025-12-31", true}};
  for (const auto& [expires, expired] : kCases) {
    const absl::StatusOr<Quarantine> quarantine = Quarantine::Parse(Entry("a.py", expires), "2026-11-25");
    ASSERT_TRUE(quarantine.ok()) << quarantine.status();
    EXPECT_EQ(quarantine->Find("a.py")->expired, expired) << expires;
  }
}

TEST(QuarantineTest, OneThatHoldsComesBeforeOneThatDoesNot) {
  const auto quarantine =
      Quarantine::Parse(Entry("a.py", "2020-01-01") + Entry("a.py::test", "2030-01-01"), "2026-11-25");
  ASSERT_TRUE(quarantine.ok());
  EXPECT_FALSE(quarantine->Find("a.py::test")->expired);
  EXPECT_TRUE(quarantine->Find("a.py::other")->expired);
}

TEST(QuarantineTest, WhatIsWrongIsNamed) {
  const std::tuple<std::string, const char*> kCases[] = {
      {"[[quarantine]\n", "line 1: "},
      {"[[quarantined]]\n", "'quarantined' is not known"},
      {"[quarantine]\ntest = 'x'\n", "with two brackets"},
      {"[[quarantine]]\ntest = 'x'\n", "entry 1: 'owner' is missing"},
      {Entry("a.py", "2030-01-01") + "[[quarantine]]\nid = 'x'\n", "entry 2: 'id' is not known"},
      {Entry("", "2030-01-01"), "entry 1: 'test' is to be a node id"},
      {Entry("a.py", "'soon'"), "'expires' is to be a day"},
      {Entry("a.py", "'2026-13-01'"), "'expires' is to be a day"},
      {Entry("a.py", "7"), "'expires' is to be a day"},
      {"quarantine = [1]\n", "entry 1: it is no table"},
  };
  for (const auto& [text, message] : kCases) {
    EXPECT_THAT(std::string(Quarantine::Parse(text, "2026-11-25").status().message()), HasSubstr(message)) << text;
  }
  EXPECT_THAT(std::string(Quarantine::Load("/nowhere/q.toml", "2026-11-25").status().message()),
              HasSubstr("/nowhere/q.toml: No such file"));
}

TEST(QuarantineTest, NothingIsQuarantinedByAnEmptyFile) {
  const absl::StatusOr<Quarantine> quarantine = Quarantine::Parse("# none\n", "2026-11-25");
  ASSERT_TRUE(quarantine.ok());
  EXPECT_EQ(quarantine->Find("a.py::test"), nullptr);
  EXPECT_TRUE(Quarantine::Load("/dev/null", "2026-11-25").ok());
}

}  // namespace
}  // namespace fastest::policy
