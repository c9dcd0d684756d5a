// What genuine pytest says of a suite, and what a run of Fastest says of it, in the same form.
#ifndef FASTEST_COORDINATOR_PYTHON_PYTEST_RUN_H_
#define FASTEST_COORDINATOR_PYTHON_PYTEST_RUN_H_

#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "coordinator/python/verdicts.h"
#include "coordinator/report/reporter.h"
#include "coordinator/request/request.h"

namespace fastest::python {

// Runs pytest, as a child, with the request's interpreter and in its directory, and waits for it. `only`: of what `args` select, just these
// tests, in this order; empty: all. `folder` is for files that are of no interest after. Errors as of AskPython.
absl::StatusOr<Verdicts> RunPytest(const request::Request& request, const std::vector<std::string>& args,
                                   const std::vector<v1::TestRef>& only, const std::string& folder);

// Takes down what a run says; it is complete when the run has finished.
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
