// A worker as the coordinator sees it (docs/worker_protocol.md). Its tests take no time and pass. Not thread-safe.
#ifndef FASTEST_BENCHMARKS_FARM_SCALE_SIMULATED_WORKER_H_
#define FASTEST_BENCHMARKS_FARM_SCALE_SIMULATED_WORKER_H_

#include <cstdint>
#include <deque>
#include <functional>
#include <optional>
#include <string>

#include "benchmarks/farm_scale/suite.h"
#include "proto/run.pb.h"

namespace fastest::farm_scale {

class SimulatedWorker {
 public:
  // Returns the place for the worker's next message.
  using Next = std::function<v1::WorkerMessage*()>;

  // `suite` outlives this. Says `ready`.
  SimulatedWorker(const Suite* suite, std::string rootdir, Next next);

  // When these return, the worker has done everything that it can do.
  void Run(const v1::Lease& lease);
  void Revoke(uint64_t lease_id);
  // Says `ended`, and is the end of the worker.
  void Finish();

  // The number of sent results.
  int64_t results() const { return results_; }

 private:
  struct Test {
    uint64_t lease_id = 0;
    v1::TestRef ref;
    int number = 0;
  };

  void Advance();
  void Open(const v1::Lease& lease);
  void RunHeldBack();
  void AddResult(v1::WorkerMessage::Progress* progress);
  void SendResult();

  const Suite* const suite_;
  const Next next_;
  std::deque<v1::Lease> leases_;
  // The tests of the open lease that have not begun. The test before them is held back until the next one is known.
  std::deque<Test> waiting_;
  std::optional<Test> held_back_;
  // This test has run. Its result goes with the start of the next test.
  std::optional<Test> done_;
  double started_at_ = 0;
  // The number of tests without a result in each lease that is not done.
  std::deque<std::pair<uint64_t, int>> unreported_;
  int64_t results_ = 0;
};

}  // namespace fastest::farm_scale

#endif  // FASTEST_BENCHMARKS_FARM_SCALE_SIMULATED_WORKER_H_
