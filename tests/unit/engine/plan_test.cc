// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The reluserve authors

#include "server/engine/plan.h"

#include <random>

#include <fmt/format.h>
#include <gtest/gtest.h>

namespace reluserve::engine {
namespace {

Slot ArenaSlot(int64_t bytes, int first_step, int last_step) {
  Slot slot;
  slot.bytes = bytes;
  slot.first_step = first_step;
  slot.last_step = last_step;
  return slot;
}

TEST(LayOutArenaTest, ReusesWhatIsNoLongerRead) {
  Plan plan;
  // A chain: each buffer is written at one step and read at the next.
  plan.slots = {ArenaSlot(1024, 0, 1), ArenaSlot(512, 1, 2), ArenaSlot(1024, 2, 3)};
  LayOutArena(plan);
  EXPECT_EQ(plan.arena_bytes, 1536);
  EXPECT_EQ(plan.slots[0].offset, plan.slots[2].offset);
}

TEST(LayOutArenaTest, LeavesOutWhatNoStepTouchesAndWhatIsNotItsOwn) {
  Plan plan;
  plan.slots = {ArenaSlot(1024, -1, -1), ArenaSlot(64, 0, 0)};
  plan.slots.push_back(ArenaSlot(4096, 0, 1));
  plan.slots[2].kind = Slot::Kind::kOutput;
  LayOutArena(plan);
  EXPECT_EQ(plan.arena_bytes, 64);
}

TEST(LayOutArenaTest, NeverOverlapsWhatLivesTogether) {
  const uint32_t seed = std::random_device()();
  SCOPED_TRACE(fmt::format("seed {}", seed));
  std::mt19937 random(seed);
  for (int round = 0; round < 50; ++round) {
    Plan plan;
    for (int i = 0; i < 40; ++i) {
      const int first = static_cast<int>(random() % 30);
      plan.slots.push_back(
          ArenaSlot(1 + random() % 5000, first, first + static_cast<int>(random() % 6)));
    }
    LayOutArena(plan);
    for (size_t i = 0; i < plan.slots.size(); ++i) {
      const Slot& a = plan.slots[i];
      EXPECT_EQ(a.offset % 64, 0);
      EXPECT_LE(a.offset + a.bytes, plan.arena_bytes);
      for (size_t k = 0; k < i; ++k) {
        const Slot& b = plan.slots[k];
        const bool together = a.first_step <= b.last_step && b.first_step <= a.last_step;
        const bool overlap = a.offset < b.offset + b.bytes && b.offset < a.offset + a.bytes;
        EXPECT_FALSE(together && overlap) << "slots " << i << " and " << k;
      }
    }
  }
}

}  // namespace
}  // namespace reluserve::engine
