#include "agent/workers/worker_state.h"

#include <string>

#include "absl/time/time.h"
#include "gtest/gtest.h"

namespace fastest::agent {
namespace {

using Step = WorkerState::Step;

v1::WorkerMessage Progress(const std::string& finished, const std::string& started, uint64_t lease_id = 1) {
  v1::WorkerMessage message;
  v1::WorkerMessage::Progress* progress = message.mutable_progress();
  if (!finished.empty()) {
    v1::TestResult* result = progress->add_results();
    result->set_lease_id(lease_id);
    result->mutable_ref()->set_node_id(finished);
  }
  if (!started.empty()) {
    progress->set_started_lease_id(lease_id);
    progress->mutable_started()->set_node_id(started);
  }
  return message;
}

v1::WorkerMessage Ended() {
  v1::WorkerMessage message;
  message.mutable_ended();
  return message;
}

class WorkerStateTest : public testing::Test {
 protected:
  WorkerStateTest() { options_.hang_timeout = absl::Seconds(10); }

  absl::Time After(double seconds) const { return start_ + absl::Seconds(seconds); }

  const absl::Time start_ = absl::FromUnixSeconds(1000);
  WorkerState::Options options_;
};

TEST_F(WorkerStateTest, AnOrderlyEndBlamesNobody) {
  WorkerState state(options_);
  EXPECT_EQ(state.OnMessage(Progress("", "a"), After(0)), Step::kNothing);
  EXPECT_EQ(state.OnMessage(Progress("a", ""), After(1)), Step::kNothing);
  EXPECT_EQ(state.OnMessage(Ended(), After(1)), Step::kNothing);
  EXPECT_EQ(state.OnChannelClosed(After(1)), Step::kNothing);
  state.OnExited("exit code 0");
  EXPECT_TRUE(state.end().orderly);
  EXPECT_EQ(state.end().how, "exit code 0");
  EXPECT_FALSE(state.end().victim.has_value());
}

TEST_F(WorkerStateTest, AFailureIsAnOrderlyEnd) {
  WorkerState state(options_);
  v1::WorkerMessage failure;
  failure.mutable_failure()->set_exit_status(4);
  state.OnMessage(failure, After(0));
  state.OnExited("exit code 4");
  EXPECT_TRUE(state.end().orderly);
}

TEST_F(WorkerStateTest, ADeathInTheMidstOfATestIsThatTestsCrash) {
  WorkerState state(options_);
  state.OnMessage(Progress("", "a"), After(0));
  state.OnMessage(Progress("a", "b", 1), After(1));
  state.OnChannelClosed(After(2));
  state.OnExited("signal SIGSEGV");
  EXPECT_FALSE(state.end().orderly);
  EXPECT_EQ(state.end().how, "signal SIGSEGV");
  ASSERT_TRUE(state.end().victim.has_value());
  EXPECT_EQ(state.end().victim->ref.node_id(), "b");
  EXPECT_EQ(state.end().victim->since, After(1));
  EXPECT_EQ(state.end().reason, v1::CRASH);
}

TEST_F(WorkerStateTest, WhatPassedInShortRunsNoMore) {
  WorkerState state(options_);
  state.OnMessage(Progress("", "a"), After(0));
  v1::WorkerMessage in_short;
  in_short.mutable_progress()->add_passed()->set_lease_id(1);
  state.OnMessage(in_short, After(1));
  EXPECT_FALSE(state.running().has_value());
  in_short = Progress("", "b");
  in_short.mutable_progress()->add_passed()->set_lease_id(1);
  state.OnMessage(in_short, After(2));
  ASSERT_TRUE(state.running().has_value());
  EXPECT_EQ(state.running()->ref.node_id(), "b");
}

TEST_F(WorkerStateTest, ADeathBetweenTestsIsNobodysCrash) {
  WorkerState state(options_);
  state.OnMessage(Progress("", "a"), After(0));
  state.OnMessage(Progress("a", ""), After(1));
  state.OnExited("signal SIGKILL");
  EXPECT_FALSE(state.end().orderly);
  EXPECT_FALSE(state.end().victim.has_value());
  EXPECT_EQ(state.end().reason, v1::REASON_NONE);
}

TEST_F(WorkerStateTest, ATestThatComesTwiceIsToldApartByLeaseAndIndex) {
  WorkerState state(options_);
  state.OnMessage(Progress("", "a", 2), After(0));
  state.OnMessage(Progress("a", "", 1), After(1));
  ASSERT_TRUE(state.running().has_value());
  v1::WorkerMessage other = Progress("a", "", 2);
  other.mutable_progress()->mutable_results(0)->mutable_ref()->set_index(1);
  state.OnMessage(other, After(1));
  ASSERT_TRUE(state.running().has_value());
  state.OnMessage(Progress("a", "", 2), After(1));
  EXPECT_FALSE(state.running().has_value());
}

TEST_F(WorkerStateTest, AHungTestIsAskedForItsStackThenKilled) {
  WorkerState state(options_);
  EXPECT_EQ(state.deadline(), absl::InfiniteFuture());
  state.OnMessage(Progress("", "a"), After(5));
  EXPECT_EQ(state.deadline(), After(15));
  EXPECT_EQ(state.OnTime(After(14)), Step::kNothing);
  EXPECT_EQ(state.OnTime(After(15)), Step::kDumpStack);
  EXPECT_TRUE(state.dumping());
  EXPECT_EQ(state.deadline(), After(17));
  state.OnStderr(After(15.5));
  EXPECT_EQ(state.deadline(), After(15.5) + options_.stack_silence);
  state.OnStderr(After(15.6));
  EXPECT_EQ(state.OnTime(After(15.7)), Step::kNothing);
  EXPECT_EQ(state.OnTime(After(15.75)), Step::kKill);
  EXPECT_EQ(state.deadline(), absl::InfiniteFuture());
  EXPECT_EQ(state.OnTime(After(100)), Step::kNothing);
  state.OnChannelClosed(After(16));
  state.OnExited("signal SIGKILL");
  EXPECT_FALSE(state.end().orderly);
  EXPECT_EQ(state.end().how, "timed out after 10s");
  EXPECT_EQ(state.end().reason, v1::TIMEOUT);
  EXPECT_EQ(state.end().victim->ref.node_id(), "a");
}

TEST_F(WorkerStateTest, AStackThatNeverComesOrNeverEndsIsWaitedForOnlySoLong) {
  WorkerState silent(options_);
  silent.OnMessage(Progress("", "a"), After(0));
  EXPECT_EQ(silent.OnTime(After(10)), Step::kDumpStack);
  EXPECT_EQ(silent.OnTime(After(11.9)), Step::kNothing);
  EXPECT_EQ(silent.OnTime(After(12)), Step::kKill);

  WorkerState chatty(options_);
  chatty.OnMessage(Progress("", "a"), After(0));
  EXPECT_EQ(chatty.OnTime(After(10)), Step::kDumpStack);
  for (double t = 10; t < 12; t += 0.1) chatty.OnStderr(After(t));
  EXPECT_EQ(chatty.OnTime(After(12)), Step::kKill);
}

TEST_F(WorkerStateTest, AResultThatComesBeforeTheKillCounts) {
  WorkerState state(options_);
  state.OnMessage(Progress("", "a"), After(0));
  EXPECT_EQ(state.OnTime(After(10)), Step::kDumpStack);
  state.OnMessage(Progress("a", "b"), After(10.1));
  EXPECT_FALSE(state.dumping());
  EXPECT_EQ(state.deadline(), After(20.1));
  EXPECT_EQ(state.OnTime(After(12)), Step::kNothing);
}

TEST_F(WorkerStateTest, ATestThatBeganBetweenKillAndDeathIsNotToBlame) {
  WorkerState state(options_);
  state.OnMessage(Progress("", "a"), After(0));
  state.OnTime(After(10));
  EXPECT_EQ(state.OnTime(After(12)), Step::kKill);
  state.OnMessage(Progress("a", "b"), After(12));
  state.OnExited("signal SIGKILL");
  EXPECT_FALSE(state.end().orderly);
  EXPECT_FALSE(state.end().victim.has_value());
}

TEST_F(WorkerStateTest, WithoutALimitATestMayRunForEver) {
  WorkerState state{WorkerState::Options{}};
  state.OnMessage(Progress("", "a"), After(0));
  EXPECT_EQ(state.deadline(), absl::InfiniteFuture());
  EXPECT_EQ(state.OnTime(After(1e9)), Step::kNothing);
}

TEST_F(WorkerStateTest, AWorkerThatDoesNotExitAfterItsEndIsKilledAndStillOrderly) {
  WorkerState state(options_);
  state.OnMessage(Ended(), After(0));
  EXPECT_EQ(state.deadline(), After(5));
  state.OnChannelClosed(After(1));
  EXPECT_EQ(state.deadline(), After(5));
  EXPECT_EQ(state.OnTime(After(5)), Step::kKill);
  state.OnExited("signal SIGKILL");
  EXPECT_TRUE(state.end().orderly);
}

TEST_F(WorkerStateTest, AClosedChannelOfALivingProcessIsTheTestsFault) {
  WorkerState state(options_);
  state.OnMessage(Progress("", "a"), After(0));
  EXPECT_EQ(state.OnChannelClosed(After(1)), Step::kNothing);
  EXPECT_EQ(state.OnTime(After(2)), Step::kKill);
  state.OnExited("signal SIGKILL");
  EXPECT_EQ(state.end().how, "it closed its channel to the agent, and was killed");
  EXPECT_EQ(state.end().reason, v1::CRASH);
  EXPECT_EQ(state.end().victim->ref.node_id(), "a");
}

TEST_F(WorkerStateTest, GarbageEndsAWorker) {
  WorkerState state(options_);
  state.OnMessage(Progress("", "a"), After(0));
  EXPECT_EQ(state.OnGarbage("it sent something that is not JSON"), Step::kKill);
  EXPECT_EQ(state.OnGarbage("again"), Step::kNothing);
  state.OnExited("signal SIGKILL");
  EXPECT_EQ(state.end().how, "it sent something that is not JSON, and was killed");
  EXPECT_EQ(state.end().reason, v1::CRASH);
}

TEST_F(WorkerStateTest, AKillOnRequestBlamesNobody) {
  WorkerState state(options_);
  state.OnMessage(Progress("", "a"), After(0));
  EXPECT_EQ(state.OnKillRequested("the run was stopped"), Step::kKill);
  state.OnExited("signal SIGKILL");
  EXPECT_FALSE(state.end().orderly);
  EXPECT_EQ(state.end().how, "the run was stopped");
  EXPECT_FALSE(state.end().victim.has_value());
}

// Work outside of tests has a limit of its own.
class WorkerStateSessionTest : public WorkerStateTest {
 protected:
  WorkerStateSessionTest() { options_.session_limit = absl::Seconds(60); }

