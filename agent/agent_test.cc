// The program fastest-agent as a whole: a real process and a real gRPC stream. The Python processes below the agent
// play the worker protocol (testing/fake_runner.py). Where an interpreter has pytest, some tests use the real runner.
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdlib.h>
#include <unistd.h>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <thread>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "agent/testing/fake_coordinator.h"
#include "agent/testing/test_folder.h"
#include "base/process/subprocess.h"
#include "base/process/unique_fd.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace fastest::agent {
namespace {

using testing::HasSubstr;
using Event = v1::AgentMessage::Event;

constexpr char kPython[] = "/usr/bin/python3";

std::string ReadFile(const std::string& path) {
  std::ifstream file(path);
  return std::string(std::istreambuf_iterator<char>(file), {});
}

class AgentTest : public testing::Test {
 protected:
  void SetUp() override {
    invocation_dir_ = folder_.path();
    std::filesystem::create_directory(folder_.path() + "/runner");
    std::filesystem::copy_file("agent/testing/fake_runner.py", folder_.path() + "/runner/__main__.py");
    runner_ = folder_.path() + "/runner";
    coordinator_ = std::make_unique<FakeCoordinator>(folder_.path());
    int ends[2];
    ASSERT_EQ(pipe2(ends, O_CLOEXEC), 0);
    alive_out_ = UniqueFd(ends[0]);
    alive_in_ = UniqueFd(ends[1]);
  }

  void TearDown() override {
    agent_.reset();
    coordinator_.reset();
  }

  void StartAgent(const std::string& python = kPython, const std::vector<std::string>& env = {}) {
    SubprocessOptions options;
    options.working_dir = folder_.path();
    options.argv = {std::filesystem::absolute("agent/fastest-agent"),
                    "--embedded",
                    "--join",
                    coordinator_->address(),
                    "--slots",
                    "2",
                    "--name",
                    "under-test",
                    "--python",
                    python};
    if (!runner_.empty()) options.argv.insert(options.argv.end(), {"--runner", runner_});
    options.argv.insert(options.argv.end(), more_arguments_.begin(), more_arguments_.end());
    options.env = env;
    options.env->push_back("PATH=/usr/bin:/bin");
    UniqueFd err(open((folder_.path() + "/stderr").c_str(), O_WRONLY | O_CREAT | O_CLOEXEC, 0600));
    // Every process below the agent inherits descriptor 50.
    options.fds = {{err.get(), 2}, {alive_in_.get(), 50}};
    absl::StatusOr<Subprocess> agent = Subprocess::Spawn(options);
    ASSERT_TRUE(agent.ok()) << agent.status();
    agent_.emplace(*std::move(agent));
    alive_in_.reset();
  }

  // Waits for the agent, and starts a run with workers w0, w1 … in slots 0, 1 ….
  void StartRun(int workers, double hang_timeout_s = 0, const std::string& python = "") {
    const std::optional<v1::AgentMessage::Hello> hello = coordinator_->WaitForHello();
    ASSERT_TRUE(hello.has_value()) << ReadFile(folder_.path() + "/stderr");
    EXPECT_EQ(hello->name(), "under-test");
    EXPECT_EQ(hello->slots(), 2u);
    EXPECT_EQ(hello->protocol_version(), 1u);
    EXPECT_EQ(hello->incarnation().size(), 32u);
    v1::CoordinatorMessage message;
    message.mutable_start_run()->set_protocol_version(v1::PROTOCOL_VERSION_CURRENT);
    message.mutable_start_run()->set_lease_s(lease_s_);
    if (lease_s_ > 0) message.set_seq(1);
    v1::RunSpec* spec = message.mutable_start_run()->mutable_spec();
    spec->set_run_id("r1");
    spec->set_hang_timeout_s(hang_timeout_s);
    spec->set_python(python);
    spec->set_invocation_dir(invocation_dir_);
    for (const std::string& argument : pytest_args_) spec->add_pytest_args(argument);
    for (int slot = 0; slot < workers; ++slot) {
      auto* worker = message.mutable_start_run()->add_workers();
      worker->set_slot(static_cast<uint32_t>(slot));
      worker->set_worker_id(absl::StrCat("w", slot));
    }
    coordinator_->Send(message);
  }

  void StartWorker(uint32_t slot, const std::string& id) {
    v1::CoordinatorMessage message;
    message.mutable_start_worker()->set_slot(slot);
    message.mutable_start_worker()->set_worker_id(id);
    coordinator_->Send(message);
  }

