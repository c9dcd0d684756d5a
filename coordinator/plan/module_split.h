// Where to cut a module that is too long for one batch.
#ifndef FASTEST_COORDINATOR_PLAN_MODULE_SPLIT_H_
#define FASTEST_COORDINATOR_PLAN_MODULE_SPLIT_H_

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

namespace fastest::plan {

// What lies between a test and the one before it.
enum class Border {
  kNone,   // No cut here: the test's id could not name the place.
  kTest,   // Between two tests of one class, or of the module itself.
  kClass,  // The class ends or begins: no class fixture is set up twice for a cut here.
};

// One module's tests in order, as far as cutting goes. The vectors are equally long.
struct Body {
  // Seconds of each test; a class's fixtures count with the first test of the class.
  std::vector<double> seconds;
  std::vector<Border> borders;
  // Seconds of class fixtures that a cut before the test makes somebody pay again; 0 at class borders.
  std::vector<double> repeats_s;
  // Paid by each part.
  double setup_s = 0;
};

struct SplitLimits {
  int slots = 1;
  // A module that costs no more than this stays whole; parts are aimed to be no longer.
  double max_part_s = 0;
  // Tests of a part last no less than this.
  double min_part_s = 0;
  // This fraction of a split module (0 … 1) is cut into halves and quarters of a part: small change for the run's end.
  double tail_share = 0;
};

// The indices of the first tests of parts 1 … k - 1, ascending; empty if the module stays whole. Parts are contiguous and, but for
// the tail, about equally long. A class border near an equal cut is preferred to it, the more so the dearer the class's fixtures are.
//
// Splitting pays if it makes the promise of greedy pull, W/m + (1 - 1/m) * b_max, smaller: k parts add (k - 1) * setup to the work W
// and take the module's length down from setup + body to setup + body/k. The best k is sqrt((m - 1) * body / setup).
std::vector<size_t> ChooseCuts(const Body& body, const SplitLimits& limits);

// Node id without the last name: the class, or the file for a test outside classes. Parameters may hold "::".
std::string_view ParentOf(std::string_view node_id);

// The border between two neighbours by their node ids.
Border BorderBetween(std::string_view before, std::string_view after);

}  // namespace fastest::plan

#endif  // FASTEST_COORDINATOR_PLAN_MODULE_SPLIT_H_
