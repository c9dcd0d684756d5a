// Facts about Python's standard library that discovery leans on.
#ifndef FASTEST_COORDINATOR_DISCOVERY_FACTS_STANDARD_LIBRARY_H_
#define FASTEST_COORDINATOR_DISCOVERY_FACTS_STANDARD_LIBRARY_H_

#include <string_view>

namespace fastest::discovery {

// True if the dotted name lies in the standard library: "os.path", "unittest.TestCase".
bool IsStandardLibrary(std::string_view origin);

// True for unittest.TestCase and its like: their subclasses are collected as unittest collects them.
bool IsTestCase(std::string_view origin);

// True for classes that have an __init__ or __new__ of their own, which pytest takes as "no test class".
bool HasConstructor(std::string_view origin);

// True for names that are imported into test files though no test is in them: unittest.TestCase, starlette's TestClient …
bool HoldsNoTests(std::string_view origin);

}  // namespace fastest::discovery

#endif  // FASTEST_COORDINATOR_DISCOVERY_FACTS_STANDARD_LIBRARY_H_
