// The made-up suite: plain test functions, equally many in each file. Plain values; thread-safe.
#ifndef FASTEST_BENCHMARKS_FARM_SCALE_SUITE_H_
#define FASTEST_BENCHMARKS_FARM_SCALE_SUITE_H_

#include <string>
#include <vector>

#include "absl/status/status.h"

namespace fastest::farm_scale {

struct Suite {
  // Of `tests` tests (1 at least), `per_module` in each file but perhaps the last.
  Suite(int tests, int per_module);

  int tests;
  // Node ids of the files, in pytest's order.
  std::vector<std::string> modules;
  // Names of the functions; the last file may hold only the first of them.
  std::vector<std::string> names;
  int in_last_module;

  int TestsIn(const std::string& module) const;
  // Writes the files below `folder`. Errors: a file that can't be written, by name.
  absl::Status WriteTo(const std::string& folder) const;
};

}  // namespace fastest::farm_scale

#endif  // FASTEST_BENCHMARKS_FARM_SCALE_SUITE_H_
