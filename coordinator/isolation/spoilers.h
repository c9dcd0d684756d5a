// The search for the tests that have to run before another one for that to come out otherwise. Pure but for the question it asks.
#ifndef FASTEST_COORDINATOR_ISOLATION_SPOILERS_H_
#define FASTEST_COORDINATOR_ISOLATION_SPOILERS_H_

#include <cstddef>
#include <functional>
#include <vector>

#include "absl/status/statusor.h"

namespace fastest::isolation {

// Answers whether the test comes out otherwise when those of its `count` predecessors that are named, by number and in order, ran before it.
using Spoiled = std::function<absl::StatusOr<bool>(const std::vector<size_t>&)>;

struct Spoilers {
  // In order. Without any single one of them the test comes out as it does alone, unless the search was cut short.
  std::vector<size_t> needed;
  // False: `most_questions` were not enough to make it minimal.
  bool minimal = true;
  int questions = 0;
};

// Delta debugging (Zeller and Hildebrandt, "Simplifying and Isolating Failure-Inducing Input", 2002; their ddmin), which for one spoiler comes
// to a search by halves: about 2 log2(count) questions. Precondition: all `count` together spoil it, none of them does not. The first error of
// a question ends the search.
absl::StatusOr<Spoilers> FindSpoilers(size_t count, const Spoiled& spoiled, int most_questions);

}  // namespace fastest::isolation

#endif  // FASTEST_COORDINATOR_ISOLATION_SPOILERS_H_
