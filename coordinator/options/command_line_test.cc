#include "coordinator/options/command_line.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/stat.h>

#include <cstdlib>
#include <fstream>
#include <map>
#include <string>

#include "coordinator/options/flag_table.h"

namespace fastest::options {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

CommandLine MustParse(const std::vector<std::string>& args) {
  absl::StatusOr<CommandLine> line = Parse(args);
  EXPECT_TRUE(line.ok()) << line.status();
  return line.ok() ? *std::move(line) : CommandLine();
}

class ScratchDir {
 public:
  ScratchDir() {
    std::string pattern = testing::TempDir() + "/settings_XXXXXX";
    path_ = mkdtemp(pattern.data());
  }
  void Write(const std::string& name, const std::string& text) const { std::ofstream(path_ + "/" + name) << text; }
  const std::string& path() const { return path_; }

 private:
  std::string path_;
};

TEST(ParseTest, SplitsOursFromPytests) {
  const CommandLine line = MustParse({"-xvs", "-n2", "--deselect", "a", "--deselect=b", "-k", "not slow", "tests/a",
                                      "--junitxml", "out.xml", "--dist", "load"});
  EXPECT_EQ(line.Last("--workers"), "2");
  EXPECT_EQ(line.Last("--junitxml"), "out.xml");
  EXPECT_TRUE(line.Has("--exitfirst"));
  EXPECT_THAT(line.All("--deselect"), ElementsAre("a", "b"));
  EXPECT_THAT(line.paths, ElementsAre("tests/a"));
  EXPECT_THAT(line.pytest_args,
              ElementsAre("-k", "not slow", "-x", "--deselect=a", "--deselect=b", "-v", "-s", "tests/a"));
}

TEST(ParseTest, KeepsUnknownOptionsAndTheirNeighboursInOrder) {
  const CommandLine line = MustParse({"--randomly-seed", "3", "tests", "-G", "--foo=bar"});
  EXPECT_THAT(line.pytest_args, ElementsAre("--randomly-seed", "3", "tests", "-G", "--foo=bar"));
  EXPECT_THAT(line.unknown, ElementsAre("--randomly-seed", "-G", "--foo=bar"));
  EXPECT_THAT(line.paths, ElementsAre("3", "tests"));
}

TEST(ParseTest, APathIsNotTheValueOfAnOptionThatCameAfterIt) {
  EXPECT_THAT(MustParse({"tests", "--cov", "-x"}).pytest_args, ElementsAre("-x", "tests", "--cov"));
  EXPECT_THAT(MustParse({"tests", "--foo", "--debug", "--cov"}).pytest_args,
              ElementsAre("tests", "--foo", "--debug", "--cov"));
  EXPECT_THAT(MustParse({"--foo", "tests", "--cov"}).pytest_args, ElementsAre("--cov", "--foo", "tests"));
  EXPECT_THAT(MustParse({"tests", "--cov=src", "--cov", "--cov"}).pytest_args,
              ElementsAre("--cov=src", "tests", "--cov", "--cov"));
  EXPECT_THAT(MustParse({"--cov", "src"}).pytest_args, ElementsAre("--cov=src"));
  EXPECT_THAT(MustParse({"tests", "--cov", "--cov=src"}).pytest_args, ElementsAre("--cov", "--cov=src", "tests"));
}

TEST(ParseTest, CountsAndOptionalValues) {
  const CommandLine line = MustParse({"-qq", "-q", "--cov", "--cov=src", "--report-chars=A"});
  EXPECT_EQ(line.All("--quiet").size(), 3u);
  EXPECT_THAT(line.pytest_args, ElementsAre("-q", "-q", "-q", "-r", "A", "--cov", "--cov=src"));
}

TEST(ParseTest, MissingValueIsOneLine) {
  const absl::StatusOr<CommandLine> line = Parse({"--maxfail"});
  ASSERT_FALSE(line.ok());
  EXPECT_THAT(std::string(line.status().message()), HasSubstr("--maxfail"));
}

TEST(ParseTest, LastValueWins) { EXPECT_EQ(MustParse({"-n", "2", "--workers=3"}).Last("--workers"), "3"); }

TEST(HelpTest, NamesEveryOption) {
  const std::string help = HelpText();
  for (const Flag& flag : FlagTable()) EXPECT_THAT(help, HasSubstr(MainName(flag)));
}

TEST(EnvironmentTest, CommandLineWins) {
  const std::map<std::string, std::string> variables = {{"FASTEST_WORKERS", "5"}, {"FASTEST_HANG_TIMEOUT", "60"}};
  const auto getenv = [&](const char* name) -> const char* {
    const auto it = variables.find(name);
    return it == variables.end() ? nullptr : it->second.c_str();
  };
  CommandLine line = MustParse({"-n", "2"});
  ASSERT_TRUE(AddFromEnvironment(getenv, line).ok());
  EXPECT_EQ(line.Last("--workers"), "2");
  EXPECT_EQ(line.Last("--hang-timeout"), "60");
  EXPECT_THAT(line.pytest_args, IsEmpty());
}

TEST(SettingsFileTest, FastestTomlBeforePyproject) {
  ScratchDir dir;
  dir.Write("pyproject.toml", "[tool.fastest]\nworkers = 3\n");
  CommandLine line;
  ASSERT_TRUE(AddFromSettingsFile(dir.path(), line).ok());
  EXPECT_EQ(line.Last("--workers"), "3");
  dir.Write("fastest.toml", "workers = 4\nhang-timeout = 1.5\n");
  line = CommandLine();
  ASSERT_TRUE(AddFromSettingsFile(dir.path(), line).ok());
  EXPECT_EQ(line.Last("--workers"), "4");
  EXPECT_EQ(line.Last("--hang-timeout"), "1.5");
}

TEST(SettingsFileTest, NamesFileAndKey) {
  ScratchDir dir;
  dir.Write("fastest.toml", "wrokers = 4\n");
  CommandLine line;
  const std::string unknown_key(AddFromSettingsFile(dir.path(), line).message());
  EXPECT_THAT(unknown_key, HasSubstr(dir.path() + "/fastest.toml"));
  EXPECT_THAT(unknown_key, HasSubstr("no setting 'wrokers'; did you mean 'workers'?"));
  dir.Write("fastest.toml", "ok = 1\nworkers = [\n");
  EXPECT_THAT(std::string(AddFromSettingsFile(dir.path(), line).message()), HasSubstr("fastest.toml:"));
  dir.Write("fastest.toml", "workers = true\n");
  EXPECT_THAT(std::string(AddFromSettingsFile(dir.path(), line).message()), HasSubstr("workers"));
  dir.Write("fastest.toml", "plan = true\n");
  EXPECT_THAT(std::string(AddFromSettingsFile(dir.path(), line).message()), HasSubstr("no setting 'plan'"));
}

TEST(CheckVariablesTest, OnlyNearSpellingsAreMistakes) {
  EXPECT_TRUE(CheckVariables({}).ok());
  EXPECT_TRUE(CheckVariables({"FASTEST_WORKERS", "FASTEST_SLOT", "FASTEST_AGENT", "FASTEST_MY_OWN_CAR", "PATH"}).ok());
  EXPECT_EQ(std::string(CheckVariables({"FASTEST_HANG_TIMOUT"}).message()),
            "the variable FASTEST_HANG_TIMOUT is none of Fastest's: did you mean FASTEST_HANG_TIMEOUT?");
}

TEST(SettingsFileTest, SwitchesAndLists) {
  ScratchDir dir;
  dir.Write("fastest.toml", "insecure = true\nallow-stale = false\nset-env = ['A=1', 'B=2']\npass-env = 'HOME'\n");
  CommandLine line;
  ASSERT_TRUE(AddFromSettingsFile(dir.path(), line).ok());
  EXPECT_TRUE(line.Has("--insecure"));
  EXPECT_FALSE(line.Has("--allow-stale"));
  EXPECT_THAT(line.All("--set-env"), ElementsAre("A=1", "B=2"));
  EXPECT_THAT(line.All("--pass-env"), ElementsAre("HOME"));
  dir.Write("fastest.toml", "insecure = 'no'\n");
  EXPECT_THAT(std::string(AddFromSettingsFile(dir.path(), line).message()), HasSubstr("true or false"));
}

TEST(ParseTest, AWordOnlyBehindAnEqualsSign) {
  const CommandLine line = MustParse({"--warm", "tests"});
  EXPECT_EQ(line.Last("--warm"), "");
  EXPECT_THAT(line.paths, ElementsAre("tests"));
  EXPECT_EQ(MustParse({"--warm=stop"}).Last("--warm"), "stop");
  EXPECT_FALSE(MustParse({}).Has("--warm"));
}

TEST(EnvironmentTest, ASwitchWithAWordIsOnOrOff) {
  const auto getenv = [](const char* name) { return std::string(name) == "FASTEST_WARM" ? "1" : nullptr; };
  CommandLine line;
  ASSERT_TRUE(AddFromEnvironment(getenv, line).ok());
  EXPECT_EQ(line.Last("--warm"), "");
  EXPECT_EQ(line.origins["--warm"], "FASTEST_WARM=1");
}

// A switch that the environment turns off stays off, whatever the file says.
TEST(EnvironmentTest, TurnsASwitchOff) {
  ScratchDir dir;
  dir.Write("fastest.toml", "insecure = true\n");
  std::string value = "0";
  const auto getenv = [&value](const char* name) {
    return std::string(name) == "FASTEST_INSECURE" ? value.c_str() : nullptr;
  };
  CommandLine line;
  ASSERT_TRUE(AddFromEnvironment(getenv, line).ok());
  ASSERT_TRUE(AddFromSettingsFile(dir.path(), line).ok());
  EXPECT_FALSE(line.Has("--insecure"));
  value = "perhaps";
  line = CommandLine();
  EXPECT_EQ(std::string(AddFromEnvironment(getenv, line).message()), "FASTEST_INSECURE=perhaps: 1 or 0 is needed");
}

TEST(GivenTest, NamesTheOrigin) {
  EXPECT_EQ(MustParse({"--workers=3", "-n", "many"}).Given("--workers"), "-n many");
  EXPECT_EQ(MustParse({"--retries", "x"}).Given("--retries"), "--retries x");
  ScratchDir dir;
  dir.Write("fastest.toml", "workers = 'many'\nretries = 1000\n");
  CommandLine line;
  ASSERT_TRUE(AddFromSettingsFile(dir.path(), line).ok());
  EXPECT_EQ(line.Given("--workers"), dir.path() + "/fastest.toml: workers = 'many'");
  EXPECT_EQ(line.Given("--retries"), dir.path() + "/fastest.toml: retries = 1000");
  line = CommandLine();
  const auto getenv = [](const char* name) { return std::string(name) == "FASTEST_WORKERS" ? "many" : nullptr; };
  ASSERT_TRUE(AddFromEnvironment(getenv, line).ok());
  EXPECT_EQ(line.Given("--workers"), "FASTEST_WORKERS=many");
}

TEST(SettingsFileTest, NoFileNoSettings) {
  ScratchDir dir;
  CommandLine line;
  EXPECT_TRUE(AddFromSettingsFile(dir.path(), line).ok());
  EXPECT_THAT(line.values, IsEmpty());
}

}  // namespace
}  // namespace fastest::options
