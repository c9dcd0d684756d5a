// The tests that discovery finds in one module, and how certain it is of them.
#ifndef FASTEST_COORDINATOR_DISCOVERY_RULES_FOUND_MODULE_H_
#define FASTEST_COORDINATOR_DISCOVERY_RULES_FOUND_MODULE_H_

#include <string>
#include <vector>

namespace fastest::discovery {

struct FoundTest {
  // pytest's node id. If `exact` is false, the id without parameters ("tests/test_a.py::test_x").
  std::string node_id;
  // Line of the definition, from 1.
  int line = 0;
  bool exact = true;
  // How many test cases this stands for: 1 if exact, otherwise an estimate of at least 1.
  int count = 1;
  // Why the test is open, for a person: "parametrize: arguments are computed". Empty if exact.
  std::string open_reason;
};

// The open reason of a module that has pytest_plugins.
inline constexpr char kLoadsPlugins[] = "loads plugins";

struct FoundModule {
  // Node id of the file: path relative to the rootdir with '/'.
  std::string node_id;
  // In pytest's order of collection.
  std::vector<FoundTest> tests;
  // Why there may be more or other tests than these: "class TestA inherits from base.Base (another module)". Empty if
  // `tests` is complete.
  std::vector<std::string> open_reasons;

  bool exact() const;
  // Sum of the tests' counts.
  int count() const;
};

}  // namespace fastest::discovery

#endif  // FASTEST_COORDINATOR_DISCOVERY_RULES_FOUND_MODULE_H_
