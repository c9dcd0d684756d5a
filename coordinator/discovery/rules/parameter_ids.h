// The ids that parametrize() and parametrized fixtures give to one test function.
#ifndef FASTEST_COORDINATOR_DISCOVERY_RULES_PARAMETER_IDS_H_
#define FASTEST_COORDINATOR_DISCOVERY_RULES_PARAMETER_IDS_H_

#include <string>
#include <string_view>
#include <vector>

#include "coordinator/discovery/facts/facts.h"
#include "coordinator/discovery/rules/fixtures.h"

namespace fastest::discovery {

// The names that a test asks fixtures for.
struct TestArguments {
  std::vector<std::string_view> names;
  // Why they are not certain.
  std::string open_reason;
};

// `mocked` is the number of arguments that patches of the class fill.
TestArguments ArgumentsOf(const Function& function, bool is_method, int mocked);

// What a test function stands in, from outside in.
struct TestContext {
  const FixtureLevels& levels;
  // Of the module and of the classes around the function.
  const std::vector<const Marks*>& marks;
  // Fixtures that every test uses.
  const std::vector<std::string>& usefixtures;
};

struct ParameterIds {
  bool parametrized = false;
  // In pytest's order; empty if open.
  std::vector<std::string> ids;
  int count = 1;
  std::string open_reason;
  // Why pytest refuses the function, and with it the module or class.
  std::string error;
  // Why it may do so.
  std::string doubt;
  // See ParameterSets.
  bool marked = false;
  bool escaped = false;
  bool suffixed = false;
};

ParameterIds IdsOf(const Function& function, const TestArguments& arguments, const TestContext& context);

}  // namespace fastest::discovery

#endif  // FASTEST_COORDINATOR_DISCOVERY_RULES_PARAMETER_IDS_H_
