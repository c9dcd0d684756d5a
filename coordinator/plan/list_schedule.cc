#include "coordinator/plan/list_schedule.h"

#include <algorithm>
#include <cstddef>
#include <functional>
#include <queue>

namespace fastest::plan {

double ListScheduleMakespan(const std::vector<double>& batch_seconds, int slots) {
  std::priority_queue<double, std::vector<double>, std::greater<>> free_at;
  double makespan = 0;
  for (double seconds : batch_seconds) {
    double start = 0;
    if (free_at.size() >= static_cast<size_t>(slots)) {
      start = free_at.top();
      free_at.pop();
    }
    free_at.push(start + seconds);
    makespan = std::max(makespan, start + seconds);
  }
  return makespan;
}

}  // namespace fastest::plan
