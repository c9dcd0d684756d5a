// A class with all it inherits, as far as the file tells.
#ifndef FASTEST_COORDINATOR_DISCOVERY_CLASS_ORDER_H_
#define FASTEST_COORDINATOR_DISCOVERY_CLASS_ORDER_H_

#include <string>
#include <vector>

#include "coordinator/discovery/facts.h"

namespace fastest::discovery {

struct ClassOrder {
  // The class and its ancestors of the same file, in Python's method resolution order.
  std::vector<const Class*> types;
  bool is_test_case = false;
  // It has an __init__ or __new__.
  bool has_constructor = false;
  TestFlag test_flag = TestFlag::kUnset;
  // A base class that is not in this file and not known otherwise; "" if there is none.
  std::string unknown_base;
  // Why its tests are uncertain for any other reason.
  std::string open_reason;
};

ClassOrder OrderOf(const File& file, const Class& type);

}  // namespace fastest::discovery

#endif  // FASTEST_COORDINATOR_DISCOVERY_CLASS_ORDER_H_
