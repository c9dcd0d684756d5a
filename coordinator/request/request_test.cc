#include "coordinator/request/request.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <map>
#include <string>
#include <vector>

namespace fastest::request {
namespace {

using ::testing::AllOf;
using ::testing::Contains;
using ::testing::ElementsAre;
using ::testing::EndsWith;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Not;
using ::testing::Pair;
using ::testing::StartsWith;
using ::testing::UnorderedElementsAre;

class RequestTest : public testing::Test {
 protected:
  RequestTest() {
    surroundings_.invocation_dir = "/home/u/project";
    surroundings_.cores = 8;
    surroundings_.getenv = [this](const char* name) -> const char* {
      const auto it = environment_.find(name);
      return it == environment_.end() ? nullptr : it->second.c_str();
    };
    environment_["HOME"] = "/home/u";
    project_.rootdir = "/home/u/project";
  }

  absl::StatusOr<Request> Make(const std::vector<std::string>& args) {
    const absl::StatusOr<options::CommandLine> line = options::Parse(args);
    if (!line.ok()) return line.status();
    return MakeRequest(*line, project_, surroundings_);
  }

  Request MustMake(const std::vector<std::string>& args) {
    absl::StatusOr<Request> request = Make(args);
    EXPECT_TRUE(request.ok()) << request.status();
    return request.ok() ? *std::move(request) : Request();
  }

  std::string ErrorOf(const std::vector<std::string>& args) { return std::string(Make(args).status().message()); }

