#include "coordinator/control/control.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <nlohmann/json.hpp>
#include <optional>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"

namespace fastest::control {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::UnorderedElementsAre;

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
    return control_.Conclude(outcome, 100).tell_control().conclude();
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

TEST_F(ControlTest, APluginMayChangeTheCodeOfARunOfWhoseStopItWasTold) {
  IsReady();
  Conclude({1, 5, "Interrupted: 1 error during collection", 2});
  Ends(42);
  EXPECT_EQ(control_.Verdict(2), 42);
  EXPECT_EQ(control_.Verdict(10), 10);
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

TEST_F(ControlTest, AHookThatRaisesAtTheEndEndsTheRunAsItEndsPytest) {
  IsReady();
  Conclude({0, 5, "", 0});
  v1::WorkerMessage message;
  message.mutable_failure()->set_message("Traceback:\nError: no\n");
  message.mutable_failure()->set_exit_status(1);
  Says(message);
  EXPECT_EQ(control_.Verdict(0), 1);
  EXPECT_EQ(control_.Verdict(5), 5);
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

// Nobody asked for a control session, but somebody listens.
class ListenedToTest : public testing::Test {
 protected:
  explicit ListenedToTest(bool agents_may_leave = false) : control_("", agents_may_leave) {
    v1::CoordinatorMessage::StartRun start;
    control_.AgentJoined(0, 2, &start);
    EXPECT_EQ(start.workers_size(), 0);
  }

  void IsReady() {
    v1::AgentMessage::Event event;
    event.mutable_from_worker()->mutable_message()->mutable_ready();
    control_.Took(event);
  }
  void TellTest(const std::string& reports) {
    v1::TestResult result;
    result.set_serialized(reports);
    control_.Tell("gw1", result);
  }
  // The reports that a message replays.
  std::vector<std::string> Replayed(bool all = true) {
    std::vector<std::string> tests;
    while (const std::optional<v1::CoordinatorMessage> message = control_.Replay(all)) {
      for (const auto& told : message->tell_control().replay().told()) tests.push_back(told.test());
    }
    return tests;
  }

  Control control_;
};

TEST_F(ListenedToTest, NothingIsKeptWhereNobodyListens) {
  TellTest("[]");
  EXPECT_FALSE(control_.IsMissing());
  control_.Listen("");
  EXPECT_FALSE(control_.IsMissing());
  EXPECT_FALSE(control_.Exists());
}

TEST_F(ListenedToTest, IsStartedInASlotBesideTheWorkersAndHindersNobody) {
  control_.Listen("conftest.py implements pytest_runtest_logreport");
  EXPECT_TRUE(control_.IsMissing());
  const v1::CoordinatorMessage start = control_.Start(0, 2);
  EXPECT_TRUE(start.start_worker().control());
  EXPECT_EQ(start.start_worker().slot(), 2u);
  EXPECT_TRUE(control_.Is({0, 2}));
  EXPECT_FALSE(control_.IsMissing());
  EXPECT_FALSE(control_.MustBeAwaited());
  EXPECT_FALSE(control_.IsOver());
}

TEST_F(ListenedToTest, EverythingIsToldOnceAndInOrder) {
  control_.Listen("somebody");
  TellTest("[1]");
  control_.Start(0, 2);
  // Not yet ready.
  EXPECT_EQ(control_.Replay(true), std::nullopt);
  v1::CollectReport collection;
  control_.Tell("gw0", collection);  // Of a run with one slot: there is nothing to tell.
  collection.set_serialized("{2}");
  control_.Tell("gw0", collection);
  v1::RecordedWarning warning;
  warning.set_serialized("{3}");
  control_.Tell("gw1", warning);
  IsReady();
  EXPECT_EQ(control_.Replay(false), std::nullopt);
  const std::optional<v1::CoordinatorMessage> message = control_.Replay(true);
  ASSERT_TRUE(message.has_value());
  const auto& told = message->tell_control().replay().told();
  ASSERT_EQ(told.size(), 3);
  EXPECT_EQ(told[0].test(), "[1]");
  EXPECT_EQ(told[0].worker_id(), "gw1");
  EXPECT_EQ(told[1].collection(), "{2}");
  EXPECT_EQ(told[1].worker_id(), "gw0");
  EXPECT_EQ(told[2].warning(), "{3}");
  EXPECT_EQ(control_.Replay(true), std::nullopt);
}

TEST_F(ListenedToTest, MuchIsToldAtOnceInMessagesOfBoundedSize) {
  control_.Listen("somebody");
  control_.Start(0, 2);
  IsReady();
  for (int i = 0; i < 10; ++i) TellTest(std::string(30000, static_cast<char>('a' + i)));
  const std::optional<v1::CoordinatorMessage> first = control_.Replay(false);
  ASSERT_TRUE(first.has_value());
  EXPECT_EQ(first->tell_control().replay().told_size(), 3);
  EXPECT_EQ(Replayed().size(), 7u);
}

TEST_F(ListenedToTest, ATestWhoseWorkerDiedIsToldOfByItsPhases) {
  control_.Listen("somebody");
  control_.Start(0, 2);
  IsReady();
  v1::TestResult result;
  result.mutable_ref()->set_node_id("test_a.py::test_\xff");
  result.set_location_path("test_a.py");
  result.set_location_line(4);
  result.set_domain("test_a");
  v1::Phase* phase = result.add_phases();
  phase->set_when("call");
  phase->set_outcome("failed");
  phase->set_longrepr("worker died");
  phase->set_start(7);
  phase->set_duration_s(0.5);
  v1::Section* section = phase->add_sections();
  section->set_name("Captured stdout call");
  section->set_content("hello");
  control_.Tell("gw0", result);
  const std::vector<std::string> told = Replayed();
  ASSERT_EQ(told.size(), 1u);
  const nlohmann::json reports = nlohmann::json::parse(told[0])["reports"];
  ASSERT_EQ(reports.size(), 1u);
  EXPECT_EQ(reports[0]["$report_type"], "TestReport");
  EXPECT_EQ(reports[0]["location"]["$tuple"], nlohmann::json::array({"test_a.py", 4, "test_a"}));
  EXPECT_EQ(reports[0]["outcome"], "failed");
  EXPECT_EQ(reports[0]["longrepr"], "worker died");
  EXPECT_EQ(reports[0]["sections"][0]["$tuple"], nlohmann::json::array({"Captured stdout call", "hello"}));
  EXPECT_EQ(reports[0]["stop"], 7.5);
}

TEST_F(ListenedToTest, TestsThatARunStoppedForErrorsCountAsCollected) {
  control_.Listen("somebody");
  control_.Start(0, 2);
  v1::Collection collection;
  collection.add_tests()->set_node_id("a.py::t");
  collection.set_errors(1);
  control_.WorkerReady("gw0", collection);
  IsReady();
  Control::Outcome outcome;
  outcome.failed = 1;
  outcome.stop_reason = "Interrupted: 1 error during collection";
  EXPECT_EQ(control_.Conclude(outcome, 0).tell_control().conclude().tests_collected(), 1u);
}

TEST_F(ListenedToTest, WhatItPrintsIsShownOnceItIsToldOfTests) {
  control_.Listen("somebody");
  control_.Start(0, 2);
  v1::AgentMessage::Event event;
  event.mutable_from_worker()->mutable_message()->mutable_output()->set_data("hello");
  EXPECT_FALSE(control_.Took(event));
  IsReady();
  TellTest("[]");
  EXPECT_FALSE(control_.Took(event));
  Replayed();
  EXPECT_TRUE(control_.Took(event));
}

TEST_F(ListenedToTest, ItsDeathNamesWhoListened) {
  control_.Listen("conftest.py implements pytest_terminal_summary");
  control_.Start(0, 2);
  v1::AgentMessage::Event event;
  event.mutable_worker_gone()->set_how("signal SIGKILL");
  control_.Took(event);
  EXPECT_FALSE(control_.IsMissing());
  EXPECT_TRUE(control_.IsOver());
  EXPECT_THAT(control_.Complaint(), testing::StartsWith("conftest.py implements pytest_terminal_summary, but the"));
  EXPECT_THAT(control_.Complaint(), HasSubstr("signal SIGKILL"));
  EXPECT_EQ(control_.Verdict(0), 3);
}

class AwaitedTest : public ListenedToTest {
 protected:
  AwaitedTest() {
    control_.AwaitedBy({0, 0}, "gw0", "conftest.py speaks of workerinput");
    control_.AwaitedBy({0, 1}, "gw1", "conftest.py speaks of workerinput");
  }
  void Says(const v1::WorkerMessage& message) {
    v1::AgentMessage::Event event;
    *event.mutable_from_worker()->mutable_message() = message;
    control_.Took(event);
  }
  void Configures(const std::string& worker_id) {
    v1::WorkerMessage message;
    message.mutable_node_configured()->set_worker_id(worker_id);
    message.mutable_node_configured()->set_node("node of " + worker_id);
    Says(message);
  }
  void IsReady(const std::string& listener, bool wants_collection = false) {
    v1::WorkerMessage message;
    message.mutable_ready()->set_listener(listener);
    message.mutable_ready()->set_wants_collection(wants_collection);
    Says(message);
  }
  std::vector<std::string> Taken() {
    std::vector<std::string> taken;
    for (const auto& [agent, message] : control_.TakeMessages()) {
      const auto& told = message.tell_control();
      taken.push_back(absl::StrCat(agent, " ", told.slot(), " ",
                                   told.has_node() ? told.node().node() : "set up " + told.configure_node().worker_id(),
                                   told.node().listener().empty() ? "" : " for " + told.node().listener()));
    }
    return taken;
  }
};

TEST_F(AwaitedTest, WorkersGoOnWhenTheyAreSetUp) {
  EXPECT_TRUE(control_.IsMissing());
  EXPECT_TRUE(control_.MustBeAwaited());
  control_.Start(0, 2);
  EXPECT_TRUE(control_.MustBeAwaited());
  EXPECT_THAT(Taken(), IsEmpty());
  Configures("gw0");
  Configures("gw1");
  EXPECT_THAT(Taken(), IsEmpty());
  IsReady("somebody");
  EXPECT_FALSE(control_.MustBeAwaited());
  EXPECT_THAT(Taken(), ElementsAre("0 0 node of gw0 for somebody", "0 1 node of gw1 for somebody"));
  EXPECT_THAT(Taken(), IsEmpty());
  // A worker in the place of a dead one.
  control_.AwaitedBy({0, 1}, "gw2", "");
  EXPECT_THAT(Taken(), ElementsAre("0 2 set up gw2"));
  EXPECT_THAT(Taken(), IsEmpty());
  Configures("gw2");
  EXPECT_THAT(Taken(), ElementsAre("0 1 node of gw2 for somebody"));
}

TEST_F(AwaitedTest, TheControllerIsToldWhatBecomesOfWorkers) {
  control_.Start(0, 2);
  Configures("gw0");
  Configures("gw1");
  IsReady("", /*wants_collection=*/true);
  v1::Collection collection;
  collection.add_tests()->set_node_id("a.py::t");
  control_.WorkerStarted("gw0");
  control_.WorkerReady("gw0", collection);
  control_.WorkerReady("gw1", v1::Collection());
  control_.WorkerDied("gw0", "signal SIGSEGV");
  // A report is for nobody.
  control_.Tell("gw0", v1::TestResult());
  const std::optional<v1::CoordinatorMessage> message = control_.Replay(true);
  ASSERT_TRUE(message.has_value());
  const auto& told = message->tell_control().replay().told();
  ASSERT_EQ(told.size(), 5);
  EXPECT_TRUE(told[0].ready());
  EXPECT_THAT(told[1].ids().node_ids(), ElementsAre("a.py::t"));
  EXPECT_THAT(told[3].ids().node_ids(), ElementsAre("a.py::t"));
  EXPECT_EQ(told[4].died(), "signal SIGSEGV");
}

TEST_F(AwaitedTest, AnEndBeforeTheStartIsTheRunsEnd) {
  control_.Start(0, 2);
  v1::WorkerMessage message;
  message.mutable_failure()->set_exit_status(4);
  message.mutable_failure()->set_message("ERROR: no database\n");
  Says(message);
  ASSERT_TRUE(control_.early_end().has_value());
  EXPECT_EQ(control_.early_end()->exit_status, 4);
  EXPECT_EQ(control_.early_end()->message, "ERROR: no database\n");
}

TEST_F(AwaitedTest, WithoutASessionWorkersGoOnWithoutIt) {
  control_.Start(0, 2);
  Configures("gw0");
  IsReady("somebody");
  control_.AwaitedBy({0, 1}, "gw7", "");
  v1::AgentMessage::Event event;
  event.mutable_worker_gone()->set_how("signal SIGKILL");
  control_.Took(event);
  EXPECT_FALSE(control_.early_end().has_value());
  EXPECT_THAT(Taken(), UnorderedElementsAre("0 0 node of gw0 for somebody", "0 1  for somebody", "0 1  for somebody"));
  EXPECT_THAT(control_.Complaint(), HasSubstr("somebody"));
}

class ListenedToOnAFarmTest : public ListenedToTest {
 protected:
  ListenedToOnAFarmTest() : ListenedToTest(true) {}
};

TEST_F(ListenedToOnAFarmTest, AnotherAgentIsToldEverythingOnceMore) {
  control_.Listen("somebody");
  control_.Start(0, 2);
  IsReady();
  TellTest("[1]");
  EXPECT_THAT(Replayed(), testing::ElementsAre("[1]"));
  TellTest("[2]");
  control_.AgentLeft(0, "gone");
  EXPECT_TRUE(control_.IsMissing());
  EXPECT_FALSE(control_.Is({0, 2}));
  control_.Start(3, 1);
  EXPECT_TRUE(control_.Is({3, 1}));
  EXPECT_EQ(control_.agent(), 3);
  IsReady();
  EXPECT_THAT(Replayed(), testing::ElementsAre("[1]", "[2]"));
  EXPECT_EQ(control_.Complaint(), "");
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

// The session is the process that called for the run.
class CallerTest : public ControlTest {
 protected:
  CallerTest() : caller_("--fastest", /*agents_may_leave=*/false, /*is_caller=*/true) {
    caller_.AgentJoined(0, 2, &start_);
    caller_.WorkerStarted("gw0");
  }
  void Take(const v1::WorkerMessage& message) {
    v1::AgentMessage::Event event;
    event.mutable_from_worker()->set_slot(2);
    *event.mutable_from_worker()->mutable_message() = message;
    caller_.Took(event);
  }
  void BecomesReady() {
    v1::WorkerMessage message;
    message.mutable_ready();
    Take(message);
  }

  Control caller_;
};

TEST_F(CallerTest, IsToldEachResultAtOnceWhoeverListens) {
  caller_.Listen("");
  BecomesReady();
  v1::TestResult result;
  result.set_serialized("{}");
  caller_.Tell("gw0", result);
  const auto told = caller_.Replay(/*all=*/false);
  ASSERT_TRUE(told.has_value());
  EXPECT_EQ(told->tell_control().replay().told(0).test(), "{}");
}

TEST_F(CallerTest, IsToldThePlanAndWhatReportsSayBesideTheTests) {
  BecomesReady();
  caller_.TellPlanned({"a.py::test_x", "b.py"}, 5);
  caller_.TellExpected(4, 1);
  const auto told = caller_.Replay(/*all=*/false);
  ASSERT_TRUE(told.has_value());
  const v1::WorkerCommand::Replay& replay = told->tell_control().replay();
  EXPECT_THAT(replay.told(0).expected().node_ids(), ElementsAre("a.py::test_x", "b.py"));
  EXPECT_FALSE(replay.told(0).expected().exact());
  EXPECT_EQ(replay.told(1).expected().tests(), 4u);
  EXPECT_TRUE(replay.told(1).expected().exact());
  Control::Outcome outcome;
  outcome.deselected = 1;
  outcome.testsuite_properties = {{"host", "here"}};
  const v1::WorkerCommand::Conclude conclude = caller_.Conclude(outcome, 100).tell_control().conclude();
  EXPECT_EQ(conclude.tests_deselected(), 1u);
  EXPECT_EQ(conclude.testsuite_properties(0).value(), "here");
}

TEST_F(CallerTest, OthersAreNotToldThePlan) {
  IsReady();
  control_.TellPlanned({"a.py::test_x"}, 1);
  control_.TellExpected(1, 0);
  EXPECT_FALSE(control_.Replay(/*all=*/true).has_value());
}

TEST_F(CallerTest, IsWaitedForAndMissedWhenItIsGone) {
  EXPECT_FALSE(caller_.GaveUp(0, true));
  EXPECT_FALSE(caller_.GaveUp(1000, true));
  EXPECT_FALSE(caller_.CallerLeft());
  v1::AgentMessage::Event event;
  event.mutable_worker_gone()->set_slot(2);
  caller_.Took(event);
  EXPECT_TRUE(caller_.CallerLeft());
  // Nobody called for a run with --cov.
  Dies();
  EXPECT_FALSE(control_.CallerLeft());
}

}  // namespace
}  // namespace fastest::control
