#include "coordinator/report/byte_sink.h"

#include <fcntl.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/resource.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>
#include <map>
#include <sstream>
#include <string>

namespace fastest::report {
namespace {

using ::testing::HasSubstr;

class ByteSinkTest : public testing::Test {
 protected:
  ByteSinkTest() {
    std::string name = testing::TempDir() + "/byte_sink_XXXXXX";
    directory_ = mkdtemp(name.data());
  }
  ~ByteSinkTest() override { std::filesystem::remove_all(directory_); }

  std::string Read(const std::string& name) {
    std::ifstream file(directory_ / name);
    std::stringstream text;
    text << file.rdbuf();
    return text.str();
  }

  std::filesystem::path directory_;
};

TEST_F(ByteSinkTest, ReportFilesGrowAsTheRunGoesOn) {
  auto sink = OpenReportFile(directory_ / "new" / "events.jsonl");
  ASSERT_TRUE(sink.ok()) << sink.status();
  EXPECT_TRUE((*sink)->Write("one\n").ok());
  EXPECT_EQ(Read("new/events.jsonl"), "one\n");
  EXPECT_TRUE((*sink)->Write("two\n").ok());
  EXPECT_TRUE((*sink)->Close().ok());
  EXPECT_EQ(Read("new/events.jsonl"), "one\ntwo\n");
}

TEST_F(ByteSinkTest, AFileThatCannotBeIsNamed) {
  const auto sink = OpenReportFile(directory_);
  EXPECT_FALSE(sink.ok());
  EXPECT_THAT(std::string(sink.status().message()), HasSubstr("cannot write " + directory_.string()));
  std::ofstream(directory_ / "file") << "x";
  const auto below = OpenReportFile(directory_ / "file" / "events.jsonl");
  EXPECT_FALSE(below.ok());
  EXPECT_THAT(std::string(below.status().message()), HasSubstr("cannot make the directory"));
}

TEST_F(ByteSinkTest, AFileThatNoMoreFitsIntoEndsWithAWholeLine) {
  struct sigaction ignored = {}, before;
  ignored.sa_handler = SIG_IGN;
  sigaction(SIGXFSZ, &ignored, &before);
  rlimit unlimited;
  getrlimit(RLIMIT_FSIZE, &unlimited);
  const std::map<std::string, std::string> kept = {
      {"three\nfour\n", "one\ntwo\nthree\n"},
      {"no line ends in this\n", "one\ntwo\n"},
  };
  for (const auto& [last, text] : kept) {
    auto sink = OpenReportFile(directory_ / "events.jsonl");
    ASSERT_TRUE(sink.ok()) << sink.status();
    EXPECT_TRUE((*sink)->Write("one\ntwo\n").ok());
    const rlimit small{16, unlimited.rlim_max};
    setrlimit(RLIMIT_FSIZE, &small);
    const absl::Status status = (*sink)->Write(last);
    setrlimit(RLIMIT_FSIZE, &unlimited);
    EXPECT_THAT(std::string(status.message()), HasSubstr("events.jsonl: File too large"));
    EXPECT_EQ(Read("events.jsonl"), text);
  }
  sigaction(SIGXFSZ, &before, nullptr);
}

TEST_F(ByteSinkTest, AFullDiskIsAnError) {
  auto sink = OpenReportFile("/dev/full");
  ASSERT_TRUE(sink.ok());
  const absl::Status status = (*sink)->Write("x");
  EXPECT_THAT(std::string(status.message()), HasSubstr("cannot write /dev/full"));
}

TEST_F(ByteSinkTest, AClosedPipeIsAnError) {
  signal(SIGPIPE, SIG_IGN);
  int ends[2];
  ASSERT_EQ(pipe(ends), 0);
  close(ends[0]);
  DescriptorSink sink(UniqueFd(ends[1]), "the pipe");
  EXPECT_THAT(std::string(sink.Write("x").message()), HasSubstr("cannot write the pipe"));
}

TEST_F(ByteSinkTest, ReplacedFilesAppearAsAWhole) {
  std::ofstream(directory_ / "junit.xml") << "old";
  auto sink = MakeReplacedFile(directory_ / "junit.xml");
  EXPECT_TRUE(sink->Write("new").ok());
  EXPECT_EQ(Read("junit.xml"), "old");
  EXPECT_TRUE(sink->Close().ok());
  EXPECT_EQ(Read("junit.xml"), "new");
  sink.reset();
  EXPECT_EQ(std::distance(std::filesystem::directory_iterator(directory_), {}), 1);
}

TEST_F(ByteSinkTest, AnUnfinishedReplacementLeavesNothing) {
  auto sink = MakeReplacedFile(directory_ / "below" / "junit.xml");
  EXPECT_TRUE(sink->Write("new").ok());
  sink.reset();
  EXPECT_TRUE(std::filesystem::is_empty(directory_ / "below"));
}

TEST_F(ByteSinkTest, WhatIsNoPlainFileIsWrittenInPlace) {
  std::ofstream(directory_ / "target") << "old";
  std::filesystem::create_symlink("target", directory_ / "link");
  auto sink = MakeReplacedFile(directory_ / "link");
  EXPECT_TRUE(sink->Write("new").ok());
  EXPECT_TRUE(sink->Close().ok());
  EXPECT_TRUE(std::filesystem::is_symlink(directory_ / "link"));
  EXPECT_EQ(Read("target"), "new");
}

TEST_F(ByteSinkTest, AnEmptyReplacementIsAFileToo) {
  EXPECT_TRUE(MakeReplacedFile(directory_ / "empty")->Close().ok());
  EXPECT_TRUE(std::filesystem::exists(directory_ / "empty"));
}

}  // namespace
}  // namespace fastest::report
