#include "coordinator/run/measurements.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>
#include <map>
#include <string>
#include <utility>

namespace fastest::run {
namespace {

using ::testing::DoubleNear;
using ::testing::IsEmpty;
using ::testing::Pair;
using ::testing::UnorderedElementsAre;

v1::TestResult Result(const std::string& node_id, double setup_s, double call_s) {
  v1::TestResult result;
  result.mutable_ref()->set_node_id(node_id);
  for (const auto& [when, seconds] :
       std::map<std::string, double>{{"setup", setup_s}, {"call", call_s}, {"teardown", 0.5}}) {
    v1::Phase* phase = result.add_phases();
    phase->set_when(when);
    phase->set_duration_s(seconds);
  }
  return result;
}

std::map<std::string, double> SecondsOf(const Measurements::Measured& measured) {
  std::map<std::string, double> seconds;
  for (const history::Observation& test : measured.tests) seconds[std::string(test.node_id)] = test.seconds;
  return seconds;
}

TEST(MeasurementsTest, TheFirstTestOfAModulePaysForItsFixtures) {
  StringTable names;
  Measurements measurements(names);
  measurements.Add("gw0", "other.py", Result("other.py::x", 9, 1), 0);
  measurements.Collected("a.py", 0.25);
  measurements.Add("gw0", "a.py", Result("a.py::x", 5, 1), 0);
  for (int i = 0; i < 5; ++i) measurements.Add("gw0", "a.py", Result("a.py::y" + std::to_string(i), 0.125, 2), i + 1);
  const Measurements::Measured measured = measurements.Take();
  EXPECT_DOUBLE_EQ(measured.setup_s.at("a.py"), 0.25 + 5 - 0.125);
  const auto seconds = SecondsOf(measured);
  EXPECT_DOUBLE_EQ(seconds.at("a.py::x"), 0.125 + 1 + 0.5);
  EXPECT_DOUBLE_EQ(seconds.at("a.py::y0"), 0.125 + 2 + 0.5);
  // Of the first module, nobody can tell its fixtures from the session's.
  EXPECT_EQ(measured.setup_s.count("other.py"), 0u);
}

TEST(MeasurementsTest, InMidRunOnlyWhatIsSettledIsTaken) {
  StringTable names;
  Measurements measurements(names);
  measurements.Add("gw0", "o.py", Result("o.py::x", 0, 0), 0);
  measurements.Collected("a.py", 0.25);
  measurements.Add("gw0", "a.py", Result("a.py::x", 3, 1), 0);
  // What its first test took may be its own or the module's.
  EXPECT_THAT(measurements.TakeSettled().tests, IsEmpty());
  measurements.Add("gw0", "a.py", Result("a.py::y", 1, 1), 1);
  const Measurements::Measured first = measurements.TakeSettled();
  EXPECT_THAT(SecondsOf(first), UnorderedElementsAre(Pair("a.py::x", 2.5), Pair("a.py::y", 2.5)));
  EXPECT_THAT(first.setup_s, UnorderedElementsAre(Pair("a.py", 0.25 + 2)));
  EXPECT_THAT(measurements.TakeSettled().tests, IsEmpty());
  // The rest of the module says nothing of its set-up any more.
  measurements.Add("gw0", "a.py", Result("a.py::z", 1, 2), 2);
  const Measurements::Measured rest = measurements.Take();
  EXPECT_THAT(SecondsOf(rest), UnorderedElementsAre(Pair("o.py::x", 0.5), Pair("a.py::z", 3.5)));
  EXPECT_THAT(rest.setup_s, IsEmpty());
}

TEST(MeasurementsTest, ClassFixturesAreTheClasss) {
  StringTable names;
  Measurements measurements(names);
  measurements.Add("gw0", "o.py", Result("o.py::x", 0, 0), 0);
  measurements.Add("gw0", "a.py", Result("a.py::x", 1, 0), 0);
  measurements.Add("gw0", "a.py", Result("a.py::y", 0, 0), 1);
  measurements.Add("gw0", "a.py", Result("a.py::A::x", 3, 0), 2);
  measurements.Add("gw0", "a.py", Result("a.py::A::y", 0, 0), 3);
  const Measurements::Measured measured = measurements.Take();
  EXPECT_THAT(measured.setup_s, UnorderedElementsAre(Pair("a.py", 1.0), Pair("a.py::A", 3.0)));
}

TEST(MeasurementsTest, ATestThatOpensBothIsSharedOut) {
  StringTable names;
  Measurements measurements(names);
  for (const std::string worker : {"gw0", "gw1"}) measurements.Add(worker, "o.py", Result("o.py::x", 0, 0), 0);
  // One part of the module begins with the class, the other comes to it later.
  measurements.Add("gw0", "a.py", Result("a.py::A::x", 4, 0), 1);
  measurements.Add("gw0", "a.py", Result("a.py::A::y", 0, 0), 2);
  measurements.Add("gw1", "a.py", Result("a.py::w", 1, 0), 0);
  measurements.Add("gw1", "a.py", Result("a.py::A::v", 3, 0), 1);
  measurements.Add("gw1", "a.py", Result("a.py::A::z", 0, 0), 3);
  const Measurements::Measured measured = measurements.Take();
  EXPECT_THAT(measured.setup_s,
              UnorderedElementsAre(Pair("a.py", DoubleNear(1, 1e-9)), Pair("a.py::A", DoubleNear(3, 1e-9))));
}

TEST(MeasurementsTest, ACrashSaysNothingOfATestsLength) {
  StringTable names;
  Measurements measurements(names);
  v1::TestResult crash = Result("a.py::x", 1, 1);
  crash.set_reason(v1::CRASH);
  crash.set_outcome(v1::FAILED);
  measurements.Add("gw0", "a.py", crash, 0);
  const Measurements::Measured measured = measurements.Take();
  ASSERT_EQ(measured.tests.size(), 1u);
  EXPECT_TRUE(std::isnan(measured.tests[0].seconds));
  EXPECT_EQ(measured.tests[0].outcome, history::kFailed);
}

TEST(MeasurementsTest, HowATestFared) {
  StringTable names;
  Measurements measurements(names);
  v1::TestResult result = Result("a.py::x", 1, 1);
  for (const auto& [outcome, attempt] : {std::pair(v1::PASSED, 1), std::pair(v1::PASSED, 2), std::pair(v1::SKIPPED, 1),
                                         std::pair(v1::FAILED, 3), std::pair(v1::ERROR, 1)}) {
    result.set_outcome(outcome);
    measurements.Add("gw0", "a.py", result, 0, attempt);
  }
  std::string letters;
  for (const history::Observation& test : measurements.Take().tests) letters += test.outcome;
  EXPECT_EQ(letters, ".f.FF");
}

TEST(MeasurementsTest, WhatWasTakenIsNotTakenAgain) {
  StringTable names;
  Measurements measurements(names);
  measurements.Add("gw0", "a.py", Result("a.py::x", 1, 1), 7);
  const Measurements::Measured measured = measurements.Take();
  ASSERT_EQ(measured.tests.size(), 1u);
  EXPECT_EQ(measured.tests[0].position, 7);
  EXPECT_THAT(measurements.Take().tests, IsEmpty());
}

}  // namespace
}  // namespace fastest::run
