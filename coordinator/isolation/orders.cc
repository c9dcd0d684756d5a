#include "coordinator/isolation/orders.h"

#include <random>
#include <utility>

#include "absl/strings/str_cat.h"

namespace fastest::isolation {

std::vector<Order> OrdersToTry(const std::vector<v1::TestRef>& tests, unsigned seed) {
  std::vector<Order> orders;
  if (tests.size() < 2) return orders;
  orders.push_back({"backwards", {{tests.rbegin(), tests.rend()}}});
  Order divided = {"every other test in another worker", {{}, {}}};
  for (size_t i = 0; i < tests.size(); ++i) divided.workers[i % 2].push_back(tests[i]);
  orders.push_back(std::move(divided));
  if (tests.size() < 3) return orders;
  std::vector<v1::TestRef> shuffled = tests;
  std::mt19937 random(seed);
  // std::shuffle would give another order with each standard library. Here the same seed gives the same order
  // everywhere.
  for (size_t i = shuffled.size() - 1; i > 0; --i) std::swap(shuffled[i], shuffled[random() % (i + 1)]);
  orders.push_back({absl::StrCat("shuffled (seed ", seed, ")"), {std::move(shuffled)}});
  return orders;
}

}  // namespace fastest::isolation
