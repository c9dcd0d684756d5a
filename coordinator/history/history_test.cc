#include "coordinator/history/history.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <signal.h>
#include <sqlite3.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmath>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <memory>
#include <mutex>
#include <set>
#include <string>
#include <string_view>
#include <thread>
#include <vector>

#include "absl/time/clock.h"
#include "absl/time/time.h"

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

  // Observations only refer to texts. The texts are kept for all tests.
  static std::string_view Kept(const std::string& text) {
    static std::mutex mutex;
    static std::set<std::string> kept;
    const std::lock_guard<std::mutex> lock(mutex);
    return *kept.insert(text).first;
  }

  static std::vector<Observation> Tests(const std::string& module, int count, double seconds) {
    std::vector<Observation> tests;
    for (int i = 0; i < count; ++i) {
      tests.push_back({Kept(module), Kept(module + "::t" + std::to_string(i)), seconds, i});
    }
    return tests;
  }

  // Without History's knowledge.
  void Execute(const char* sql) {
    sqlite3* database = nullptr;
    ASSERT_EQ(sqlite3_open(path_.c_str(), &database), SQLITE_OK);
    EXPECT_EQ(sqlite3_exec(database, sql, nullptr, nullptr, nullptr), SQLITE_OK) << sqlite3_errmsg(database);
    sqlite3_close(database);
  }

  std::string directory_;
  std::string path_;
};

TEST_F(HistoryTest, RemembersInCollectionOrder) {
  {
    auto history = MustOpen(path_);
    ASSERT_TRUE(
        history->Record("/p", {{"a.py", "a.py::z", 1.0, 0}, {"a.py", "a.py::b", 2.0, 1}}, {{"a.py", 0.25}}).ok());
  }
  auto loaded = MustOpen(path_)->Load("/p", {"a.py", "unknown.py"});
  ASSERT_TRUE(loaded.ok());
  ASSERT_EQ(loaded->size(), 1u);
  const ModuleHistory& module = loaded->at("a.py");
  EXPECT_EQ(module.setup_s, 0.25);
  EXPECT_THAT(module.tests, testing::ElementsAre(testing::Pair("a.py::z", 1.0), testing::Pair("a.py::b", 2.0)));
}

TEST_F(HistoryTest, ClassFixturesAreTheirModules) {
  auto history = MustOpen(path_);
  const auto seconds = [](double s) {
    return std::unordered_map<std::string, double>{
        {"a.py", s}, {"a.py::A", 2 * s}, {"a.py::A::B", 3 * s}, {"a.pyx::A", 9}};
  };
  ASSERT_TRUE(history->Record("/p", {{"a.py", "a.py::A::t", 1, 0}}, seconds(1)).ok());
  ASSERT_TRUE(history->Record("/p", {{"a.py", "a.py::A::t", 1, 0}}, seconds(2)).ok());
  const auto loaded = history->Load("/p", {"a.py"});
  ASSERT_EQ(loaded->size(), 1u);
  EXPECT_EQ(loaded->at("a.py").setup_s, 1.5);
  EXPECT_THAT(loaded->at("a.py").class_setup_s,
              testing::UnorderedElementsAre(testing::Pair("a.py::A", 3.0), testing::Pair("a.py::A::B", 4.5)));
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
    _exit(0);  // No rollback and no close, as if killed.
  }
  int status = 0;
  ASSERT_EQ(waitpid(child, &status, 0), child);
  EXPECT_EQ(MustOpen(path_)->Load("/p", {"a.py"})->at("a.py").tests.size(), 10u);
}

