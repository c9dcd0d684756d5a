#include "coordinator/history/history.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sqlite3.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <memory>
#include <string>
#include <thread>
#include <vector>

namespace fastest::history {
namespace {

using ::testing::HasSubstr;
using ::testing::IsEmpty;

class HistoryTest : public testing::Test {
 protected:
  void SetUp() override {
    std::string pattern = testing::TempDir() + "/history_XXXXXX";
    directory_ = mkdtemp(pattern.data());
    path_ = directory_ + "/h.sqlite";
  }
  void TearDown() override { std::filesystem::remove_all(directory_); }

  static std::unique_ptr<History> MustOpen(const std::string& path) {
    absl::StatusOr<std::unique_ptr<History>> history = History::Open(path);
    EXPECT_TRUE(history.ok()) << history.status();
    return history.ok() ? *std::move(history) : nullptr;
  }

  static std::vector<Observation> Tests(const std::string& module, int count, double seconds) {
    std::vector<Observation> tests;
    for (int i = 0; i < count; ++i) tests.push_back({module, module + "::t" + std::to_string(i), seconds, i});
    return tests;
  }

  std::string directory_;
  std::string path_;
};

TEST_F(HistoryTest, RemembersInCollectionOrder) {
  {
    auto history = MustOpen(path_);
    ASSERT_TRUE(history->Record("/p", {{"a.py", "a.py::z", 1.0, 0}, {"a.py", "a.py::b", 2.0, 1}}, {{"a.py", 0.25}}).ok());
  }
  auto loaded = MustOpen(path_)->Load("/p", {"a.py", "unknown.py"});
  ASSERT_TRUE(loaded.ok());
  ASSERT_EQ(loaded->size(), 1u);
  const ModuleHistory& module = loaded->at("a.py");
  EXPECT_EQ(module.setup_s, 0.25);
  EXPECT_THAT(module.tests, testing::ElementsAre(testing::Pair("a.py::z", 1.0), testing::Pair("a.py::b", 2.0)));
}

TEST_F(HistoryTest, ProjectsAreApart) {
  auto history = MustOpen(path_);
  ASSERT_TRUE(history->Record("/p", Tests("a.py", 1, 1), {}).ok());
  EXPECT_THAT(*history->Load("/q", {"a.py"}), IsEmpty());
}

TEST_F(HistoryTest, OldMeasurementsFade) {
  auto history = MustOpen(path_);
  ASSERT_TRUE(history->Record("/p", Tests("a.py", 1, 8), {{"a.py", 4.0}}).ok());
  ASSERT_TRUE(history->Record("/p", Tests("a.py", 1, 0), {{"a.py", 0.0}}).ok());
  ASSERT_TRUE(history->Record("/p", Tests("a.py", 1, 0), {}).ok());
  const auto loaded = history->Load("/p", {"a.py"});
  EXPECT_DOUBLE_EQ(loaded->at("a.py").tests[0].second, 2.0);
  EXPECT_DOUBLE_EQ(loaded->at("a.py").setup_s, 2.0);
}

TEST_F(HistoryTest, APartialRunKeepsTheOthers) {
  auto history = MustOpen(path_);
  ASSERT_TRUE(history->Record("/p", Tests("a.py", 3, 1), {}).ok());
  ASSERT_TRUE(history->Record("/p", {{"a.py", "a.py::t1", 3, 1}}, {}).ok());
  EXPECT_EQ(history->Load("/p", {"a.py"})->at("a.py").tests.size(), 3u);
}

TEST_F(HistoryTest, WritersAtOnceLoseNothing) {
  std::vector<std::thread> writers;
  for (int w = 0; w < 8; ++w) {
    writers.emplace_back([&, w] {
      auto history = MustOpen(path_);
      EXPECT_TRUE(history->Record("/p", Tests("m" + std::to_string(w) + ".py", 200, 1), {}).ok());
    });
  }
  for (std::thread& writer : writers) writer.join();
  std::vector<std::string> modules;
  for (int w = 0; w < 8; ++w) modules.push_back("m" + std::to_string(w) + ".py");
  const auto loaded = MustOpen(path_)->Load("/p", modules);
  ASSERT_EQ(loaded->size(), 8u);
  for (const auto& [name, module] : *loaded) EXPECT_EQ(module.tests.size(), 200u) << name;
}

TEST_F(HistoryTest, AWriterKilledInTheMidstLosesOnlyItsOwn) {
  ASSERT_TRUE(MustOpen(path_)->Record("/p", Tests("a.py", 10, 1), {}).ok());
  const pid_t child = fork();
  if (child == 0) {
    sqlite3* database = nullptr;
    sqlite3_open(path_.c_str(), &database);
    sqlite3_exec(database, "BEGIN IMMEDIATE; DELETE FROM test;", nullptr, nullptr, nullptr);
    _exit(0);  // No rollback, no close: as if killed.
  }
  int status = 0;
  ASSERT_EQ(waitpid(child, &status, 0), child);
  EXPECT_EQ(MustOpen(path_)->Load("/p", {"a.py"})->at("a.py").tests.size(), 10u);
}

TEST_F(HistoryTest, ADamagedFileIsNamed) {
  std::ofstream(path_) << std::string(4096, 'x');
  const auto history = History::Open(path_);
  ASSERT_FALSE(history.ok());
  EXPECT_THAT(std::string(history.status().message()), HasSubstr(path_));
}

TEST_F(HistoryTest, ANewerFormatIsLeftAlone) {
  sqlite3* database = nullptr;
  ASSERT_EQ(sqlite3_open(path_.c_str(), &database), SQLITE_OK);
  sqlite3_exec(database, "PRAGMA user_version = 99", nullptr, nullptr, nullptr);
  sqlite3_close(database);
  const auto history = History::Open(path_);
  ASSERT_FALSE(history.ok());
  EXPECT_THAT(std::string(history.status().message()), HasSubstr("newer"));
}

TEST_F(HistoryTest, APathThatCannotBeOpenedIsNamed) {
  const auto history = History::Open("/nowhere/at/all/h.sqlite");
  ASSERT_FALSE(history.ok());
  EXPECT_THAT(std::string(history.status().message()), HasSubstr("/nowhere/at/all"));
}

}  // namespace
}  // namespace fastest::history
