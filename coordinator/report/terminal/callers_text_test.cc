#include "coordinator/report/terminal/callers_text.h"

#include <sstream>

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "proto/exit_code.h"

namespace fastest::report {
namespace {

using testing::HasSubstr;

class CallersTextTest : public testing::Test {
 protected:
  std::ostringstream out_;
  std::ostringstream err_;
  CallersText text_{out_, err_};
};

TEST_F(CallersTextTest, WhatTestsWriteIsPassedOnAsItIs) {
  v1::WorkerMessage::Output output;
  output.set_data("half a line");
  text_.Output(output, {});
  output.set_stream(v1::WorkerMessage::Output::STDERR);
  output.set_data("an error\n");
  text_.Output(output, {});
  EXPECT_EQ(out_.str(), "half a line");
  EXPECT_EQ(err_.str(), "an error\n");
}

TEST_F(CallersTextTest, LinesAboutTheRunSayWhoseTheyAre) {
  text_.Note("gw1 gets no more tests");
  results::Origin origin;
  origin.worker = "gw0";
  text_.WorkerLost(origin, "signal SIGKILL");
  EXPECT_EQ(err_.str(), "fastest: gw1 gets no more tests\nfastest: gw0 ended: signal SIGKILL\n");
}

TEST_F(CallersTextTest, LostTestsAreNamedAndThoseOfAStopAreNot) {
  results::RunSummary summary;
  results::NotRun lost;
  lost.ref.set_node_id("test_a.py::test_lost");
  lost.reason = "no worker was left to run it";
  summary.books.balanced = true;
  summary.books.not_run = {lost};
  summary.stop_reason = "stopping after 1 failures";
  summary.exit_code = kTestsFailed;
  EXPECT_TRUE(text_.Finished(summary));
  EXPECT_EQ(err_.str(), "");
  summary.stop_reason.clear();
  summary.exit_code = kNotRun;
  EXPECT_TRUE(text_.Finished(summary));
  EXPECT_THAT(err_.str(), HasSubstr("NOT RUN test_a.py::test_lost - no worker was left to run it"));
}

}  // namespace
}  // namespace fastest::report
