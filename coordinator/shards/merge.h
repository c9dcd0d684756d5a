// Many event files, one verdict (--merge): as if all of it had been one run.
#ifndef FASTEST_COORDINATOR_SHARDS_MERGE_H_
#define FASTEST_COORDINATOR_SHARDS_MERGE_H_

#include <cstddef>
#include <map>
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

// Not thread-safe. Of several attempts at a shard each test's last result counts; earlier ones are told as attempts if they failed.
class Merge {
 public:
  // `parts` as ReadParts gives them; at least one.
  explicit Merge(std::vector<Part> parts);

  // What the whole run would have said of itself.
  const results::RunStart& start() const { return start_; }
  // Reads the files again, tells all of it to `reporter`, save Finished, and gives what that is to be called with. Once.
  absl::StatusOr<results::RunSummary> Tell(report::Reporter& reporter);

 private:
  class Teller;

  void Index();
  void TellExpected(report::Reporter& reporter);
  // The parts whose word on their shard is the last, by place.
  std::vector<size_t> LastParts() const;
  int Deselected() const;
  // Names what is missing; whether anything is that should be there.
  bool AddHoles(results::Books* books) const;
  // `failed`: a test's last result, a module's collection, or by policy.
  int ExitCode(bool holes, bool failed) const;

  std::vector<Part> parts_;
  results::RunStart start_;
  // The part that has the last word on a test, by place.
  std::map<TestId, size_t> finals_;
  // Every test that any part has collected, by module.
  std::map<std::string, std::set<TestId>> collected_;
  std::map<std::string, double> collect_s_;
  std::vector<std::string> module_order_;
  // Lines for a person: what does not fit together.
  std::vector<std::string> problems_;
};

}  // namespace fastest::shards

#endif  // FASTEST_COORDINATOR_SHARDS_MERGE_H_