  void Grant(uint32_t slot, uint64_t lease, const std::string& module) {
    v1::CoordinatorMessage message;
    message.mutable_grant()->set_slot(slot);
    message.mutable_grant()->mutable_lease()->set_id(lease);
    message.mutable_grant()->mutable_lease()->mutable_batch()->set_module(module);
    coordinator_->Send(message);
  }

  void FinishSlot(uint32_t slot) {
    v1::CoordinatorMessage message;
    message.mutable_finish_slot()->set_slot(slot);
    coordinator_->Send(message);
  }

  void EndRun() {
    v1::CoordinatorMessage message;
    message.mutable_end_run();
    coordinator_->Send(message);
  }

  v1::WorkerMessage::Ready WaitForReady(const std::string& worker_id) {
    const auto event = WaitFor([&](const Event& e) {
      return e.from_worker().message().has_ready() && e.from_worker().worker_id() == worker_id;
    });
    return event.from_worker().message().ready();
  }

  // Waits for the next result of that node id.
  v1::TestResult WaitForResult(const std::string& node_id) {
    v1::TestResult found;
    WaitFor([&](const Event& e) {
      const v1::WorkerMessage& message = e.from_worker().message();
      if (message.has_collected()) leases_[message.collected().lease_id()] = message.collected();
      for (const v1::TestResult& result : message.progress().results()) {
        if (result.ref().node_id() == node_id) found = result;
      }
      for (const v1::WorkerMessage::Passed& passed : message.progress().passed()) {
        const v1::TestRef& ref = leases_.at(passed.lease_id()).tests(static_cast<int>(passed.position()));
        if (ref.node_id() != node_id) continue;
        *found.mutable_ref() = ref;
        found.set_outcome(v1::PASSED);
      }
      return found.ref().node_id() == node_id;
    });
    return found;
  }

  v1::AgentMessage::WorkerGone WaitForGone(const std::string& worker_id) {
    return WaitFor([&](const Event& e) { return e.worker_gone().worker_id() == worker_id; }).worker_gone();
  }

  // Waits for an event after the last one that was waited for.
  Event WaitFor(const std::function<bool(const Event&)>& wanted) {
    const std::optional<Event> event = coordinator_->WaitFor(wanted, &position_);
    EXPECT_TRUE(event.has_value()) << "what was waited for did not come; the agent's stderr: "
                                   << ReadFile(folder_.path() + "/stderr") << "\nand what came:" << Came();
    return event.value_or(Event());
  }

  // All events as text, for the reader of a failure.
  std::string Came() {
    std::string came;
    for (const Event& event : coordinator_->events()) absl::StrAppend(&came, "\n", event.ShortDebugString());
    return came;
  }

  // Runs a lease in which the worker dies, up to the worker's end. Returns the result of the test that was running.
  v1::TestResult RunFatalLease(const std::string& module, double hang_timeout_s = 0) {
    StartAgent();
    StartRun(1, hang_timeout_s);
    WaitForReady("w0");
    Grant(0, 9, module);
    EXPECT_EQ(WaitForResult(module + "::first").outcome(), v1::PASSED);
    const v1::TestResult result = WaitForResult(module + "::second");
    gone_ = WaitForGone("w0");
    EXPECT_FALSE(gone_.orderly());
    EXPECT_EQ(result.lease_id(), 9u);
    EXPECT_EQ(result.outcome(), v1::FAILED);
    EXPECT_EQ(result.phases_size(), 1);
    return result;
  }

  void ExpectOrderlyEnd() {
    EndRun();
    EXPECT_TRUE(coordinator_->WaitForEnd());
    EXPECT_EQ(DescribeWaitStatus(agent_->Wait()), "exit code 0") << ReadFile(folder_.path() + "/stderr");
    ExpectNobodyLeft();
  }

  // The stopped agent is told of `idle`'s end, and is killed before it reads that.
  void KillAgentWithNewsUnread(pid_t idle) {
    agent_->Kill(SIGSTOP);
    ASSERT_EQ(kill(idle, SIGKILL), 0);
    while (kill(idle, 0) == 0) std::this_thread::yield();
    agent_->Kill(SIGKILL);
    agent_->Wait();
  }

  // Checks that every process below the agent has ended, or ends in a moment.
  void ExpectNobodyLeft() {
    pollfd alive = {alive_out_.get(), POLLIN, 0};
    ASSERT_EQ(poll(&alive, 1, 60000), 1) << "a process was left behind";
    EXPECT_TRUE(alive.revents & POLLHUP);
  }

