#include "coordinator/options/addopts.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>

namespace fastest::options {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;
using ::testing::StartsWith;

CommandLine Typed(const std::vector<std::string>& args) { return Parse(args).value(); }

TEST(WithAddoptsTest, WhatIsTypedComesLast) {
  const CommandLine line = WithAddopts(Typed({"-n", "2"}), {"-n", "4", "--retries=1"}, {"-n", "3"}).value();
  EXPECT_THAT(line.All("--workers"), ElementsAre("4", "3", "2"));
  EXPECT_EQ(line.Given("--workers"), "-n 2");
  EXPECT_EQ(line.Given("--retries"), "addopts: --retries 1");
  EXPECT_EQ(WithAddopts(Typed({}), {"-n4"}, {"-n3"}).value().Given("--workers"), "PYTEST_ADDOPTS: -n 3");
}

TEST(WithAddoptsTest, LeavesOutWordsThatMayBePaths) {
  EXPECT_THAT(WithAddopts(Typed({}), {"--plugin-option", "tests"}, {"more"}).value().paths, IsEmpty());
  EXPECT_THAT(WithAddopts(Typed({"tests/a"}), {"tests"}, {}).value().paths, ElementsAre("tests/a"));
}

TEST(WithAddoptsTest, ErrorsNameThePlace) {
  EXPECT_THAT(std::string(WithAddopts(Typed({}), {"--maxfail"}, {}).status().message()), StartsWith("addopts: "));
  EXPECT_THAT(std::string(WithAddopts(Typed({}), {}, {"--maxfail"}).status().message()),
              StartsWith("PYTEST_ADDOPTS: "));
  EXPECT_THAT(std::string(SplitAddoptsVariable("-k 'a").status().message()), StartsWith("PYTEST_ADDOPTS: "));
}

TEST(SplitAddoptsVariableTest, SplitsAsAShellDoes) {
  EXPECT_THAT(SplitAddoptsVariable("-k 'not slow' -x").value(), ElementsAre("-k", "not slow", "-x"));
  EXPECT_THAT(SplitAddoptsVariable("").value(), IsEmpty());
}

}  // namespace
}  // namespace fastest::options