  static v1::WorkerCommand Start() {
    v1::WorkerCommand command;
    command.mutable_start();
    return command;
  }
  static v1::WorkerCommand Run(uint64_t lease) {
    v1::WorkerCommand command;
    command.mutable_run()->set_id(lease);
    return command;
  }
  static v1::WorkerCommand Finish() {
    v1::WorkerCommand command;
    command.mutable_finish();
    return command;
  }
  static v1::WorkerMessage Ready() {
    v1::WorkerMessage message;
    message.mutable_ready();
    return message;
  }
  static v1::WorkerMessage Waits(uint64_t lease) {
    v1::WorkerMessage message;
    message.mutable_waits()->set_last_lease_id(lease);
    return message;
  }
  // The worker does not recover, and is killed.
  void ExpectHung(WorkerState* state, absl::Time at, WorkerState::Hung where) {
    ASSERT_EQ(state->deadline(), at);
    EXPECT_EQ(state->OnTime(at), Step::kDumpStack);
    EXPECT_TRUE(state->dumping());
    EXPECT_EQ(state->OnTime(at + absl::Seconds(2)), Step::kKill);
    state->OnExited("signal SIGKILL");
    EXPECT_EQ(state->end().hung, where);
    EXPECT_FALSE(state->end().orderly);
    EXPECT_FALSE(state->end().victim.has_value());
    EXPECT_NE(state->end().how.find("it hung "), std::string::npos) << state->end().how;
  }
};

TEST_F(WorkerStateSessionTest, HangsAtStart) {
  WorkerState state(options_);
  state.OnCommand(Start(), After(0));
  ExpectHung(&state, After(60), WorkerState::Hung::kAtStart);
}

TEST_F(WorkerStateSessionTest, ALongCollectionThatGoesOnIsNoHang) {
  WorkerState state(options_);
  state.OnCommand(Start(), After(0));
  v1::WorkerMessage alive;
  alive.mutable_alive();
  state.OnMessage(alive, After(50));
  state.OnMessage(alive, After(100));
  ExpectHung(&state, After(160), WorkerState::Hung::kAtStart);
}

TEST_F(WorkerStateSessionTest, HangsWhileALeaseIsOpened) {
  WorkerState state(options_);
  state.OnCommand(Start(), After(0));
  state.OnMessage(Ready(), After(50));
  EXPECT_EQ(state.deadline(), absl::InfiniteFuture());
  state.OnCommand(Run(1), After(500));
  ExpectHung(&state, After(560), WorkerState::Hung::kBetweenTests);
}

TEST_F(WorkerStateSessionTest, HangsAtItsEnd) {
  WorkerState state(options_);
  state.OnCommand(Start(), After(0));
  state.OnMessage(Ready(), After(1));
  state.OnCommand(Run(1), After(1));
  state.OnCommand(Finish(), After(2));
  state.OnMessage(Progress("", "a"), After(3));
  // The test's own limit.
  EXPECT_EQ(state.deadline(), After(13));
  state.OnMessage(Progress("a", ""), After(5));
  ExpectHung(&state, After(65), WorkerState::Hung::kAtEnd);
}

TEST_F(WorkerStateSessionTest, WhoWaitsOwesNothing) {
  WorkerState state(options_);
  state.OnCommand(Start(), After(0));
  state.OnMessage(Ready(), After(1));
  state.OnCommand(Run(1), After(1));
  state.OnMessage(Waits(1), After(2));
  EXPECT_EQ(state.deadline(), absl::InfiniteFuture());
  v1::WorkerCommand revoke;
  revoke.mutable_revoke();
  state.OnCommand(revoke, After(3));
  EXPECT_EQ(state.deadline(), absl::InfiniteFuture());
  state.OnCommand(Run(2), After(10));
  // The worker said this before it had the second lease.
  state.OnMessage(Waits(1), After(11));
  EXPECT_EQ(state.deadline(), After(71));
}

TEST_F(WorkerStateSessionTest, ASignOfLifeWhileTheStackIsAskedForSavesIt) {
  WorkerState state(options_);
  state.OnCommand(Start(), After(0));
  EXPECT_EQ(state.OnTime(After(60)), Step::kDumpStack);
  state.OnMessage(Ready(), After(61));
  EXPECT_FALSE(state.dumping());
  EXPECT_EQ(state.deadline(), absl::InfiniteFuture());
}

TEST_F(WorkerStateSessionTest, TimeInWhichNobodyListensDoesNotCount) {
  WorkerState state(options_);
  state.OnCommand(Start(), After(0));
  state.OnUnheard(absl::Seconds(30));
  EXPECT_EQ(state.deadline(), After(90));
  state.OnMessage(Progress("", "a"), After(50));
  state.OnUnheard(absl::Seconds(100));
  EXPECT_EQ(state.deadline(), After(160));
}

TEST_F(WorkerStateSessionTest, AfterItsLastWordOnlyTheExitIsAwaited) {
  WorkerState state(options_);
  state.OnCommand(Start(), After(0));
  state.OnMessage(Ended(), After(1));
  EXPECT_EQ(state.deadline(), After(6));
}

}  // namespace
}  // namespace fastest::agent
