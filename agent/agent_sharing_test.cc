// The program fastest-agent with two coordinators at once. Their runs take turns on its one slot. The Python processes
// below the agent play the worker protocol (testing/fake_runner.py) and write down when they run.
#include <fcntl.h>
#include <grpcpp/grpcpp.h>
#include <signal.h>
#include <unistd.h>

#include <chrono>
#include <filesystem>
#include <fstream>
#include <functional>
#include <memory>
#include <optional>
#include <sstream>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "agent/testing/test_folder.h"
#include "base/process/subprocess.h"
#include "base/process/unique_fd.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "proto/agent_service.grpc.pb.h"

namespace fastest::agent {
namespace {

using testing::ElementsAre;
using Event = v1::AgentMessage::Event;

// An event that takes longer than this never comes, on any machine.
constexpr std::chrono::seconds kForever(60);

// The coordinator of one run. It dials the agent and has one worker there.
class Coordinator {
 public:
  Coordinator(const std::string& address, std::string run_id, const std::string& folder) : run_id_(std::move(run_id)) {
    stub_ = v1::Agent::NewStub(grpc::CreateChannel(address, grpc::InsecureChannelCredentials()));
    context_.set_wait_for_ready(true);
    context_.set_deadline(std::chrono::system_clock::now() + kForever);
    stream_ = stub_->Serve(&context_);
    v1::CoordinatorMessage message;
    message.mutable_start_run()->set_protocol_version(v1::PROTOCOL_VERSION_CURRENT);
    message.mutable_start_run()->set_rootdir(folder);
    message.mutable_start_run()->mutable_spec()->set_run_id(run_id_);
    message.mutable_start_run()->mutable_spec()->set_invocation_dir(folder);
    message.mutable_start_run()->add_workers()->set_worker_id(run_id_);
    stream_->Write(message);
    WaitFor([](const Event& e) { return e.from_worker().message().has_ready(); });
  }

  void Grant(uint64_t lease, const std::string& module) {
    v1::CoordinatorMessage message;
    message.mutable_grant()->mutable_lease()->set_id(lease);
    message.mutable_grant()->mutable_lease()->mutable_batch()->set_module(module);
    stream_->Write(message);
  }
  // Takes a waiting lease back, and waits for it. Then the agent has everything that was sent before.
  void TakeBack(uint64_t lease) {
    v1::CoordinatorMessage message;
    message.mutable_revoke()->mutable_revoke()->set_lease_id(lease);
    stream_->Write(message);
    const Event event = WaitFor([](const Event& e) { return e.from_worker().message().has_returned(); });
    EXPECT_EQ(event.from_worker().worker_id(), run_id_);
    EXPECT_EQ(event.from_worker().message().returned().lease_id(), lease);
    EXPECT_TRUE(event.from_worker().message().returned().whole());
  }
  void FinishSlot() {
    v1::CoordinatorMessage message;
    message.mutable_finish_slot();
    stream_->Write(message);
  }
  void StopNow() {
    v1::CoordinatorMessage message;
    message.mutable_stop_run()->set_now(true);
    stream_->Write(message);
  }
  void EndRun() {
    v1::CoordinatorMessage message;
    message.mutable_end_run();
    stream_->Write(message);
    v1::AgentMessage rest;
    while (stream_->Read(&rest)) {
    }
    EXPECT_TRUE(stream_->Finish().ok());
  }
  void BreakOff() { context_.TryCancel(); }

  void WaitForStart(uint64_t lease) {
    WaitFor([lease](const Event& e) {
      const v1::WorkerMessage::Progress& progress = e.from_worker().message().progress();
      return progress.started_lease_id() == lease && absl::StrContains(progress.started().node_id(), "::second");
    });
  }
  void WaitForDone(uint64_t lease) {
    WaitFor([lease](const Event& e) { return e.from_worker().message().lease_done().lease_id() == lease; });
  }
  void WaitForGone() {
    WaitFor([](const Event& e) { return e.has_worker_gone(); });
  }

