// Joins the data files that coverage.py has left in the shards of a run. coverage.py does the joining.
#ifndef FASTEST_COORDINATOR_PYTHON_COVERAGE_DATA_H_
#define FASTEST_COORDINATOR_PYTHON_COVERAGE_DATA_H_

#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"

namespace fastest::python {

// The files named .coverage or .coverage.* in and below the folders among `paths`, sorted, without `target`. NotFound:
// there is none.
absl::StatusOr<std::vector<std::string>> CoverageFiles(const std::vector<std::string>& paths,
                                                       const std::string& target);

// Joins `files` to `target`. An error names the file that cannot be used, and `target` stays as it was. `python` must
// have coverage.py. Its configuration in the directory of this process counts ([paths], for checkouts elsewhere). The
// files stay.
absl::Status JoinCoverage(const std::string& python, const std::vector<std::string>& files, const std::string& target);

}  // namespace fastest::python

#endif  // FASTEST_COORDINATOR_PYTHON_COVERAGE_DATA_H_
