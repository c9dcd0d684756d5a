#include "coordinator/request/discovery_request.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "coordinator/request/testing/request_fixture.h"

namespace fastest::request {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;
using ::testing::StartsWith;

class DiscoveryRequestTest : public RequestFixture {
 protected:
  discovery::DiscoveryOptions Read(const std::vector<std::string>& args) const {
    return Must(ReadDiscoveryOptions(Typed(args), project_, invocation_));
  }
};

TEST_F(DiscoveryRequestTest, WhatFindsTheProject) {
  const discovery::ProjectOptions options =
      ReadProjectOptions(Typed({"tests", "--rootdir=r", "-c", "i.ini", "-o", "a=1", "-o", "b=2"}), invocation_);
  EXPECT_EQ(options.invocation_dir, "/home/u/project");
  EXPECT_THAT(options.args, ElementsAre("tests"));
  EXPECT_EQ(options.rootdir, "r");
  EXPECT_EQ(options.config_file, "i.ini");
  EXPECT_THAT(options.override_ini, ElementsAre("a=1", "b=2"));
}

TEST_F(DiscoveryRequestTest, WhatFindsTheTests) {
  environment_["PYTEST_ADDOPTS"] = "-k 'not slow'";
  const discovery::DiscoveryOptions options = Read({"tests", "--ignore=a", "--deselect=b", "-m", "fast"});
  EXPECT_THAT(options.args, ElementsAre("tests"));
  EXPECT_THAT(options.ignore, ElementsAre("a"));
  EXPECT_THAT(options.deselect, ElementsAre("b"));
  EXPECT_THAT(options.words, ElementsAre("-m", "fast", "--deselect=b", "--ignore=a", "tests"));
  EXPECT_THAT(options.environment_words, ElementsAre("-k", "not slow"));
  environment_["PYTEST_ADDOPTS"] = "-k 'a";
  EXPECT_THAT(ErrorOf(ReadDiscoveryOptions(Typed({}), project_, invocation_)), StartsWith("PYTEST_ADDOPTS: "));
}

TEST_F(DiscoveryRequestTest, AWordBesideAPluginsOptionIsAPathOnlyIfItIsThere) {
  EXPECT_THAT(Read({"no_such_path"}).args, ElementsAre("no_such_path"));
  EXPECT_THAT(Read({"--plugins-option", "no_such_path"}).args, IsEmpty());
  EXPECT_THAT(Read({"--plugins-option", "/"}).args, ElementsAre("/"));
}

TEST_F(DiscoveryRequestTest, EachProjectHasACacheOfItsOwn) {
  const std::string one = Read({}).cache_path;
  EXPECT_THAT(one, StartsWith("/home/u/.cache/fastest/discovery/"));
  project_.rootdir = "/elsewhere";
  EXPECT_NE(Read({}).cache_path, one);
  environment_.clear();
  EXPECT_EQ(Read({}).cache_path, "");
}

}  // namespace
}  // namespace fastest::request
