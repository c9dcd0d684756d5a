#include "coordinator/python/verdicts.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace fastest::python {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

Verdicts Some() {
  Verdicts verdicts;
  verdicts.exit_code = 1;
  verdicts.tests = {{"a.py::one", {"passed"}}, {"a.py::two", {"failed"}}, {"doc::twice", {"passed", "passed"}}};
  verdicts.collectors = {{"b.py", "skipped"}};
  return verdicts;
}

TEST(VerdictsTest, TheSameIsTheSame) {
  EXPECT_THAT(Differences(Some(), Some(), {}), IsEmpty());
  EXPECT_THAT(Unsteady(Some(), Some()), IsEmpty());
  EXPECT_EQ(Some().count(), 4);
}

TEST(VerdictsTest, EachDifferenceIsALine) {
  Verdicts other = Some();
  other.exit_code = 0;
  other.tests["a.py::two"] = {"passed"};
  other.tests["doc::twice"] = {"passed"};
  other.tests.erase("a.py::one");
  other.collectors = {{"c.py", "failed"}};
  EXPECT_THAT(
      Differences(Some(), other, {}),
      ElementsAre("exit code: pytest 1, fastest 0", "a.py::one: pytest passed, fastest nothing",
                  "a.py::two: pytest failed, fastest passed", "doc::twice: pytest passed passed, fastest passed",
                  "collecting b.py: pytest skipped, fastest nothing",
                  "collecting c.py: pytest nothing, fastest failed"));
}

TEST(VerdictsTest, WhatPytestItselfIsNotSureOfIsLeftOut) {
  Verdicts again = Some();
  again.exit_code = 0;
  again.tests["a.py::two"] = {"passed"};
  const std::set<std::string> unsteady = Unsteady(Some(), again);
  EXPECT_THAT(unsteady, ElementsAre("a.py::two"));
  EXPECT_THAT(Differences(Some(), again, unsteady), IsEmpty());
}

TEST(VerdictsTest, AreRead) {
  const auto verdicts = ParseVerdicts(
      R"({"exit_code": 1, "python": "3.11.2", "pytest": "9.2.0", "tests": {"a::b": ["passed", "failed"]}, "collectors": {"c": "failed"}})");
  ASSERT_TRUE(verdicts.ok()) << verdicts.status();
  EXPECT_EQ(verdicts->exit_code, 1);
  EXPECT_EQ(verdicts->pytest_version, "9.2.0");
  EXPECT_THAT(verdicts->tests.at("a::b"), ElementsAre("passed", "failed"));
  EXPECT_EQ(verdicts->collectors.at("c"), "failed");
  for (const char* broken : {"", "[]", "{}", R"({"exit_code": "x"})"}) EXPECT_FALSE(ParseVerdicts(broken).ok());
}

}  // namespace
}  // namespace fastest::python
