// How a suite is divided among jobs that cannot reach each other (--shards, --plan-file, --shard): which shard runs which module, or which
// part of a module that is too long for one. Every job that has the same plan comes to the same division by itself, whatever it collects.
#ifndef FASTEST_COORDINATOR_SHARDS_SHARD_PLAN_H_
#define FASTEST_COORDINATOR_SHARDS_SHARD_PLAN_H_

#include <cstddef>
#include <map>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "coordinator/plan/planner.h"

namespace fastest::shards {

// A value. Shards are numbered from 1.
class ShardPlan {
 public:
  // `selection`: the words that choose the tests (paths, -k …), for those who use the plan later to compare. The same input gives the same
  // plan. `keep_modules`: none is divided. Precondition: shards >= 1.
  static ShardPlan Make(const std::vector<plan::ModuleEstimate>& modules, int shards,
                        std::vector<std::string> selection, bool keep_modules = false);

  // The plan as a file, and back. InvalidArgument says what is wrong with it; a plan that was changed by hand is refused by its digest.
  std::string ToJson() const;
  static absl::StatusOr<ShardPlan> FromJson(const std::string& text);

  int shards() const { return shards_; }
  const std::vector<std::string>& selection() const { return selection_; }
  // Of the division; two parts of a run must agree on it.
  const std::string& digest() const { return digest_; }
  // Predicted seconds of each shard, set-up of its modules included.
  const std::vector<double>& predicted_s() const { return predicted_s_; }
  size_t modules() const { return modules_.size(); }

  // Where a module is cut, as v1::Batch has it; empty if it is whole, or not in the plan.
  const std::vector<std::string>& Boundaries(const std::string& module) const;
  // The shard that runs a part of a module (0 of a whole one). A module that the plan did not foresee belongs to one shard by its name.
  int ShardOf(const std::string& module, size_t part) const;

 private:
  struct Module {
    std::vector<std::string> boundaries;
    // By part.
    std::vector<int> shards;
  };

  std::string Digest() const;

  int shards_ = 1;
  std::vector<std::string> selection_;
  std::string digest_;
  std::vector<double> predicted_s_;
  std::map<std::string, Module> modules_;
};

}  // namespace fastest::shards

#endif  // FASTEST_COORDINATOR_SHARDS_SHARD_PLAN_H_
