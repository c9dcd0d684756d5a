#include "coordinator/policy/attempts.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <optional>
#include <string>
#include <vector>

namespace fastest::policy {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Pair;

v1::TestResult Failure(const std::string& node_id, uint32_t index = 0) {
  v1::TestResult result;
  result.mutable_ref()->set_node_id(node_id);
  result.mutable_ref()->set_index(index);
  result.set_outcome(v1::FAILED);
  return result;
}

const results::Origin kFirst = {"a", "gw0", 1, 0};

// Node id, index and number of each attempt.
std::vector<std::string> Unretried(Attempts* attempts) {
  std::vector<std::string> texts;
  for (const Attempts::Failed& failed : attempts->TakeUnretried()) {
    texts.push_back(failed.result.ref().node_id() + " " + std::to_string(failed.result.ref().index()) + " " +
                    std::to_string(failed.origin.attempt));
  }
  return texts;
}

Quarantine Quarantined(const std::string& test, const std::string& expires) {
  return *Quarantine::Parse(
      "[[quarantine]]\ntest = '" + test + "'\nowner = 'anna'\nreason = 'known'\nexpires = '" + expires + "'\n",
      "2026-06-15");
}

class AttemptsTest : public testing::Test {
 protected:
  FailureRules rules_;
};

TEST_F(AttemptsTest, WhatIsNotRunAgainIsTheLastWord) {
  Attempts attempts(rules_);
  attempts.Retry(Failure("a.py::x"), kFirst, 9);
  attempts.Retry(Failure("a.py::x", 1), kFirst, 9);
  attempts.Retry(Failure("a.py::y"), kFirst, 9);
  // Run again, with a failure that is followed by another attempt, and with one that is not.
  attempts.Retry(Failure("a.py::x", 1), {"a", "gw1", 2, 1}, 9);
  v1::TestResult last = Failure("a.py::y");
  attempts.Settle(true, 2, &last);
  EXPECT_EQ(attempts.retries(), 4);
  EXPECT_THAT(Unretried(&attempts), ElementsAre("a.py::x 0 1", "a.py::x 1 2"));
  EXPECT_THAT(Unretried(&attempts), IsEmpty());
}

TEST_F(AttemptsTest, TheBudgetIsUsedUpOnce) {
  rules_.retry_budget = *RetryBudget::Parse("2");
  Attempts attempts(rules_);
  EXPECT_TRUE(attempts.MayRetry(100));
  EXPECT_FALSE(attempts.Retry(Failure("a.py::x"), kFirst, 100));
  EXPECT_TRUE(attempts.Retry(Failure("a.py::y"), kFirst, 100));
  EXPECT_FALSE(attempts.MayRetry(100));
}

TEST_F(AttemptsTest, AFailureInQuarantineDoesNotCount) {
  rules_.quarantine = Quarantined("a.py::x", "2026-12-31");
  Attempts attempts(rules_);
  v1::TestResult failure = Failure("a.py::x");
  attempts.Settle(true, 1, &failure);
  EXPECT_EQ(failure.quarantined(), "known (anna, until 2026-12-31)");
  v1::TestResult pass = Failure("a.py::x");
  attempts.Settle(false, 1, &pass);
  EXPECT_EQ(pass.quarantined(), "");
  v1::TestResult other = Failure("a.py::y");
  attempts.Settle(true, 1, &other);
  EXPECT_EQ(other.quarantined(), "");
  EXPECT_EQ(attempts.quarantined(), 1);
  EXPECT_THAT(attempts.expired(), IsEmpty());
}

TEST_F(AttemptsTest, AQuarantineThatHasEndedIsToldEvenIfTheTestPasses) {
  rules_.quarantine = Quarantined("a.py::x", "2026-01-31");
  Attempts attempts(rules_);
  v1::TestResult pass = Failure("a.py::x");
  attempts.Settle(false, 1, &pass);
  EXPECT_THAT(attempts.expired(), ElementsAre(Pair("a.py::x", HasSubstr("ended on 2026-01-31"))));
  EXPECT_EQ(attempts.quarantined(), 0);
}

TEST_F(AttemptsTest, AnUnretriedFailureIsInQuarantineToo) {
  rules_.quarantine = Quarantined("a.py::x", "2026-12-31");
  Attempts attempts(rules_);
  attempts.Retry(Failure("a.py::x"), kFirst, 9);
  const std::vector<Attempts::Failed> failures = attempts.TakeUnretried();
  ASSERT_EQ(failures.size(), 1u);
  EXPECT_THAT(failures[0].result.quarantined(), HasSubstr("anna"));
}

TEST_F(AttemptsTest, AFailureIsLabelledByTheHistory) {
  rules_.red_history = RedHistory({}, std::nullopt);
  Attempts attempts(rules_);
  v1::TestResult failure = Failure("a.py::x");
  attempts.Settle(true, 1, &failure);
  EXPECT_TRUE(failure.has_label());
  v1::TestResult pass = Failure("a.py::y");
  attempts.Settle(false, 1, &pass);
  EXPECT_FALSE(pass.has_label());
}

}  // namespace
}  // namespace fastest::policy
