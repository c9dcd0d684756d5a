// Data files of coverage.py that the shards of a run have left: joined to one by coverage.py itself.
#ifndef FASTEST_COORDINATOR_PYTHON_COVERAGE_DATA_H_
#define FASTEST_COORDINATOR_PYTHON_COVERAGE_DATA_H_

#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"

namespace fastest::python {

// The files named .coverage or .coverage.* in and below those of `paths` that are folders, sorted; never `target`. NotFound: there is none.
absl::StatusOr<std::vector<std::string>> CoverageFiles(const std::vector<std::string>& paths,
                                                       const std::string& target);

// Makes `target` of all of them, or leaves it as it was: a file that can't be used is an error that names it. `python` must have coverage.py, whose
// configuration in the directory of this process ([paths], for checkouts that lay elsewhere) counts. The files stay.
absl::Status JoinCoverage(const std::string& python, const std::vector<std::string>& files, const std::string& target);

}  // namespace fastest::python

#endif  // FASTEST_COORDINATOR_PYTHON_COVERAGE_DATA_H_
