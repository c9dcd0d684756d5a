// One job's share of a run that is divided among several, and what of it earlier attempts have done already.
#ifndef FASTEST_COORDINATOR_SHARDS_SHARE_H_
#define FASTEST_COORDINATOR_SHARDS_SHARE_H_

#include <cstdint>
#include <map>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "coordinator/plan/planner.h"
#include "coordinator/shards/shard_plan.h"
#include "proto/run.pb.h"
#include "proto/test.pb.h"
#include "proto/test_id.h"

namespace fastest::shards {

// What earlier runs of the same tests have settled: what they reported and what did not fail. (See earlier_runs.h.)
struct Settled {
  // Node id and index, by module.
  std::map<std::string, std::set<TestId>> tests;
  // Modules of which nothing is left to do.
  std::set<std::string> modules;
  // The runs that say so.
  std::vector<std::string> run_ids;
};

// A value; pure.
class Share {
 public:
  // Everything.
  Share() = default;
  Share(ShardPlan plan, int shard) : plan_(std::move(plan)), shard_(shard) {}

  void Settle(Settled settled) { settled_ = std::move(settled); }

  // 0: the run is not divided.
  int shard() const { return shard_; }
  const ShardPlan& plan() const { return plan_; }
  const Settled& settled() const { return settled_; }
  bool everything() const { return shard_ == 0 && settled_.run_ids.empty(); }

  // Whether the modules' deselected tests are counted here: by one shard, whoever has the first part.
  bool CountsDeselected(const std::string& module) const;

  // Collection by module: of `modules`, what is to be run here. What is known of them is left to the caller.
  std::vector<plan::ModuleEstimate> Select(const std::vector<plan::ModuleEstimate>& modules) const;
  // The tests of a batch that are settled, as v1::Batch.except.
  void Except(v1::Batch* batch) const;

  // Whole collection: the tests that are to be run here, in their order. A group (xdist_group) goes where its first test goes.
  v1::Collection Select(const v1::Collection& collection) const;

 private:
  // Whether the first `count` tests of that id are.
  bool AllSettled(const std::string& module, const std::string& node_id, uint32_t count) const;

  ShardPlan plan_;
  int shard_ = 0;
  Settled settled_;
};

}  // namespace fastest::shards

#endif  // FASTEST_COORDINATOR_SHARDS_SHARE_H_
