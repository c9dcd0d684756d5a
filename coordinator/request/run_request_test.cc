#include "coordinator/request/run_request.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <optional>

#include "coordinator/request/testing/request_fixture.h"

namespace fastest::request {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

class RunRequestTest : public RequestFixture {
 protected:
  absl::StatusOr<RunRequest> Read(const std::vector<std::string>& args) const {
    return ReadRunRequest(Typed(args), Typed(args), project_, invocation_);
  }
  run::RunOptions Options(const std::vector<std::string>& args) const { return Must(Read(args)).options; }
  std::string Error(const std::vector<std::string>& args) const { return ErrorOf(Read(args)); }
};

TEST_F(RunRequestTest, Defaults) {
  const run::RunOptions run = Options({});
  EXPECT_EQ(run.slots, 8);
  EXPECT_EQ(run.python, "python3");
  EXPECT_EQ(run.engine, v1::ENGINE_AUTO);
  EXPECT_EQ(run.invocation_dir, "/home/u/project");
  EXPECT_EQ(run.terminal.columns, 80);
  EXPECT_FALSE(run.terminal.color);
}

TEST_F(RunRequestTest, WorkersThatAreReplaced) {
  EXPECT_EQ(Options({}).patience.max_worker_restart, std::nullopt);
  EXPECT_EQ(Options({"--max-worker-restart=0"}).patience.max_worker_restart, 0);
  EXPECT_EQ(Error({"--max-worker-restart=few"}), "--max-worker-restart few: a number from 0 is needed");
}

TEST_F(RunRequestTest, Workers) {
  EXPECT_EQ(Options({"-n", "3"}).slots, 3);
  EXPECT_EQ(Options({"-n", "auto", "--maxprocesses", "2"}).slots, 2);
  EXPECT_EQ(Options({"-n", "0"}).slots, 1);
  for (const char* wrong : {"x", "-1", "99999", "1.5"})
    EXPECT_THAT(Error({std::string("-n") + wrong}), HasSubstr(wrong));
}

TEST_F(RunRequestTest, TheVariableOfXdistSaysWhatAutoIs) {
  environment_["PYTEST_XDIST_AUTO_NUM_WORKERS"] = "3";
  EXPECT_EQ(Options({}).slots, 3);
  EXPECT_EQ(Options({"-n", "auto"}).slots, 3);
  EXPECT_EQ(Options({"-n", "logical", "--maxprocesses=2"}).slots, 2);
  EXPECT_EQ(Options({"-n", "5"}).slots, 5);
  environment_["PYTEST_XDIST_AUTO_NUM_WORKERS"] = "0";
  EXPECT_EQ(Options({}).slots, 1);
  environment_["PYTEST_XDIST_AUTO_NUM_WORKERS"] = "many";
  EXPECT_EQ(Options({}).slots, 8);
  EXPECT_EQ(Must(Read({})).note, "PYTEST_XDIST_AUTO_NUM_WORKERS is not a number: 'many'. Ignoring it.");
  environment_["PYTEST_XDIST_AUTO_NUM_WORKERS"] = "-1";
  EXPECT_EQ(Error({}), "PYTEST_XDIST_AUTO_NUM_WORKERS says -1: a number from 0 to 1024 is needed");
}

TEST_F(RunRequestTest, TheHookOfXdistComesBeforeTheVariable) {
  environment_["PYTEST_XDIST_AUTO_NUM_WORKERS"] = "3";
  environment_["PYTEST_PLUGINS"] = "a,b";
  std::vector<AutoWorkers> asked;
  absl::StatusOr<std::optional<int>> answer = std::optional<int>(5);
  invocation_.ask_hook = [&](const AutoWorkers& question) {
    asked.push_back(question);
    return answer;
  };
  EXPECT_EQ(Options({"-n", "logical", "-x", "-p", "c", "-p", "no:d"}).slots, 5);
  ASSERT_EQ(asked.size(), 1u);
  EXPECT_EQ(asked[0].word, "logical");
  EXPECT_EQ(asked[0].python, "python3");
  EXPECT_THAT(asked[0].plugins, ElementsAre("a", "b", "c"));
  EXPECT_THAT(asked[0].pytest_args, ElementsAre("-x", "-p", "c", "-p", "no:d"));
  EXPECT_EQ(Options({"-n", "2"}).slots, 2);
  EXPECT_EQ(asked.size(), 1u) << "a number needs no hook";
  answer = std::nullopt;
  EXPECT_EQ(Options({}).slots, 3);
  answer = 2000;
  EXPECT_EQ(Error({}), "pytest_xdist_auto_num_workers says 2000: a number from 0 to 1024 is needed");
  answer = absl::UnavailableError("it raised");
  EXPECT_EQ(Error({}), "it raised");
}

TEST_F(RunRequestTest, PytestGetsWhatWasTyped) {
  const options::CommandLine line = Typed({"-x", "-k", "a"});
  EXPECT_THAT(Must(ReadRunRequest(line, Typed({"-x"}), project_, invocation_)).options.pytest_args, ElementsAre("-x"));
}

TEST_F(RunRequestTest, AShadowIsAShare) {
  EXPECT_EQ(Must(Read({})).shadow, 0);
  EXPECT_EQ(Must(Read({"--shadow", "2%"})).shadow, 0.02);
  EXPECT_EQ(Must(Read({"--shadow=100"})).shadow, 1);
  for (const char* wrong : {"much", "-1", "101%", "nan", "%"}) {
    EXPECT_THAT(Error({"--shadow", wrong}), HasSubstr("--shadow")) << wrong;
  }
}

TEST_F(RunRequestTest, Interpreter) {
  environment_["VIRTUAL_ENV"] = "/venv";
  EXPECT_EQ(Options({}).python, "/venv/bin/python");
  EXPECT_EQ(Options({"--python", "python3.12"}).python, "python3.12");
  EXPECT_EQ(Options({"--python", "../v/bin/python"}).python, "/home/u/project/../v/bin/python");
  EXPECT_EQ(Options({"--python", "~/v/bin/python"}).python, "/home/u/v/bin/python");
}

TEST_F(RunRequestTest, AsModuleIsForTheWorkers) {
  EXPECT_FALSE(Options({}).as_module);
  EXPECT_TRUE(Options({"--as-module"}).as_module);
}

TEST_F(RunRequestTest, ColorFollowsPytestsRules) {
  EXPECT_TRUE(Options({"--color=yes"}).terminal.color);
  environment_["FORCE_COLOR"] = "1";
  EXPECT_TRUE(Options({}).terminal.color);
  environment_["NO_COLOR"] = "1";
  EXPECT_FALSE(Options({}).terminal.color);
  environment_["PY_COLORS"] = "1";
  EXPECT_TRUE(Options({}).terminal.color);
  EXPECT_FALSE(Options({"--color=no"}).terminal.color);
}

TEST_F(RunRequestTest, ATerminal) {
  invocation_.stdout_is_terminal = true;
  invocation_.terminal_columns = 132;
  EXPECT_TRUE(Options({}).terminal.color);
  EXPECT_EQ(Options({}).terminal.columns, 132);
  environment_["TERM"] = "dumb";
  EXPECT_FALSE(Options({}).terminal.color);
  environment_["COLUMNS"] = "100";
  EXPECT_EQ(Options({}).terminal.columns, 100);
}

TEST_F(RunRequestTest, WrongValuesAreNamed) {
  EXPECT_THAT(Error({"--hang-timeout", "soon"}), HasSubstr("soon"));
  EXPECT_THAT(Error({"--hang-timeout=-1"}), HasSubstr("-1"));
  EXPECT_EQ(Error({"--engine", "warp"}), "--engine warp: there are 'auto', 'pytest', 'direct' and 'native'");
  EXPECT_EQ(Options({"--engine=direct"}).engine, v1::ENGINE_DIRECT);
  EXPECT_EQ(Options({"--hang-timeout", "1.5"}).patience.hang_timeout_s, 1.5);
  EXPECT_THAT(Error({"--preload=numpy.linalg"}), HasSubstr("--preload"));
  EXPECT_THAT(Error({"--preload", ""}), HasSubstr("--preload"));
  EXPECT_EQ(Error({"--order=mine"}), "--order mine: there are 'free' and 'pytest'");
  EXPECT_EQ(Error({"--retries=101"}), "--retries 101: a number from 0 to 100 is needed");
  EXPECT_EQ(Error({"--flaky-result=maybe"}), "--flaky-result maybe: there are 'pass' and 'fail'");
  EXPECT_THAT(Error({"--retry-budget=much"}), HasSubstr("--retry-budget much: "));
  EXPECT_THAT(Error({"--quarantine=/no/such/file"}), HasSubstr("--quarantine /no/such/file"));
}

TEST_F(RunRequestTest, NamesWhatIsToBePreloaded) {
  EXPECT_THAT(Options({}).preload, IsEmpty());
  EXPECT_TRUE(Options({"--preload=auto"}).preload_auto);
  EXPECT_FALSE(Options({"--preload=none"}).preload_auto);
  EXPECT_THAT(Options({"--preload", "numpy,attr"}).preload, ElementsAre("numpy", "attr"));
}

// Nobody typed these: the message names what the user has to mend.
TEST_F(RunRequestTest, WrongValuesAreNamedByTheirOrigin) {
  options::CommandLine line;
  line.values["--workers"] = {"many"};
  line.origins["--workers"] = "FASTEST_WORKERS=many";
  EXPECT_EQ(ErrorOf(ReadRunRequest(line, line, project_, invocation_)),
            "FASTEST_WORKERS=many: a number from 1 to 1024 is needed, or 'auto'");
}

}  // namespace
}  // namespace fastest::request