 private:
  // Waits for the next event that is wanted.
  Event WaitFor(const std::function<bool(const Event&)>& wanted) {
    while (true) {
      while (next_ < message_.events().events_size()) {
        const Event& event = message_.events().events(next_++);
        if (event.has_from_worker()) {
          EXPECT_EQ(event.from_worker().worker_id(), run_id_) << "another run's";
        }
        EXPECT_FALSE(event.from_worker().message().has_waits()) << "that is the agent's business";
        if (wanted(event)) return event;
      }
      next_ = 0;
      if (!stream_->Read(&message_)) {
        ADD_FAILURE() << run_id_ << ": what was waited for did not come";
        message_.Clear();
        return Event();
      }
    }
  }

  const std::string run_id_;
  std::unique_ptr<v1::Agent::Stub> stub_;
  grpc::ClientContext context_;
  std::unique_ptr<grpc::ClientReaderWriter<v1::CoordinatorMessage, v1::AgentMessage>> stream_;
  v1::AgentMessage message_;
  int next_ = 0;
};

class AgentSharingTest : public testing::Test {
 protected:
  void SetUp() override {
    std::filesystem::create_directory(folder_.path() + "/runner");
    std::filesystem::copy_file("agent/testing/fake_runner.py", folder_.path() + "/runner/__main__.py");
    int ends[2];
    ASSERT_EQ(pipe2(ends, O_CLOEXEC), 0);
    UniqueFd stderr_out(ends[0]);
    UniqueFd stderr_in(ends[1]);
    SubprocessOptions options;
    options.working_dir = folder_.path();
    options.argv = {std::filesystem::absolute("agent/fastest-agent"), "--listen", "127.0.0.1:0"};
    options.argv.insert(options.argv.end(), {"--slots", "1", "--name", "under-test", "--python", "/usr/bin/python3"});
    options.argv.insert(options.argv.end(), {"--runner", folder_.path() + "/runner", "--workdir", folder_.path()});
    options.env = {"PATH=/usr/bin:/bin"};
    options.fds = {{stderr_in.get(), 2}};
    absl::StatusOr<Subprocess> agent = Subprocess::Spawn(options);
    ASSERT_TRUE(agent.ok()) << agent.status();
    agent_.emplace(*std::move(agent));
    stderr_in.reset();
    std::string said;
    char byte = 0;
    while (byte != '\n' && read(stderr_out.get(), &byte, 1) == 1) said += byte;
    const std::vector<std::string> parts = absl::StrSplit(said, absl::ByAnyChar(" ,"));
    ASSERT_GT(parts.size(), 3u) << said;
    address_ = parts[3];
    a_ = std::make_unique<Coordinator>(address_, "a", folder_.path());
    b_ = std::make_unique<Coordinator>(address_, "b", folder_.path());
  }

  void TearDown() override {
    a_.reset();
    b_.reset();
    if (agent_.has_value()) {
      agent_->Kill(SIGTERM);
      EXPECT_EQ(DescribeWaitStatus(agent_->Wait()), "exit code 0");
    }
  }

  // Lets run a begin a test. Run b then waits with lease 1.
  void LetBWait() {
    a_->Grant(1, "board");
    a_->WaitForStart(1);
    Open("b");
    b_->Grant(1, "board");
    b_->Grant(2, "board");
    b_->TakeBack(2);
  }

  // Lets the tests of that run end.
  void Open(const std::string& run_id) { std::ofstream(folder_.path() + "/" + run_id).flush(); }

  std::vector<std::string> Board() {
    std::ifstream board(folder_.path() + "/board");
    std::vector<std::string> lines;
    for (std::string line; std::getline(board, line);) lines.push_back(line);
    return lines;
  }

