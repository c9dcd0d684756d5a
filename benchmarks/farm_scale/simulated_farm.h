// Many agents in one process, each with its own connection and stream. gRPC's few threads play all of them.
#ifndef FASTEST_BENCHMARKS_FARM_SCALE_SIMULATED_FARM_H_
#define FASTEST_BENCHMARKS_FARM_SCALE_SIMULATED_FARM_H_

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "absl/base/thread_annotations.h"
#include "absl/synchronization/mutex.h"
#include "absl/time/time.h"
#include "benchmarks/farm_scale/suite.h"

namespace fastest::farm_scale {

// Thread-safe.
class SimulatedFarm {
 public:
  struct Times {
    // When the first result was on its way, and when the coordinator said that all is done. Infinite future: not yet.
    absl::Time first_result = absl::InfiniteFuture();
    absl::Time told_to_end = absl::InfiniteFuture();
  };

  // `agents` agents with `slots` slots each join the coordinator at `address`. They find `suite` in `rootdir`. `suite`
  // outlives this.
  SimulatedFarm(const Suite* suite, std::string rootdir, const std::string& address, int agents, int slots);
  // Cancels the open streams, and waits for their ends.
  ~SimulatedFarm();

  // Waits until every stream has ended. False if some did not end within `limit`.
  bool Wait(absl::Duration limit);

  Times times() const;
  // For the ended streams: the number of results that they sent, and the errors of those that broke.
  int64_t results() const;
  std::vector<std::string> broken() const;

 private:
  class Agent;
  void Over(int64_t results, const std::string& why_broken);
  void SawResult();
  void SawEnd();

  const Suite* const suite_;
  const std::string rootdir_;
  mutable absl::Mutex mu_;
  size_t running_ ABSL_GUARDED_BY(mu_) = 0;
  Times times_ ABSL_GUARDED_BY(mu_);
  int64_t results_ ABSL_GUARDED_BY(mu_) = 0;
  std::vector<std::string> broken_ ABSL_GUARDED_BY(mu_);
  std::vector<std::unique_ptr<Agent>> agents_;
};

}  // namespace fastest::farm_scale

#endif  // FASTEST_BENCHMARKS_FARM_SCALE_SIMULATED_FARM_H_