  const TestFolder folder_;
  std::vector<std::string> more_arguments_;
  std::string invocation_dir_;
  std::string runner_;
  std::vector<std::string> pytest_args_;
  std::unique_ptr<FakeCoordinator> coordinator_;
  UniqueFd alive_out_;
  UniqueFd alive_in_;
  std::optional<Subprocess> agent_;
  v1::AgentMessage::WorkerGone gone_;
  double lease_s_ = 0;
  size_t position_ = 0;
  // The leases that WaitForResult has seen, by lease id.
  std::map<uint64_t, v1::WorkerMessage::Collected> leases_;
};

TEST_F(AgentTest, RunsLeasesInTwoWorkersAndEndsInGoodOrder) {
  StartAgent();
  StartRun(2);
  const v1::WorkerMessage::Ready ready = WaitForReady("w0");
  EXPECT_THAT(ready.header(0), HasSubstr(R"("run_id": "r1")"));
  Grant(0, 1, "well");
  EXPECT_EQ(WaitForResult("well::second").lease_id(), 1u);
  position_ = 0;
  WaitForReady("w1");
  Grant(1, 2, "well");
  WaitFor([](const Event& e) { return e.from_worker().message().lease_done().lease_id() == 2; });
  position_ = 0;
  for (const uint32_t slot : {0, 1}) {
    FinishSlot(slot);
    const v1::AgentMessage::WorkerGone gone = WaitForGone(absl::StrCat("w", slot));
    EXPECT_TRUE(gone.orderly());
    EXPECT_EQ(gone.slot(), slot);
    EXPECT_EQ(gone.how(), "exit code 0");
    ASSERT_GE(position_, 2u);
    EXPECT_EQ(coordinator_->events()[position_ - 2].from_worker().message().message_case(), v1::WorkerMessage::kEnded);
  }
  // There is more work, so a slot may get a worker again.
  StartWorker(1, "w2");
  WaitForReady("w2");
  ExpectOrderlyEnd();
}

TEST_F(AgentTest, PassesOutputOnInFullAndBeforeTheResult) {
  StartAgent();
  StartRun(1);
  WaitForReady("w0");
  Grant(0, 1, "output");
  size_t bytes = 0;
  std::string err;
  WaitFor([&](const Event& e) {
    const v1::WorkerMessage& message = e.from_worker().message();
    const bool is_stderr = message.output().stream() == v1::WorkerMessage::Output::STDERR;
    is_stderr ? err += message.output().data() : (bytes += message.output().data().size(), err);
    return message.has_lease_done();
  });
  EXPECT_EQ(bytes, 6u + 3000000u);
  EXPECT_EQ(err, "to stderr\n");
  Grant(0, 2, "binary");
  const Event raw = WaitFor([](const Event& e) { return e.from_worker().message().has_output(); });
  EXPECT_EQ(raw.from_worker().message().output().data(), std::string("\xff\0", 2));
  ExpectOrderlyEnd();
}

TEST_F(AgentTest, ASegfaultIsTheRunningTestsCrash) {
  const v1::TestResult result = RunFatalLease("segfault");
  EXPECT_EQ(result.reason(), v1::CRASH);
  EXPECT_EQ(result.death(), "signal SIGSEGV");
  EXPECT_THAT(result.phases(0).terminal_text(), HasSubstr("w0 crashed while running segfault::second: signal SIGSEGV"));
  EXPECT_THAT(result.phases(0).terminal_text(), HasSubstr("half a line"));
  EXPECT_THAT(result.phases(0).terminal_text(), HasSubstr("Fatal Python error: Segmentation fault"));
  EXPECT_EQ(gone_.how(), "signal SIGSEGV");
  // The interpreter's last words are in the report, and not also in the run's output.
  for (const Event& event : coordinator_->events()) EXPECT_FALSE(event.from_worker().message().has_output());
  // The agent goes on.
  StartWorker(0, "w1");
  WaitForReady("w1");
  Grant(0, 10, "well");
  EXPECT_EQ(WaitForResult("well::second").outcome(), v1::PASSED);
  ExpectOrderlyEnd();
}

TEST_F(AgentTest, ExitingWithZeroIsACrashToo) {
  const v1::TestResult result = RunFatalLease("exit_zero");
  EXPECT_EQ(result.reason(), v1::CRASH);
  EXPECT_EQ(result.phases(0).summary_line(), "exit_zero::second - worker crashed: exit code 0");
  ExpectOrderlyEnd();
}

TEST_F(AgentTest, AHungTestIsKilledAndShowsItsStack) {
  const v1::TestResult result = RunFatalLease("hang", 0.3);
  EXPECT_EQ(result.reason(), v1::TIMEOUT);
  EXPECT_THAT(result.phases(0).longrepr(), HasSubstr("timed out after 300ms"));
  EXPECT_THAT(result.phases(0).longrepr(), HasSubstr("in hang"));
  EXPECT_THAT(result.phases(0).terminal_text(), HasSubstr("half a line"));
  EXPECT_EQ(gone_.how(), "timed out after 300ms");
  ExpectOrderlyEnd();
}

TEST_F(AgentTest, AHungTestThatGivesNoStackIsKilledAllTheSame) {
  const v1::TestResult result = RunFatalLease("hang_deaf", 0.1);
  EXPECT_EQ(result.reason(), v1::TIMEOUT);
  EXPECT_THAT(result.phases(0).longrepr(), HasSubstr("no stack"));
  ExpectOrderlyEnd();
}

TEST_F(AgentTest, GarbageOnTheChannelEndsTheWorker) {
  const v1::TestResult result = RunFatalLease("no_json");
  EXPECT_THAT(result.death(), HasSubstr("it sent a frame that is not a message"));
  ExpectOrderlyEnd();
}

TEST_F(AgentTest, SomethingElseThanFramesEndsTheWorker) {
  const v1::TestResult result = RunFatalLease("no_frame");
  EXPECT_THAT(result.death(), HasSubstr("it sent something that is not a frame"));
  ExpectOrderlyEnd();
}

TEST_F(AgentTest, AWorkerThatClosesItsChannelIsEnded) {
  const v1::TestResult result = RunFatalLease("close_all");
  EXPECT_THAT(result.death(), HasSubstr("it closed its channel"));
  ExpectOrderlyEnd();
}

TEST_F(AgentTest, DeathBeforeAnyTestSaysHow) {
  StartAgent();
  StartRun(0);
  StartWorker(0, "dies-at-start");
  const v1::AgentMessage::WorkerGone gone = WaitForGone("dies-at-start");
  EXPECT_FALSE(gone.orderly());
  EXPECT_EQ(gone.how(), "exit code 7; the end of its stderr:\ncannot go on\n");
  StartWorker(1, "fails-at-start");
  EXPECT_TRUE(WaitForGone("fails-at-start").orderly());
  ExpectOrderlyEnd();
}

TEST_F(AgentTest, ASlotHoldsOneWorker) {
  StartAgent();
  StartRun(1);
  StartWorker(0, "w1");
  EXPECT_THAT(WaitForGone("w1").how(), HasSubstr("is taken"));
  WaitForReady("w0");
  // Slot 7 has no worker, so nothing happens.
  Grant(7, 1, "well");
  FinishSlot(7);
  ExpectOrderlyEnd();
}

TEST_F(AgentTest, AControlSessionIsConcludedAndNotStopped) {
  StartAgent();
  StartRun(1);
  v1::CoordinatorMessage control;
  control.mutable_start_worker()->set_slot(2);
  control.mutable_start_worker()->set_worker_id("control");
  control.mutable_start_worker()->set_control(true);
  coordinator_->Send(control);
  EXPECT_THAT(WaitForReady("control").header(0), testing::HasSubstr("\"control\": true"));
  v1::CoordinatorMessage stop;
  stop.mutable_stop_run()->set_reason("enough");
  coordinator_->Send(stop);
  EXPECT_TRUE(WaitForGone("w0").orderly());
  v1::CoordinatorMessage replay;
  replay.mutable_tell_control()->set_slot(2);
  replay.mutable_tell_control()->mutable_replay()->add_told()->set_test("[]");
  coordinator_->Send(replay);
  v1::CoordinatorMessage conclude;
  conclude.mutable_tell_control()->set_slot(2);
  conclude.mutable_tell_control()->mutable_conclude()->set_tests_failed(3);
  coordinator_->Send(conclude);
  const Event ended = WaitFor([](const Event& e) { return e.from_worker().message().has_ended(); });
  EXPECT_EQ(ended.from_worker().worker_id(), "control");
  EXPECT_EQ(ended.from_worker().message().ended().terminal_summary(),
            R"([{"told": [{"test": "[]"}]}, {"tests_failed": 3}])");
  EXPECT_TRUE(WaitForGone("control").orderly());
  ExpectOrderlyEnd();
}

TEST_F(AgentTest, StopReachesEveryWorkerBetweenTests) {
  StartAgent();
  StartRun(2);
  v1::CoordinatorMessage stop;
  stop.mutable_stop_run()->set_reason("enough");
  coordinator_->Send(stop);
  const Event ended = WaitFor([](const Event& e) { return e.from_worker().message().has_ended(); });
  EXPECT_EQ(ended.from_worker().message().ended().stop_reason(), "enough");
  WaitFor([](const Event& e) { return e.from_worker().message().has_ended(); });
  ExpectOrderlyEnd();
}

TEST_F(AgentTest, StopNowKillsAndBlamesNobody) {
  StartAgent();
  StartRun(1);
  WaitForReady("w0");
  Grant(0, 1, "hang");
  WaitFor([](const Event& e) { return e.from_worker().message().progress().started().node_id() == "hang::second"; });
  v1::CoordinatorMessage stop;
  stop.mutable_stop_run()->set_reason("Ctrl-C");
  stop.mutable_stop_run()->set_now(true);
  coordinator_->Send(stop);
  const v1::AgentMessage::WorkerGone gone = WaitForGone("w0");
  EXPECT_FALSE(gone.orderly());
  EXPECT_EQ(gone.how(), "Ctrl-C");
  for (const Event& event : coordinator_->events()) {
    for (const auto& result : event.from_worker().message().progress().results()) {
      EXPECT_NE(result.ref().node_id(), "hang::second");
    }
  }
  StartWorker(0, "w1");
  EXPECT_EQ(WaitForGone("w1").how(), "Ctrl-C");
  ExpectOrderlyEnd();
}

TEST_F(AgentTest, TheDeathOfTheZygoteCostsItsWorkersOnly) {
  StartAgent();
  StartRun(2);
  WaitForReady("w0");
  Grant(0, 1, "kill_zygote");
  EXPECT_THAT(WaitForGone("w0").how(), HasSubstr("the process that forks the workers died (signal SIGKILL)"));
  position_ = 0;
  EXPECT_FALSE(WaitForGone("w1").orderly());
  StartWorker(0, "w2");
  WaitForReady("w2");
  Grant(0, 2, "well");
  EXPECT_EQ(WaitForResult("well::second").lease_id(), 2u);
  ExpectOrderlyEnd();
}

TEST_F(AgentTest, TheRunNamesTheInterpreter) {
  std::filesystem::create_symlink(kPython, folder_.path() + "/other-python");
  StartAgent();
  StartRun(1, 0, folder_.path() + "/other-python");
  EXPECT_EQ(WaitForReady("w0").header(1), folder_.path() + "/other-python");
  ExpectOrderlyEnd();
}

TEST_F(AgentTest, TheRunNamesTheDirectory) {
  invocation_dir_ = folder_.path() + "/elsewhere";
  std::filesystem::create_directory(invocation_dir_);
  std::filesystem::create_symlink(kPython, folder_.path() + "/python");
  StartAgent("runner/../python");
  StartRun(1);
  const v1::WorkerMessage::Ready ready = WaitForReady("w0");
  EXPECT_EQ(ready.header(1), folder_.path() + "/python");
  EXPECT_EQ(ready.header(2), invocation_dir_);
  ExpectOrderlyEnd();
}

TEST_F(AgentTest, ARunInADirectoryThatIsNotHereIsRefused) {
  invocation_dir_ = folder_.path() + "/nowhere";
  StartAgent();
  StartRun(1);
  const Event event = WaitFor([](const Event& e) { return e.has_refused(); });
  EXPECT_THAT(event.refused().message(), HasSubstr(invocation_dir_ + " cannot be entered here"));
  ExpectOrderlyEnd();
}

TEST_F(AgentTest, WithoutAnInterpreterTheRunIsRefused) {
  StartAgent("/no/such/python");
  StartRun(2);
  const Event event = WaitFor([](const Event& e) { return e.has_refused(); });
  EXPECT_EQ(event.refused().exit_status(), 4);
  EXPECT_THAT(event.refused().message(), HasSubstr("no Python interpreter \"/no/such/python\""));
  EXPECT_THAT(event.refused().message(), HasSubstr("--python"));
  ExpectOrderlyEnd();
}

TEST_F(AgentTest, WithoutPytestTheRunIsRefused) {
  StartAgent(kPython, {"FAKE_RUNNER_FAILS=1"});
  StartRun(2);
  const Event event = WaitFor([](const Event& e) { return e.has_refused(); });
  EXPECT_EQ(event.refused().exit_status(), 4);
  EXPECT_EQ(event.refused().message(), "pytest is not installed for this Python");
  ExpectOrderlyEnd();
  for (const Event& other : coordinator_->events()) EXPECT_FALSE(other.has_worker_gone());
}

TEST_F(AgentTest, WhatIsNoPythonIsRefused) {
  StartAgent("/bin/false");
  StartRun(1);
  const Event event = WaitFor([](const Event& e) { return e.has_refused(); });
  EXPECT_EQ(
      event.refused().message(),
      "/bin/false cannot start fastest_runner (exit code 1; try `/bin/false -m pytest --version`, or name another "
      "by --python)");
  ExpectOrderlyEnd();
}

TEST_F(AgentTest, WhatHangsInPlaceOfPythonIsRefused) {
  const std::string script = folder_.path() + "/python";
  std::ofstream(script) << "#!/bin/sh\nsleep 1000\necho not reached\n";
  std::filesystem::permissions(script, std::filesystem::perms::owner_all);
  more_arguments_ = {"--python-limit", "0.2"};
  StartAgent(script);
  StartRun(1);
  const Event event = WaitFor([](const Event& e) { return e.has_refused(); });
  EXPECT_EQ(event.refused().exit_status(), 4);
  EXPECT_EQ(event.refused().message(), script + " has not loaded pytest after 200ms: try `" + script +
                                           " -m pytest --version`, or name another by --python");
  ExpectOrderlyEnd();
}

TEST_F(AgentTest, ALostCoordinatorEndsEverything) {
  StartAgent();
  StartRun(2);
  WaitForReady("w0");
  Grant(0, 1, "hang");
  WaitFor([](const Event& e) { return e.from_worker().message().progress().started().node_id() == "hang::second"; });
  coordinator_->Close(grpc::Status::CANCELLED);
  EXPECT_EQ(DescribeWaitStatus(agent_->Wait()), "exit code 1");
  ExpectNobodyLeft();
}

TEST_F(AgentTest, WithALeaseTheWorkersOutliveTheStream) {
  lease_s_ = 60;
  StartAgent();
  StartRun(1);
  const int worker = WaitForReady("w0").pid();
  coordinator_->Break();
  const std::optional<v1::AgentMessage::Hello> hello = coordinator_->WaitForHello();
  ASSERT_TRUE(hello.has_value());
  EXPECT_EQ(hello->resume().run_id(), "r1");
  EXPECT_EQ(hello->resume().received(), 1u);
  v1::CoordinatorMessage resume;
  resume.mutable_resume()->set_run_id("r1");
  resume.mutable_resume()->set_received(coordinator_->received());
  coordinator_->Send(resume);
  Grant(0, 1, "well");
  EXPECT_EQ(WaitForResult("well::second").lease_id(), 1u);
  EXPECT_EQ(kill(worker, 0), 0);
  // The agent does not repeat what it said before the break.
  const std::vector<Event> events = coordinator_->events();
  EXPECT_EQ(
      std::count_if(events.begin(), events.end(), [](const Event& e) { return e.from_worker().message().has_ready(); }),
      1);
  ExpectOrderlyEnd();
}

TEST_F(AgentTest, ACoordinatorThatDoesNotKnowTheRunEndsIt) {
  lease_s_ = 60;
  StartAgent();
  StartRun(1);
  WaitForReady("w0");
  Grant(0, 1, "hang");
  WaitFor([](const Event& e) { return e.from_worker().message().progress().started().node_id() == "hang::second"; });
  coordinator_->Break();
  coordinator_->Close(grpc::Status(grpc::StatusCode::NOT_FOUND, "the run is over"));
  EXPECT_EQ(DescribeWaitStatus(agent_->Wait()), "exit code 1");
  ExpectNobodyLeft();
}

TEST_F(AgentTest, ASignalEndsEverything) {
  StartAgent();
  StartRun(2);
  WaitForReady("w0");
  Grant(0, 1, "orphan");
  WaitForResult("orphan::second");
  agent_->Kill(SIGTERM);
  EXPECT_EQ(DescribeWaitStatus(agent_->Wait()), "exit code 75");
  ExpectNobodyLeft();
}

TEST_F(AgentTest, NobodyOutlivesAnAgentThatIsKilled) {
  StartAgent();
  StartRun(2);
  WaitForReady("w0");
  Grant(0, 1, "orphan");
  WaitForResult("orphan::second");
  Grant(0, 2, "hang");
  WaitFor([](const Event& e) { return e.from_worker().message().progress().started().node_id() == "hang::second"; });
  agent_->Kill(SIGKILL);
  agent_->Wait();
  ExpectNobodyLeft();
}

// With unread data, the socket's other end sees a reset connection instead of the end of the stream.
TEST_F(AgentTest, NobodyOutlivesAnAgentThatIsKilledBeforeItHasReadAll) {
  StartAgent();
  StartRun(1);
  WaitForReady("w0");
  Grant(0, 1, "hang");
  WaitFor([](const Event& e) { return e.from_worker().message().progress().started().node_id() == "hang::second"; });
  StartWorker(1, "w1");
  KillAgentWithNewsUnread(WaitForReady("w1").pid());
  ExpectNobodyLeft();
}

TEST_F(AgentTest, AnotherProtocolVersionIsNamed) {
  StartAgent();
  ASSERT_TRUE(coordinator_->WaitForHello().has_value());
  v1::CoordinatorMessage message;
  message.mutable_start_run()->set_protocol_version(999);
  coordinator_->Send(message);
  EXPECT_EQ(DescribeWaitStatus(agent_->Wait()), "exit code 1");
  ExpectNobodyLeft();
}

TEST_F(AgentTest, AWorkerThatLingersAfterItsEndIsEndedWithTheRun) {
  StartAgent(kPython, {"FAKE_RUNNER_LINGERS=1"});
  StartRun(1);
  WaitForReady("w0");
  FinishSlot(0);
  WaitFor([](const Event& e) { return e.from_worker().message().has_ended(); });
  EndRun();
  EXPECT_TRUE(WaitForGone("w0").orderly());
  EXPECT_EQ(DescribeWaitStatus(agent_->Wait()), "exit code 0");
  ExpectNobodyLeft();
}

constexpr char kOrphanThenHang[] = "test_orphan.py::test_hang";
constexpr char kLeavesOrphan[] =
    "import os, time\n\n"
    "def test_orphan():\n"
    "    if os.fork() == 0:\n"
    "        os.setsid()\n"
    "        if os.fork() == 0:\n"
    "            time.sleep(1000)\n"
    "        os._exit(0)\n"
    "    os.wait()\n\n"
    "def test_hang():\n"
    "    time.sleep(1000)\n";

// The real runner_py. The interpreter comes from tools/test.
class AgentWithPytestTest : public AgentTest {
 protected:
  void SetUp() override {
    const char* python = getenv("FASTEST_TEST_PYTHON");
    if (python == nullptr) GTEST_SKIP() << "FASTEST_TEST_PYTHON names no interpreter that has pytest";
    AgentTest::SetUp();
    python_ = python;
    // The runner of this test, which Bazel keeps up to date. The agent would take the one beside its program.
    runner_ = std::filesystem::absolute("runner_py/fastest_runner");
    pytest_args_ = {"-p", "no:cacheprovider", "--rootdir", folder_.path(), folder_.path()};
    std::ofstream(folder_.path() + "/test_well.py")
        << "import sys\n\n"
           "def test_good():\n"
           "    assert not any('runner' in folder for folder in sys.path)\n\n"
           "def test_bad(): assert 1 == 2\n";
    std::ofstream(folder_.path() + "/test_crash.py") << "import os, signal\n\n"
                                                        "def test_fine(): pass\n\n"
                                                        "def test_dies():\n"
                                                        "    print('last words')\n"
                                                        "    os.kill(os.getpid(), signal.SIGSEGV)\n";
    std::ofstream(folder_.path() + "/test_hang.py") << "import time\n\ndef test_sleeps():\n    time.sleep(1000)\n";
  }

