// The share of one job in a run that is divided among several jobs, without the tests that earlier attempts have done.
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

// What earlier runs of the same tests have settled: tests that they reported and that did not fail. parts.h reads it
// from their events.
struct Settled {
  // By module.
  std::map<std::string, std::set<TestId>> tests;
  // Modules that have nothing left to do.
  std::set<std::string> modules;
  // The ids of these runs.
  std::vector<std::string> run_ids;
};

// A value; pure.
class Share {
 public:
  // The share that is everything.
  Share() = default;
  Share(ShardPlan plan, int shard) : plan_(std::move(plan)), shard_(shard) {}

  void Settle(Settled settled) { settled_ = std::move(settled); }

  // 0 if the run is not divided.
  int shard() const { return shard_; }
  const ShardPlan& plan() const { return plan_; }
  const Settled& settled() const { return settled_; }
  bool everything() const { return shard_ == 0 && settled_.run_ids.empty(); }

  // Whether this shard counts the module's deselected tests. The shard with the module's first part counts them.
  bool CountsDeselected(const std::string& module) const;

  // Collection by module: those of `modules` that are to be run here. The caller adds what is known of them.
  std::vector<plan::ModuleEstimate> Select(const std::vector<plan::ModuleEstimate>& modules) const;
  // Names the tests of a batch that are settled, as v1::Batch.except.
  void Except(v1::Batch* batch) const;

  // Whole collection: the tests that are to be run here, in their order. A group (xdist_group) goes to the shard of its
  // first test.
  v1::Collection Select(const v1::Collection& collection) const;

 private:
  // Whether the first `count` tests of this id are settled.
  bool AllSettled(const std::string& module, const std::string& node_id, uint32_t count) const;

  ShardPlan plan_;
  int shard_ = 0;
  Settled settled_;
};

}  // namespace fastest::shards

#endif  // FASTEST_COORDINATOR_SHARDS_SHARE_H_
