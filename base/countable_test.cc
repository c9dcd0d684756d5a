#include "base/countable.h"

#include <gtest/gtest.h>

#include <cmath>
#include <cstdint>
#include <limits>

namespace fastest {
namespace {

TEST(CountableTest, EveryNumberFitsIntoAnInteger) {
  EXPECT_EQ(Countable(1.5), 1.5);
  EXPECT_EQ(Countable(-0.0), 0);
  EXPECT_EQ(std::llround(Countable(std::numeric_limits<double>::quiet_NaN())), 0);
  constexpr double kInfinity = std::numeric_limits<double>::infinity();
  for (const double large : {1e19, 1e300, kInfinity}) {
    EXPECT_EQ(std::llround(Countable(large)), int64_t{1'000'000'000'000'000'000});
    EXPECT_EQ(std::llround(Countable(-large)), -int64_t{1'000'000'000'000'000'000});
  }
}

}  // namespace
}  // namespace fastest
