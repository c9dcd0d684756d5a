#include "coordinator/report/text/test_report.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <set>
#include <string>

#include "coordinator/report/testing/sample_results.h"

namespace fastest::report {
namespace {

using ::testing::ElementsAre;
using ::testing::SizeIs;

std::vector<std::string> Categories(const v1::TestResult& result) {
  std::vector<std::string> categories;
  for (const v1::Phase& phase : CompletePhases(result)) {
    categories.push_back(phase.category() + "/" + phase.letter() + "/" + phase.word());
  }
  return categories;
}

TEST(CompletePhasesTest, PlainPassesCountOnce) {
  EXPECT_THAT(Categories(PassedResult("a.py::x")), ElementsAre("//", "passed/./PASSED", "//"));
}

// Sets a field to a value other than the default.
void Fill(const google::protobuf::FieldDescriptor* field, google::protobuf::Message* message) {
  const google::protobuf::Reflection* const reflection = message->GetReflection();
  using Type = google::protobuf::FieldDescriptor;
  if (field->is_repeated()) {
    reflection->AddMessage(message, field);
    return;
  }
  switch (field->cpp_type()) {
    case Type::CPPTYPE_STRING:
      return reflection->SetString(message, field, "said");
    case Type::CPPTYPE_BOOL:
      return reflection->SetBool(message, field, true);
    case Type::CPPTYPE_UINT32:
      return reflection->SetUInt32(message, field, 1);
    case Type::CPPTYPE_INT32:
      return reflection->SetInt32(message, field, 1);
    case Type::CPPTYPE_UINT64:
      return reflection->SetUInt64(message, field, 1);
    case Type::CPPTYPE_DOUBLE:
      return reflection->SetDouble(message, field, 0.5);
    case Type::CPPTYPE_ENUM:
      return reflection->SetEnumValue(message, field, 2);
    case Type::CPPTYPE_MESSAGE:
      reflection->MutableMessage(message, field);
      return;
    default:
      FAIL() << "a field of a kind that is new here: " << field->full_name();
  }
}

// A field that is added to the messages must not be overlooked by reporters with a fast way.
TEST(PassedPlainlyTest, WhateverElseIsSaidIsNotPlain) {
  const std::set<std::string> of_phases = {"start", "duration_s"};
  const std::set<std::string> of_results = {"ref",    "engine",   "location_path", "location_line", "domain",
                                            "stages", "lease_id", "engine_reason", "serialized"};
  const v1::TestResult plain = PassedResult("a.py::x");
  ASSERT_TRUE(PassedPlainly(plain));
  for (int phase = 0; phase < 3; ++phase) {
    for (int i = 0; i < v1::Phase::descriptor()->field_count(); ++i) {
      v1::TestResult result = plain;
      Fill(v1::Phase::descriptor()->field(i), result.mutable_phases(phase));
      const std::string& name = v1::Phase::descriptor()->field(i)->name();
      EXPECT_EQ(PassedPlainly(result), of_phases.count(name) > 0) << name << " of phase " << phase;
    }
  }
  for (int i = 0; i < v1::TestResult::descriptor()->field_count(); ++i) {
    v1::TestResult result = plain;
    Fill(v1::TestResult::descriptor()->field(i), &result);
    const std::string& name = v1::TestResult::descriptor()->field(i)->name();
    EXPECT_EQ(PassedPlainly(result), of_results.count(name) > 0) << name;
  }
}

TEST(PassedPlainlyTest, PhasesThatSayThatTheyPassedDid) {
  v1::TestResult result = PassedResult("a.py::x");
  for (v1::Phase& phase : *result.mutable_phases()) phase.set_outcome("passed");
  EXPECT_TRUE(PassedPlainly(result));
  result.mutable_phases()->RemoveLast();
  EXPECT_FALSE(PassedPlainly(result));
}

TEST(PassedPlainlyTest, PlainPhasesAreTheCompletedOnes) {
  const std::vector<v1::Phase> complete = CompletePhases(PassedResult("a.py::x"));
  ASSERT_THAT(PlainPhases(), SizeIs(complete.size()));
  for (size_t i = 0; i < complete.size(); ++i) {
    v1::Phase timeless = complete[i];
    timeless.clear_start();
    timeless.clear_duration_s();
    EXPECT_EQ(PlainPhases()[i].SerializeAsString(), timeless.SerializeAsString());
  }
}

TEST(CompletePhasesTest, OutcomesWithoutStatusGetPytests) {
  v1::TestResult result;
  const auto add = [&](const char* when, const char* outcome, bool xfail) {
    v1::Phase* phase = result.add_phases();
    phase->set_when(when);
    phase->set_outcome(outcome);
    phase->set_xfail(xfail);
  };
  add("setup", "failed", false);
  add("call", "failed", false);
  add("call", "skipped", false);
  add("call", "skipped", true);
  add("call", "passed", true);
  add("teardown", "failed", false);
  EXPECT_THAT(Categories(result), ElementsAre("error/E/ERROR", "failed/F/FAILED", "skipped/s/SKIPPED",
                                              "xfailed/x/XFAIL", "xpassed/X/XPASS", "error/E/ERROR"));
}

TEST(CompletePhasesTest, WhatPluginsSayStays) {
  v1::TestResult result = PassedResult("a.py::x");
  result.mutable_phases(1)->set_category("rerun");
  result.mutable_phases(1)->set_letter("R");
  result.mutable_phases(1)->set_word("RERUN");
  EXPECT_THAT(Categories(result), ElementsAre("//", "rerun/R/RERUN", "//"));
}

TEST(CompletePhasesTest, QuietSubtestsStayQuiet) {
  v1::TestResult result = PassedResult("a.py::x");
  v1::Phase* subtest = result.add_phases();
  subtest->set_when("call");
  subtest->set_outcome("skipped");
  subtest->set_subtest("(i=1)");
  EXPECT_THAT(Categories(result), ElementsAre("//", "passed/./PASSED", "//", "//"));
}

TEST(CompletePhasesTest, ADeadWorkersTestHasAFailure) {
  const std::vector<v1::Phase> phases = CompletePhases(DeadResult("a.py::x", "signal SIGSEGV\nstack"));
  ASSERT_THAT(phases, SizeIs(1));
  EXPECT_EQ(phases[0].category(), "failed");
  EXPECT_EQ(phases[0].longrepr(), "signal SIGSEGV\nstack");
  EXPECT_EQ(phases[0].crash_message(), "signal SIGSEGV");
}

TEST(CompletePhasesTest, AFailureThatNoPhaseShowsIsAdded) {
  v1::TestResult result = PassedResult("a.py::x");
  result.set_outcome(v1::ERROR);
  EXPECT_THAT(Categories(result), ElementsAre("//", "passed/./PASSED", "//", "error/E/ERROR"));
}

TEST(OutcomeStyleTest, ColorsArePytests) {
  v1::Phase phase;
  const auto color = [&](const char* outcome, bool xfail) {
    phase.set_outcome(outcome);
    phase.set_xfail(xfail);
    return OutcomeStyle(phase).color;
  };
  EXPECT_EQ(color("passed", false), Color::kGreen);
  EXPECT_EQ(color("passed", true), Color::kYellow);
  EXPECT_EQ(color("failed", false), Color::kRed);
  EXPECT_EQ(color("skipped", false), Color::kYellow);
  EXPECT_EQ(color("rerun", false), Color::kYellow);
}

TEST(ShortReasonTest, LeavesOutPytestsWords) {
  v1::Phase phase;
  phase.set_skip_reason("Skipped: no network");
  EXPECT_EQ(ShortReason(phase), "no network");
  phase.set_skip_reason("Skipped");
  EXPECT_EQ(ShortReason(phase), "");
  phase.set_xfail(true);
  phase.set_skip_reason("reason: known bug");
  EXPECT_EQ(ShortReason(phase), "known bug");
}

TEST(TestReportTest, HeadlinesNameSubtests) {
  v1::TestResult result = FailedResult("a.py::test_x", "no");
  EXPECT_EQ(TestReport(result, result.phases(1)).headline, "test_x");
  result.mutable_phases(1)->set_subtest("[step] (i=1)");
  EXPECT_EQ(TestReport(result, result.phases(1)).headline, "test_x [step] (i=1)");
  result.clear_domain();
  result.mutable_phases(1)->clear_subtest();
  EXPECT_EQ(TestReport(result, result.phases(1)).headline, "a.py::test_x");
}

TEST(TestReportTest, CollectorsAreNamedByTheirFile) {
  v1::CollectReport report;
  report.set_node_id("a.py::TestA");
  report.set_outcome("failed");
  EXPECT_EQ(TestReport(report).headline, "a.py");
  EXPECT_EQ(TestReport(report).phase.category(), "error");
  report.set_outcome("skipped");
  EXPECT_EQ(TestReport(report).phase.category(), "skipped");
}

}  // namespace
}  // namespace fastest::report
