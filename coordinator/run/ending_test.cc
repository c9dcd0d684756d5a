#include "coordinator/run/ending.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <functional>
#include <string>
#include <vector>

#include "proto/exit_code.h"

namespace fastest::run {
namespace {

using Pace = Ending::Pace;

v1::WorkerMessage::Ended Ended(int status, const std::string& stop_reason = "", bool exit_called = false) {
  v1::WorkerMessage::Ended ended;
  ended.set_exit_status(status);
  ended.set_stop_reason(stop_reason);
  ended.set_exit_called(exit_called);
  return ended;
}

// What the tests come to, by the books.
enum Results { kGood, kBad, kNone, kLeft, kBadAndLeft, kHole };

results::Books BooksOf(Results results) {
  results::Books books;
  books.balanced = results != kHole;
  books.collected = results == kNone ? 0 : 3;
  books.failures = results == kBad || results == kBadAndLeft ? 1 : 0;
  if (results == kLeft || results == kBadAndLeft) books.not_run.emplace_back();
  return books;
}

// How the run ended, step by step.
using Steps = std::function<void(Ending&)>;
void Nothing(Ending&) {}
void EnoughFailures(Ending& e) { e.EnoughFailures(1); }
void Disagreement(Ending& e) { e.CollectionsDiffer("gw1"); }
void PytestExit(Ending& e) { e.SessionEnded(Ended(7, "enough", true), false); }
void AgentsGone(Ending& e) { e.Fail(kNotRun, "the agents are gone"); }
void CtrlC(Ending& e) { e.Interrupt(); }
void CollectionErrors(Ending& e) { e.CollectionErrors(2); }
void LateCollectionError(Ending& e) { e.LateCollectionError(); }
void Deadline(Ending& e) { e.DeadlineNear(60); }
void Deaths(Ending& e) { e.TooManyDeaths("gw3", 2); }
void Hang(Ending& e) { e.SessionHung(); }
void OnlySessionEnded6(Ending& e) { e.SessionEnded(Ended(6), true); }
Steps Then(const Steps& first, const Steps& second) {
  return [=](Ending& e) {
    first(e);
    second(e);
  };
}

constexpr Circumstances kUsual = {true, false, false, false};
constexpr Circumstances kUnstarted = {false, false, false, false};
constexpr Circumstances kPolicyFails = {true, true, false, false};
constexpr Circumstances kPart = {true, false, true, false};
constexpr Circumstances kOneSession = {true, false, false, true};

struct Row {
  const char* name;
  Steps steps;
  Results results;
  Circumstances circumstances;
  int exit_code;
};

void ExpectExitCodes(const std::vector<Row>& rows) {
  for (const Row& row : rows) {
    Ending ending;
    row.steps(ending);
    EXPECT_EQ(ExitCode(ending, BooksOf(row.results), row.circumstances), row.exit_code) << row.name;
  }
}

// The rules in their order: the first that holds gives the exit code.
TEST(EndingTest, WhatEndsARunComesBeforeItsTests) {
  ExpectExitCodes({
      // The forced exit comes first.
      {"pytest.exit", PytestExit, kGood, kUsual, 7},
      {"pytest.exit, and a hole", PytestExit, kHole, kUsual, 7},
      {"pytest.exit before a worker was ready", PytestExit, kNone, kUnstarted, 7},
      {"pytest.exit after a failure of the run", Then(AgentsGone, PytestExit), kLeft, kUsual, 7},
      {"pytest.exit after Ctrl-C", Then(CtrlC, PytestExit), kLeft, kUsual, 7},
      {"workers disagree", Disagreement, kGood, kUsual, kTestsFailed},
      {"workers disagree after the deadline", Then(Deadline, Disagreement), kLeft, kUsual, kTestsFailed},
      {"Ctrl-C, and collections that it cut short differ", Then(CtrlC, Disagreement), kLeft, kUsual, kInterrupted},
      {"pytest.exit in a collection, which then differs", Then(PytestExit, Disagreement), kLeft, kUsual, 7},
      {"a plan", [](Ending& e) { e.PlanShown(true); }, kNone, kUsual, kOk},
      {"an empty plan", [](Ending& e) { e.PlanShown(false); }, kNone, kUsual, kNoTestsCollected},
      // Then a failure of the run.
      {"usage error", [](Ending& e) { e.Fail(kUsageError, "ERROR: usage"); }, kNone, kUnstarted, kUsageError},
      {"the agents are gone", AgentsGone, kBadAndLeft, kUsual, kNotRun},
      {"Ctrl-C after a failure of the run", Then([](Ending& e) { e.Fail(3, "internal"); }, CtrlC), kLeft, kUsual, 3},
      {"a failure after a stop is its consequence", Then(EnoughFailures, AgentsGone), kBad, kUsual, kTestsFailed},
      // Then an interruption.
      {"Ctrl-C", CtrlC, kGood, kUsual, kInterrupted},
      {"Ctrl-C, and a hole", CtrlC, kHole, kUsual, kInterrupted},
      {"Ctrl-C before a worker was ready", CtrlC, kNone, kUnstarted, kInterrupted},
      {"Ctrl-C after the deadline", Then(Deadline, CtrlC), kLeft, kUsual, kInterrupted},
      {"errors in collecting", CollectionErrors, kNone, kUsual, kInterrupted},
      {"a late error in collecting", LateCollectionError, kBadAndLeft, kUsual, kInterrupted},
      {"sessions say that -x stopped them",
       Then(CollectionErrors, [](Ending& e) { e.SessionEnded(Ended(1, "stopping after 1 failures"), true); }), kBad,
       kUsual, kTestsFailed},
      {"sessions say that they were interrupted",
       Then(CollectionErrors, [](Ending& e) { e.SessionEnded(Ended(2, "Interrupted: 2 errors"), true); }), kBad, kUsual,
       kInterrupted},
      {"a session was interrupted by itself", [](Ending& e) { e.SessionEnded(Ended(2, "!"), false); }, kGood, kUsual,
       kInterrupted},
      // Then that no worker was ready.
      {"pytest answered by text alone", OnlySessionEnded6, kNone, kUnstarted, 6},
      {"no worker could be started", Nothing, kNone, kUnstarted, kNotRun},
      {"the deadline came before a worker was ready", Deadline, kLeft, kUnstarted, kDeadline},
  });
}

TEST(EndingTest, ThenTheBooksPoliciesAndSessionsDecide) {
  ExpectExitCodes({
      // What the books say.
      {"all passed", Nothing, kGood, kUsual, kOk},
      {"a test failed", Nothing, kBad, kUsual, kTestsFailed},
      {"no tests", Nothing, kNone, kUsual, kNoTestsCollected},
      {"tests without a result", Nothing, kLeft, kUsual, kNotRun},
      {"tests without a result come before failures", Nothing, kBadAndLeft, kUsual, kNotRun},
      {"a hole in the books", Nothing, kHole, kUsual, kNotRun},
      // A stop explains what it left.
      {"stopped", EnoughFailures, kBadAndLeft, kUsual, kTestsFailed},
      {"stopped, and nothing failed", EnoughFailures, kLeft, kUsual, kOk},
      {"a stop does not explain a hole", EnoughFailures, kHole, kUsual, kNotRun},
      // The deadline, and deaths, if they left tests.
      {"the deadline left tests", Deadline, kLeft, kUsual, kDeadline},
      {"the deadline left tests, and others failed", Deadline, kBadAndLeft, kUsual, kDeadline},
      {"the deadline, and a hole", Deadline, kHole, kUsual, kNotRun},
      {"the deadline left nothing", Deadline, kGood, kUsual, kOk},
      {"a failure, and the deadline left nothing", Deadline, kBad, kUsual, kTestsFailed},
      {"deaths left tests", Deaths, kLeft, kUsual, kNotRun},
      {"deaths left tests, and others failed", Deaths, kBadAndLeft, kUsual, kTestsFailed},
      {"deaths left nothing", Deaths, kGood, kUsual, kOk},
      {"the deadline after a stop changes nothing", Then(EnoughFailures, Deadline), kLeft, kUsual, kOk},
      // Then policies.
      {"a policy fails the run", Nothing, kGood, kPolicyFails, kTestsFailed},
      {"a policy does not hide failures", Nothing, kBad, kPolicyFails, kTestsFailed},
      {"a policy, and no tests", Nothing, kNone, kPolicyFails, kNoTestsCollected},
      {"the deadline comes before a policy", Deadline, kLeft, kPolicyFails, kDeadline},
      {"a policy comes before the only session", OnlySessionEnded6, kGood, {true, true, false, true}, kTestsFailed},
      // Then a part that holds no tests, and a session that hung.
      {"no tests in a part", Nothing, kNone, kPart, kOk},
      {"a failure in a part", Nothing, kBad, kPart, kTestsFailed},
      {"a session hung at its end", Hang, kGood, kUsual, kTestsFailed},
      {"a session hung, and no tests", Hang, kNone, kUsual, kNoTestsCollected},
      {"a session hung, and no tests in a part", Hang, kNone, kPart, kOk},
      {"a hook has set session.shouldfail", [](Ending& e) { e.SessionEnded(Ended(1, "by a hook"), false); }, kGood,
       kUsual, kTestsFailed},
      {"a hook has set session.shouldfail, and tests are left",
       [](Ending& e) { e.SessionEnded(Ended(1, "by a hook"), false); }, kLeft, kUsual, kTestsFailed},
      {"a hang comes before the only session", Then(OnlySessionEnded6, Hang), kGood, kOneSession, kTestsFailed},
      // Then the only session.
      {"a plugin's exit status", OnlySessionEnded6, kGood, kOneSession, 6},
      {"a plugin's exit status over failures", OnlySessionEnded6, kBad, kOneSession, 6},
      {"several sessions ran tests", OnlySessionEnded6, kGood, kUsual, kOk},
      {"the only session did not end", Nothing, kGood, kOneSession, kOk},
  });
}

TEST(EndingTest, TheFirstReasonStays) {
  Ending ending;
  EXPECT_FALSE(ending.stopped());
  EXPECT_EQ(ending.EnoughFailures(2), "stopping after 2 failures");
  EXPECT_TRUE(ending.stopped());
  EXPECT_EQ(ending.DeadlineNear(60), "the deadline of 60 s is near (--deadline)");
  EXPECT_FALSE(ending.by_deadline());
  EXPECT_EQ(ending.stop_reason(), "stopping after 2 failures");
}

TEST(EndingTest, CtrlCIsWhatPeopleSee) {
  Ending ending;
  ending.DeadlineNear(60);
  EXPECT_EQ(ending.Interrupt(), "KeyboardInterrupt");
  EXPECT_EQ(ending.stop_reason(), "KeyboardInterrupt");
  EXPECT_TRUE(ending.by_user());
  EXPECT_FALSE(ending.cut_off());
  EXPECT_TRUE(ending.by_deadline());
}

TEST(EndingTest, AFailureComesOnceAndNotAfterAStop) {
  Ending ending;
  EXPECT_TRUE(ending.Fail(kUsageError, "ERROR: usage"));
  EXPECT_FALSE(ending.Fail(kNotRun, "the agents are gone"));
  EXPECT_EQ(ending.failure(), "ERROR: usage");
  EXPECT_EQ(ending.stop_reason(), "");
  EXPECT_TRUE(ending.failed());
  Ending stopped;
  stopped.Interrupt();
  EXPECT_FALSE(stopped.Fail(kNotRun, "the agents are gone"));
  EXPECT_FALSE(stopped.failed());
  EXPECT_EQ(stopped.failure(), "");
}

TEST(EndingTest, ASessionThatFailsAfterErrorsOfCollectionSaysWhatTheyComeTo) {
  Ending ending;
  ending.CollectionErrors(1);
  EXPECT_FALSE(ending.Fail(kNotRun, "the agents are gone"));
  EXPECT_TRUE(ending.SessionFailed(3, "INTERNALERROR> Traceback\nINTERNALERROR> own error\n"));
  EXPECT_FALSE(ending.SessionFailed(3, "the same of another worker"));
  EXPECT_TRUE(ending.failed());
  EXPECT_EQ(ending.failure(), "INTERNALERROR> Traceback\nINTERNALERROR> own error\n");
  EXPECT_EQ(ending.ShortFailure(), "INTERNALERROR> own error");
  EXPECT_EQ(ending.stop_reason(), "");
  Ending stopped;
  stopped.EnoughFailures(1);
  EXPECT_FALSE(stopped.SessionFailed(3, "INTERNALERROR> own error"));
}

TEST(EndingTest, ASessionStopsTheRunOnceAndPytestExitAtOnce) {
  Ending ending;
  EXPECT_EQ(ending.SessionEnded(Ended(1), false), Pace::kGoOn);
  EXPECT_EQ(ending.SessionEnded(Ended(1, "stopping after 1 failures"), false), Pace::kStop);
  EXPECT_EQ(ending.SessionEnded(Ended(2, "another reason"), false), Pace::kGoOn);
  EXPECT_EQ(ending.stop_reason(), "stopping after 1 failures");
  EXPECT_EQ(ending.SessionEnded(Ended(7, "enough", true), false), Pace::kStopNow);
  EXPECT_TRUE(ending.forced());
  EXPECT_EQ(ending.stop_reason(), "stopping after 1 failures");
}

TEST(EndingTest, AfterErrorsOfCollectionTheFirstSessionSaysWhatTheyComeTo) {
  Ending ending;
  EXPECT_EQ(ending.CollectionErrors(2), "Interrupted: 2 errors during collection");
  EXPECT_EQ(ending.SessionEnded(Ended(1, "stopping after 1 failures"), false), Pace::kGoOn);
  EXPECT_EQ(ending.SessionEnded(Ended(2, "Interrupted: 2 errors"), false), Pace::kGoOn);
  EXPECT_EQ(ending.stop_reason(), "stopping after 1 failures");
}

TEST(EndingTest, ReasonsAreInTheUsersWords) {
  Ending ending;
  EXPECT_EQ(ending.CollectionErrors(1), "Interrupted: 1 error during collection");
  EXPECT_EQ(ending.TooManyDeaths("gw3", 0), "worker 'gw3' crashed and worker restarting disabled");
  EXPECT_EQ(ending.TooManyDeaths("gw3", 2), "maximum crashed workers reached: 2");
}

TEST(EndingTest, ADeadlineBeforeTheFirstWorkerIsNoFailure) {
  Ending ending;
  Deadline(ending);
  ending.CutOff();
  ending.NeverStarted("gw0 ended: signal SIGKILL");
  EXPECT_EQ(ending.failure(), "");
  EXPECT_EQ(ExitCode(ending, {}, {}), kDeadline);
}

TEST(EndingTest, NobodyWaitsForTheControlSessionOfACutOffRun) {
  for (const auto& [steps, abandoned] :
       std::vector<std::pair<Steps, bool>>{{Nothing, false},
                                           {EnoughFailures, false},
                                           {CtrlC, true},
                                           {PytestExit, true},
                                           {AgentsGone, true},
                                           {Then(Deadline, [](Ending& e) { e.CutOff(); }), false}}) {
    Ending ending;
    steps(ending);
    EXPECT_EQ(ending.abandoned(), abandoned) << ending.stop_reason();
  }
}

TEST(EndingTest, ASessionThatStopsIsInterruptedOrHasFailures) {
  Ending stopped;
  stopped.EnoughFailures(1);
  EXPECT_EQ(stopped.StopStatus(), kTestsFailed);
  Ending interrupted;
  interrupted.Interrupt();
  EXPECT_EQ(interrupted.StopStatus(), kInterrupted);
  Ending exited;
  PytestExit(exited);
  EXPECT_EQ(exited.StopStatus(), kInterrupted);
}

TEST(EndingTest, ADeadlineThatLeftNothingStoppedNothing) {
  Ending ending;
  ending.DeadlineNear(60);
  ending.NothingLeft();
  EXPECT_EQ(ending.stop_reason(), "");
  Ending failures;
  failures.EnoughFailures(1);
  failures.NothingLeft();
  EXPECT_EQ(failures.stop_reason(), "stopping after 1 failures");
}

TEST(EndingTest, ARunWithoutAWorkerSaysSoUnlessItHasSaidWhy) {
  Ending ending;
  ending.NeverStarted("gw0 ended: exit code 9");
  EXPECT_EQ(ending.failure(), "no worker could be started: gw0 ended: exit code 9");
  EXPECT_FALSE(ending.failed());
  Ending plain;
  plain.NeverStarted("");
  EXPECT_EQ(plain.failure(), "no worker could be started");
  for (const Steps& steps : std::vector<Steps>{CtrlC, OnlySessionEnded6}) {
    Ending explained;
    steps(explained);
    explained.NeverStarted("");
    EXPECT_EQ(explained.failure(), "");
  }
  Ending failed;
  failed.Fail(kNotRun, "no agent came");
  failed.NeverStarted("");
  EXPECT_EQ(failed.failure(), "no agent came");
}

TEST(EndingTest, TestsWithoutAResultHaveTheBestReasonThereIs) {
  Ending ending;
  EXPECT_EQ(ending.WhyNotRun(""), "no worker was left to run it");
  EXPECT_EQ(ending.WhyNotRun("agent bert was lost"), "no worker was left to run it; agent bert was lost");
  ending.Fail(kNotRun, "the agents are gone");
  EXPECT_EQ(ending.WhyNotRun("agent bert was lost"), "the agents are gone");
  ending.Interrupt();
  EXPECT_EQ(ending.WhyNotRun("agent bert was lost"), "the run was stopped: KeyboardInterrupt");
}

}  // namespace
}  // namespace fastest::run
