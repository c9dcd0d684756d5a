// Records in the history what events say of a run that is over: for --from-json and --merge with --history.
#ifndef FASTEST_COORDINATOR_COMMANDS_REPORTS_RECORDER_H_
#define FASTEST_COORDINATOR_COMMANDS_REPORTS_RECORDER_H_

#include <map>
#include <ostream>
#include <string>
#include <utility>
#include <vector>

#include "base/string_table.h"
#include "coordinator/report/reporter.h"
#include "coordinator/run/measurements.h"
#include "proto/test_id.h"

namespace fastest::commands {

// Not thread-safe.
class Recorder final : public report::Reporter {
 public:
  // If the store cannot be written, `err` gets one warning. It must outlive the recorder.
  Recorder(std::string history, std::ostream& err) : history_(std::move(history)), err_(err) {}

  void Collected(const std::string& module, const std::vector<v1::TestRef>& tests, double collect_s) override;
  void Result(const v1::TestResult& result, const results::Origin& origin) override;
  bool Finished(const results::RunSummary& summary) override;

 private:
  // Where a test stands.
  struct Place {
    std::string module;
    int position = 0;
  };
  const std::string history_;
  std::ostream& err_;
  StringTable names_;
  run::Measurements measurements_{names_};
  std::map<TestId, Place> places_;
  // How many tests of a module were collected so far.
  std::map<std::string, int> sizes_;
};

}  // namespace fastest::commands

#endif  // FASTEST_COORDINATOR_COMMANDS_REPORTS_RECORDER_H_
