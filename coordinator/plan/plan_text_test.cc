#include "coordinator/plan/plan_text.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "coordinator/plan/plan_whole.h"

namespace fastest::plan {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;

ModuleEstimate Module(const std::string& name, int tests, double seconds) {
  ModuleEstimate module;
  module.node_id = name;
  module.ids_exact = true;
  module.setup.module_s = 0.001;
  for (int i = 0; i < tests; ++i) module.tests.push_back({name + "::test_" + std::to_string(i), seconds});
  return module;
}

PlanOptions Slots(int slots) {
  PlanOptions options;
  options.slots = slots;
  return options;
}

PlanTextOptions Text(int slots, bool measured = true) {
  PlanTextOptions options;
  options.slots = slots;
  options.measured = measured;
  return options;
}

TEST(PlanTextTest, SaysWhatWasSplitAndMerged) {
  std::vector<ModuleEstimate> modules = {Module("t/test_big.py", 40, 0.5)};
  for (int i = 0; i < 10; ++i) modules.push_back(Module("t/test_" + std::to_string(i) + ".py", 1, 0.004));
  const std::string text = PlanText(PlanByModule(modules, Slots(2)), Text(2));
  EXPECT_THAT(text, HasSubstr("Plan for 2 slots: 50 tests in "));
  EXPECT_THAT(text, HasSubstr("  split         t/test_big.py into "));
  EXPECT_THAT(text, HasSubstr("  merged        10 short modules given out 1 time\n"));
  EXPECT_THAT(text, HasSubstr("  longest test       0.50 s  t/test_big.py::test_0\n"));
  EXPECT_THAT(text, HasSubstr("t/test_big.py, part 1 of "));
  EXPECT_THAT(text, HasSubstr("t/test_0.py and 9 more modules\n"));
  EXPECT_THAT(text, Not(HasSubstr("no past run")));
}

TEST(PlanTextTest, SaysThatItGuesses) {
  EXPECT_THAT(PlanText(PlanByModule({Module("a", 1, 1)}, Slots(1)), Text(1, false)), HasSubstr("no past run is known"));
}

TEST(PlanTextTest, LeavesOutWhatIsTooMuch) {
  std::vector<ModuleEstimate> modules;
  for (int i = 0; i < 50; ++i) modules.push_back(Module("m" + std::to_string(i), 1, 1));
  EXPECT_THAT(PlanText(PlanByModule(modules, Slots(2)), Text(2)), HasSubstr("... and 10 more (-v lists them all)"));
}

TEST(PlanTextTest, NamesTheFilesOfAWholeCollection) {
  std::vector<WholeTest> tests(3);
  tests[0].ref.set_node_id("a.py::x");
  tests[1].ref.set_node_id("b.py::x");
  tests[2].ref.set_node_id("c.py::x");
  for (WholeTest& test : tests) test.module = test.ref.node_id().substr(0, 4), test.seconds = 1;
  tests[0].group = tests[2].group = "db";
  const std::string text = PlanText(PlanWhole(tests, {}, Slots(2)), Text(2));
  EXPECT_THAT(text, HasSubstr("a.py and 1 more file, 2 tests, kept together\n"));
  EXPECT_THAT(text, HasSubstr("b.py, 1 test\n"));
}

TEST(PlanTextTest, NothingToPlan) {
  EXPECT_THAT(PlanText(Plan(), Text(2)), HasSubstr("Plan for 2 slots: 0 tests in 0 batches\n"));
}

}  // namespace
}  // namespace fastest::plan
