// The event files of several runs that belong together: shards of one run, and attempts at the same shard.
#ifndef FASTEST_COORDINATOR_SHARDS_PARTS_H_
#define FASTEST_COORDINATOR_SHARDS_PARTS_H_

#include <cstdint>
#include <map>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "absl/status/statusor.h"
#include "coordinator/results/run_facts.h"
#include "coordinator/results/run_summary.h"
#include "coordinator/shards/share.h"
#include "proto/test_id.h"

namespace fastest::shards {

// What one event file says, without the results themselves.
struct Part {
  struct Reported {
    bool failed = false;
    // It failed, and that does not count.
    bool quarantined = false;
    int attempt = 1;
  };
  std::string path;
  results::RunStart start;
  // False: the events break off, and `summary` is what can be said all the same.
  bool finished = false;
  results::RunSummary summary;
  std::map<TestId, Reported> results;
  // By module.
  std::map<std::string, std::set<TestId>> collected;
  std::map<std::string, double> collect_s;
  // Node ids of collectors that failed or skipped, and whether one failed.
  std::set<std::string> collect_reports;
  bool collection_failed = false;

  // 1 of a run that is not divided.
  int shard() const { return start.shard.index == 0 ? 1 : start.shard.index; }
  int shards() const { return start.shard.index == 0 ? 1 : start.shard.count; }
  bool is_rerun() const { return !start.shard.rerun_of.empty(); }
};

// The files that `paths` mean: themselves, and all *.jsonl in and below those that are folders, sorted. NotFound names what isn't there or
// holds none.
absl::StatusOr<std::vector<std::string>> EventFiles(const std::vector<std::string>& paths);

// Sorted by shard, then by when they began. InvalidArgument: a file is damaged, the same run is there twice, or they are not parts of one run.
absl::StatusOr<std::vector<Part>> ReadParts(const std::vector<std::string>& files);

// What `parts`, all of the same shard and in the order of time, have settled.
Settled SettledBy(const std::vector<Part>& parts);

}  // namespace fastest::shards

#endif  // FASTEST_COORDINATOR_SHARDS_PARTS_H_
