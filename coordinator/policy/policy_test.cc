#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <limits>
#include <string>
#include <tuple>

#include "absl/strings/str_cat.h"
#include "coordinator/policy/deadline.h"
#include "coordinator/policy/quarantine.h"
#include "coordinator/policy/red_history.h"
#include "coordinator/policy/retry_budget.h"

namespace fastest::policy {
namespace {

using ::testing::HasSubstr;

TEST(RetryBudgetTest, Table) {
  const std::tuple<const char*, int, int> kCases[] = {
      // Text, tests, retries.
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

history::TestPast PastOf(const std::string& letters) {
  history::TestPast past;
  // One day from each run to the next, from 2026-11-01 on.
  int64_t at = 1793491200;
  for (const char letter : letters) {
    history::Append(history::PastOf(letter, at), &past);
    at += 24 * 3600;
  }
  return past;
}

v1::TestResult Failure(const std::string& node_id) {
  v1::TestResult result;
  result.mutable_ref()->set_node_id(node_id);
  result.set_outcome(v1::FAILED);
  return result;
}

TEST(RedHistoryTest, Table) {
  struct Case {
    const char* own;
    const char* base;  // null: no base
    const char* name;
    const char* text;
  };
  const Case kCases[] = {
      {"", nullptr, "new", "it did not fail before"},
      {"...", nullptr, "new", "it did not fail before"},
      {"..F.", nullptr, "new", "it did not fail before"},
      {"..F", nullptr, "red_on_base", "it failed before, since 2026-11-03, in the last run"},
      {".FFF", nullptr, "red_on_base", "it failed before, since 2026-11-02, in the last 3 runs"},
      {"FFF", nullptr, "red_on_base", "it failed before, since 2026-11-01, in the last 3 runs"},
      {".F.F", nullptr, "known_flaky", "it failed or was flaky in 2 of the last 4 runs"},
      {".F.F.", nullptr, "known_flaky", "it failed or was flaky in 2 of the last 5 runs"},
      {"f", nullptr, "known_flaky", "it failed or was flaky in the last run"},
      {"..f..F", nullptr, "known_flaky", "it failed or was flaky in 2 of the last 6 runs"},
      {"", "", "new", "it does not fail on the base"},
      {"FF", "", "new", "it does not fail on the base; here it does since 2026-11-01"},
      {"FF", "..", "new", "it does not fail on the base; here it does since 2026-11-01"},
      {"F.", ".", "new", "it does not fail on the base"},
      {"", ".FF", "red_on_base", "it fails on the base too, since 2026-11-02, in the last 2 runs"},
      {"..", ".FF", "red_on_base", "it fails on the base too, since 2026-11-02, in the last 2 runs"},
      {"", ".f.", "known_flaky", "it failed or was flaky in 1 of the last 3 runs"},
      {".f", "..", "known_flaky", "it failed or was flaky in 1 of the last 2 runs"},
  };
  for (const Case& c : kCases) {
    std::optional<RedHistory::Pasts> base;
    if (c.base != nullptr) base.emplace(RedHistory::Pasts{{"a.py::t", PastOf(c.base)}});
    const RedHistory history({{"a.py::t", PastOf(c.own)}}, base);
    const v1::RedLabel label = history.Label(Failure("a.py::t"));
    const std::string given = absl::StrCat(c.own, " on ", c.base == nullptr ? "none" : c.base);
    EXPECT_EQ(label.name(), c.name) << given;
    EXPECT_EQ(label.text(), c.text) << given;
    EXPECT_EQ(history.Label(Failure("other.py::t")).name(), "new");
  }
  EXPECT_TRUE(RedHistory().empty());
}

TEST(RedHistoryTest, AWorkerThatWasKilledFromOutside) {
  const RedHistory history({{"a.py::t", PastOf(".FF")}}, std::nullopt);
  v1::TestResult crash = Failure("a.py::t");
  crash.set_reason(v1::CRASH);
  crash.set_death("signal SIGKILL");
  EXPECT_EQ(history.Label(crash).name(), "infrastructure");
  crash.set_death("signal SIGSEGV");
  EXPECT_EQ(history.Label(crash).name(), "red_on_base");
}

}  // namespace
}  // namespace fastest::policy
