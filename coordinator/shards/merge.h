// Makes one verdict of many event files (--merge), as if everything had been one run.
#ifndef FASTEST_COORDINATOR_SHARDS_MERGE_H_
#define FASTEST_COORDINATOR_SHARDS_MERGE_H_

#include <cstddef>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "coordinator/report/reporter.h"
#include "coordinator/results/ledger.h"
#include "coordinator/results/run_summary.h"
#include "coordinator/shards/parts.h"
#include "proto/test_id.h"

namespace fastest::shards {

// If a shard was attempted several times, the last result of each test counts. Earlier results are told as attempts if
// they failed. Not thread-safe.
class Merge {
 public:
  // Precondition: there is at least one part.
  explicit Merge(Parts parts);

  // What the whole run would have said when it began.
  const results::RunStart& start() const { return start_; }
  // Says less at the terminal than the parts did, by `times` -q.
  void Quieten(int times);
  // Reads the files again and tells everything to `reporter`, except Finished. Returns the summary for Finished. Call
  // it once.
  absl::StatusOr<results::RunSummary> Tell(report::Reporter& reporter);

 private:
  class Teller;

  void Index();
  // Names the shards of which there is no part.
  void FindMissingShards();
  void TellExpected(report::Reporter& reporter);
  // The parts that have the last word on their shards, by place.
  std::vector<size_t> LastParts() const;
  int Deselected() const;
  // Adds the tests and modules that are missing. Returns whether any of them should be there.
  bool AddHoles(results::Books* books) const;
  // `failed`: the last result of a test failed, the collection of a module did, or a policy says so.
  int ExitCode(bool holes, bool failed) const;
  // What all shards ended with before any of them had collected a test; nothing if one had.
  std::optional<int> NeverBegun() const;

  std::vector<Part> parts_;
  // Files that say nothing, not even of which shard they are.
  const std::vector<std::string> broken_;
  results::RunStart start_;
  // By test, the place of the part that has the last word on it.
  std::map<TestId, size_t> finals_;
  // Every test that any part has collected, by module.
  std::map<std::string, std::set<TestId>> collected_;
  std::map<std::string, double> collect_s_;
  std::vector<std::string> module_order_;
  // What is missing or does not fit together: lines for a person.
  std::vector<std::string> problems_;
  // Two parts contradict each other.
  bool contradicts_ = false;
};

}  // namespace fastest::shards

#endif  // FASTEST_COORDINATOR_SHARDS_MERGE_H_
