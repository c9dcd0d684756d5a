#include "agent/coordinator/session_state.h"

#include <gtest/gtest.h>

namespace fastest::agent {
namespace {

SessionState Begun() {
  SessionState state;
  state.OpenStream();
  state.Greet();
  return state;
}

TEST(SessionStateTest, ARunThatTheCoordinatorEnds) {
  SessionState state;
  EXPECT_FALSE(state.greeted());
  state.OpenStream();
  EXPECT_FALSE(state.under_way());
  state.Greet();
  EXPECT_TRUE(state.under_way());
  EXPECT_FALSE(state.closes_without_workers());
  state.EndRun();
  EXPECT_TRUE(state.greeted());
  EXPECT_FALSE(state.under_way());
  EXPECT_TRUE(state.closes_without_workers());
  state.StreamDone();
  EXPECT_FALSE(state.closes_without_workers());
  EXPECT_FALSE(state.over());
  state.PythonEnded();
  EXPECT_TRUE(state.over());
}

TEST(SessionStateTest, ARunThatIsLeft) {
  SessionState state = Begun();
  EXPECT_FALSE(state.ends_are_wanted());
  EXPECT_TRUE(state.Leave());
  EXPECT_FALSE(state.Leave());
  EXPECT_TRUE(state.leaving());
  EXPECT_TRUE(state.ends_are_wanted());
  EXPECT_TRUE(state.closes_without_workers());
  EXPECT_TRUE(state.under_way());
  state.EndRun();
  EXPECT_FALSE(state.leaving());
  EXPECT_FALSE(state.Leave());
}

TEST(SessionStateTest, WorkersThatAreCutOffEndByWish) {
  SessionState state = Begun();
  state.CutOff();
  EXPECT_TRUE(state.ends_are_wanted());
  EXPECT_TRUE(state.under_way());
  EXPECT_FALSE(state.closes_without_workers());
  // Cut off, it may still be left; leaving is not undone by another cut.
  EXPECT_TRUE(state.Leave());
  state.CutOff();
  EXPECT_TRUE(state.leaving());
}

TEST(SessionStateTest, TheCoordinatorMayRepeatItself) {
  SessionState state = Begun();
  state.CutOff();
  state.CutOff();
  state.EndRun();
  state.EndRun();
  state.CutOff();
  EXPECT_FALSE(state.under_way());
}

TEST(SessionStateTest, ABrokenStreamEndsTheRun) {
  SessionState state = Begun();
  state.StreamDone();
  EXPECT_TRUE(state.greeted());
  EXPECT_FALSE(state.under_way());
  EXPECT_FALSE(state.Leave());
}

TEST(SessionStateTest, ASessionThatNeverHadAStream) {
  SessionState state;
  state.StreamDone();
  state.StreamDone();
  state.PythonEnded();
  EXPECT_TRUE(state.over());
  EXPECT_FALSE(state.greeted());
}

TEST(SessionStateDeathTest, IllegalTransitions) {
  SessionState state = Begun();
  EXPECT_DEATH(state.Greet(), "Run");
  EXPECT_DEATH(state.OpenStream(), "Stream");
  state.StreamDone();
  EXPECT_DEATH(state.OpenStream(), "Stream");
  SessionState ungreeted;
  EXPECT_DEATH(ungreeted.Leave(), "Run");
}

}  // namespace
}  // namespace fastest::agent