  const TestFolder folder_;
  std::string address_;
  std::optional<Subprocess> agent_;
  std::unique_ptr<Coordinator> a_;
  std::unique_ptr<Coordinator> b_;
};

TEST_F(AgentSharingTest, TwoRunsTakeTurnsLeaseByLease) {
  LetBWait();
  a_->Grant(2, "board");
  a_->Grant(3, "board");
  a_->Grant(4, "board");
  a_->TakeBack(3);
  Open("a");
  b_->WaitForDone(1);
  b_->Grant(3, "board");
  a_->WaitForDone(4);
  b_->WaitForDone(3);
  std::vector<std::string> board = Board();
  ASSERT_EQ(board.size(), 10u);
  // b's second turn may come before or after a's third. That depends on how fast its lease was granted.
  const std::vector<std::string> begin(board.begin(), board.begin() + 6);
  EXPECT_THAT(begin, ElementsAre("a begins", "a ends", "b begins", "b ends", "a begins", "a ends"));
  for (size_t line = 0; line < board.size(); line += 2) {
    EXPECT_EQ(board[line].substr(0, 1), board[line + 1].substr(0, 1)) << "two tests ran at once";
  }
  for (Coordinator* run : {a_.get(), b_.get()}) {
    run->FinishSlot();
    run->WaitForGone();
    run->EndRun();
  }
}

TEST_F(AgentSharingTest, AWorkerThatIsKilledGivesItsTurnBack) {
  LetBWait();
  a_->StopNow();
  b_->WaitForDone(1);
  EXPECT_THAT(Board(), ElementsAre("a begins", "b begins", "b ends"));
  a_->EndRun();
  b_->EndRun();
}

TEST_F(AgentSharingTest, ACoordinatorThatIsLostGivesItsTurnsBack) {
  LetBWait();
  a_->BreakOff();
  b_->WaitForDone(1);
  EXPECT_THAT(Board(), ElementsAre("a begins", "b begins", "b ends"));
  b_->EndRun();
}

TEST_F(AgentSharingTest, TheEndOfASessionThatRunsNothingNeedsNoTurn) {
  LetBWait();
  b_->TakeBack(1);
  b_->FinishSlot();
  b_->WaitForGone();
  EXPECT_THAT(Board(), ElementsAre("a begins"));
  b_->EndRun();
  Open("a");
  a_->WaitForDone(1);
  a_->EndRun();
}

// A coordinator that has called and begins no run.
class Waiting {
 public:
  explicit Waiting(v1::Agent::Stub& stub) : stream_(stub.Serve(&context_)) {}
  // Returns whether the agent has let it in.
  bool Greeted() {
    v1::AgentMessage message;
    return stream_->Read(&message) && message.has_hello();
  }
  void BreakOff() {
    context_.TryCancel();
    v1::AgentMessage message;
    while (stream_->Read(&message)) {
    }
    stream_->Finish().IgnoreError();
  }

 private:
  grpc::ClientContext context_;
  std::unique_ptr<grpc::ClientReaderWriter<v1::CoordinatorMessage, v1::AgentMessage>> stream_;
};

TEST_F(AgentSharingTest, CoordinatorsThatOnlyWaitCostLittleAndAreBounded) {
  a_->EndRun();
  b_->EndRun();
  const auto stub = v1::Agent::NewStub(grpc::CreateChannel(address_, grpc::InsecureChannelCredentials()));
  std::vector<std::unique_ptr<Waiting>> waiting;
  while (waiting.size() < 64) {
    waiting.push_back(std::make_unique<Waiting>(*stub));
    ASSERT_TRUE(waiting.back()->Greeted()) << waiting.size();
  }
  // One Python for the first, and perhaps one that was kept from a run.
  const std::string children = absl::StrCat("/proc/", agent_->pid(), "/task/", agent_->pid(), "/children");
  std::ifstream file(children);
  std::stringstream text;
  text << file.rdbuf();
  const std::vector<std::string> processes = absl::StrSplit(text.str(), ' ', absl::SkipEmpty());
  EXPECT_LE(processes.size(), 2u);
  Waiting one_more(*stub);
  EXPECT_FALSE(one_more.Greeted());
  one_more.BreakOff();
  for (const auto& one : waiting) one->BreakOff();
  // The agent hears of that in its own time, and lets others in.
  const auto end = std::chrono::steady_clock::now() + kForever;
  bool let_in = false;
  while (!let_in && std::chrono::steady_clock::now() < end) {
    Waiting next(*stub);
    let_in = next.Greeted();
    next.BreakOff();
  }
  EXPECT_TRUE(let_in);
}

}  // namespace
}  // namespace fastest::agent