TEST_F(HistoryTest, AWriterKilledAtAnyMomentLeavesWholeTransactions) {
  for (int round = 0; round < 5; ++round) {
    const pid_t child = fork();
    if (child == 0) {
      absl::StatusOr<std::unique_ptr<History>> history = History::Open(path_);
      for (int i = 1; history.ok(); ++i) (*history)->Record("/p", Tests("a.py", 300, i), {}).IgnoreError();
      _exit(1);
    }
    // Kill it while it works: once it has written something new.
    auto history = MustOpen(path_);
    double before = -1;
    for (bool changed = false; !changed;) {
      const auto loaded = history->Load("/p", {"a.py"});
      ASSERT_TRUE(loaded.ok()) << loaded.status();
      if (loaded->empty()) continue;
      const double seconds = loaded->at("a.py").tests[0].second;
      changed = before >= 0 && seconds != before;
      before = seconds;
    }
    ASSERT_EQ(kill(child, SIGKILL), 0);
    int status = 0;
    ASSERT_EQ(waitpid(child, &status, 0), child);
    ASSERT_TRUE(WIFSIGNALED(status)) << "the writer ended by itself";
    const auto loaded = MustOpen(path_)->Load("/p", {"a.py"});
    ASSERT_TRUE(loaded.ok()) << loaded.status();
    const auto& tests = loaded->at("a.py").tests;
    ASSERT_EQ(tests.size(), 300u);
    for (const auto& [node_id, seconds] : tests) EXPECT_EQ(seconds, tests[0].second) << node_id;
  }
}

TEST_F(HistoryTest, NewFilesCanBeOpenedByManyAtOnce) {
  for (int round = 0; round < 20; ++round) {
    const std::string path = path_ + std::to_string(round);
    std::vector<std::thread> runs;
    for (int i = 0; i < 4; ++i) {
      runs.emplace_back([&] {
        auto history = MustOpen(path);
        EXPECT_TRUE(history->Record("/p", Tests("a.py", 1, 1), {}).ok());
      });
    }
    for (std::thread& run : runs) run.join();
  }
}

TEST_F(HistoryTest, WhatIsNoNumberIsLeftOut) {
  auto history = MustOpen(path_);
  const double nan = std::nan("");
  ASSERT_TRUE(history->Record("/p", {{"a.py", "a.py::x", nan, 0}, {"a.py", "a.py::y", 1, 1}}, {{"a.py", nan}}).ok());
  const auto loaded = history->Load("/p", {"a.py"});
  EXPECT_THAT(loaded->at("a.py").tests, testing::ElementsAre(testing::Pair("a.py::y", 1.0)));
  EXPECT_EQ(loaded->at("a.py").setup_s, 0);
}

TEST_F(HistoryTest, TheFirstMeasurementOfASetupCountsWhole) {
  auto history = MustOpen(path_);
  ASSERT_TRUE(history->Record("/p", Tests("a.py", 1, 1), {}).ok());
  EXPECT_EQ(history->Load("/p", {"a.py"})->at("a.py").setup_s, 0);
  ASSERT_TRUE(history->Record("/p", {}, {{"a.py", 3.0}}).ok());
  EXPECT_EQ(history->Load("/p", {"a.py"})->at("a.py").setup_s, 3.0);
}

TEST_F(HistoryTest, WhatWasNotSeenForLongIsForgotten) {
  auto history = MustOpen(path_);
  ASSERT_TRUE(history->Record("/p", Tests("a.py", 2, 1), {}).ok());
  ASSERT_TRUE(history->Record("/gone", Tests("b.py", 2, 1), {}).ok());
  Execute("UPDATE test SET seen_at = 0; UPDATE module SET seen_at = 0");
  ASSERT_TRUE(history->Record("/p", {{"a.py", "a.py::t1", 1, 0}}, {}).ok());
  EXPECT_THAT(history->Load("/p", {"a.py"})->at("a.py").tests, testing::ElementsAre(testing::Pair("a.py::t1", 1.0)));
  EXPECT_THAT(*history->Load("/gone", {"b.py"}), IsEmpty());
}

