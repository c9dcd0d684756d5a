#include "coordinator/run/estimates.h"

#include <gtest/gtest.h>

#include <string>
#include <vector>

namespace fastest::run {
namespace {

discovery::FoundModule Found(const std::string& name, const std::vector<std::string>& ids, bool exact = true) {
  discovery::FoundModule module;
  module.node_id = name;
  for (const std::string& id : ids) {
    discovery::FoundTest& test = module.tests.emplace_back();
    test.node_id = name + "::" + id;
    test.exact = exact;
    test.count = exact ? 1 : 5;
  }
  return module;
}

TEST(EstimatesTest, ExactIdsWithMeasuredSeconds) {
  discovery::Discovery discovery;
  discovery.modules.push_back(Found("a.py", {"old", "fresh"}));
  history::ModuleHistory past;
  past.setup_s = 0.5;
  past.tests = {{"a.py::gone", 1.0}, {"a.py::old", 3.0}};
  const Estimates estimates(discovery, {{"a.py", past}});
  const plan::ModuleEstimate module = estimates.ForModules({"a.py"})[0];
  EXPECT_TRUE(module.ids_exact);
  EXPECT_EQ(module.setup.module_s, 0.5);
  ASSERT_EQ(module.tests.size(), 2u);
  EXPECT_EQ(module.tests[0].seconds, 3.0);
  EXPECT_EQ(module.tests[1].seconds, 2.0);  // The mean of its siblings.
}

TEST(EstimatesTest, AnOpenModuleIsKnownByItsLastRun) {
  discovery::Discovery discovery;
  discovery.modules.push_back(Found("a.py", {"t"}, /*exact=*/false));
  history::ModuleHistory past;
  past.tests = {{"a.py::t[1]", 1.0}, {"a.py::t[2]", 1.0}};
  const plan::ModuleEstimate module = Estimates(discovery, {{"a.py", past}}).ForModules({"a.py"})[0];
  EXPECT_TRUE(module.ids_exact);
  EXPECT_EQ(module.tests.size(), 2u);
}

TEST(EstimatesTest, AnOpenModuleWithoutHistoryIsACount) {
  discovery::Discovery discovery;
  discovery.modules.push_back(Found("a.py", {"t"}, /*exact=*/false));
  const Estimates estimates(discovery, {});
  const plan::ModuleEstimate module = estimates.ForModules({"a.py"})[0];
  EXPECT_FALSE(module.ids_exact);
  EXPECT_EQ(module.tests.size(), 5u);
  EXPECT_EQ(estimates.expected_tests(), 5);
}

TEST(EstimatesTest, AModuleThatNobodyForesawIsOneTest) {
  const std::vector<plan::ModuleEstimate> modules = Estimates().ForModules({"b.py", "c.py"});
  ASSERT_EQ(modules.size(), 2u);
  EXPECT_EQ(modules[1].node_id, "c.py");
  EXPECT_EQ(modules[1].tests.size(), 1u);
  EXPECT_GT(modules[1].tests[0].seconds, 0);
}

TEST(EstimatesTest, UnknownTestsGetTheMeanOfAll) {
  history::ModuleHistory past;
  past.tests = {{"a.py::x", 2.0}, {"a.py::y", 4.0}};
  const Estimates estimates({}, {{"a.py", past}});
  EXPECT_EQ(estimates.ForTest("a.py", "a.py::x"), 2.0);
  EXPECT_EQ(estimates.ForTest("b.py", "b.py::x"), 3.0);
}

}  // namespace
}  // namespace fastest::run
