#include "coordinator/history/store.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include <chrono>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <set>
#include <vector>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "proto/test_id.h"

namespace fastest::history {
namespace {

using ::testing::HasSubstr;

class StoreTest : public testing::Test {
 protected:
  StoreTest() {
    const char* tmp = getenv("TEST_TMPDIR");
    root_ = absl::StrCat(tmp == nullptr ? "/tmp" : tmp, "/store-", getpid(), "-",
                         testing::UnitTest::GetInstance()->current_test_info()->name());
    std::filesystem::create_directories(root_);
    folder_ = root_ + "/runs/";
  }
  ~StoreTest() override { std::filesystem::remove_all(root_); }

  std::unique_ptr<History> Open(const std::string& path) {
    absl::StatusOr<std::unique_ptr<History>> store = OpenStore(path);
    EXPECT_TRUE(store.ok()) << store.status();
    return *std::move(store);
  }
  // The file of one run.
  void Record(const std::string& node_id, double seconds, double setup_s = 0) {
    const std::string module = std::string(ModuleOf(node_id));
    ASSERT_EQ(Open(folder_)->Record("p", {{module, node_id, seconds, 0}}, {{module, setup_s}}), absl::OkStatus());
  }
  std::vector<std::string> Files() {
    std::vector<std::string> files;
    for (const auto& entry : std::filesystem::directory_iterator(folder_)) files.push_back(entry.path().string());
    return files;
  }
  ModuleHistory Load(const std::string& module) {
    const auto loaded = Open(folder_)->Load("p", {module});
    EXPECT_TRUE(loaded.ok()) << loaded.status();
    const auto found = loaded->find(module);
    return found == loaded->end() ? ModuleHistory() : found->second;
  }