  std::string python_;
};

TEST_F(AgentWithPytestTest, RunsAModule) {
  StartAgent(python_);
  StartRun(1);
  EXPECT_EQ(WaitForReady("w0").collection().modules_size(), 3);
  Grant(0, 1, "test_well.py");
  FinishSlot(0);
  EXPECT_EQ(WaitForResult("test_well.py::test_good").outcome(), v1::PASSED);
  const v1::TestResult bad = WaitForResult("test_well.py::test_bad");
  EXPECT_EQ(bad.outcome(), v1::FAILED);
  EXPECT_THAT(bad.phases(1).longrepr(), HasSubstr("assert 1 == 2"));
  EXPECT_TRUE(WaitForGone("w0").orderly());
  ExpectOrderlyEnd();
}

TEST_F(AgentWithPytestTest, ReportsACrashWithWhatPytestHadCaptured) {
  StartAgent(python_);
  StartRun(1);
  WaitForReady("w0");
  Grant(0, 1, "test_crash.py");
  Grant(0, 2, "test_well.py");
  EXPECT_EQ(WaitForResult("test_crash.py::test_fine").outcome(), v1::PASSED);
  const v1::TestResult result = WaitForResult("test_crash.py::test_dies");
  EXPECT_EQ(result.reason(), v1::CRASH);
  EXPECT_THAT(result.phases(0).terminal_text(), HasSubstr("signal SIGSEGV"));
  EXPECT_THAT(result.phases(0).terminal_text(), HasSubstr("last words"));
  EXPECT_THAT(result.phases(0).terminal_text(), HasSubstr("in test_dies"));
  EXPECT_FALSE(WaitForGone("w0").orderly());
  ExpectOrderlyEnd();
}

// A test has started a process that has left its group and lost its parent.
TEST_F(AgentWithPytestTest, NobodyOutlivesAnAgentThatIsKilled) {
  std::ofstream(folder_.path() + "/test_orphan.py") << kLeavesOrphan;
  StartAgent(python_);
  StartRun(2);
  WaitForReady("w0");
  Grant(0, 1, "test_orphan.py");
  FinishSlot(0);
  WaitFor([](const Event& e) { return e.from_worker().message().progress().started().node_id() == kOrphanThenHang; });
  agent_->Kill(SIGKILL);
  agent_->Wait();
  ExpectNobodyLeft();
}

// With unread data, the socket's other end sees a reset connection instead of the end of the stream.
TEST_F(AgentWithPytestTest, NobodyOutlivesAnAgentThatIsKilledBeforeItHasReadAll) {
  std::ofstream(folder_.path() + "/test_orphan.py") << kLeavesOrphan;
  StartAgent(python_);
  StartRun(1);
  WaitForReady("w0");
  Grant(0, 1, "test_orphan.py");
  FinishSlot(0);
  WaitFor([](const Event& e) { return e.from_worker().message().progress().started().node_id() == kOrphanThenHang; });
  StartWorker(1, "w1");
  KillAgentWithNewsUnread(WaitForReady("w1").pid());
  ExpectNobodyLeft();
}

TEST_F(AgentWithPytestTest, AKilledZygoteTakesItsWorkersAlongAndIsReplaced) {
  std::ofstream(folder_.path() + "/test_orphan.py") << kLeavesOrphan;
  StartAgent(python_);
  StartRun(1);
  const v1::WorkerMessage::Ready ready = WaitForReady("w0");
  Grant(0, 1, "test_orphan.py");
  FinishSlot(0);
  WaitFor([](const Event& e) { return e.from_worker().message().progress().started().node_id() == kOrphanThenHang; });
  // The worker's parent is field 4 of stat, after the name, which has no blanks.
  const std::vector<std::string> stat =
      absl::StrSplit(ReadFile(absl::StrCat("/proc/", ready.pid(), "/stat")), absl::MaxSplits(' ', 4));
  ASSERT_EQ(kill(std::stoi(stat.at(3)), SIGKILL), 0);
  EXPECT_THAT(WaitForGone("w0").how(), HasSubstr("the process that forks the workers died (signal SIGKILL)"));
  StartWorker(0, "w1");
  WaitForReady("w1");
  Grant(0, 2, "test_well.py");
  EXPECT_EQ(WaitForResult("test_well.py::test_good").outcome(), v1::PASSED);
  ExpectOrderlyEnd();
}

TEST_F(AgentWithPytestTest, ShowsWhereATestHangs) {
  StartAgent(python_);
  StartRun(1, 0.5);
  WaitForReady("w0");
  Grant(0, 1, "test_hang.py");
  FinishSlot(0);
  const v1::TestResult result = WaitForResult("test_hang.py::test_sleeps");
  EXPECT_EQ(result.reason(), v1::TIMEOUT);
  EXPECT_THAT(result.phases(0).longrepr(), HasSubstr("in test_sleeps"));
  EXPECT_FALSE(WaitForGone("w0").orderly());
  ExpectOrderlyEnd();
}

}  // namespace
}  // namespace fastest::agent
