// A small run of the benchmark: nothing is lost, and agents cost the coordinator no threads.
#include <gtest/gtest.h>

#include <cstdlib>
#include <string>

#include "benchmarks/farm_scale/measurement.h"

namespace fastest::farm_scale {
namespace {

constexpr int kTests = 2000;

Measured MeasureWith(int agents) {
  const Suite suite(kTests, 10);
  const std::string folder = absl::StrCat(testing::TempDir(), "/farm", agents);
  EXPECT_TRUE(suite.WriteTo(folder).ok());
  MeasureOptions options;
  options.coordinator = "coordinator/fastest-coordinator";
  options.agents = agents;
  options.json = true;
  options.limit = absl::Minutes(2);
  const absl::StatusOr<Measured> measured = Measure(suite, folder, options);
  EXPECT_TRUE(measured.ok()) << measured.status();
  return measured.value_or(Measured());
}

TEST(FarmScaleTest, CountsEveryTestOnce) {
  const Measured measured = MeasureWith(20);
  EXPECT_EQ(measured.exit_code, 0) << measured.last_words;
  EXPECT_TRUE(measured.books_balanced);
  EXPECT_EQ(measured.reported, kTests);
  EXPECT_EQ(measured.results_sent, kTests);
}

TEST(FarmScaleTest, AgentsHaveNoThreadsOfTheirOwn) {
  constexpr int kFew = 2;
  constexpr int kMany = 100;
  const Measured few = MeasureWith(kFew);
  const Measured many = MeasureWith(kMany);
  EXPECT_EQ(many.exit_code, 0) << many.last_words;
  EXPECT_TRUE(many.books_balanced);
  EXPECT_GT(few.threads, 0);
  // The number of gRPC's threads depends on the load.
  EXPECT_LT(many.threads - few.threads, (kMany - kFew) / 4);
}

}  // namespace
}  // namespace fastest::farm_scale
