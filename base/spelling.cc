#include "base/spelling.h"

#include <algorithm>
#include <numeric>
#include <utility>

namespace fastest {
namespace {

// Letters that are wrong, missing, or too many. Two neighbours that changed places are one slip.
size_t EditDistance(const std::string& a, const std::string& b) {
  std::vector<size_t> before;
  std::vector<size_t> row(b.size() + 1);
  std::iota(row.begin(), row.end(), size_t{0});
  for (size_t i = 1; i <= a.size(); ++i) {
    std::vector<size_t> next(b.size() + 1, i);
    for (size_t j = 1; j <= b.size(); ++j) {
      next[j] = std::min({row[j] + 1, next[j - 1] + 1, row[j - 1] + (a[i - 1] == b[j - 1] ? 0 : 1)});
      if (i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1])
        next[j] = std::min(next[j], before[j - 2] + 1);
    }
    before = std::move(row);
    row = std::move(next);
  }
  return row[b.size()];
}

}  // namespace

std::string NearestSpelling(const std::string& word, const std::vector<std::string>& candidates, size_t common) {
  std::string best;
  size_t best_distance = std::max<size_t>(1, (word.size() - std::min(common, word.size())) / 3) + 1;
  for (const std::string& candidate : candidates) {
    const size_t distance = EditDistance(word, candidate);
    if (distance < best_distance) {
      best_distance = distance;
      best = candidate;
    }
  }
  return best == word ? "" : best;
}

}  // namespace fastest
