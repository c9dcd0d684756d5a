// The event files of several runs that belong together: the shards of one run, and attempts at the same shard.
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
    // The test failed, and the failure does not count.
    bool quarantined = false;
    int attempt = 1;
  };
  std::string path;
  results::RunStart start;
  // False if the events break off. `summary` then says what can be said.
  bool finished = false;
  results::RunSummary summary;
  std::map<TestId, Reported> results;
  // By module.
  std::map<std::string, std::set<TestId>> collected;
  std::map<std::string, double> collect_s;
  // Node ids of collectors that failed or were skipped, and whether one failed.
  std::set<std::string> collect_reports;
  bool collection_failed = false;

  // 1 if the run is not divided.
  int shard() const { return start.shard.index == 0 ? 1 : start.shard.index; }
  int shards() const { return start.shard.index == 0 ? 1 : start.shard.count; }
  bool is_rerun() const { return !start.shard.rerun_of.empty(); }
  // The run ended before any worker had collected its tests: it was killed, or pytest could not begin (a conftest.py
  // that raises, an unknown option). What is asked for is the whole shard. A run that its deadline or a person ended is
  // not among them: its end says what it left.
  bool ended_before_collection() const;
};

// All event files that were read.
struct Parts {
  std::vector<Part> parts;
  // Files that break off before the end of their first line: of which shard they are is not known.
  std::vector<std::string> broken;
};

// The files that `paths` name: the paths that are files, and all *.jsonl in and below the paths that are folders,
// sorted. Errors: NotFound names a path that is missing or holds no such file.
absl::StatusOr<std::vector<std::string>> EventFiles(const std::vector<std::string>& paths);

// Sorted by shard, then by start. Errors: InvalidArgument if a file is damaged, if the same run is there twice, or if
// the files are not parts of one run.
absl::StatusOr<Parts> ReadParts(const std::vector<std::string>& files);

// What `parts` have settled. All are of the same shard and in the order of time. A part without results settles
// nothing, and a run that goes on from it alone is a run of everything.
Settled SettledBy(const std::vector<Part>& parts);

}  // namespace fastest::shards

#endif  // FASTEST_COORDINATOR_SHARDS_PARTS_H_
