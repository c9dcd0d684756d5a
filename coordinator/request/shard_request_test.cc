#include "coordinator/request/shard_request.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "coordinator/request/testing/request_fixture.h"

namespace fastest::request {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

class ShardRequestTest : public RequestFixture {
 protected:
  absl::StatusOr<ShardRequest> Read(const std::vector<std::string>& args) const {
    return ReadShardRequest(Typed(args), Typed(args), invocation_);
  }
  std::string Error(const std::vector<std::string>& args) const { return ErrorOf(Read(args)); }
};

TEST_F(ShardRequestTest, AShardIsOneOfSeveral) {
  EXPECT_EQ(Must(Read({})).shard, 0);
  const ShardRequest shard = Must(Read({"--shard=3/10", "--plan-file=plan.json"}));
  EXPECT_EQ(shard.shard, 3);
  EXPECT_EQ(shard.shards, 10);
  EXPECT_EQ(shard.plan_file, "/home/u/project/plan.json");
  for (const char* wrong : {"0/2", "3/2", "1", "1/x", "1/10001", "/"}) {
    EXPECT_EQ(Error({"--shard", wrong}),
              std::string("--shard ") + wrong + ": I/N is needed, with I from 1 to N, for instance 3/10");
  }
}

TEST_F(ShardRequestTest, APlanIsMadeOrUsed) {
  EXPECT_EQ(Must(Read({"--shards=4", "--plan-out=p"})).shards, 4);
  EXPECT_EQ(Error({"--shards=4"}), "--shards N and --plan-out FILE belong together: give both");
  EXPECT_EQ(Error({"--plan-out=p"}), "--shards N and --plan-out FILE belong together: give both");
  EXPECT_EQ(Error({"--plan-file=p"}), "--plan-file is for --shard I/N: give both");
  EXPECT_EQ(Error({"--shards=4", "--plan-out=p", "--shard=1/2"}),
            "--shards makes a plan, --shard runs a part of a plan: give only one of the two options");
  EXPECT_EQ(Error({"--shards=0", "--plan-out=p"}), "--shards 0: a number from 1 to 10000 is needed");
}

TEST_F(ShardRequestTest, APlanIsRecognisedByWhatChoosesTests) {
  EXPECT_THAT(Must(Read({})).selection, IsEmpty());
  EXPECT_THAT(Must(Read({"tests", "-k", "a", "--ignore=b", "-v"})).selection,
              ElementsAre("tests", "-k=a", "--ignore=b"));
  const ShardRequest shard = Must(Read({"tests", "--order=pytest"}));
  EXPECT_THAT(shard.selection, ElementsAre("tests", "--order=pytest"));
  EXPECT_TRUE(shard.keep_modules);
  // The paths are those that were typed; options count wherever they stand.
  const ShardRequest with_addopts = Must(ReadShardRequest(Typed({"other", "-k", "a"}), Typed({"tests"}), invocation_));
  EXPECT_THAT(with_addopts.selection, ElementsAre("tests", "-k=a"));
}

TEST_F(ShardRequestTest, FilesToRerunFrom) {
  EXPECT_THAT(Must(Read({"--rerun-from=a", "--rerun-from=/b"})).rerun_from, ElementsAre("/home/u/project/a", "/b"));
}

}  // namespace
}  // namespace fastest::request
