// Other orders and divisions of a suite than pytest's, in which tests that stand for themselves come out the same. Pure.
#ifndef FASTEST_COORDINATOR_ISOLATION_ORDERS_H_
#define FASTEST_COORDINATOR_ISOLATION_ORDERS_H_

#include <cstddef>
#include <string>
#include <vector>

#include "proto/test.pb.h"

namespace fastest::isolation {

// One way to run all tests: in one worker after another, each fresh.
struct Order {
  // For people: "backwards".
  std::string name;
  std::vector<std::vector<v1::TestRef>> workers;
};

// `tests` in pytest's order. Backwards (whoever leans on an earlier test of the suite has none of them before it); every other test, then the
// rest, each half in pytest's order in a worker of its own (a division over two, as finely as can be); and shuffled, by a generator with the
// fixed seed `seed`. No order is given twice, nor pytest's own: there are none of a suite of one test.
std::vector<Order> OrdersToTry(const std::vector<v1::TestRef>& tests, unsigned seed);

}  // namespace fastest::isolation

#endif  // FASTEST_COORDINATOR_ISOLATION_ORDERS_H_
