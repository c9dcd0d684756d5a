// Orders and divisions of a suite other than pytest's. Independent tests have the same outcomes in all of them. Pure.
#ifndef FASTEST_COORDINATOR_ISOLATION_ORDERS_H_
#define FASTEST_COORDINATOR_ISOLATION_ORDERS_H_

#include <cstddef>
#include <string>
#include <vector>

#include "proto/test.pb.h"

namespace fastest::isolation {

// One way to run all tests: in one fresh worker after another.
struct Order {
  // For people: "backwards".
  std::string name;
  std::vector<std::vector<v1::TestRef>> workers;
};

// The orders to try for `tests`, which are in pytest's order:
// - Backwards: no test has run after the tests before it.
// - Every other test in one worker, and the rest in another, both in pytest's order. This divides the suite over two
//   workers as finely as possible.
// - Shuffled, by a generator with the fixed seed `seed`.
// No order is given twice, and none is pytest's own. So a suite of one test has none.
std::vector<Order> OrdersToTry(const std::vector<v1::TestRef>& tests, unsigned seed);

}  // namespace fastest::isolation

#endif  // FASTEST_COORDINATOR_ISOLATION_ORDERS_H_
