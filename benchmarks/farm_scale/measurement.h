// Measures one run of the genuine coordinator with simulated agents.
#ifndef FASTEST_BENCHMARKS_FARM_SCALE_MEASUREMENT_H_
#define FASTEST_BENCHMARKS_FARM_SCALE_MEASUREMENT_H_

#include <cstdint>
#include <string>

#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "benchmarks/farm_scale/suite.h"

namespace fastest::farm_scale {

struct MeasureOptions {
  // The program fastest-coordinator.
  std::string coordinator;
  int agents = 1000;
  int slots = 1;
  // Whether the coordinator writes --report-json.
  bool json = false;
  // A longer run is an error.
  absl::Duration limit = absl::Minutes(10);
};

struct Measured {
  int exit_code = -1;
  // The end of the coordinator's output.
  std::string last_words;
  // From the last line of --report-json. Unset without it.
  bool books_balanced = false;
  int64_t reported = 0;
  int64_t results_sent = 0;

  // From the coordinator's start to its end, from its start to the first result, and from the first result until the
  // coordinator tells the agents that all is done.
  double total_s = 0;
  double before_s = 0;
  double results_s = 0;
  double coordinator_cpu_s = 0;
  double agents_cpu_s = 0;
  // The part of coordinator_cpu_s within results_s.
  double results_cpu_s = 0;
  // The coordinator's peak of resident memory (VmHWM), the peak before the first result, and its most threads.
  int64_t peak_bytes = 0;
  int64_t peak_bytes_before = 0;
  int threads = 0;
};

// Runs the suite in `folder`. Temporary files may stay there. Errors: the coordinator cannot be run, opens no port, or
// is not done within the limit.
absl::StatusOr<Measured> Measure(const Suite& suite, const std::string& folder, const MeasureOptions& options);

}  // namespace fastest::farm_scale

#endif  // FASTEST_BENCHMARKS_FARM_SCALE_MEASUREMENT_H_
