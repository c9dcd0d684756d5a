#include "coordinator/history/shared_history.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <functional>
#include <map>
#include <random>
#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/time/clock.h"
#include "absl/time/time.h"
#include "coordinator/history/run_file.h"

namespace fastest::history {
namespace {

// A store that several processes see.
struct Shelf {
  std::map<std::string, std::string> files;
};

// The access of one process. Before each call, the process does what the test makes others do meanwhile.
class ShelfFiles final : public Files {
 public:
  explicit ShelfFiles(Shelf* shelf) : shelf_(shelf) {}

  absl::StatusOr<std::vector<std::string>> List() override {
    Before("list");
    std::vector<std::string> names;
    for (const auto& [name, bytes] : shelf_->files) names.push_back(name);
    return names;
  }
  std::vector<absl::StatusOr<std::string>> Get(const std::vector<std::string>& names) override {
    std::vector<absl::StatusOr<std::string>> all;
    for (const std::string& name : names) {
      Before("get");
      const auto file = shelf_->files.find(name);
      if (unreachable == name) {
        all.emplace_back(absl::UnavailableError(PlaceOf(name) + ": no answer"));
      } else if (file == shelf_->files.end()) {
        all.emplace_back(absl::NotFoundError("gone"));
      } else {
        all.emplace_back(file->second);
      }
    }
    return all;
  }
  absl::Status Put(const std::string& name, const std::string& bytes) override {
    Before("put");
    shelf_->files[name] = bytes;
    return absl::OkStatus();
  }
  absl::Status Remove(const std::vector<std::string>& names) override {
    for (const std::string& name : names) {
      Before("remove");
      if (removals_left-- <= 0) return absl::UnavailableError("killed");
      shelf_->files.erase(name);
    }
    return absl::OkStatus();
  }
  std::string PlaceOf(const std::string& name) const override { return "shelf/" + name; }

  std::function<void(const std::string& call)> before;
  std::string unreachable;
  int removals_left = 1000000;

