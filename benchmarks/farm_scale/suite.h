// The made-up suite: files with equal numbers of plain test functions. Plain values, so thread-safe.
#ifndef FASTEST_BENCHMARKS_FARM_SCALE_SUITE_H_
#define FASTEST_BENCHMARKS_FARM_SCALE_SUITE_H_

#include <string>
#include <vector>

#include "absl/status/status.h"

namespace fastest::farm_scale {

struct Suite {
  // `tests` tests (at least 1), with `per_module` in each file. The last file may have fewer.
  Suite(int tests, int per_module);

  int tests;
  // Node ids of the files, in pytest's order.
  std::vector<std::string> modules;
  // Names of the functions. The last file may have only the first of them.
  std::vector<std::string> names;
  int in_last_module;

  int TestsIn(const std::string& module) const;
  // Writes the files below `folder`. An error names the file that cannot be written.
  absl::Status WriteTo(const std::string& folder) const;
};

}  // namespace fastest::farm_scale

#endif  // FASTEST_BENCHMARKS_FARM_SCALE_SUITE_H_
