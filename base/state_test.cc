#include "base/state.h"

#include <gtest/gtest.h>

namespace fastest {
namespace {

enum class Door { kShut, kOpen, kGone };

// kShut → kOpen → kShut; from anywhere → kGone.
constexpr bool MayFollow(Door from, Door to) { return from != to && from != Door::kGone; }

TEST(StateTest, FollowsItsTransitions) {
  State<Door> door(Door::kShut);
  door.To(Door::kOpen);
  door.To(Door::kShut);
  EXPECT_TRUE(door == Door::kShut);
  EXPECT_TRUE(door < Door::kGone);
  door.To(Door::kGone);
  EXPECT_TRUE(door == Door::kGone);
}

// An enum within a class has its MayFollow as a friend.
class House {
 public:
  enum class Light { kOff, kOn };
  friend constexpr bool MayFollow(Light from, Light to) { return from != to; }

  void Switch() { light_.To(light_ == Light::kOff ? Light::kOn : Light::kOff); }
  void SwitchOn() { light_.To(Light::kOn); }

 private:
  State<Light> light_{Light::kOff};
};

TEST(StateDeathTest, AnotherTransitionEndsTheProcessAndIsNamed) {
  State<Door> door(Door::kGone);
  EXPECT_DEATH(door.To(Door::kOpen), "Door.*1 may not follow 2");
  House house;
  house.Switch();
  EXPECT_DEATH(house.SwitchOn(), "Light.*1 may not follow 1");
}

}  // namespace
}  // namespace fastest
