// A class with everything that it inherits, as far as the project's files tell.
#ifndef FASTEST_COORDINATOR_DISCOVERY_RULES_CLASS_ORDER_H_
#define FASTEST_COORDINATOR_DISCOVERY_RULES_CLASS_ORDER_H_

#include <string>
#include <vector>

#include "coordinator/discovery/facts/facts.h"
#include "coordinator/discovery/rules/import_finder.h"

namespace fastest::discovery {

// A class and the file that defines it.
struct ClassPlace {
  const SourceFile* file;
  const Class* type;

  bool operator==(const ClassPlace& other) const { return type == other.type; }
};

struct ClassOrder {
  // The class and its ancestors that the project defines, in Python's method resolution order.
  std::vector<ClassPlace> types;
  bool is_test_case = false;
  // The class has an __init__ or __new__.
  bool has_constructor = false;
  TestFlag test_flag = TestFlag::kUnset;
  // A base class that is neither in the project nor otherwise known; "" if there is none.
  std::string unknown_base;
  // Any other reason why its tests are uncertain.
  std::string open_reason;
};

ClassOrder OrderOf(ImportFinder& imports, const ClassPlace& place);

}  // namespace fastest::discovery

#endif  // FASTEST_COORDINATOR_DISCOVERY_RULES_CLASS_ORDER_H_