  std::map<std::string, std::string> environment_;
  Surroundings surroundings_;
  discovery::ProjectConfig project_;
};

TEST_F(RequestTest, Defaults) {
  const Request request = MustMake({});
  EXPECT_EQ(request.run.slots, 8);
  EXPECT_EQ(request.run.collection, v1::AUTO);
  EXPECT_EQ(request.run.python, "python3");
  EXPECT_EQ(request.run.columns, 80);
  EXPECT_FALSE(request.run.color);
  EXPECT_EQ(request.history, "/home/u/.cache/fastest/history.sqlite");
  EXPECT_THAT(request.discovery_cache, HasSubstr("/home/u/.cache/fastest/discovery/"));
  EXPECT_THAT(request.notes, IsEmpty());
}

TEST_F(RequestTest, WorkersThatAreReplaced) {
  EXPECT_EQ(MustMake({}).run.max_worker_restart, std::nullopt);
  EXPECT_EQ(MustMake({"--max-worker-restart=0"}).run.max_worker_restart, 0);
  EXPECT_THAT(ErrorOf({"--max-worker-restart=few"}), HasSubstr("--max-worker-restart few"));
}

TEST_F(RequestTest, Workers) {
  EXPECT_EQ(MustMake({"-n", "3"}).run.slots, 3);
  EXPECT_EQ(MustMake({"-n", "auto", "--maxprocesses", "2"}).run.slots, 2);
  EXPECT_EQ(MustMake({"-n", "0"}).run.slots, 1);
  for (const char* wrong : {"x", "-1", "99999", "1.5"})
    EXPECT_THAT(ErrorOf({std::string("-n") + wrong}), HasSubstr(wrong));
}

TEST_F(RequestTest, OneSlotIsPytestsOwnOrder) { EXPECT_EQ(MustMake({"-n", "1"}).run.collection, v1::WHOLE); }

TEST_F(RequestTest, AddoptsComeFirst) {
  project_.addopts = {"-n", "4", "--junitxml=a.xml"};
  environment_["PYTEST_ADDOPTS"] = "-n 5";
  EXPECT_EQ(MustMake({}).run.slots, 5);
  EXPECT_EQ(MustMake({"-n", "2"}).run.slots, 2);
  EXPECT_EQ(MustMake({}).junit_xml, "/home/u/project/a.xml");
  // pytest in the workers reads them itself.
  EXPECT_THAT(MustMake({"-x"}).run.pytest_args, ElementsAre("-x"));
}

TEST_F(RequestTest, ABrokenVariableIsNamed) {
  environment_["PYTEST_ADDOPTS"] = "-k 'a";
  EXPECT_THAT(ErrorOf({}), HasSubstr("PYTEST_ADDOPTS"));
}

TEST_F(RequestTest, WhatSeesTheWholeRunGoesThroughOneSession) {
  const Request request = MustMake({"--lf"});
  EXPECT_EQ(request.run.slots, 1);
  EXPECT_FALSE(request.run.forward_terminal);
  EXPECT_THAT(request.notes, ElementsAre(HasSubstr("--last-failed")));
  EXPECT_THAT(MustMake({"--lf", "-n1"}).notes, IsEmpty());
  for (const char* option : {"--benchmark-only", "--log-file=lines"}) {
    project_.addopts = {option};
    EXPECT_EQ(MustMake({}).run.slots, 1) << option;
  }
  // A control session is told of all that these want to know.
  for (const char* option : {"--html=page.html", "--json-report", "--report-log=lines"}) {
    project_.addopts = {option};
    EXPECT_EQ(MustMake({}).run.slots, 8) << option;
  }
}

TEST_F(RequestTest, AShadowIsAShareUnlessASecondRunWouldDoHarm) {
  EXPECT_EQ(MustMake({}).shadow, 0);
  EXPECT_EQ(MustMake({"--shadow", "2%"}).shadow, 0.02);
  EXPECT_EQ(MustMake({"--shadow=100", "--randomly-seed=1"}).shadow, 1);
  for (const char* option : {"--lf", "--alluredir=out"}) {
    const Request request = MustMake({"--shadow=2%", option});
    EXPECT_EQ(request.shadow, 0) << option;
    EXPECT_THAT(request.notes, testing::Contains(HasSubstr("--shadow is ignored"))) << option;
  }
  for (const char* wrong : {"much", "-1", "101%", "nan", "%"}) {
    EXPECT_THAT(ErrorOf({"--shadow", wrong}), HasSubstr("--shadow")) << wrong;
  }
}

TEST_F(RequestTest, CoverageHasAControlSessionBesideTheWorkers) {
  EXPECT_EQ(MustMake({}).run.control_option, "");
  project_.addopts = {"--cov=src", "--cov-report=xml", "--reruns=2"};
  const Request request = MustMake({"--no-cov-on-fail"});
  EXPECT_EQ(request.run.control_option, "--cov");
  EXPECT_EQ(request.run.slots, 8);
  EXPECT_THAT(request.notes, IsEmpty());
  // One session is its own controller; a plan runs nothing.
  EXPECT_EQ(MustMake({"-n1"}).run.control_option, "");
  EXPECT_EQ(MustMake({"--plan"}).run.control_option, "");
  EXPECT_EQ(MustMake({"--lf"}).run.control_option, "");
}

TEST_F(RequestTest, ALogFileHasOneSession) {
  project_.ini["log_file"] = "";
  EXPECT_EQ(MustMake({"-n8"}).run.slots, 8);
  project_.ini["log_file"] = "tests.log";
  const Request request = MustMake({"-n8"});
  EXPECT_EQ(request.run.slots, 1);
  EXPECT_THAT(request.notes, ElementsAre(HasSubstr("the setting log_file needs to see the whole run")));
}

TEST_F(RequestTest, CoverageThatAControlSessionIsNotEnoughForHasOneSession) {
  const Request farm = MustMake({"--cov", "--agents=a:1", "--insecure"});
  EXPECT_EQ(farm.run.slots, 1);
  EXPECT_THAT(farm.notes, Contains(HasSubstr("--cov needs to see the whole run")));
  project_.addopts = {"--md-report"};
  const Request report = MustMake({"--cov"});
  EXPECT_EQ(report.run.slots, 1);
  EXPECT_EQ(report.run.control_option, "");
  EXPECT_THAT(report.notes, ElementsAre(HasSubstr("--md-report, together with --cov")));
}

TEST_F(RequestTest, PytestsOwnTextIsForwarded) {
  const Request request = MustMake({"--collect-only", "-q"});
  EXPECT_TRUE(request.run.forward_terminal);
  EXPECT_EQ(request.run.slots, 1);
  EXPECT_THAT(request.run.pytest_args, ElementsAre("-q", "--collect-only"));
}

TEST_F(RequestTest, TheDebuggerTakesTheTerminal) { EXPECT_EQ(MustMake({"--pdb"}).interactive_option, "--pdb"); }

TEST_F(RequestTest, Interpreter) {
  environment_["VIRTUAL_ENV"] = "/venv";
  EXPECT_EQ(MustMake({}).run.python, "/venv/bin/python");
  EXPECT_EQ(MustMake({"--python", "python3.12"}).run.python, "python3.12");
  EXPECT_EQ(MustMake({"--python", "../v/bin/python"}).run.python, "/home/u/project/../v/bin/python");
  EXPECT_EQ(MustMake({"--python", "~/v/bin/python"}).run.python, "/home/u/v/bin/python");
}

TEST_F(RequestTest, ColorFollowsPytestsRules) {
  EXPECT_TRUE(MustMake({"--color=yes"}).run.color);
  environment_["FORCE_COLOR"] = "1";
  EXPECT_TRUE(MustMake({}).run.color);
  environment_["NO_COLOR"] = "1";
  EXPECT_FALSE(MustMake({}).run.color);
  environment_["PY_COLORS"] = "1";
  EXPECT_TRUE(MustMake({}).run.color);
  EXPECT_FALSE(MustMake({"--color=no"}).run.color);
}

TEST_F(RequestTest, ATerminal) {
  surroundings_.stdout_is_terminal = true;
  surroundings_.terminal_columns = 132;
  EXPECT_TRUE(MustMake({}).run.color);
  EXPECT_TRUE(MustMake({}).live);
  EXPECT_EQ(MustMake({}).run.columns, 132);
  environment_["TERM"] = "dumb";
  EXPECT_FALSE(MustMake({}).run.color);
  EXPECT_FALSE(MustMake({}).live);
  environment_["COLUMNS"] = "100";
  EXPECT_EQ(MustMake({}).run.columns, 100);
}

TEST_F(RequestTest, TheTraceThatARunBelongsToGoesWithIt) {
  environment_["TRACEPARENT"] = "00-1-2-01";
  environment_["OTHER"] = "x";
  const FarmOptions farm = MustMake({"--agents", "a:1"}).farm;
  EXPECT_EQ(farm.environment.at("TRACEPARENT"), "00-1-2-01");
  EXPECT_EQ(farm.environment.count("TRACESTATE"), 0u);
  EXPECT_EQ(farm.environment.count("OTHER"), 0u);
}

TEST_F(RequestTest, HowProgressIsShown) {
  EXPECT_FALSE(MustMake({}).live);
  EXPECT_TRUE(MustMake({}).heartbeat);
  EXPECT_FALSE(MustMake({"--progress=none"}).heartbeat);
  surroundings_.stdout_is_terminal = true;
  EXPECT_TRUE(MustMake({}).live);
  EXPECT_FALSE(MustMake({}).heartbeat);
  EXPECT_FALSE(MustMake({"--progress", "plain"}).live);
  EXPECT_TRUE(MustMake({"--progress", "plain"}).heartbeat);
  EXPECT_FALSE(MustMake({"--progress", "none"}).live);
}

TEST_F(RequestTest, JsonOnStandardOutputMovesTheText) {
  EXPECT_TRUE(MustMake({"--report-json", "-"}).text_to_stderr);
  const Request request = MustMake({"--report-json=out/r.jsonl"});
  EXPECT_FALSE(request.text_to_stderr);
  EXPECT_EQ(request.report_json, "/home/u/project/out/r.jsonl");
}

TEST_F(RequestTest, WrongValuesAreNamed) {
  EXPECT_THAT(ErrorOf({"--hang-timeout", "soon"}), HasSubstr("soon"));
  EXPECT_THAT(ErrorOf({"--hang-timeout=-1"}), HasSubstr("-1"));
  EXPECT_THAT(ErrorOf({"--engine", "warp"}), HasSubstr("warp"));
  EXPECT_EQ(MustMake({"--engine=direct"}).run.engine, "direct");
  EXPECT_EQ(MustMake({"--hang-timeout", "1.5"}).run.hang_timeout_s, 1.5);
  EXPECT_THAT(ErrorOf({"--preload=numpy.linalg"}), HasSubstr("--preload"));
  EXPECT_THAT(ErrorOf({"--preload="}), HasSubstr("--preload"));
}

TEST_F(RequestTest, NamesWhatIsToBePreloaded) {
  EXPECT_THAT(MustMake({}).run.preload, IsEmpty());
  EXPECT_TRUE(MustMake({"--preload=auto"}).run.preload_auto);
  EXPECT_FALSE(MustMake({"--preload=none"}).run.preload_auto);
  EXPECT_THAT(MustMake({"--preload", "numpy,attr"}).run.preload, ElementsAre("numpy", "attr"));
}

// Nobody typed these: the message names what he has to mend.
TEST_F(RequestTest, WrongValuesAreNamedByTheirOrigin) {
  options::CommandLine line;
  line.values["--workers"] = {"many"};
  line.origins["--workers"] = "FASTEST_WORKERS=many";
  const std::string error(MakeRequest(line, project_, surroundings_).status().message());
  EXPECT_EQ(error, "FASTEST_WORKERS=many: a number from 1 to 1024 is needed, or 'auto'");
  project_.addopts = {"--retries=x"};
  EXPECT_THAT(ErrorOf({}), StartsWith("addopts: --retries x: "));
  environment_["PYTEST_ADDOPTS"] = "--retries=y";
  EXPECT_THAT(ErrorOf({}), StartsWith("PYTEST_ADDOPTS: --retries y: "));
  EXPECT_THAT(ErrorOf({"--retries", "z"}), StartsWith("--retries z: "));
}

TEST_F(RequestTest, OtherMachinesHaveAndLackPytestsVariablesAsThisOneDoes) {
  environment_["CI"] = "1";
  const FarmOptions farm = MustMake({"--set-env", "NO_COLOR=1"}).farm;
  EXPECT_THAT(farm.environment, UnorderedElementsAre(Pair("CI", "1"), Pair("NO_COLOR", "1")));
  EXPECT_THAT(farm.absent_environment, AllOf(Contains("PYTEST_ADDOPTS"), Contains("BUILD_NUMBER"), Not(Contains("CI")),
                                             Not(Contains("NO_COLOR"))));
}

TEST_F(RequestTest, AHistoryMayBeAnAddress) {
  EXPECT_EQ(MustMake({"--history", "s3://bucket/x"}).history, "s3://bucket/x");
  EXPECT_EQ(MustMake({"--history-base", "https://host/x"}).history_base, "https://host/x");
  EXPECT_THAT(ErrorOf({"--history", "https://me:hush@host/x"}),
              AllOf(StartsWith("--history: https://"), HasSubstr("FASTEST_HISTORY_TOKEN"), Not(HasSubstr("hush"))));
}

TEST_F(RequestTest, WithoutAHomeThereIsNoCache) {
  environment_.clear();
  EXPECT_EQ(MustMake({}).history, "");
  EXPECT_EQ(MustMake({}).discovery_cache, "");
  environment_["XDG_CACHE_HOME"] = "/var/c";
  EXPECT_THAT(MustMake({}).history, EndsWith("/var/c/fastest/history.sqlite"));
}

TEST_F(RequestTest, WarmHasAFolderOfTheUsers) {
  Request request = MustMake({"--warm"});
  EXPECT_TRUE(request.warm);
  EXPECT_FALSE(request.warm_stop);
  EXPECT_EQ(request.warm_folder, "/home/u/.cache/fastest/warm");
  environment_["XDG_RUNTIME_DIR"] = "/run/user/7";
  EXPECT_EQ(MustMake({"--warm"}).warm_folder, "/run/user/7/fastest");
  request = MustMake({"--warm=stop"});
  EXPECT_FALSE(request.warm);
  EXPECT_TRUE(request.warm_stop);
  EXPECT_FALSE(MustMake({}).warm);
  EXPECT_THAT(ErrorOf({"--warm=off"}), HasSubstr("--warm=off"));
  environment_.clear();
  EXPECT_THAT(ErrorOf({"--warm"}), HasSubstr("XDG_RUNTIME_DIR"));
}

TEST_F(RequestTest, WarmIsNotForFarms) {
  const Request request = MustMake({"--warm", "--agents=localhost:1"});
  EXPECT_FALSE(request.warm);
  EXPECT_THAT(request.notes, Contains(HasSubstr("--warm is ignored")));
}

TEST_F(RequestTest, WarmInCiMustBeTyped) {
  environment_["CI"] = "true";
  EXPECT_TRUE(MustMake({"--warm"}).warm);
  project_.addopts = {"--warm"};
  const Request request = MustMake({});
  EXPECT_FALSE(request.warm);
  EXPECT_THAT(request.notes, Contains(HasSubstr("type --warm")));
  environment_.erase("CI");
  EXPECT_TRUE(MustMake({}).warm);
}

}  // namespace
}  // namespace fastest::request