 private:
  void Before(const std::string& call) {
    if (before) before(call);
  }
  Shelf* const shelf_;
};

class SharedHistoryTest : public testing::Test {
 protected:
  // Each of these tests is measured once, so each must be read back as it is. A lost run shows as a missing test. A run
  // that counts twice does not show, and does no harm, except for "again": its last value weighs half.
  void Run(int number) {
    RunFile file;
    file.tests["p"]["m.py"][absl::StrCat("m.py::t", number)] = {1.0 * number, number, 1};
    file.tests["p"]["m.py"]["m.py::again"] = {1.0 * number, -1, 1};
    for (auto& [node_id, seen] : file.tests["p"]["m.py"]) seen.at = int64_t{1} << 40;
    shelf_.files[NewName(begin_ + number)] = Pack(file);
  }
  std::vector<std::pair<std::string, double>> Read() {
    const std::unique_ptr<History> history = MakeSharedHistory(std::make_unique<ShelfFiles>(&shelf_));
    auto loaded = history->Load("p", {"m.py"});
    EXPECT_TRUE(loaded.ok()) << loaded.status();
    EXPECT_EQ(history->Remark(), "");
    return (*loaded)["m.py"].tests;
  }
  // What a reader that counts each run once knows of the test that all runs have measured.
  static double Again(int runs) {
    double seconds = 0;
    for (int i = 0; i < runs; ++i) seconds += i == 0 ? 0 : (i - seconds) / 2;
    return seconds;
  }
  const int64_t begin_ = absl::ToUnixMicros(absl::Now());
  Shelf shelf_;
};

TEST_F(SharedHistoryTest, JoiningChangesNothingAtAnyMoment) {
  for (int i = 1; i <= 5; ++i) Run(i);
  const auto before = Read();
  ShelfFiles files(&shelf_);
  int moments = 0;
  files.before = [&](const std::string& /*call*/) {
    EXPECT_EQ(Read(), before);
    ++moments;
  };
  EXPECT_EQ(*Compact(files), 5);
  EXPECT_EQ(shelf_.files.size(), 1u);
  EXPECT_EQ(Read(), before);
  EXPECT_GT(moments, 10);
  EXPECT_EQ(*Compact(files), 1);
}

TEST_F(SharedHistoryTest, WhatIsWrittenMeanwhileIsKept) {
  for (int i = 1; i <= 3; ++i) Run(i);
  ShelfFiles files(&shelf_);
  int next = 4;
  files.before = [&](const std::string& /*call*/) {
    Run(next++);
    EXPECT_EQ(Read().size(), static_cast<size_t>(next));
  };
  EXPECT_TRUE(Compact(files).ok());
  EXPECT_EQ(Read().size(), static_cast<size_t>(next));
}

TEST_F(SharedHistoryTest, WhoIsKilledWhileJoiningLeavesNothingTwice) {
  for (int removals = 0; removals <= 4; ++removals) {
    shelf_.files.clear();
    for (int i = 1; i <= 4; ++i) Run(i);
    const auto before = Read();
    ShelfFiles killed(&shelf_);
    killed.removals_left = removals;
    EXPECT_EQ(Compact(killed).ok(), removals == 4);
    EXPECT_EQ(Read(), before) << removals;
    ShelfFiles next(&shelf_);
    EXPECT_TRUE(Compact(next).ok());
    EXPECT_EQ(shelf_.files.size(), 1u);
    EXPECT_EQ(Read(), before) << removals;
  }
}

TEST_F(SharedHistoryTest, OfTwoWhoJoinAtOnceOneGivesWay) {
  // The other process does all of its work just before one of this process's calls, whichever call it is. With and
  // without a run's file that only the other knows.
  for (int moment = 0; moment < 12; ++moment) {
    for (const bool run_between : {false, true}) {
      shelf_.files.clear();
      for (int i = 1; i <= 3; ++i) Run(i);
      const auto before = Read();
      ShelfFiles one(&shelf_);
      int calls = 0;
      one.before = [&](const std::string& /*call*/) {
        if (calls++ != moment) return;
        if (run_between) Run(4);
        ShelfFiles other(&shelf_);
        EXPECT_TRUE(Compact(other).ok());
      };
      EXPECT_TRUE(Compact(one).ok());
      one.before = nullptr;
      const auto after = Read();
      if (run_between && calls > moment) {
        EXPECT_EQ(after.size(), before.size() + 1) << moment;
      } else {
        EXPECT_EQ(after, before) << moment;
      }
      EXPECT_TRUE(Compact(one).ok());
      EXPECT_EQ(Read(), after) << moment;
    }
  }
}

TEST_F(SharedHistoryTest, BothWhoSeeEachOtherGiveWay) {
  for (int i = 1; i <= 3; ++i) Run(i);
  const auto before = Read();
  ShelfFiles one(&shelf_);
  bool begun = false;
  one.before = [&](const std::string& call) {
    if (call != "put" || begun) return;
    begun = true;
    // The other process goes as far as it can before it removes anything.
    ShelfFiles other(&shelf_);
    other.removals_left = 0;
    EXPECT_FALSE(Compact(other).ok());
    EXPECT_EQ(Read(), before);
  };
  EXPECT_EQ(*Compact(one), 0);
  EXPECT_EQ(Read(), before);
}

TEST_F(SharedHistoryTest, WhatCannotBeReadIsToldInOneLine) {
  for (int i = 1; i <= 3; ++i) Run(i);
  shelf_.files["damaged.run"] = "fastest-history 1 0";
  shelf_.files["newer.run"] = "fastest-history 2 0";
  auto files = std::make_unique<ShelfFiles>(&shelf_);
  files->unreachable = shelf_.files.begin()->first;
  const std::unique_ptr<History> history = MakeSharedHistory(std::move(files));
  auto loaded = history->Load("p", {"m.py"});
  ASSERT_TRUE(loaded.ok());
  EXPECT_EQ((*loaded)["m.py"].tests.size(), 3u);
  EXPECT_THAT(history->Remark(), testing::EndsWith(": no answer; it is left out, and so are 2 others"));
}

TEST_F(SharedHistoryTest, NothingIsJoinedWhileAFileCannotBeReached) {
  for (int i = 1; i <= 3; ++i) Run(i);
  const auto before = shelf_.files;
  ShelfFiles files(&shelf_);
  files.unreachable = before.begin()->first;
  EXPECT_FALSE(Compact(files).ok());
  EXPECT_EQ(shelf_.files, before);
}

TEST_F(SharedHistoryTest, WhatIsDamagedIsLeftWhereItIs) {
  for (int i = 1; i <= 3; ++i) Run(i);
  shelf_.files["damaged.run"] = "fastest-history 1 0";
  ShelfFiles files(&shelf_);
  EXPECT_EQ(*Compact(files), 3);
  EXPECT_EQ(shelf_.files.size(), 2u);
  EXPECT_EQ(shelf_.files.count("damaged.run"), 1u);
}

TEST_F(SharedHistoryTest, ManyWhoJoinAndWriteInAnyOrderLoseNothing) {
  // Each process runs to its end in the midst of another, at any of its calls, and some are killed.
  std::mt19937 random(7);
  for (int round = 0; round < 2000; ++round) {
    shelf_.files.clear();
    int runs = 0;
    for (; runs < 4; ++runs) Run(runs);
    int depth = 0;
    std::string story;
    const auto compact = [&](ShelfFiles* files) {
      const int number = depth;
      const absl::StatusOr<int> joined = Compact(*files);
      absl::StrAppend(&story, number, joined.ok() ? absl::StrCat(" joins ", *joined, "\n") : " is killed\n");
    };
    std::function<void(const std::string&)> others = [&](const std::string& call) {
      absl::StrAppend(&story, depth, " ", call, "\n");
      if (depth >= 3 || random() % 4 != 0) return;
      ++depth;
      if (random() % 3 == 0) {
        absl::StrAppend(&story, "run ", runs, "\n");
        Run(runs++);
      }
      ShelfFiles other(&shelf_);
      other.before = others;
      if (random() % 4 == 0) other.removals_left = static_cast<int>(random() % 4);
      compact(&other);
      --depth;
    };
    ShelfFiles one(&shelf_);
    one.before = others;
    compact(&one);
    const auto check = [&] {
      const auto tests = Read();
      ASSERT_EQ(tests.size(), static_cast<size_t>(runs) + 1) << round << "\n" << story;
      ASSERT_EQ(tests[0], std::make_pair(std::string("m.py::again"), Again(runs))) << round << "\n" << story;
    };
    check();
    ShelfFiles last(&shelf_);
    EXPECT_TRUE(Compact(last).ok());
    check();
    EXPECT_EQ(shelf_.files.size(), 1u) << round;
    if (HasFailure()) break;
  }
}

}  // namespace
}  // namespace fastest::history
