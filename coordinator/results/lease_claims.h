// Whether an agent may say what it says of a lease. Results count only if they come from the slot that holds the lease,
// and for the tests that the lease holds: an agent that took part in a run could otherwise report the tests of others
// as passed. Owned by the run's books; pure; not thread-safe.
#ifndef FASTEST_COORDINATOR_RESULTS_LEASE_CLAIMS_H_
#define FASTEST_COORDINATOR_RESULTS_LEASE_CLAIMS_H_

#include <cstddef>
#include <cstdint>
#include <string>
#include <unordered_set>
#include <vector>

#include "absl/container/flat_hash_map.h"
#include "coordinator/results/inventory.h"
#include "proto/run.pb.h"

namespace fastest::results {

class LeaseClaims {
 public:
  // `inventory`: knows the tests of leases, and outlives this.
  explicit LeaseClaims(const Inventory& inventory) : inventory_(inventory) {}

  // The files of the run. A lease that names no tests holds tests of its own file, and of files that are none of these
  // (a collector may give its tests any ids).
  void SetModules(const std::vector<std::string>& modules) { modules_ = {modules.begin(), modules.end()}; }
  void Grant(const v1::Lease& lease, int agent, uint32_t slot);

  // Empty: the worker in the agent's slot may say this. Else what is wrong, for a person: "it reported a.py::test_a,
  // which is not in its lease 3". To be asked before anything of the message is entered.
  std::string WhyNot(int agent, uint32_t slot, const v1::WorkerMessage& message);

 private:
  struct Holder {
    int agent = 0;
    uint32_t slot = 0;
    // Where the next result is expected among the lease's tests.
    size_t next = 0;
    // The tests that the batch names. Empty when the worker has collected them.
    std::vector<v1::TestRef> named;
  };

  // Null: the slot does not hold the lease.
  Holder* Find(int agent, uint32_t slot, uint64_t lease_id);
  std::string WhyNotCollected(Holder& holder, const v1::WorkerMessage::Collected& collected) const;
  std::string WhyNotProgress(int agent, uint32_t slot, const v1::WorkerMessage::Progress& progress);
  bool Holds(Holder& holder, uint64_t lease_id, const v1::TestRef& test) const;

  const Inventory& inventory_;
  std::unordered_set<std::string> modules_;
  absl::flat_hash_map<uint64_t, Holder> holders_;
};

}  // namespace fastest::results

#endif  // FASTEST_COORDINATOR_RESULTS_LEASE_CLAIMS_H_
