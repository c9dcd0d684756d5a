// `--engine-report`: how many tests ran in which engine, and why the direct one left the others to pytest's.
#ifndef FASTEST_COORDINATOR_REPORT_ENGINE_REPORT_H_
#define FASTEST_COORDINATOR_REPORT_ENGINE_REPORT_H_

#include <map>
#include <ostream>
#include <string>
#include <vector>

#include "coordinator/report/reporter.h"

namespace fastest::report {

// Writes once, when the run is finished. Not thread-safe.
class EngineReport : public Reporter {
 public:
  // `list_tests`: names the tests that were left to pytest's engine, under each reason. `out` must outlive the reporter.
  EngineReport(std::ostream& out, bool list_tests) : out_(out), list_tests_(list_tests) {}

  void Result(const v1::TestResult& result, const results::Origin& origin) override;
  bool Finished(const results::RunSummary& summary) override;

 private:
  struct Left {
    int tests = 0;
    // Their node ids, in order of their results. Empty unless `list_tests_`.
    std::vector<std::string> node_ids;
  };

  std::ostream& out_;
  const bool list_tests_;
  std::map<std::string, int> by_engine_;
  std::map<std::string, Left> by_reason_;
};

}  // namespace fastest::report

#endif  // FASTEST_COORDINATOR_REPORT_ENGINE_REPORT_H_
