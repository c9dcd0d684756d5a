#include "coordinator/report/text/pytest_order.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace fastest::report {
namespace {

using ::testing::ElementsAre;

std::vector<std::string> Sorted(const PytestOrder& order, std::vector<std::string> ids) {
  order.Sort(ids, [](const std::string& id) -> const std::string& { return id; });
  return ids;
}

TEST(PytestOrderTest, ModulesFirstThenAsTheyCame) {
  const PytestOrder order({"b.py", "a.py"});
  EXPECT_THAT(Sorted(order, {"c.py::z", "a.py::2", "b.py::9", "a.py::1", "b.py::8"}),
              ElementsAre("b.py::9", "b.py::8", "a.py::2", "a.py::1", "c.py::z"));
}

TEST(PytestOrderTest, KnownTestsHaveTheirOwnPlace) {
  const PytestOrder order({"a.py::2", "b.py::1", "a.py::1"});
  EXPECT_THAT(Sorted(order, {"a.py::1", "b.py::1", "a.py::2"}), ElementsAre("a.py::2", "b.py::1", "a.py::1"));
}

}  // namespace
}  // namespace fastest::report