TEST_F(HistoryTest, RemembersHowTestsFared) {
  auto history = MustOpen(path_);
  const double unknown = std::nan("");
  // The rule in SQL is the rule of Append.
  TestPast expected;
  for (const char letter : std::string("..F.ffFF.FFFFFFFFFF.FFFfFFFF")) {
    ASSERT_TRUE(history->Record("/p", {{"a.py", "a.py::t", 1, 0, letter}, {"a.py", "a.py::good", 1, 1, '.'}}, {}).ok());
    Append(PastOf(letter, 1), &expected);
  }
  // Observations that say nothing of the outcome, or nothing of the duration.
  ASSERT_TRUE(history->Record("/p", {{"a.py", "a.py::t", 1, 0}, {"a.py", "a.py::crash", unknown, 2, 'F'}}, {}).ok());
  const auto loaded = MustOpen(path_)->Load("/p", {"a.py"});
  ASSERT_TRUE(loaded.ok());
  const ModuleHistory& module = loaded->at("a.py");
  EXPECT_EQ(module.failed.at("a.py::t").runs, expected.runs);
  EXPECT_NEAR(static_cast<double>(module.failed.at("a.py::t").failing_since),
              static_cast<double>(absl::ToUnixSeconds(absl::Now())), 600);
  EXPECT_EQ(module.failed.at("a.py::crash").runs, "F");
  EXPECT_EQ(module.failed.count("a.py::good"), 0u);
  EXPECT_EQ(module.tests.size(), 2u);
  // Known now.
  ASSERT_TRUE(history->Record("/p", {{"a.py", "a.py::crash", 2, 2, '.'}}, {}).ok());
  const ModuleHistory later = history->Load("/p", {"a.py"})->at("a.py");
  EXPECT_EQ(later.failed.at("a.py::crash").runs, "F.");
  EXPECT_EQ(later.failed.at("a.py::crash").failing_since, 0);
  EXPECT_EQ(later.tests.back().second, 2);
}

TEST_F(HistoryTest, AnotherProgramsDatabaseIsLeftAlone) {
  Execute("CREATE TABLE module (name TEXT); INSERT INTO module VALUES ('precious')");
  const auto history = History::Open(path_);
  ASSERT_FALSE(history.ok());
  EXPECT_THAT(std::string(history.status().message()), HasSubstr("another program"));
  Execute("SELECT name FROM module");
}

TEST_F(HistoryTest, AnOlderFormatIsMadeAnew) {
  Execute("CREATE TABLE test (rootdir TEXT, module TEXT); CREATE TABLE module (rootdir TEXT); PRAGMA user_version = 1");
  auto history = MustOpen(path_);
  ASSERT_TRUE(history->Record("/p", Tests("a.py", 1, 1), {}).ok());
  EXPECT_EQ(history->Load("/p", {"a.py"})->size(), 1u);
}

TEST_F(HistoryTest, DamageInTheMidstIsAnErrorAndNoCrash) {
  ASSERT_TRUE(MustOpen(path_)->Record("/p", Tests("a.py", 5000, 1), {}).ok());
  {
    std::fstream file(path_, std::ios::in | std::ios::out | std::ios::binary);
    file.seekp(3 * 4096);
    file << std::string(40 * 4096, '\xff');
  }
  auto history = MustOpen(path_);
  const auto loaded = history->Load("/p", {"a.py"});
  ASSERT_FALSE(loaded.ok());
  EXPECT_THAT(std::string(loaded.status().message()), testing::AllOf(HasSubstr(path_), HasSubstr("--history")));
  EXPECT_FALSE(history->Record("/p", Tests("a.py", 5000, 1), {}).ok());
}

TEST_F(HistoryTest, ADamagedFileIsNamed) {
  std::ofstream(path_) << std::string(4096, 'x');
  const auto history = History::Open(path_);
  ASSERT_FALSE(history.ok());
  EXPECT_THAT(std::string(history.status().message()), HasSubstr(path_));
}

TEST_F(HistoryTest, ANewerFormatIsLeftAlone) {
  ASSERT_TRUE(MustOpen(path_)->Record("/p", Tests("a.py", 1, 1), {}).ok());
  Execute("PRAGMA user_version = 99");
  const auto history = History::Open(path_);
  ASSERT_FALSE(history.ok());
  EXPECT_THAT(std::string(history.status().message()), HasSubstr("newer"));
  Execute("PRAGMA user_version = 3");
  EXPECT_EQ(MustOpen(path_)->Load("/p", {"a.py"})->size(), 1u);
}

TEST_F(HistoryTest, APathThatCannotBeOpenedIsNamed) {
  const auto history = History::Open("/nowhere/at/all/h.sqlite");
  ASSERT_FALSE(history.ok());
  EXPECT_THAT(std::string(history.status().message()), HasSubstr("/nowhere/at/all"));
}

}  // namespace
}  // namespace fastest::history
