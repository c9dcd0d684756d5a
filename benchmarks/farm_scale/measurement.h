// One run of the genuine coordinator with simulated agents, and what it took.
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
  // Whether it writes --report-json.
  bool json = false;
  // It is ended if it takes longer.
  absl::Duration limit = absl::Minutes(10);
};

struct Measured {
  int exit_code = -1;
  // The end of what it said.
  std::string last_words;
  // By the last line of --report-json; unset without that.
  bool books_balanced = false;
  int64_t reported = 0;
  int64_t results_sent = 0;

  // The coordinator's start to its end; to the first result; from there until it told the agents that all is done.
  double total_s = 0;
  double before_s = 0;
  double results_s = 0;
  double coordinator_cpu_s = 0;
  double agents_cpu_s = 0;
  // What the coordinator needed of it within results_s.
  double results_cpu_s = 0;
  // The coordinator's peak of resident memory (VmHWM), that at the first result, and its most threads.
  int64_t peak_bytes = 0;
  int64_t peak_bytes_before = 0;
  int threads = 0;
};

// Runs the suite, which lies in `folder`, where temporary files may be left. Errors: the coordinator can't be run, opens no port, or is not
// done within the limit.
absl::StatusOr<Measured> Measure(const Suite& suite, const std::string& folder, const MeasureOptions& options);

}  // namespace fastest::farm_scale

#endif  // FASTEST_BENCHMARKS_FARM_SCALE_MEASUREMENT_H_
