// Searches the tests that have to run before another test to change its outcome. Pure, except for the question that it
// asks.
#ifndef FASTEST_COORDINATOR_ISOLATION_SPOILERS_H_
#define FASTEST_COORDINATOR_ISOLATION_SPOILERS_H_

#include <cstddef>
#include <functional>
#include <vector>

#include "absl/status/statusor.h"

namespace fastest::isolation {

// Runs some of the test's `count` predecessors before it, and answers whether the outcome differs from that of the test
// alone. The predecessors are given by number, in order.
using Spoiled = std::function<absl::StatusOr<bool>(const std::vector<size_t>&)>;

struct Spoilers {
  // In order. Without any one of them the test has the outcome that it has alone, unless the search was cut short.
  std::vector<size_t> needed;
  // False if `most_questions` were too few to find a minimal set.
  bool minimal = true;
  int questions = 0;
};

// Searches by delta debugging (ddmin of Zeller and Hildebrandt, "Simplifying and Isolating Failure-Inducing Input",
// 2002). For a single spoiler this is a search by halves: about 2 log2(count) questions. Precondition: all `count`
// predecessors together change the outcome, and none does not. The first error of a question ends the search.
absl::StatusOr<Spoilers> FindSpoilers(size_t count, const Spoiled& spoiled, int most_questions);

}  // namespace fastest::isolation

#endif  // FASTEST_COORDINATOR_ISOLATION_SPOILERS_H_
