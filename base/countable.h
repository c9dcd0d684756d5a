// Numbers of seconds as whole numbers. A time may be any double: a test, another program or a file wrote it.
#ifndef FASTEST_BASE_COUNTABLE_H_
#define FASTEST_BASE_COUNTABLE_H_

#include <algorithm>
#include <cmath>

namespace fastest {

// The number in -10^18 … 10^18 that is nearest to `number`; 0 for NaN. Every such number, and the sum or difference of
// two, fits into an int64_t.
inline double Countable(double number) {
  constexpr double kMost = 1e18;
  return std::isnan(number) ? 0 : std::clamp(number, -kMost, kMost);
}

}  // namespace fastest

#endif  // FASTEST_BASE_COUNTABLE_H_
