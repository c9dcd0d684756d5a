// The nearest spelling of a mistyped word.
#ifndef FASTEST_BASE_SPELLING_H_
#define FASTEST_BASE_SPELLING_H_

#include <cstddef>
#include <string>
#include <vector>

namespace fastest {

// The first of the candidates that differ from `word` least; empty if none is
// near, or if `word` itself is one. A third of the letters wrong is another
// word, and not a slip. The first `common` letters are no part of that count:
// dashes, or a prefix that all have.
std::string NearestSpelling(const std::string& word, const std::vector<std::string>& candidates, size_t common = 0);

}  // namespace fastest

#endif  // FASTEST_BASE_SPELLING_H_
