#include "agent/agent_options.h"

#include <string>
#include <utility>
#include <vector>

#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace fastest::agent {
namespace {

using testing::HasSubstr;
using testing::Not;

ParsedAgentOptions Parse(std::vector<const char*> arguments, std::string virtual_env = "") {
  arguments.insert(arguments.begin(), "fastest-agent");
  return ParseAgentOptions(static_cast<int>(arguments.size()), arguments.data(),
                           {6, "/here", "box", std::move(virtual_env), "/runner"});
}

TEST(AgentOptionsTest, DefaultsComeFromTheSurroundings) {
  const ParsedAgentOptions parsed = Parse({"--join", "unix:/run/x"});
  EXPECT_FALSE(parsed.exit) << parsed.text;
  EXPECT_EQ(parsed.options.join, "unix:/run/x");
  EXPECT_EQ(parsed.options.slots, 6u);
  EXPECT_EQ(parsed.options.name, "box");
  EXPECT_EQ(parsed.options.python, "python3");
  EXPECT_EQ(parsed.options.runner, "/runner");
  EXPECT_FALSE(parsed.options.embedded);
  EXPECT_EQ(Parse({"--join", "unix:/run/x"}, "/venv").options.python, "/venv/bin/python");
}

TEST(AgentOptionsTest, OptionsOverrideThem) {
  const ParsedAgentOptions parsed = Parse(
      {"--join=localhost:80", "--slots", "3", "--name", "n", "--python=/p", "--runner", "/r", "--embedded"}, "/venv");
  EXPECT_FALSE(parsed.exit) << parsed.text;
  EXPECT_EQ(parsed.options.slots, 3u);
  EXPECT_EQ(parsed.options.name, "n");
  EXPECT_EQ(parsed.options.python, "/p");
  EXPECT_EQ(parsed.options.runner, "/r");
  EXPECT_TRUE(parsed.options.embedded);
  EXPECT_EQ(Parse({"--join=127.0.0.1:80", "--slots", "auto"}).options.slots, 6u);
}

TEST(AgentOptionsTest, AServersOptions) {
  const ParsedAgentOptions parsed =
      Parse({"--listen", "0.0.0.0:0", "--port-file", "p", "--workdir", "/tmp/", "--label", "os=debian", "--label",
             "gpu=", "--idle-exit", "1.5", "--token-file", "t", "--insecure"});
  EXPECT_FALSE(parsed.exit) << parsed.text;
  EXPECT_EQ(parsed.options.listen, "0.0.0.0:0");
  EXPECT_EQ(parsed.options.port_file, "/here/p");
  EXPECT_EQ(parsed.options.workdir, "/tmp");
  EXPECT_THAT(parsed.options.labels, testing::ElementsAre("os=debian", "gpu="));
  EXPECT_EQ(parsed.options.idle_exit_s, 1.5);
  EXPECT_EQ(parsed.options.security.token_file, "t");
  EXPECT_TRUE(parsed.options.security.insecure);
  EXPECT_EQ(Parse({"--listen", "a:1"}).options.workdir, "/here");
}

TEST(AgentOptionsTest, AWarmAgentsSocket) {
  EXPECT_EQ(Parse({"--warm-socket", "/run/a.sock"}).options.warm_socket, "/run/a.sock");
  EXPECT_THAT(Parse({"--warm-socket", "a.sock"}).text, HasSubstr("an absolute path is needed"));
  EXPECT_EQ(Parse({"--warm-socket", "/a.sock", "--listen", "a:1"}).exit_code, 4);
}

TEST(AgentOptionsTest, ErrorsNameWhatIsWrong) {
  const auto error = [](std::vector<const char*> arguments) {
    const ParsedAgentOptions parsed = Parse(std::move(arguments));
    EXPECT_TRUE(parsed.exit);
    EXPECT_EQ(parsed.exit_code, 4);
    EXPECT_THAT(parsed.text, HasSubstr("fastest-agent: "));
    return parsed.text;
  };
  EXPECT_THAT(error({}), HasSubstr("--join"));
  EXPECT_THAT(error({"--join", "a:1", "--listen", "b:2"}), HasSubstr("--listen"));
  EXPECT_THAT(error({"--listen", "7070"}), HasSubstr("not HOST:PORT"));
  EXPECT_THAT(error({"--listen", "[::1]:70700"}), HasSubstr("not HOST:PORT"));
  EXPECT_THAT(error({"--join", "a:1", "--port-file", "f"}), HasSubstr("--listen"));
  EXPECT_THAT(error({"--listen", "a:0", "--workdir", "/no/such/place"}), HasSubstr("/no/such/place"));
  EXPECT_THAT(error({"--listen", "a:0", "--label", "gpu"}), HasSubstr("not KEY=VALUE"));
  EXPECT_THAT(error({"--listen", "a:0", "--idle-exit", "soon"}), HasSubstr("not a number of seconds"));
  EXPECT_THAT(error({"--join", "somewhere"}), HasSubstr("not HOST:PORT"));
  EXPECT_THAT(error({"--join", "unix:"}), HasSubstr("lacks a path"));
  EXPECT_THAT(error({"--join", "localhost:0"}), HasSubstr("not HOST:PORT"));
  for (const char* slots : {"0", "-1", "many", "5000"}) {
    EXPECT_THAT(error({"--join", "[::1]:80", "--slots", slots}), HasSubstr("neither auto nor a number"));
  }
  EXPECT_THAT(error({"--join", "[::1]:80", "--frobnicate"}), HasSubstr("--frobnicate"));
}

TEST(AgentOptionsTest, HelpAndVersionExitWell) {
  const ParsedAgentOptions help = Parse({"--help"});
  EXPECT_TRUE(help.exit);
  EXPECT_EQ(help.exit_code, 0);
  EXPECT_THAT(help.text, HasSubstr("--slots"));
  EXPECT_THAT(help.text, Not(HasSubstr("--embedded")));
  const ParsedAgentOptions version = Parse({"--version"});
  EXPECT_EQ(version.exit_code, 0);
  EXPECT_THAT(version.text, testing::StartsWith("fastest-agent 0."));
}

}  // namespace
}  // namespace fastest::agent
