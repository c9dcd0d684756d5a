#include "coordinator/request/warm_request.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "coordinator/request/testing/request_fixture.h"

namespace fastest::request {
namespace {

using ::testing::HasSubstr;

class WarmRequestTest : public RequestFixture {
 protected:
  absl::StatusOr<WarmRequest> Read(const std::vector<std::string>& args) const {
    return ReadWarmRequest(Typed(args), invocation_, /*on_farm=*/false);
  }
};

TEST_F(WarmRequestTest, HasAFolderOfTheUsers) {
  WarmRequest warm = Must(Read({"--warm"}));
  EXPECT_TRUE(warm.keep);
  EXPECT_FALSE(warm.stop);
  EXPECT_EQ(warm.folder, "/home/u/.cache/fastest/warm");
  environment_["XDG_RUNTIME_DIR"] = "/run/user/7";
  EXPECT_EQ(Must(Read({"--warm"})).folder, "/run/user/7/fastest");
  warm = Must(Read({"--warm=stop"}));
  EXPECT_FALSE(warm.keep);
  EXPECT_TRUE(warm.stop);
  EXPECT_FALSE(Must(Read({})).keep);
  EXPECT_THAT(ErrorOf(Read({"--warm=off"})), HasSubstr("--warm=off"));
  environment_.clear();
  EXPECT_THAT(ErrorOf(Read({"--warm"})), HasSubstr("XDG_RUNTIME_DIR"));
}

TEST_F(WarmRequestTest, IsNotForFarms) {
  const WarmRequest warm = Must(ReadWarmRequest(Typed({"--warm"}), invocation_, /*on_farm=*/true));
  EXPECT_FALSE(warm.keep);
  EXPECT_THAT(warm.note, HasSubstr("--warm is ignored"));
}

TEST_F(WarmRequestTest, InCiItMustBeTyped) {
  environment_["CI"] = "true";
  EXPECT_TRUE(Must(Read({"--warm"})).keep);
  options::CommandLine line = Typed({"--warm"});
  line.origins["--warm"] = "addopts: --warm ";
  const WarmRequest warm = Must(ReadWarmRequest(line, invocation_, /*on_farm=*/false));
  EXPECT_FALSE(warm.keep);
  EXPECT_THAT(warm.note, HasSubstr("type --warm"));
  environment_.erase("CI");
  EXPECT_TRUE(Must(ReadWarmRequest(line, invocation_, /*on_farm=*/false)).keep);
}

}  // namespace
}  // namespace fastest::request
