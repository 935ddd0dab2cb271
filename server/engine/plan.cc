// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The reluserve authors

#include "server/engine/plan.h"

#include <algorithm>

namespace reluserve::engine {
namespace {

// A cache line; also keeps neighbouring buffers out of each other's lines.
constexpr int64_t kAlignment = 64;

bool LivesOverlap(const Slot& a, const Slot& b) {
  return a.first_step <= b.last_step && b.first_step <= a.last_step;
}

}  // namespace

void LayOutArena(Plan& plan) {
  std::vector<Slot*> waiting;
  for (Slot& slot : plan.slots) {
    if (slot.kind == Slot::Kind::kArena && slot.first_step >= 0) waiting.push_back(&slot);
  }
  std::stable_sort(waiting.begin(), waiting.end(),
                   [](const Slot* a, const Slot* b) { return a->bytes > b->bytes; });
  std::vector<const Slot*> placed;  // by offset
  plan.arena_bytes = 0;
  for (Slot* slot : waiting) {
    int64_t offset = 0;
    for (const Slot* other : placed) {
      if (!LivesOverlap(*slot, *other)) continue;
      if (offset + slot->bytes <= other->offset) break;
      const int64_t end = other->offset + other->bytes;
      offset = std::max(offset, (end + kAlignment - 1) / kAlignment * kAlignment);
    }
    slot->offset = offset;
    plan.arena_bytes = std::max(plan.arena_bytes, offset + slot->bytes);
    placed.insert(
        std::upper_bound(placed.begin(), placed.end(), slot,
                         [](const Slot* a, const Slot* b) { return a->offset < b->offset; }),
        slot);
  }
}

std::span<const Shape> OutputShapes(const Plan& plan) { return plan.output_shapes; }

}  // namespace reluserve::engine
