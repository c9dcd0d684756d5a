// Where to cut a module that is too long for one batch. Pure.
#ifndef FASTEST_COORDINATOR_PLAN_MODULE_SPLIT_H_
#define FASTEST_COORDINATOR_PLAN_MODULE_SPLIT_H_

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

namespace fastest::plan {

// What is between a test and the test before it.
enum class Border {
  kNone,   // No cut here: the test's id could not name the place.
  kTest,   // Between two tests of one class, or of the module itself.
  kClass,  // The class ends or begins. A cut here sets up no class fixture twice.
};

// The tests of one module in order, with all that cutting needs. The vectors are equally long.
struct Body {
  // Seconds of each test. The fixtures of a class count with the first test of the class.
  std::vector<double> seconds;
  std::vector<Border> borders;
  // Seconds of class fixtures that are paid once more if the module is cut before the test; 0 at class borders.
  std::vector<double> repeats_s;
  // Each part pays it.
  double setup_s = 0;
};

struct SplitLimits {
  int slots = 1;
  // A module that costs at most this stays whole, and parts aim at this length.
  double max_part_s = 0;
  // The tests of a part last at least this long.
  double min_part_s = 0;
  // This fraction of a split module (0 … 1) is cut into halves and quarters of a part: small change for the end of the
  // run.
  double tail_share = 0;
};

// The indices of the first tests of parts 1 … k - 1, ascending; empty if the module stays whole. Parts are contiguous.
// Except in the tail they are about equally long. A class border near an equal cut is preferred, and the more so, the
// dearer the class's fixtures are.
//
// Splitting pays if it lowers the bound of greedy pull, W/m + (1 - 1/m) * b_max. k parts add (k - 1) * setup to the
// work W, and shorten the module from setup + body to setup + body/k. The best k is sqrt((m - 1) * body / setup).
std::vector<size_t> ChooseCuts(const Body& body, const SplitLimits& limits);

// The node id without its last name: the class, or the file of a test outside classes. Parameters may hold "::".
std::string_view ParentOf(std::string_view node_id);

// The border between two neighbours, by their node ids.
Border BorderBetween(std::string_view before, std::string_view after);

}  // namespace fastest::plan

#endif  // FASTEST_COORDINATOR_PLAN_MODULE_SPLIT_H_
