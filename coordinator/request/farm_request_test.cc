#include "coordinator/request/farm_request.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "coordinator/request/testing/request_fixture.h"

namespace fastest::request {
namespace {

using ::testing::AllOf;
using ::testing::Contains;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::Not;
using ::testing::Pair;
using ::testing::UnorderedElementsAre;

class FarmRequestTest : public RequestFixture {
 protected:
  absl::StatusOr<FarmRequest> Read(const std::vector<std::string>& args) const {
    return ReadFarmRequest(Typed(args), project_, invocation_);
  }
  std::string Error(const std::vector<std::string>& args) const { return ErrorOf(Read(args)); }
};

TEST_F(FarmRequestTest, IsUsedIfAgentsAreDialledOrAwaited) {
  EXPECT_FALSE(Must(Read({})).used());
  EXPECT_TRUE(Must(Read({"--agents=a:1"})).used());
  EXPECT_TRUE(Must(Read({"--listen=localhost:0"})).used());
  EXPECT_EQ(Must(Read({"--agents=a:1"})).rootdir, "/home/u/project");
  EXPECT_EQ(Error({"--agents", ""}), "--agents : an address is needed, HOST:PORT");
  EXPECT_THAT(Error({"--listen=nowhere"}), HasSubstr("--listen nowhere: "));
}

TEST_F(FarmRequestTest, AgentsBringTheirOwnSlots) {
  EXPECT_EQ(Must(Read({"-n2"})).note, "");
  EXPECT_EQ(Must(Read({"--agents=a:1"})).note, "");
  EXPECT_EQ(Must(Read({"--agents=a:1", "-n2"})).note,
            "-n 2 is ignored: agents bring their own slots (fastest-agent --slots)");
}

TEST_F(FarmRequestTest, HowLongAgentsAreWaitedFor) {
  EXPECT_EQ(Must(Read({})).lease_s, 20);
  EXPECT_LT(Must(Read({})).wait_s, 0);
  EXPECT_EQ(Must(Read({"--wait-agents=0"})).wait_s, 0);
  EXPECT_EQ(Error({"--lease=0"}),
            "--lease 0: more than 0 seconds are needed; with 0 every agent would be lost at once");
  EXPECT_EQ(Error({"--min-agents=0"}), "--min-agents 0: a number from 1 on is needed");
}

TEST_F(FarmRequestTest, QuestionsToAgents) {
  const FarmRequest farm = Must(Read({"--agents=a:1", "--status=json", "--drain=b", "--drain=c"}));
  EXPECT_TRUE(farm.status);
  EXPECT_TRUE(farm.status_json);
  EXPECT_THAT(farm.drain, ElementsAre("b", "c"));
  EXPECT_FALSE(Must(Read({"--agents=a:1", "--status"})).status_json);
  EXPECT_EQ(Error({"--status"}), "--status needs agents to ask: name them with --agents");
  EXPECT_EQ(Error({"--status=xml", "--agents=a:1"}), "--status=xml: there are '--status' and '--status=json'");
}

TEST_F(FarmRequestTest, TheTraceThatARunBelongsToGoesWithIt) {
  environment_["TRACEPARENT"] = "00-1-2-01";
  environment_["OTHER"] = "x";
  const FarmRequest farm = Must(Read({"--agents", "a:1"}));
  EXPECT_EQ(farm.environment.at("TRACEPARENT"), "00-1-2-01");
  EXPECT_EQ(farm.environment.count("TRACESTATE"), 0u);
  EXPECT_EQ(farm.environment.count("OTHER"), 0u);
}

TEST_F(FarmRequestTest, OtherMachinesHaveAndLackPytestsVariablesAsThisOneDoes) {
  environment_["CI"] = "1";
  const FarmRequest farm = Must(Read({"--set-env", "NO_COLOR=1"}));
  EXPECT_THAT(farm.environment, UnorderedElementsAre(Pair("CI", "1"), Pair("NO_COLOR", "1")));
  EXPECT_THAT(farm.absent_environment, AllOf(Contains("PYTEST_ADDOPTS"), Contains("BUILD_NUMBER"), Not(Contains("CI")),
                                             Not(Contains("NO_COLOR"))));
}

TEST_F(FarmRequestTest, VariablesThatAreNamed) {
  environment_["A"] = "1";
  environment_["B"] = "2";
  EXPECT_THAT(Must(Read({"--pass-env", "A, B,C"})).environment, UnorderedElementsAre(Pair("A", "1"), Pair("B", "2")));
  EXPECT_EQ(Error({"--set-env", "=1"}), "--set-env =1: NAME=VALUE is needed");
}

}  // namespace
}  // namespace fastest::request
