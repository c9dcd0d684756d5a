#include "coordinator/request/request.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "coordinator/request/testing/request_fixture.h"

namespace fastest::request {
namespace {

using ::testing::Contains;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::StartsWith;

// What the groups have to do with each other. Each group's reader has a test of its own.
class RequestTest : public RequestFixture {
 protected:
  absl::StatusOr<Request> Make(const std::vector<std::string>& args) const {
    return MakeRequest(Typed(args), project_, invocation_);
  }
  Request MustMake(const std::vector<std::string>& args) const { return Must(Make(args)); }
};

TEST_F(RequestTest, Defaults) {
  const Request request = MustMake({});
  EXPECT_EQ(request.run.options.slots, 8);
  EXPECT_EQ(request.run.options.collection, v1::AUTO);
  EXPECT_EQ(request.history.store, "/home/u/.cache/fastest/history.sqlite");
  EXPECT_THAT(request.discovery.cache_path, HasSubstr("/home/u/.cache/fastest/discovery/"));
  EXPECT_THAT(request.notes, IsEmpty());
}

TEST_F(RequestTest, OneSlotIsPytestsOwnOrder) { EXPECT_EQ(MustMake({"-n", "1"}).run.options.collection, v1::WHOLE); }

TEST_F(RequestTest, AddoptsComeFirst) {
  project_.addopts = {"-n", "4", "--junitxml=a.xml"};
  environment_["PYTEST_ADDOPTS"] = "-n 5";
  EXPECT_EQ(MustMake({}).run.options.slots, 5);
  EXPECT_EQ(MustMake({"-n", "2"}).run.options.slots, 2);
  EXPECT_EQ(MustMake({}).report.File("--junitxml"), "/home/u/project/a.xml");
  EXPECT_TRUE(MustMake({}).run.options.junit_xml);
  // pytest in the workers reads them itself.
  EXPECT_THAT(MustMake({"-x"}).run.options.pytest_args, ElementsAre("-x"));
}

TEST_F(RequestTest, ABrokenVariableIsNamed) {
  environment_["PYTEST_ADDOPTS"] = "-k 'a";
  EXPECT_THAT(ErrorOf(Make({})), HasSubstr("PYTEST_ADDOPTS"));
}

TEST_F(RequestTest, PluginsOfAddoptsCount) {
  project_.addopts = {"--cov=src", "--cov-report=xml", "--reruns=2"};
  EXPECT_EQ(MustMake({"--no-cov-on-fail"}).run.options.control_option, "--cov");
  EXPECT_EQ(MustMake({"-n1"}).run.options.control_option, "");
  EXPECT_EQ(MustMake({"--plan"}).run.options.control_option, "");
  project_.addopts = {"--stepwise"};
  EXPECT_EQ(MustMake({}).run.options.slots, 1);
}

TEST_F(RequestTest, CoverageOnAFarmHasOneSession) {
  const Request farm = MustMake({"--cov", "--agents=a:1", "--insecure"});
  EXPECT_EQ(farm.run.options.slots, 1);
  EXPECT_THAT(farm.notes, Contains(HasSubstr("--cov needs to see the whole run")));
}

TEST_F(RequestTest, PytestsOwnTextIsForwarded) {
  const Request request = MustMake({"--collect-only", "-q"});
  EXPECT_TRUE(request.run.options.terminal.forwarded);
  EXPECT_THAT(request.run.options.pytest_args, ElementsAre("-q", "--collect-only"));
}

TEST_F(RequestTest, AFarmHasManySlotsAndNoWarmAgent) {
  const Request request = MustMake({"--warm", "-n1", "--agents=localhost:1"});
  EXPECT_GT(request.run.options.slots, 1);
  EXPECT_FALSE(request.warm.keep);
  EXPECT_THAT(request.notes, ElementsAre(HasSubstr("-n 1 is ignored"), HasSubstr("--warm is ignored")));
}

TEST_F(RequestTest, WrongValuesAreNamedByTheirOrigin) {
  project_.addopts = {"--retries=x"};
  EXPECT_THAT(ErrorOf(Make({})), StartsWith("addopts: --retries x: "));
  environment_["PYTEST_ADDOPTS"] = "--retries=y";
  EXPECT_THAT(ErrorOf(Make({})), StartsWith("PYTEST_ADDOPTS: --retries y: "));
  EXPECT_THAT(ErrorOf(Make({"--retries", "z"})), StartsWith("--retries z: "));
}

TEST_F(RequestTest, WarmInAddoptsIsNotTyped) {
  environment_["CI"] = "true";
  project_.addopts = {"--warm"};
  const Request request = MustMake({});
  EXPECT_FALSE(request.warm.keep);
  EXPECT_THAT(request.notes, Contains(HasSubstr("type --warm")));
}

}  // namespace
}  // namespace fastest::request
