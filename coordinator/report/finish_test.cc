#include "coordinator/report/finish.h"

#include <gtest/gtest.h>

#include <memory>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include "absl/synchronization/notification.h"

namespace fastest::report {
namespace {

using Reporters = std::vector<std::unique_ptr<Reporter>>;

struct Fake : Reporter {
  explicit Fake(bool to_file, bool complete = true) : to_file(to_file), complete(complete) {}
  bool OnlyWritesAFile() const override { return to_file; }
  bool Finished(const results::RunSummary& summary) override {
    exit_code = summary.exit_code;
    thread = std::this_thread::get_id();
    return complete;
  }
  const bool to_file;
  const bool complete;
  int exit_code = -1;
  std::thread::id thread;
};

// Ends only when another reporter has begun its own end.
struct Awaiting : Reporter {
  Awaiting(absl::Notification* own, absl::Notification* other) : own(own), other(other) {}
  bool OnlyWritesAFile() const override { return true; }
  bool Finished(const results::RunSummary&) override {
    own->Notify();
    other->WaitForNotification();
    return true;
  }
  absl::Notification* const own;
  absl::Notification* const other;
};

TEST(FinishTest, NeighboursThatWriteFilesDoItAtTheSameTime) {
  absl::Notification first;
  absl::Notification second;
  Reporters reporters;
  reporters.push_back(std::make_unique<Awaiting>(&first, &second));
  reporters.push_back(std::make_unique<Awaiting>(&second, &first));
  EXPECT_TRUE(FinishAll(reporters, {}));
}

TEST(FinishTest, OthersAreToldInTheCallersThreadAfterThoseBeforeThem) {
  struct Last : Fake {
    explicit Last(const std::vector<Fake*>* before) : Fake(false), before(before) {}
    bool Finished(const results::RunSummary& summary) override {
      for (const Fake* fake : *before) EXPECT_EQ(fake->exit_code, summary.exit_code);
      return Fake::Finished(summary);
    }
    const std::vector<Fake*>* const before;
  };
  Reporters reporters;
  std::vector<Fake*> before;
  for (const bool to_file : {false, true, true, true}) {
    auto fake = std::make_unique<Fake>(to_file);
    before.push_back(fake.get());
    reporters.push_back(std::move(fake));
  }
  auto last = std::make_unique<Last>(&before);
  const Fake& told = *last;
  reporters.push_back(std::move(last));
  results::RunSummary summary;
  summary.exit_code = 7;
  EXPECT_TRUE(FinishAll(reporters, summary));
  EXPECT_EQ(told.exit_code, 7);
  EXPECT_EQ(told.thread, std::this_thread::get_id());
  EXPECT_EQ(before[0]->thread, std::this_thread::get_id());
  EXPECT_NE(before[1]->thread, std::this_thread::get_id());
}

TEST(FinishTest, WhatOneCouldNotWriteIsSaidOfAll) {
  for (const size_t failing : {size_t{0}, size_t{1}, size_t{2}}) {
    Reporters reporters;
    std::vector<Fake*> fakes;
    for (size_t i = 0; i < 3; ++i) {
      auto fake = std::make_unique<Fake>(i < 2, i != failing);
      fakes.push_back(fake.get());
      reporters.push_back(std::move(fake));
    }
    results::RunSummary summary;
    summary.exit_code = 1;
    EXPECT_FALSE(FinishAll(reporters, summary)) << failing;
    for (const Fake* fake : fakes) EXPECT_EQ(fake->exit_code, 1);
  }
}

TEST(FinishTest, NobodyIsFine) { EXPECT_TRUE(FinishAll({}, {})); }

}  // namespace
}  // namespace fastest::report
