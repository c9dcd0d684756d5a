#include "coordinator/isolation/spoilers.h"

#include <algorithm>
#include <iterator>
#include <numeric>
#include <utility>

#include "base/status_macros.h"

namespace fastest::isolation {
namespace {

using Numbers = std::vector<size_t>;

// The part number `part` (from 0) of `parts` parts of about the same size.
Numbers Part(const Numbers& all, size_t part, size_t parts) {
  const auto at = [&](size_t i) { return all.begin() + static_cast<std::ptrdiff_t>(all.size() * i / parts); };
  return Numbers(at(part), at(part + 1));
}

Numbers Without(const Numbers& all, const Numbers& part) {
  Numbers rest;
  std::set_difference(all.begin(), all.end(), part.begin(), part.end(), std::back_inserter(rest));
  return rest;
}

}  // namespace

absl::StatusOr<Spoilers> FindSpoilers(size_t count, const Spoiled& spoiled, int most_questions) {
  Spoilers found;
  found.needed.resize(count);
  std::iota(found.needed.begin(), found.needed.end(), size_t{0});
  for (size_t parts = 2; found.needed.size() >= 2 && parts <= found.needed.size();) {
    bool smaller = false;
    // First each part alone, then all but one part. With two parts, all but one is the other part, so it is not tried
    // again. The tests that ran last are tried first: they are the likelier spoilers.
    for (const bool all_but_one : {false, true}) {
      for (size_t part = parts; part-- > 0 && !smaller && !(all_but_one && parts == 2);) {
        if (found.questions == most_questions) {
          found.minimal = false;
          return found;
        }
        Numbers tried = Part(found.needed, part, parts);
        if (all_but_one) tried = Without(found.needed, tried);
        ++found.questions;
        ASSIGN_OR_RETURN(smaller, spoiled(tried));
        if (!smaller) continue;
        found.needed = std::move(tried);
        parts = all_but_one ? std::max<size_t>(parts - 1, 2) : 2;
      }
      if (smaller) break;
    }
    if (smaller) continue;
    if (parts == found.needed.size()) break;
    parts = std::min(parts * 2, found.needed.size());
  }
  return found;
}

}  // namespace fastest::isolation
