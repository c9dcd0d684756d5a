#include "coordinator/policy/stop_rules.h"

#include "gtest/gtest.h"

namespace fastest::policy {
namespace {

TEST(StopRulesTest, TheyArePytestsOptions) {
  EXPECT_EQ(StopRulesOf({}).failures, 0);
  EXPECT_FALSE(StopRulesOf({}).goes_on_after_errors);
  EXPECT_EQ(StopRulesOf({{"maxfail", "3"}}).failures, 3);
  EXPECT_EQ(StopRulesOf({{"maxfail", "none"}}).failures, 0);
  EXPECT_TRUE(StopRulesOf({{"continue_on_collection_errors", "true"}}).goes_on_after_errors);
}

}  // namespace
}  // namespace fastest::policy
