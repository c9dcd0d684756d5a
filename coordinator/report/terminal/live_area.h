// What a terminal shows below everything else while a run goes on: how far it is, and what each agent is at.
#ifndef FASTEST_COORDINATOR_REPORT_TERMINAL_LIVE_AREA_H_
#define FASTEST_COORDINATOR_REPORT_TERMINAL_LIVE_AREA_H_

#include <map>
#include <string>
#include <utility>
#include <vector>

#include "coordinator/report/reporter.h"

namespace fastest::report {

// One line of it. `warns`: a test on it is near its time limit.
struct LiveRow {
  std::string text;
  bool warns = false;
};

// Pure: follows the run and says what the lines read. Not thread-safe.
class LiveArea {
 public:
  // How long a test may run (--hang-timeout); 0: as long as it likes.
  explicit LiveArea(double hang_timeout_s = 0) : hang_timeout_s_(hang_timeout_s) {}

  void Expected(int tests) { expected_ = tests; }
  void Planned(const results::PlanFacts& plan) { plan_ = plan; }
  void WorkerStarted(const results::Origin& origin);
  void TestStarted(const v1::TestRef& test, const results::Origin& origin, double at);
  // An attempt that is not the last is no progress, but its worker is free.
  void Attempt(const v1::TestResult& result, const results::Origin& origin);
  void Result(const v1::TestResult& result, const results::Origin& origin);
  void WorkerLost(const results::Origin& origin);

  // `now` and `started_at` (of the run): seconds since the epoch. Node ids are shown as they are. A line for the whole run, then one for
  // each agent that runs something, the longest-running first, `most` lines at most.
  std::vector<LiveRow> Rows(double started_at, double now, size_t most) const;
  // The same in one line, for logs.
  std::string Line(double started_at, double now) const;

  // Whether it may be drawn again: at most ten times a second. True counts as drawn.
  bool Due(double now);

 private:
  struct Running {
    std::string node_id;
    double since = 0;
  };
  using Worker = std::pair<std::string, std::string>;

  void Ended(const v1::TestRef& test, const results::Origin& origin);
  std::string Summary(double started_at, double now) const;
  // What is left by the plan's predictions; negative: nothing can be said.
  double LeftSeconds() const;
  bool Warns(double seconds) const { return hang_timeout_s_ > 0 && seconds > 0.8 * hang_timeout_s_; }

  const double hang_timeout_s_;
  results::PlanFacts plan_;
  // By agent and worker: each runs one test at a time.
  std::map<Worker, Running> running_;
  std::map<Worker, bool> workers_;
  std::map<std::string, int> by_outcome_;
  double done_s_ = 0;
  int expected_ = 0;
  int reported_ = 0;
  double drawn_at_ = 0;
};

}  // namespace fastest::report

#endif  // FASTEST_COORDINATOR_REPORT_TERMINAL_LIVE_AREA_H_
