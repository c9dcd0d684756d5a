// What genuine pytest says of a suite, and what a run of Fastest says, in the same form.
#ifndef FASTEST_COORDINATOR_PYTHON_PYTEST_RUN_H_
#define FASTEST_COORDINATOR_PYTHON_PYTEST_RUN_H_

#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "coordinator/python/python_script.h"
#include "coordinator/python/verdicts.h"
#include "coordinator/report/reporter.h"

namespace fastest::python {

// Runs pytest with this interpreter, in this directory, as a child, and waits for its end. `only`: just these of the
// tests that `args` select, in this order; empty: all. `folder`: for files that nobody needs afterwards. Errors as of
// AskPython.
absl::StatusOr<Verdicts> RunPytest(const Interpreter& python, const std::string& directory,
                                   const std::vector<std::string>& args, const std::vector<v1::TestRef>& only,
                                   const std::string& folder);

// Writes down what a run of Fastest says. Complete when the run has finished.
class VerdictReporter final : public report::Reporter {
 public:
  explicit VerdictReporter(Verdicts* verdicts) : verdicts_(verdicts) {}

  void Result(const v1::TestResult& result, const results::Origin& origin) override;
  void Collect(const v1::CollectReport& report) override;
  bool Finished(const results::RunSummary& summary) override;

 private:
  Verdicts* const verdicts_;
};

}  // namespace fastest::python

#endif  // FASTEST_COORDINATOR_PYTHON_PYTEST_RUN_H_
