#include "coordinator/request/invocation.h"

#include <gtest/gtest.h>

#include "coordinator/request/testing/request_fixture.h"

namespace fastest::request {
namespace {

using InvocationTest = RequestFixture;

TEST_F(InvocationTest, MakesPathsAbsolute) {
  EXPECT_EQ(invocation_.Absolute("a/b"), "/home/u/project/a/b");
  EXPECT_EQ(invocation_.Absolute("/a"), "/a");
  EXPECT_EQ(invocation_.Absolute("~"), "/home/u");
  EXPECT_EQ(invocation_.Absolute("~/a"), "/home/u/a");
  EXPECT_EQ(invocation_.Absolute("~other/a"), "/home/u/project/~other/a");
  EXPECT_EQ(invocation_.Absolute("-"), "-");
  EXPECT_EQ(invocation_.Absolute(""), "");
}

TEST_F(InvocationTest, KeepsWhatOutlivesARunBelowTheHomeOrWhereTheDesktopSays) {
  EXPECT_EQ(invocation_.CacheDirectory(), "/home/u/.cache/fastest");
  environment_["XDG_CACHE_HOME"] = "/var/c";
  EXPECT_EQ(invocation_.CacheDirectory(), "/var/c/fastest");
  environment_.clear();
  EXPECT_EQ(invocation_.CacheDirectory(), "");
}

TEST_F(InvocationTest, AVariableThatIsNotSetIsEmpty) {
  EXPECT_EQ(invocation_.Variable("HOME"), "/home/u");
  EXPECT_EQ(invocation_.Variable("NONE"), "");
}

TEST(ThisInvocationTest, KnowsItsDirectoryAndDay) {
  const Invocation invocation = ThisInvocation().value();
  EXPECT_EQ(invocation.directory.substr(0, 1), "/");
  EXPECT_EQ(invocation.today.size(), 10u);
  EXPECT_GE(invocation.cores, 0);
}

}  // namespace
}  // namespace fastest::request
