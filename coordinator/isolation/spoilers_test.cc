#include "coordinator/isolation/spoilers.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <set>

#include "absl/status/status.h"

namespace fastest::isolation {
namespace {

using ::testing::ElementsAre;
using ::testing::ElementsAreArray;

// The test is spoiled when all `culprits` have run.
Spoiled ByAllOf(std::set<size_t> culprits) {
  return [culprits](const std::vector<size_t>& ran) -> absl::StatusOr<bool> {
    EXPECT_TRUE(std::is_sorted(ran.begin(), ran.end()));
    return std::includes(ran.begin(), ran.end(), culprits.begin(), culprits.end());
  };
}

constexpr int kEnough = 1 << 20;

TEST(SpoilersTest, TheOnlyPredecessorNeedsNoQuestion) {
  const auto found = FindSpoilers(1, ByAllOf({0}), kEnough);
  ASSERT_TRUE(found.ok());
  EXPECT_THAT(found->needed, ElementsAre(0));
  EXPECT_EQ(found->questions, 0);
}

TEST(SpoilersTest, OneAmongManyIsFoundByHalves) {
  for (const size_t culprit : {0u, 1u, 499u, 500u, 998u, 999u}) {
    const auto found = FindSpoilers(1000, ByAllOf({culprit}), kEnough);
    ASSERT_TRUE(found.ok());
    EXPECT_THAT(found->needed, ElementsAre(culprit));
    EXPECT_TRUE(found->minimal);
    EXPECT_LE(found->questions, 2 * std::ceil(std::log2(1000)));
  }
}

TEST(SpoilersTest, SeveralThatOnlySpoilTogetherAreAllFound) {
  for (const std::set<size_t>& culprits : {std::set<size_t>{0, 99}, {17, 18, 19}, {3, 50, 51, 98}}) {
    const auto found = FindSpoilers(100, ByAllOf(culprits), kEnough);
    ASSERT_TRUE(found.ok());
    EXPECT_THAT(found->needed, ElementsAreArray(culprits));
  }
}

TEST(SpoilersTest, WhatSpoilsItUnlessAnotherMendsItIsMinimalToo) {
  // 20 spoils, 40 mends, 60 spoils again.
  const Spoiled spoiled = [](const std::vector<size_t>& ran) -> absl::StatusOr<bool> {
    bool bad = false;
    for (const size_t i : ran) bad = i == 20 || i == 60 || (bad && i != 40);
    return bad;
  };
  const auto found = FindSpoilers(100, spoiled, kEnough);
  ASSERT_TRUE(found.ok());
  ASSERT_EQ(found->needed.size(), 1u);
  EXPECT_TRUE(found->needed[0] == 20 || found->needed[0] == 60);
}

TEST(SpoilersTest, StopsWhenItHasAskedEnough) {
  const auto found = FindSpoilers(1000, ByAllOf({0, 999}), 5);
  ASSERT_TRUE(found.ok());
  EXPECT_FALSE(found->minimal);
  EXPECT_EQ(found->questions, 5);
  EXPECT_TRUE(std::set<size_t>(found->needed.begin(), found->needed.end()).count(999));
}

TEST(SpoilersTest, AnErrorEndsTheSearch) {
  const auto found = FindSpoilers(
      10, [](const std::vector<size_t>&) -> absl::StatusOr<bool> { return absl::CancelledError("stop"); }, kEnough);
  EXPECT_TRUE(absl::IsCancelled(found.status()));
}

}  // namespace
}  // namespace fastest::isolation
