#include "coordinator/run/control.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace fastest::run {
namespace {

using ::testing::HasSubstr;

class ControlTest : public testing::Test {
 protected:
  ControlTest() {
    control_.AgentJoined(0, 2, &start_);
    control_.WorkerStarted("gw0");
    control_.WorkerStarted("gw1");
  }

  // True if the user is to see it.
  bool Says(const v1::WorkerMessage& message) {
    v1::AgentMessage::Event event;
    event.mutable_from_worker()->set_slot(2);
    *event.mutable_from_worker()->mutable_message() = message;
    return control_.Took(event);
  }
  void IsReady() {
    v1::WorkerMessage message;
    message.mutable_ready();
    Says(message);
  }
  void Ends(int exit_status) {
    v1::WorkerMessage message;
    message.mutable_ended()->set_exit_status(exit_status);
    message.mutable_ended()->set_terminal_summary("table");
    Says(message);
  }
  void Dies() {
    v1::AgentMessage::Event event;
    event.mutable_worker_gone()->set_slot(2);
    event.mutable_worker_gone()->set_how("signal SIGKILL");
    control_.Took(event);
  }
  v1::WorkerCommand::Conclude Conclude(const Control::Outcome& outcome) {
    return control_.Conclude(outcome, 100).conclude().conclude();
  }

