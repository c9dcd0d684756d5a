// The outcomes of a whole run, and the differences between two runs.
#ifndef FASTEST_COORDINATOR_PYTHON_VERDICTS_H_
#define FASTEST_COORDINATOR_PYTHON_VERDICTS_H_

#include <map>
#include <set>
#include <string>
#include <vector>

#include "absl/status/statusor.h"

namespace fastest::python {

struct Verdicts {
  int exit_code = 0;
  std::string python_version;
  std::string pytest_version;
  // Outcomes by node id, in words ("passed"). Tests with the same id have several.
  std::map<std::string, std::vector<std::string>> tests;
  // Modules that could not be collected or skip themselves: "failed" or "skipped".
  std::map<std::string, std::string> collectors;

  int count() const;
};

// Reads what the script of pytest_run.cc writes. InvalidArgument: `json` is no such text.
absl::StatusOr<Verdicts> ParseVerdicts(const std::string& json);

// Node ids on which two runs of the same program disagree.
std::set<std::string> Unsteady(const Verdicts& first, const Verdicts& second);

// One line for each difference, without the `unsteady` ids; empty: the same verdict.
std::vector<std::string> Differences(const Verdicts& pytest, const Verdicts& fastest,
                                     const std::set<std::string>& unsteady);

}  // namespace fastest::python

#endif  // FASTEST_COORDINATOR_PYTHON_VERDICTS_H_
