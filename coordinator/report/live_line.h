// The transient last line on a terminal: how far the run is, and the test that has been running longest.
#ifndef FASTEST_COORDINATOR_REPORT_LIVE_LINE_H_
#define FASTEST_COORDINATOR_REPORT_LIVE_LINE_H_

#include <map>
#include <string>
#include <utility>

#include "coordinator/report/reporter.h"

namespace fastest::report {

// Pure: follows the run and says what the line reads. Not thread-safe.
class LiveLine {
 public:
  void Expected(int tests) { expected_ = tests; }
  void TestStarted(const v1::TestRef& test, const Origin& origin, double at);
  // `failed`: as pytest counts it.
  void Result(const v1::TestResult& result, const Origin& origin, bool failed);
  void WorkerLost(const Origin& origin);

  // `now` and `started_at` (of the run): seconds since the epoch. Node ids are shown as they are.
  std::string Text(double started_at, double now) const;

  // Whether the line may be drawn again: at most ten times a second. True counts as drawn.
  bool Due(double now);

 private:
  struct Running {
    std::string node_id;
    double since = 0;
  };
  // By agent and worker: each runs one test at a time.
  std::map<std::pair<std::string, std::string>, Running> running_;
  int expected_ = 0;
  int reported_ = 0;
  int failed_ = 0;
  double drawn_at_ = 0;
};

}  // namespace fastest::report

#endif  // FASTEST_COORDINATOR_REPORT_LIVE_LINE_H_
