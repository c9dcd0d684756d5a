#include "coordinator/agents/agent_list.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cstdio>
#include <fstream>

namespace fastest::agents {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

absl::StatusOr<std::vector<std::string>> ResolveForTest(const std::string& host, const std::string& port) {
  if (host == "farm") return std::vector<std::string>{"10.0.0.2:" + port, "10.0.0.1:" + port};
  return absl::UnavailableError(host + ": not known");
}

std::set<std::string> Addresses(const AgentList& list, std::vector<std::string>* problems) {
  problems->clear();
  return list.Addresses(problems);
}

TEST(AgentListTest, AddressesAndNames) {
  const auto list = AgentList::Parse("b:7070, a:7070,dns:///farm:80", ResolveForTest);
  ASSERT_TRUE(list.ok()) << list.status();
  EXPECT_TRUE(list->changes());
  std::vector<std::string> problems;
  EXPECT_THAT(Addresses(*list, &problems), ElementsAre("10.0.0.1:80", "10.0.0.2:80", "a:7070", "b:7070"));
  EXPECT_THAT(problems, IsEmpty());
  EXPECT_FALSE(AgentList::Parse("a:1,[::1]:2", ResolveForTest)->changes());
}

TEST(AgentListTest, AFileIsReadAgain) {
  const std::string path = testing::TempDir() + "/agents";
  std::ofstream(path) << "a:1\n\n  b:2  # the new one\n# c:3\n";
  const auto list = AgentList::Parse("@" + path, ResolveForTest);
  ASSERT_TRUE(list.ok()) << list.status();
  std::vector<std::string> problems;
  EXPECT_THAT(Addresses(*list, &problems), ElementsAre("a:1", "b:2"));
  std::ofstream(path) << "d:4\n";
  EXPECT_THAT(Addresses(*list, &problems), ElementsAre("d:4"));
  std::ofstream(path) << "no port\n";
  EXPECT_THAT(Addresses(*list, &problems), IsEmpty());
  EXPECT_THAT(problems, ElementsAre(HasSubstr("\"no port\" is not HOST:PORT")));
  std::remove(path.c_str());
  Addresses(*list, &problems);
  EXPECT_THAT(problems, ElementsAre(HasSubstr("can't be read")));
}

TEST(AgentListTest, ANameThatIsNotKnownIsNoEnd) {
  const auto list = AgentList::Parse("a:1,dns:///nowhere:2", ResolveForTest);
  std::vector<std::string> problems;
  EXPECT_THAT(Addresses(*list, &problems), ElementsAre("a:1"));
  EXPECT_THAT(problems, ElementsAre(HasSubstr("nowhere: not known")));
}

TEST(AgentListTest, ErrorsNameWhatIsWrong) {
  const auto error = [](const std::string& list) {
    return std::string(AgentList::Parse(list, ResolveForTest).status().message());
  };
  EXPECT_THAT(error("a"), HasSubstr("\"a\" is not HOST:PORT"));
  EXPECT_THAT(error("a:0"), HasSubstr("\"a:0\" is not HOST:PORT"));
  EXPECT_THAT(error("a:1,dns:///b"), HasSubstr("\"b\" is not HOST:PORT"));
  EXPECT_THAT(error(" , "), HasSubstr("names no agent"));
  EXPECT_THAT(error("@/no/such/file"), HasSubstr("/no/such/file"));
}

}  // namespace
}  // namespace fastest::agents
