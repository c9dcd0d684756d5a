#include "base/state.h"

#include <cstdio>
#include <cstdlib>

namespace fastest {

void RejectTransition(const char* state, int from, int to) {
  std::fprintf(stderr, "fastest: %s: %d may not follow %d\n", state, to, from);
  std::abort();
}

}  // namespace fastest
