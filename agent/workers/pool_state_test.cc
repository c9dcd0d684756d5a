#include "agent/workers/pool_state.h"

#include <gtest/gtest.h>

namespace fastest::agent {
namespace {

TEST(PoolStateTest, ARunWithAZygoteThatIsKept) {
  PoolState state;
  EXPECT_FALSE(state.begun());
  state.BeginRun();
  state.AskZygote();
  EXPECT_TRUE(state.begun());
  EXPECT_TRUE(state.asking());
  EXPECT_TRUE(state.Answered());
  EXPECT_FALSE(state.asking());
  EXPECT_TRUE(state.open());
  EXPECT_TRUE(state.BeginEnd());
  state.ClearZygote();
  EXPECT_FALSE(state.cleared());
  EXPECT_TRUE(state.Cleared());
  EXPECT_TRUE(state.cleared());
  EXPECT_TRUE(state.TellGone(0));
}

TEST(PoolStateTest, WhatNobodyAskedForIsNoAnswer) {
  PoolState state;
  EXPECT_FALSE(state.Answered());
  EXPECT_FALSE(state.Cleared());
  state.BeginRun();
  state.AskZygote();
  EXPECT_TRUE(state.Answered());
  EXPECT_FALSE(state.Answered());
  EXPECT_FALSE(state.Cleared());
  EXPECT_FALSE(state.cleared());
}

TEST(PoolStateTest, ARunIsRefusedOnce) {
  PoolState state;
  state.BeginRun();
  EXPECT_FALSE(state.refused());
  EXPECT_TRUE(state.Refuse());
  EXPECT_TRUE(state.refused());
  EXPECT_TRUE(state.begun());
  EXPECT_FALSE(state.Refuse());
}

TEST(PoolStateTest, TheEndOnlyComesNearer) {
  PoolState state;
  state.Close();
  EXPECT_FALSE(state.open());
  EXPECT_FALSE(state.draining());
  state.Drain();
  EXPECT_TRUE(state.draining());
  state.Close();
  EXPECT_TRUE(state.draining());
  EXPECT_TRUE(state.BeginEnd());
  EXPECT_FALSE(state.BeginEnd());
  state.Drain();
  state.Close();
  EXPECT_TRUE(state.ending());
  EXPECT_FALSE(state.draining());
}

TEST(PoolStateTest, ThatTheWorkersHaveGoneIsToldOnceAndAtTheEnd) {
  PoolState state;
  EXPECT_FALSE(state.TellGone(0));
  state.Drain();
  EXPECT_FALSE(state.TellGone(0));
  state.BeginEnd();
  EXPECT_FALSE(state.TellGone(1));
  EXPECT_TRUE(state.TellGone(0));
  EXPECT_FALSE(state.TellGone(0));
  EXPECT_TRUE(state.ending());
}

TEST(PoolStateDeathTest, IllegalTransitions) {
  PoolState state;
  EXPECT_DEATH(state.Refuse(), "Run");
  state.BeginRun();
  EXPECT_DEATH(state.BeginRun(), "Run");
  state.AskZygote();
  EXPECT_DEATH(state.AskZygote(), "Zygote");
  EXPECT_DEATH(state.ClearZygote(), "Zygote");
}

}  // namespace
}  // namespace fastest::agent
