#include "coordinator/run/roster.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>
#include <vector>

namespace fastest::run {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;
using ::testing::Pair;

class RosterTest : public testing::Test {
 protected:
  void Join(int agent, const std::string& name) {
    v1::AgentMessage::Hello hello;
    hello.set_name(name);
    hello.set_hostname("host-" + name);
    hello.set_slots(2);
    (*hello.mutable_labels())["zone"] = "a";
    roster_.Join(agent, hello);
  }

  Roster roster_{0, false};
};

TEST_F(RosterTest, AReplacementHasAnIdOfItsOwn) {
  Join(7, "bert");
  EXPECT_EQ(roster_.Start({7, 0}).id, "gw0");
  EXPECT_EQ(roster_.Start({7, 1}).id, "gw1");
  const Worker& next = roster_.Start({7, 0});
  EXPECT_EQ(next.id, "gw2");
  EXPECT_EQ(next.origin.agent, "bert");
  EXPECT_EQ(next.origin.slot, 0);
  EXPECT_EQ(roster_.Find({7, 0}, "gw0"), nullptr) << "it was replaced";
  EXPECT_EQ(roster_.Find({7, 0}, "gw2"), &next);
  EXPECT_EQ(roster_.started(), 3);
}

TEST_F(RosterTest, IdsBeginWhereTheSequenceSays) {
  Roster roster(3, false);
  EXPECT_EQ(roster.Start({0, 0}).id, "gw3");
  EXPECT_EQ(roster.started(), 1);
}

TEST_F(RosterTest, WorkersOfALostAgentAreRemembered) {
  Join(0, "anna");
  Join(1, "bert");
  roster_.Start({0, 0});
  roster_.Start({1, 0});
  roster_.Start({1, 1});
  std::vector<std::string> lost;
  for (const Worker& worker : roster_.Lose(1)) lost.push_back(worker.id);
  EXPECT_THAT(lost, ElementsAre("gw1", "gw2"));
  EXPECT_FALSE(roster_.Has(1));
  EXPECT_EQ(roster_.workers().size(), 1u);
  ASSERT_NE(roster_.FindLost(1, "gw2"), nullptr);
  EXPECT_EQ(roster_.FindLost(1, "gw2")->agent, "bert");
  EXPECT_EQ(roster_.FindLost(0, "gw0"), nullptr);
}

TEST_F(RosterTest, ARefusedAgentsWorkersAreForgotten) {
  Join(1, "bert");
  roster_.Start({1, 0});
  roster_.Refuse(1, "no pytest");
  EXPECT_FALSE(roster_.Has(1));
  EXPECT_THAT(roster_.workers(), IsEmpty());
  EXPECT_EQ(roster_.FindLost(1, "gw0"), nullptr);
  EXPECT_THAT(roster_.refused(), ElementsAre(Pair("bert", "no pytest")));
}

TEST_F(RosterTest, AgentsAreCalledByNameOrNumber) {
  Join(1, "bert");
  Join(2, "");
  EXPECT_EQ(roster_.NameOf(1), "agent bert");
  EXPECT_EQ(roster_.NameOf(2), "agent 2");
  EXPECT_EQ(roster_.NameOf(3), "agent 3");
  EXPECT_EQ(roster_.FactsOf(1).hostname, "host-bert");
  EXPECT_EQ(roster_.FactsOf(1).slots, 2);
  EXPECT_THAT(roster_.LabelsOf(1), ElementsAre(Pair("zone", "a")));
  EXPECT_EQ(roster_.FactsOf(3).name, "");
}

TEST_F(RosterTest, TheFirstThatWritesIsHeardUntilAllAreReady) {
  Join(0, "anna");
  Worker& first = roster_.Start({0, 0});
  Worker& second = roster_.Start({0, 1});
  EXPECT_TRUE(roster_.IsHeard(second));
  EXPECT_FALSE(roster_.IsHeard(first));
  EXPECT_TRUE(roster_.IsHeard(second));
  first.ready = true;
  EXPECT_TRUE(roster_.IsHeard(first));
}

TEST_F(RosterTest, AnAgentWithAReadyWorkerIsTheHost) {
  EXPECT_EQ(roster_.Host(), std::nullopt);
  Join(0, "anna");
  Join(1, "bert");
  EXPECT_EQ(roster_.Host(), 0);
  roster_.Start({0, 0});
  roster_.Start({1, 0}).ready = true;
  EXPECT_EQ(roster_.Host(), 1);
}

TEST_F(RosterTest, DeathsAreCounted) {
  EXPECT_EQ(roster_.CountDeath(), 1);
  EXPECT_EQ(roster_.CountDeath(), 2);
}

}  // namespace
}  // namespace fastest::run
