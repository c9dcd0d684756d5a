// The built-in functions and methods that can be called here. nullopt means what it means in value.h. Pure;
// thread-safe.
#ifndef FASTEST_COORDINATOR_CONSTANT_TESTS_FUNCTIONS_H_
#define FASTEST_COORDINATOR_CONSTANT_TESTS_FUNCTIONS_H_

#include <string_view>
#include <vector>

#include "coordinator/constant_tests/value.h"

namespace fastest::constant_tests {

bool IsFunction(std::string_view name);

// name(*arguments).
Maybe CallFunction(std::string_view name, const std::vector<Value>& arguments);

// self.name(*arguments), for methods that change nothing.
Maybe CallMethod(const Value& self, std::string_view name, const std::vector<Value>& arguments);

}  // namespace fastest::constant_tests

#endif  // FASTEST_COORDINATOR_CONSTANT_TESTS_FUNCTIONS_H_
