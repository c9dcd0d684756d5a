#include "agent/workers/machine_slot.h"

#include <optional>
#include <set>
#include <vector>

#include "gtest/gtest.h"

namespace fastest::agent {
namespace {

TEST(MachineSlotTest, NoTwoAreTheSameAtATime) {
  std::vector<MachineSlot> slots;
  std::set<uint32_t> numbers;
  for (int i = 0; i < 20; ++i) {
    slots.push_back(MachineSlot::Take().value());
    numbers.insert(slots.back().number());
  }
  EXPECT_EQ(numbers.size(), 20u);
}

TEST(MachineSlotTest, WhatIsGivenBackIsGivenAwayAgain) {
  std::optional<MachineSlot> slot = MachineSlot::Take().value();
  // Other processes of this machine may take numbers meanwhile, but not this number.
  const uint32_t number = slot->number();
  const MachineSlot held = std::move(*slot);
  slot.reset();
  EXPECT_EQ(held.number(), number);
  EXPECT_NE(MachineSlot::Take().value().number(), number);
}

}  // namespace
}  // namespace fastest::agent
