#include "coordinator/discovery/rules/found_module.h"

namespace fastest::discovery {

bool FoundModule::exact() const {
  for (const FoundTest& test : tests) {
    if (!test.exact) return false;
  }
  return open_reasons.empty();
}

int FoundModule::count() const {
  int sum = 0;
  for (const FoundTest& test : tests) sum += test.count;
  return sum;
}

}  // namespace fastest::discovery
