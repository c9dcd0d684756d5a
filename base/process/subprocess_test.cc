#include "base/process/subprocess.h"

#include <fcntl.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>

#include <string>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "base/process/unique_fd.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace fastest {
namespace {

using testing::AllOf;
using testing::Contains;
using testing::Not;
using testing::StartsWith;

struct Pipe {
  Pipe() {
    int ends[2];
    if (pipe2(ends, O_CLOEXEC) == 0) {
      out = UniqueFd(ends[0]);
      in = UniqueFd(ends[1]);
    }
  }

  // Everything up to the end of the last writer.
  std::string ReadAll() {
    in.reset();
    std::string all;
    char buffer[512];
    for (ssize_t got; (got = read(out.get(), buffer, sizeof(buffer))) > 0;) {
      all.append(buffer, static_cast<size_t>(got));
    }
    return all;
  }

  UniqueFd out;
  UniqueFd in;
};

SubprocessOptions Argv(std::vector<std::string> argv) {
  SubprocessOptions options;
  options.argv = std::move(argv);
  return options;
}

// The stdout of a shell script.
std::string Output(const std::string& script, SubprocessOptions options = {}) {
  Pipe pipe;
  options.argv = {"sh", "-c", script};
  options.fds.push_back({pipe.in.get(), 1});
  absl::StatusOr<Subprocess> child = Subprocess::Spawn(options);
  if (!child.ok()) return std::string(child.status().message());
  const std::string output = pipe.ReadAll();
  child->Wait();
  return output;
}

TEST(SubprocessTest, ReportsTheExitCode) {
  absl::StatusOr<Subprocess> child = Subprocess::Spawn(Argv({"sh", "-c", "exit 3"}));
  ASSERT_TRUE(child.ok()) << child.status();
  const int status = child->Wait();
  EXPECT_EQ(DescribeWaitStatus(status), "exit code 3");
  EXPECT_EQ(child->Wait(), status);
  EXPECT_EQ(child->TryWait(), status);
}

TEST(SubprocessTest, ReportsTheSignal) {
  absl::StatusOr<Subprocess> child = Subprocess::Spawn(Argv({"sh", "-c", "kill -SEGV $$"}));
  ASSERT_TRUE(child.ok()) << child.status();
  EXPECT_EQ(DescribeWaitStatus(child->Wait()), "signal SIGSEGV");
}

TEST(SubprocessTest, NamesAProgramThatIsNotThere) {
  const absl::Status status = Subprocess::Spawn(Argv({"no-such-program-at-all", "x"})).status();
  EXPECT_TRUE(absl::IsNotFound(status));
  EXPECT_EQ(status.message(), "no-such-program-at-all is in no folder of PATH");
  EXPECT_TRUE(absl::IsInvalidArgument(Subprocess::Spawn(Argv({})).status()));
}

TEST(SubprocessTest, AFailingExecIsAnError) {
  SubprocessOptions options;
  options.argv = {"/bin/sh", "-c", "true"};
  options.working_dir = "/no/such/folder";
  EXPECT_TRUE(absl::IsNotFound(Subprocess::Spawn(options).status()));
}

TEST(SubprocessTest, PassesEnvironmentAndWorkingDirectory) {
  SubprocessOptions options;
  options.env = std::vector<std::string>{"GREETING=hello", "PATH=/usr/bin:/bin"};
  options.working_dir = "/";
  EXPECT_EQ(Output("echo $GREETING; pwd; echo ${HOME-none}", options), "hello\n/\nnone\n");
}

TEST(WithVariablesTest, ReplacesAddsAndTakesAway) {
  setenv("FASTEST_TEST_REPLACED", "old", 1);
  setenv("FASTEST_TEST_TAKEN", "old", 1);
  setenv("FASTEST_TEST_TAKEN_NOT", "old", 1);
  EXPECT_THAT(
      WithVariables({"FASTEST_TEST_REPLACED=a=b", "FASTEST_TEST_TAKEN", "FASTEST_TEST_NEW=", "FASTEST_TEST_ABSENT"}),
      AllOf(Contains("FASTEST_TEST_REPLACED=a=b"), Contains("FASTEST_TEST_NEW="),
            Contains("FASTEST_TEST_TAKEN_NOT=old"), Not(Contains("FASTEST_TEST_REPLACED=old")),
            Not(Contains(StartsWith("FASTEST_TEST_TAKEN="))), Not(Contains(StartsWith("FASTEST_TEST_ABSENT")))));
}

TEST(SubprocessTest, MapsDescriptorsThatStandInEachOthersWay) {
  Pipe a;
  Pipe b;
  SubprocessOptions options;
  options.argv = {
      "sh", "-c",
      std::string("echo one >&") + std::to_string(b.in.get()) + "; echo two >&" + std::to_string(a.in.get())};
  options.fds = {{a.in.get(), b.in.get()}, {b.in.get(), a.in.get()}};
  absl::StatusOr<Subprocess> child = Subprocess::Spawn(options);
  ASSERT_TRUE(child.ok()) << child.status();
  EXPECT_EQ(a.ReadAll(), "one\n");
  EXPECT_EQ(b.ReadAll(), "two\n");
  EXPECT_EQ(DescribeWaitStatus(child->Wait()), "exit code 0");
}

TEST(SubprocessTest, ADescriptorMappedToItselfSurvivesExec) {
  Pipe pipe;
  SubprocessOptions options;
  options.argv = {"sh", "-c", "echo kept >&" + std::to_string(pipe.in.get())};
  options.fds = {{pipe.in.get(), pipe.in.get()}};
  absl::StatusOr<Subprocess> child = Subprocess::Spawn(options);
  ASSERT_TRUE(child.ok()) << child.status();
  EXPECT_EQ(pipe.ReadAll(), "kept\n");
}

TEST(SubprocessTest, ANewSessionHasAGroupOfItsOwn) {
  SubprocessOptions options;
  options.new_session = true;
  EXPECT_EQ(Output("test $(cut -d ' ' -f 5 /proc/$$/stat) = $$ && echo leader", options), "leader\n");

  Pipe pipe;
  options.argv = {"sh", "-c", "sleep 1000 & wait"};
  options.fds = {{pipe.in.get(), 1}};
  absl::StatusOr<Subprocess> child = Subprocess::Spawn(options);
  ASSERT_TRUE(child.ok()) << child.status();
  child->KillGroup(SIGKILL);
  EXPECT_EQ(DescribeWaitStatus(child->Wait()), "signal SIGKILL");
  // The grandchild held the pipe, too: this returns because the grandchild has gone.
  EXPECT_EQ(pipe.ReadAll(), "");
}

TEST(SubprocessTest, SignalsStartAtTheirDefaults) {
  sigset_t blocked;
  sigset_t before;
  sigemptyset(&blocked);
  sigaddset(&blocked, SIGTERM);
  pthread_sigmask(SIG_BLOCK, &blocked, &before);
  const auto old_handler = signal(SIGPIPE, SIG_IGN);
  const std::string output = Output("grep -E '^Sig(Blk|Ign)' /proc/self/status");
  signal(SIGPIPE, old_handler);
  pthread_sigmask(SIG_SETMASK, &before, nullptr);
  EXPECT_NE(output.find("SigBlk:\t0000000000000000"), std::string::npos) << output;
  const unsigned long ignored = strtoul(output.substr(output.find("SigIgn:") + 7).c_str(), nullptr, 16);
  EXPECT_EQ(ignored & (1UL << (SIGPIPE - 1)), 0UL) << output;
}

TEST(SubprocessTest, WhatIsNotWaitedForIsEnded) {
  Pipe pipe;
  {
    SubprocessOptions options;
    options.argv = {"sleep", "1000"};
    options.fds = {{pipe.in.get(), 1}};
    absl::StatusOr<Subprocess> child = Subprocess::Spawn(options);
    ASSERT_TRUE(child.ok()) << child.status();
    EXPECT_EQ(child->TryWait(), std::nullopt);
    Subprocess moved = std::move(*child);
    EXPECT_GT(moved.pid(), 0);
  }
  EXPECT_EQ(pipe.ReadAll(), "");
}

// A dead child leaves its own child to the subreaper, which ends it.
TEST(SubprocessTest, OrphansComeToTheSubreaperAndAreEnded) {
  ASSERT_TRUE(BecomeSubreaper().ok());
  Pipe pipe;
  SubprocessOptions options;
  options.argv = {"sh", "-c", "setsid sleep 1000 & exit 0"};
  options.fds = {{pipe.in.get(), 1}};
  absl::StatusOr<Subprocess> child = Subprocess::Spawn(options);
  ASSERT_TRUE(child.ok()) << child.status();
  child->Wait();
  EndAllChildren();
  EXPECT_EQ(pipe.ReadAll(), "");
}

TEST(DescribeWaitStatusTest, NamesRealTimeSignalsByNumber) {
  EXPECT_EQ(SignalName(SIGRTMIN + 8), "signal " + std::to_string(SIGRTMIN + 8));
  EXPECT_EQ(SignalName(SIGABRT), "SIGABRT");
}

}  // namespace
}  // namespace fastest
