// What discovery knows about Python's standard library. Pure.
#ifndef FASTEST_COORDINATOR_DISCOVERY_FACTS_STANDARD_LIBRARY_H_
#define FASTEST_COORDINATOR_DISCOVERY_FACTS_STANDARD_LIBRARY_H_

#include <string_view>

namespace fastest::discovery {

// Whether the dotted name is in the standard library: "os.path", "unittest.TestCase".
bool IsStandardLibrary(std::string_view origin);

// Whether it is unittest.TestCase or one of its kind. Their subclasses are collected as unittest collects them.
bool IsTestCase(std::string_view origin);

// Whether the class has an __init__ or __new__ of its own. For pytest, such a class holds no tests.
bool HasConstructor(std::string_view origin);

// Whether test files import the name although it holds no tests: unittest.TestCase, starlette's TestClient …
bool HoldsNoTests(std::string_view origin);

}  // namespace fastest::discovery

#endif  // FASTEST_COORDINATOR_DISCOVERY_FACTS_STANDARD_LIBRARY_H_
