#include "coordinator/run/run_start.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace fastest::run {
namespace {

using ::testing::ElementsAre;
using ::testing::Pair;

TEST(RunStartTest, ASingleSlotIsNoXdistWorkerUnlessItPlaysOne) {
  RunOptions options;
  options.slots = 1;
  EXPECT_FALSE(SpecOf(options).xdist_worker());
  options.sequence.emplace();
  options.sequence->slots = 4;
  EXPECT_TRUE(SpecOf(options).xdist_worker());
  EXPECT_EQ(SpecOf(options).slots(), 4u);
}

TEST(RunStartTest, WorkersAreToldOfDecidedModules) {
  RunOptions options;
  options.constant_modules["a.py"].crc32 = 7;
  const v1::RunSpec spec = SpecOf(options);
  ASSERT_EQ(spec.native_modules_size(), 1);
  EXPECT_EQ(spec.native_modules(0).node_id(), "a.py");
  EXPECT_EQ(spec.native_modules(0).crc32(), 7u);
}

TEST(RunStartTest, ReportersAreToldWhatTheFirstWorkerSaid) {
  RunOptions options;
  options.run_id = "r1";
  options.slots = 2;
  v1::WorkerMessage::Ready ready;
  ready.set_rootdir("/p");
  ready.add_header("plugins: x");
  (*ready.mutable_options())["tb"] = "short";
  ready.mutable_collection()->set_whole_reason("xdist_group");
  const results::RunStart start = StartOf(options, ready);
  EXPECT_EQ(start.run_id, "r1");
  EXPECT_EQ(start.rootdir, "/p");
  EXPECT_THAT(start.header, ElementsAre("plugins: x"));
  EXPECT_THAT(start.options, ElementsAre(Pair("tb", "short")));
  EXPECT_EQ(start.whole_reason, "xdist_group");
  EXPECT_EQ(start.shard.index, 0);
}

}  // namespace
}  // namespace fastest::run
