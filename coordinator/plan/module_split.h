// Where to cut a module that is too long for one batch.
#ifndef FASTEST_COORDINATOR_PLAN_MODULE_SPLIT_H_
#define FASTEST_COORDINATOR_PLAN_MODULE_SPLIT_H_

#include <cstddef>
#include <string>
#include <vector>

namespace fastest::plan {

// What lies between a test and the one before it.
enum class Border {
  kNone,   // No cut here: the test's id could not name the place.
  kTest,   // Between two tests of one class, or of the module itself.
  kClass,  // The class ends or begins: no class fixture is set up twice for a cut here.
};

struct SplitLimits {
  int slots = 1;
  // A module that costs no more than this stays whole; parts are aimed to be no longer.
  double max_part_s = 0;
  // Tests of a part last no less than this.
  double min_part_s = 0;
};

// The indices of the first tests of parts 1 … k - 1, ascending; empty if the module stays whole. Parts are contiguous and about
// equally long; a class border near an equal cut is preferred to it. `seconds` and `borders` are per test, in order; `setup_s` is paid by each part.
//
// Splitting pays if it makes the promise of greedy pull, W/m + (1 - 1/m) * b_max, smaller: k parts add (k - 1) * setup to the work W
// and take the module's length down from setup + body to setup + body/k. The best k is sqrt((m - 1) * body / setup).
std::vector<size_t> ChooseCuts(const std::vector<double>& seconds, const std::vector<Border>& borders, double setup_s,
                               const SplitLimits& limits);

// The border between two neighbours by their node ids.
Border BorderBetween(const std::string& before, const std::string& after);

}  // namespace fastest::plan

#endif  // FASTEST_COORDINATOR_PLAN_MODULE_SPLIT_H_
