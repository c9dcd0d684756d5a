#include "coordinator/request/session.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "coordinator/request/testing/request_fixture.h"

namespace fastest::request {
namespace {

using ::testing::Contains;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

class SessionTest : public RequestFixture {
 protected:
  // What is decided for a request that has come so far.
  Request Choose(const std::vector<std::string>& args, Request request) const {
    ChooseSession(Typed(args), project_, invocation_, request);
    return request;
  }
  // With 8 slots.
  Request Choose(const std::vector<std::string>& args) const {
    Request request;
    request.run.options.slots = 8;
    return Choose(args, request);
  }
};

TEST_F(SessionTest, OneSlotIsPytestsOwnOrder) {
  EXPECT_EQ(Choose({}).run.options.collection, v1::AUTO);
  EXPECT_EQ(Choose({}, Request()).run.options.collection, v1::WHOLE);
}

TEST_F(SessionTest, WhatSeesTheWholeRunGoesThroughOneSession) {
  const Request request = Choose({"--stepwise"});
  EXPECT_EQ(request.run.options.slots, 1);
  EXPECT_FALSE(request.run.options.terminal.forwarded);
  EXPECT_THAT(request.notes, ElementsAre("--stepwise needs to see the whole run: the run has one session, one "
                                         "test at a time"));
  EXPECT_THAT(Choose({"--stepwise"}, Request()).notes, IsEmpty());
  for (const char* option : {"--benchmark-only", "--log-file=lines"}) {
    EXPECT_EQ(Choose({option}).run.options.slots, 1) << option;
  }
  // A control session is told of all that these want to know.
  for (const char* option : {"--html=page.html", "--json-report", "--report-log=lines"}) {
    EXPECT_EQ(Choose({option}).run.options.slots, 8) << option;
  }
}

TEST_F(SessionTest, AShadowIsDroppedIfASecondRunWouldDoHarm) {
  Request shadowed;
  shadowed.run.options.slots = 8;
  shadowed.run.shadow = 0.02;
  EXPECT_EQ(Choose({"--randomly-seed=1"}, shadowed).run.shadow, 0.02);
  for (const char* option : {"--lf", "--alluredir=out"}) {
    const Request request = Choose({option}, shadowed);
    EXPECT_EQ(request.run.shadow, 0) << option;
    EXPECT_THAT(request.notes, Contains(HasSubstr("--shadow is ignored"))) << option;
  }
}

TEST_F(SessionTest, CoverageHasAControlSessionBesideTheWorkers) {
  EXPECT_EQ(Choose({}).run.options.control_option, "");
  const Request request = Choose({"--cov=src", "--cov-report=xml", "--reruns=2", "--no-cov-on-fail"});
  EXPECT_EQ(request.run.options.control_option, "--cov");
  EXPECT_EQ(request.run.options.slots, 8);
  EXPECT_THAT(request.notes, IsEmpty());
  // One session is its own controller; a plan runs nothing.
  EXPECT_EQ(Choose({"--cov"}, Request()).run.options.control_option, "");
  EXPECT_EQ(Choose({"--cov", "--stepwise"}).run.options.control_option, "");
  Request plan;
  plan.run.options.slots = 8;
  plan.run.options.plan_only = true;
  EXPECT_EQ(Choose({"--cov"}, plan).run.options.control_option, "");
}

TEST_F(SessionTest, ALogFileHasOneSession) {
  project_.ini["log_file"] = "";
  EXPECT_EQ(Choose({}).run.options.slots, 8);
  project_.ini["log_file"] = "tests.log";
  const Request request = Choose({});
  EXPECT_EQ(request.run.options.slots, 1);
  EXPECT_THAT(request.notes, ElementsAre(HasSubstr("the setting log_file needs to see the whole run")));
}

TEST_F(SessionTest, CoverageThatAControlSessionIsNotEnoughForHasOneSession) {
  Request on_farm;
  on_farm.run.options.slots = 2;
  on_farm.farm.agents = "a:1";
  const Request farm = Choose({"--cov"}, on_farm);
  EXPECT_EQ(farm.run.options.slots, 1);
  EXPECT_THAT(farm.notes, ElementsAre(HasSubstr("--cov needs to see the whole run")));
  const Request report = Choose({"--cov", "--md-report"});
  EXPECT_EQ(report.run.options.slots, 1);
  EXPECT_EQ(report.run.options.control_option, "");
  EXPECT_THAT(report.notes, ElementsAre(HasSubstr("--md-report, together with --cov")));
}

TEST_F(SessionTest, ACallerSeesWhateverAPluginReports) {
  Request request;
  request.run.options.slots = 8;
  request.run.options.controller = "name";
  for (const char* option : {"--teamcity", "--cov", "--alluredir=out"}) {
    const run::RunOptions run = Choose({option, "--cov=app"}, request).run.options;
    EXPECT_EQ(run.slots, 8) << option;
    EXPECT_EQ(run.control_option, "--fastest") << option;
  }
  const Request whole = Choose({"--stepwise"}, request);
  EXPECT_EQ(whole.run.options.slots, 1);
  EXPECT_EQ(whole.run.options.control_option, "");
}

TEST_F(SessionTest, PytestsOwnTextIsForwarded) {
  const Request request = Choose({"--collect-only", "-q"});
  EXPECT_TRUE(request.run.options.terminal.forwarded);
  EXPECT_EQ(request.run.options.slots, 1);
}

TEST_F(SessionTest, TheDebuggerTakesTheTerminal) { EXPECT_EQ(Choose({"--pdb"}).run.interactive_option, "--pdb"); }

}  // namespace
}  // namespace fastest::request
