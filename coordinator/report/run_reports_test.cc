#include "coordinator/report/run_reports.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <memory>
#include <string>
#include <utility>
#include <vector>

namespace fastest::report {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

// Keeps what it is told.
class ToldReporter final : public Reporter {
 public:
  explicit ToldReporter(std::vector<std::string>& told) : told_(told) {}
  void RunStarted(const results::RunStart& run) override { told_.push_back("started " + run.run_id); }
  void Note(const std::string& text) override { told_.push_back("note " + text); }
  void Output(const v1::WorkerMessage::Output& output, const results::Origin&) override {
    told_.push_back("output " + output.data());
  }
  void Tick(double) override { told_.push_back("tick"); }
  bool Finished(const results::RunSummary&) override {
    told_.push_back("finished");
    return false;
  }

 private:
  std::vector<std::string>& told_;
};

class RunReportsTest : public testing::Test {
 protected:
  RunReports::Reporters One() {
    RunReports::Reporters reporters;
    reporters.push_back(std::make_unique<ToldReporter>(told_));
    return reporters;
  }
  RunReports::Show Show() {
    return [this](RunReports::Stream, const std::string& text) { shown_.push_back(text); };
  }
  static v1::WorkerMessage::Output Output(const std::string& text, RunReports::Stream stream) {
    v1::WorkerMessage::Output output;
    output.set_data(text);
    output.set_stream(stream);
    return output;
  }
  static results::RunStart Start() {
    results::RunStart start;
    start.run_id = "r1";
    return start;
  }

  std::vector<std::string> told_;
  std::vector<std::string> shown_;
};

TEST_F(RunReportsTest, BeforeTheRunHasBegunTheUserIsToldDirectly) {
  RunReports reports(One(), Show());
  reports.Note("slow");
  reports.Output(Output("hello", v1::WorkerMessage::Output::STDOUT), {});
  reports.all().Tick(1);
  EXPECT_THAT(told_, IsEmpty());
  EXPECT_THAT(shown_, ElementsAre("fastest: slow\n", "hello"));
}

TEST_F(RunReportsTest, AfterItReportersAreTold) {
  RunReports reports(One(), Show());
  reports.Begin(Start());
  reports.Note("slow");
  reports.Output(Output("hello", v1::WorkerMessage::Output::STDOUT), {});
  reports.all().Tick(1);
  EXPECT_FALSE(reports.Finish({}));
  EXPECT_THAT(told_, ElementsAre("started r1", "note slow", "output hello", "tick", "finished"));
  EXPECT_THAT(shown_, IsEmpty());
}

TEST_F(RunReportsTest, PytestsOwnTextIsShownAsItIs) {
  RunReports reports(One(), Show());
  reports.Begin(Start());
  reports.Output(Output("a.py::t", v1::WorkerMessage::Output::TERMINAL), {});
  EXPECT_THAT(shown_, ElementsAre("a.py::t"));
}

TEST_F(RunReportsTest, WithoutReportersTheUserIsToldDirectlyToTheEnd) {
  RunReports reports({}, Show());
  reports.Begin(Start());
  reports.Note("slow");
  reports.Output(Output("hello", v1::WorkerMessage::Output::STDERR), {});
  EXPECT_THAT(shown_, ElementsAre("fastest: slow\n", "hello"));
  EXPECT_TRUE(reports.Finish({}));
}

TEST_F(RunReportsTest, NothingIsReportedOfARunThatNeverBegan) {
  RunReports reports(One(), Show());
  EXPECT_TRUE(reports.Finish({}));
  EXPECT_THAT(told_, IsEmpty());
}

}  // namespace
}  // namespace fastest::report