  v1::CoordinatorMessage::StartRun start_;
  Control control_{"--cov"};
};

TEST(NoControlTest, NothingIsStartedOrAwaited) {
  Control control("");
  v1::CoordinatorMessage::StartRun start;
  control.AgentJoined(0, 2, &start);
  EXPECT_EQ(start.workers_size(), 0);
  EXPECT_FALSE(start.spec().control());
  EXPECT_FALSE(control.MustBeAwaited());
  EXPECT_TRUE(control.IsOver());
  EXPECT_FALSE(control.Is({0, 2}));
  EXPECT_EQ(control.Verdict(1), 1);
  EXPECT_EQ(control.Complaint(), "");
}

TEST_F(ControlTest, IsStartedOnceBesideTheWorkersSlots) {
  ASSERT_EQ(start_.workers_size(), 1);
  EXPECT_TRUE(start_.workers(0).control());
  EXPECT_EQ(start_.workers(0).slot(), 2u);
  EXPECT_TRUE(start_.spec().control());
  EXPECT_TRUE(control_.Is({0, 2}));
  EXPECT_FALSE(control_.Is({0, 1}));
  v1::CoordinatorMessage::StartRun again;
  control_.AgentJoined(1, 2, &again);
  EXPECT_EQ(again.workers_size(), 0);
}

TEST_F(ControlTest, IsToldWhatCameOfEachWorkerAndSaysTheLastWord) {
  EXPECT_TRUE(control_.MustBeAwaited());
  IsReady();
  EXPECT_FALSE(control_.MustBeAwaited());
  EXPECT_FALSE(control_.IsOver());
  control_.WorkerEnded("gw1", "{'a': 1}");
  control_.WorkerDied("gw0", "exit code 3");
  const v1::WorkerCommand::Conclude told = Conclude({2, 5, "", 0});
  ASSERT_EQ(told.workers_size(), 2);
  EXPECT_EQ(told.workers(0).how(), "exit code 3");
  EXPECT_EQ(told.workers(0).output(), "");
  EXPECT_EQ(told.workers(1).output(), "{'a': 1}");
  EXPECT_EQ(told.tests_failed(), 2u);
  EXPECT_EQ(told.tests_collected(), 5u);
  EXPECT_FALSE(control_.IsReady());
  Ends(1);
  EXPECT_TRUE(control_.IsOver());
  EXPECT_EQ(control_.summary(), "table");
  EXPECT_EQ(control_.Complaint(), "");
  // Its process ends too.
  Dies();
  EXPECT_EQ(control_.Complaint(), "");
  EXPECT_EQ(control_.Verdict(1), 1);
}

TEST_F(ControlTest, APluginsExitStatusIsTheRunsWhereItIsAnother) {
  IsReady();
  Conclude({0, 5, "", 0});
  Ends(1);
  EXPECT_EQ(control_.Verdict(0), 1);
  EXPECT_EQ(control_.Verdict(1), 1);
  // These are not a plugin's to change.
  EXPECT_EQ(control_.Verdict(2), 2);
  EXPECT_EQ(control_.Verdict(10), 10);
}

TEST_F(ControlTest, WhatTheRunKnowsBetterStays) {
  IsReady();
  Conclude({0, 5, "", 0});
  Ends(0);
  // A policy made it a failure.
  EXPECT_EQ(control_.Verdict(1), 1);
}

TEST_F(ControlTest, AStoppedRunEndsAsItWasTold) {
  IsReady();
  EXPECT_EQ(Conclude({1, 5, "stopping after 1 failures", 1}).stop_reason(), "stopping after 1 failures");
  Ends(1);
  EXPECT_EQ(control_.Verdict(1), 1);
}

TEST_F(ControlTest, OnlyWhatItSaysAtTheEndIsShown) {
  v1::WorkerMessage output;
  output.mutable_output()->set_data("hello");
  EXPECT_FALSE(Says(output));
  IsReady();
  EXPECT_FALSE(Says(output));
  Conclude({});
  EXPECT_TRUE(Says(output));
}

TEST_F(ControlTest, ItsDeathLeavesTheResultsAndFailsTheRun) {
  IsReady();
  Conclude({0, 5, "", 0});
  Dies();
  EXPECT_TRUE(control_.IsOver());
  EXPECT_THAT(control_.Complaint(), HasSubstr("--cov were not joined"));
  EXPECT_THAT(control_.Complaint(), HasSubstr("signal SIGKILL"));
  EXPECT_EQ(control_.Verdict(0), 3);
  EXPECT_EQ(control_.Verdict(1), 3);
  EXPECT_EQ(control_.Verdict(2), 2);
}

TEST_F(ControlTest, ItsFailureToStartSaysWhy) {
  v1::WorkerMessage message;
  message.mutable_failure()->set_message("no such thing\n");
  Says(message);
  EXPECT_FALSE(control_.MustBeAwaited());
  EXPECT_THAT(control_.Complaint(), testing::EndsWith(": no such thing"));
}

TEST_F(ControlTest, OfATracebackTheLastLineComesFirst) {
  v1::WorkerMessage message;
  message.mutable_failure()->set_message("INTERNALERROR> Traceback:\nINTERNALERROR> Error: no\n");
  Says(message);
  EXPECT_THAT(control_.Complaint(), HasSubstr(": Error: no\nINTERNALERROR> Traceback:\n"));
}

TEST_F(ControlTest, ItsAgentsLossIsItsOwn) {
  control_.AgentLeft(7, "gone");
  EXPECT_FALSE(control_.IsOver());
  control_.AgentLeft(0, "gone");
  EXPECT_TRUE(control_.IsOver());
}

TEST_F(ControlTest, IsAwaitedForAMinuteAtItsStartAndAtItsEnd) {
  EXPECT_FALSE(control_.GaveUp(0, false));
  EXPECT_FALSE(control_.GaveUp(500, false));
  // Workers may take long to start, and so may it.
  EXPECT_TRUE(control_.MustBeAwaited());
  EXPECT_FALSE(control_.GaveUp(500, true));
  EXPECT_FALSE(control_.GaveUp(559, true));
  EXPECT_TRUE(control_.MustBeAwaited());
  IsReady();
  EXPECT_FALSE(control_.GaveUp(900, true));
  EXPECT_FALSE(control_.IsOver());
  Conclude({});
  EXPECT_FALSE(control_.GaveUp(159, true));
  EXPECT_FALSE(control_.IsOver());
  EXPECT_TRUE(control_.GaveUp(160, true));
  EXPECT_FALSE(control_.GaveUp(161, true));
  EXPECT_TRUE(control_.IsOver());
  EXPECT_THAT(control_.Complaint(), HasSubstr("did not end within 60 s"));
}

TEST_F(ControlTest, OneThatDoesNotStartIsGivenUp) {
  EXPECT_FALSE(control_.GaveUp(10, true));
  EXPECT_TRUE(control_.GaveUp(70, true));
  EXPECT_FALSE(control_.MustBeAwaited());
  EXPECT_THAT(control_.Complaint(), HasSubstr("did not start within 60 s"));
  // Too late.
  IsReady();
  EXPECT_FALSE(control_.IsReady());
}

}  // namespace
}  // namespace fastest::run
