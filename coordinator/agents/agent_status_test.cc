#include "coordinator/agents/agent_status.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace fastest::agents {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;

AgentAnswer Answer(const std::string& address, const std::string& name) {
  AgentAnswer answer;
  answer.address = address;
  answer.status.set_name(name);
  return answer;
}

AgentAnswer Silent(const std::string& address) {
  AgentAnswer answer;
  answer.address = address;
  answer.error = absl::UnavailableError("Connection refused");
  return answer;
}

TEST(AgentStatusTest, WhomToDrain) {
  const std::vector<AgentAnswer> answers = {Answer("h:1", "a"), Answer("h:2", "b"), Answer("h:3", "b"), Silent("h:4")};
  const auto of = [&](const std::vector<std::string>& wanted) { return AddressesToDrain(wanted, answers); };
  EXPECT_THAT(*of({"a", "elsewhere:7070"}), ElementsAre("h:1", "elsewhere:7070"));
  EXPECT_THAT(std::string(of({"b"}).status().message()), HasSubstr("h:2 and h:3"));
  EXPECT_THAT(std::string(of({"c"}).status().message()), HasSubstr("--drain c: none of --agents"));
}

}  // namespace
}  // namespace fastest::agents