  std::string root_;
  std::string folder_;
};

TEST_F(StoreTest, EachRunAddsAFileAndTheLatestWeighsHalf) {
  Record("a.py::x", 4, 2);
  Record("a.py::x", 2, 1);
  Record("a.py::x", 1);
  EXPECT_EQ(Files().size(), 3u);
  const ModuleHistory history = Load("a.py");
  ASSERT_EQ(history.tests.size(), 1u);
  EXPECT_DOUBLE_EQ(history.tests[0].second, 2);
  EXPECT_DOUBLE_EQ(history.setup_s, 0.75);
  EXPECT_TRUE(Load("b.py").tests.empty());
}

TEST_F(StoreTest, ARunAddsAFileForEachPartThatItRecords) {
  const std::unique_ptr<History> run = Open(folder_);
  ASSERT_EQ(run->Record("p", {{"a.py", "a.py::x", 1, 1}}, {{"a.py::TestA", 3}}), absl::OkStatus());
  ASSERT_EQ(run->Record("p", {{"a.py", "a.py::y", 2, 0}}, {}), absl::OkStatus());
  EXPECT_EQ(Files().size(), 2u);
  const ModuleHistory history = Load("a.py");
  ASSERT_EQ(history.tests.size(), 2u);
  EXPECT_EQ(history.tests[0].first, "a.py::y");
  EXPECT_DOUBLE_EQ(history.class_setup_s.at("a.py::TestA"), 3);
}

TEST_F(StoreTest, ProjectsAreKeptApart) {
  Record("a.py::x", 1);
  const auto other = Open(folder_)->Load("other", {"a.py"});
  ASSERT_TRUE(other.ok());
  EXPECT_TRUE(other->empty());
}

TEST_F(StoreTest, ADamagedFileIsNamedAndTheOthersAreRead) {
  Record("a.py::x", 1);
  Record("b.py::x", 1);
  const std::string victim = Files()[0];
  const auto size = std::filesystem::file_size(victim);
  std::fstream file(victim, std::ios::in | std::ios::out | std::ios::binary);
  file.seekp(static_cast<std::streamoff>(size - 3));
  file.put('\0');
  file.put('\1');
  file.close();
  std::ofstream(folder_ + "cut.run") << "fastest-history 1 00";
  std::ofstream(folder_ + "unfinished.run.part") << "not looked at";
  const std::unique_ptr<History> store = Open(folder_);
  const auto loaded = store->Load("p", {"a.py", "b.py"});
  ASSERT_TRUE(loaded.ok());
  EXPECT_EQ(loaded->size(), 1u);
  EXPECT_THAT(store->Remark(), HasSubstr(" is damaged and left out, and so is 1 other"));
}

TEST_F(StoreTest, CompactingChangesNothingThatIsRead) {
  for (int i = 0; i < 5; ++i) Record(absl::StrCat("a.py::x", i % 2), 1 << i, i);
  const ModuleHistory before = Load("a.py");
  EXPECT_EQ(*CompactStore(folder_), 5);
  EXPECT_EQ(Files().size(), 1u);
  const ModuleHistory after = Load("a.py");
  EXPECT_EQ(after.tests, before.tests);
  EXPECT_EQ(after.setup_s, before.setup_s);
  // What comes later is newer.
  Record("a.py::x0", 100);
  EXPECT_GT(Load("a.py").tests[0].second, 50);
  EXPECT_EQ(*CompactStore(folder_), 2);
  EXPECT_FALSE(CompactStore(root_ + "/nowhere/").ok());
}

TEST_F(StoreTest, CompactingClearsUpWhatWasNeverFinished) {
  Record("a.py::x", 1);
  const std::string old = folder_ + "0000000000000001-0123456789abcdef.run.part";
  const std::string young = folder_ + "0000000000000002-0123456789abcdef.run.part";
  const std::string foreign = folder_ + "notes.part";
  for (const std::string& path : {old, young, foreign}) std::ofstream(path) << "begun";
  const auto two_days_ago = std::filesystem::file_time_type::clock::now() - std::chrono::hours(48);
  for (const std::string& path : {old, foreign}) std::filesystem::last_write_time(path, two_days_ago);
  EXPECT_EQ(*CompactStore(folder_), 1);
  EXPECT_FALSE(std::filesystem::exists(old));
  EXPECT_TRUE(std::filesystem::exists(young));
  EXPECT_TRUE(std::filesystem::exists(foreign));
}

TEST_F(StoreTest, ADatabaseIsNotCompacted) {
  Open(root_ + "/history.sqlite");
  EXPECT_THAT(std::string(CompactStore(root_ + "/history.sqlite").status().message()),
              HasSubstr("--history-compact is for a folder or a server"));
}

TEST_F(StoreTest, FiftyWritersOfWhomSomeAreKilledLoseNothingOfTheOthers) {
  constexpr int kWriters = 50;
  std::vector<pid_t> writers;
  for (int writer = 0; writer < kWriters; ++writer) {
    const pid_t child = fork();
    ASSERT_GE(child, 0);
    if (child == 0) {
      // Every fifth process writes until it is killed.
      absl::StatusOr<std::unique_ptr<History>> store = OpenStore(folder_);
      if (!store.ok()) _exit(1);
      const std::string module = absl::StrCat("m", writer, ".py");
      std::vector<std::string> ids;
      for (int test = 0; test < 200; ++test) ids.push_back(absl::StrCat(module, "::test_", test));
      for (int round = 0; writer % 5 == 0 || round < 5; ++round) {
        std::vector<Observation> tests;
        for (int test = 0; test < 200; ++test) tests.push_back({module, ids[static_cast<size_t>(test)], 0.5, test});
        if (!(*store)->Record("p", tests, {}).ok()) _exit(1);
      }
      _exit(0);
    }
    writers.push_back(child);
  }
  for (int writer = 0; writer < kWriters; ++writer) {
    const bool victim = writer % 5 == 0;
    if (victim) kill(writers[static_cast<size_t>(writer)], SIGKILL);
    int status = 0;
    ASSERT_EQ(waitpid(writers[static_cast<size_t>(writer)], &status, 0), writers[static_cast<size_t>(writer)]);
    EXPECT_TRUE(victim || (WIFEXITED(status) && WEXITSTATUS(status) == 0)) << writer;
  }
  std::vector<std::string> modules;
  for (int writer = 0; writer < kWriters; ++writer) modules.push_back(absl::StrCat("m", writer, ".py"));
  const std::unique_ptr<History> store = Open(folder_);
  const auto loaded = store->Load("p", modules);
  ASSERT_TRUE(loaded.ok());
  // Every file that is there can be read.
  EXPECT_EQ(store->Remark(), "");
  for (int writer = 0; writer < kWriters; ++writer) {
    const auto found = loaded->find(modules[static_cast<size_t>(writer)]);
    if (writer % 5 != 0) {
      ASSERT_NE(found, loaded->end()) << writer;
      EXPECT_EQ(found->second.tests.size(), 200u);
    }
  }
}

TEST_F(StoreTest, AFileIsADatabaseAsBefore) {
  const std::unique_ptr<History> store = Open(root_ + "/new/history.sqlite");
  ASSERT_EQ(store->Record("p", {{"a.py", "a.py::x", 1, 0}}, {}), absl::OkStatus());
  EXPECT_TRUE(std::filesystem::is_regular_file(root_ + "/new/history.sqlite"));
}

TEST_F(StoreTest, AnAddressIsNoPath) {
  EXPECT_EQ(CheckStoreName("s3://bucket/x"), absl::OkStatus());
  EXPECT_EQ(CheckStoreName("any/path"), absl::OkStatus());
  EXPECT_TRUE(absl::IsInvalidArgument(CheckStoreName("ftp://host/x")));
  // No server is asked yet.
  EXPECT_TRUE(OpenStore("http://127.0.0.1:1/x").ok());
}

TEST_F(StoreTest, WhatIsOnlyReadIsNotMadeAnew) {
  const std::string path = root_ + "/base.sqlite";
  EXPECT_THAT(std::string(OpenStoreToRead(path).status().message()), HasSubstr("no such file or folder"));
  EXPECT_FALSE(std::filesystem::exists(path));
  std::ofstream(path) << "";
  EXPECT_THAT(std::string(OpenStoreToRead(path).status().message()), HasSubstr("is not of this version's format"));
  EXPECT_EQ(std::filesystem::file_size(path), 0u);
  std::filesystem::remove(path);
  ASSERT_EQ(Open(path)->Record("p", {{"a.py", "a.py::x", 1, 0}}, {}), absl::OkStatus());
  const absl::StatusOr<std::unique_ptr<History>> base = OpenStoreToRead(path);
  ASSERT_TRUE(base.ok()) << base.status();
  EXPECT_EQ((*base)->Load("p", {"a.py"})->size(), 1u);
  EXPECT_FALSE((*base)->Record("p", {{"a.py", "a.py::y", 1, 0}}, {}).ok());
}

TEST_F(StoreTest, ABaseFillsWhatOneDoesNotKnow) {
  std::unordered_map<std::string, ModuleHistory> own;
  own["a.py"].tests = {{"a.py::x", 1}};
  std::unordered_map<std::string, ModuleHistory> base;
  base["a.py"].tests = {{"a.py::x", 9}, {"a.py::y", 2}};
  base["a.py"].setup_s = 3;
  base["b.py"].tests = {{"b.py::x", 4}};
  Underlay(base, &own);
  EXPECT_EQ(own["a.py"].tests, (std::vector<std::pair<std::string, double>>{{"a.py::x", 1}, {"a.py::y", 2}}));
  EXPECT_EQ(own["a.py"].setup_s, 3);
  EXPECT_EQ(own["b.py"].tests.size(), 1u);
}

TEST_F(StoreTest, WhatOtherToolsHaveMeasured) {
  std::filesystem::create_directories(root_ + "/tests");
  std::ofstream(root_ + "/tests/test_a.py") << "";
  const std::string split = root_ + "/.test_durations";
  std::ofstream(split) << R"({"tests/test_a.py::x": 1.5, "tests/test_a.py::TestA::y[1]": 2})";
  const std::string junit = root_ + "/junit.xml";
  std::ofstream(junit) << R"(<testsuites><testsuite><testcase classname="tests.test_a.TestA" name="y[a.b]" time="4"/>)"
                       << R"(<testcase classname="elsewhere.test_b" name="z" time="5"/></testsuite></testsuites>)";
  const std::unique_ptr<History> store = Open(folder_);
  EXPECT_EQ(*Import(split, root_, "p", *store), 2);
  EXPECT_EQ(*Import(junit, root_, "p", *store), 1);
  const ModuleHistory history = Load("tests/test_a.py");
  std::set<std::string> ids;
  for (const auto& [node_id, seconds] : history.tests) ids.insert(node_id);
  EXPECT_EQ(ids, (std::set<std::string>{"tests/test_a.py::x", "tests/test_a.py::TestA::y[1]",
                                        "tests/test_a.py::TestA::y[a.b]"}));
}

TEST_F(StoreTest, WhatCannotBeImportedIsNamed) {
  const std::string path = root_ + "/file";
  const std::unique_ptr<History> store = Open(folder_);
  const auto error = [&](const std::string& text) {
    std::ofstream(path) << text;
    return std::string(Import(path, root_, "p", *store).status().message());
  };
  EXPECT_THAT(error("[]"), HasSubstr(path + ": this is not a .test_durations file"));
  EXPECT_THAT(error(R"({"a": "b"})"), HasSubstr("the duration of a is not a number"));
  EXPECT_THAT(error("<x"), HasSubstr("it is no JUnit XML"));
  EXPECT_THAT(error("<x/>"), HasSubstr("none of its test cases belongs to a file below"));
  EXPECT_THAT(std::string(Import("/nowhere", root_, "p", *store).status().message()),
              HasSubstr("/nowhere: No such file"));
}

}  // namespace
}  // namespace fastest::history
