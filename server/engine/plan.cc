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

// A slot is in use while any of its parts is.
void LiveWithTheirParts(std::vector<Slot>& slots) {
  for (const Slot& slot : slots) {
    if (slot.inside < 0 || slot.first_step < 0) continue;
    Slot& outer = slots[OutermostSlot(slots, slot.inside).slot];
    const bool unused = outer.first_step < 0;
    outer.first_step = unused ? slot.first_step : std::min(outer.first_step, slot.first_step);
    outer.last_step = std::max(outer.last_step, slot.last_step);
  }
}

}  // namespace

SlotPlace OutermostSlot(const std::vector<Slot>& slots, int slot) {
  SlotPlace place = {slot, 0};
  while (slots[place.slot].inside >= 0) {
    place.offset += slots[place.slot].inside_offset;
    place.slot = slots[place.slot].inside;
  }
  return place;
}

void LayOutArena(Plan& plan) {
  LiveWithTheirParts(plan.slots);
  std::vector<Slot*> waiting;
  for (Slot& slot : plan.slots) {
    const bool used = slot.kind == Slot::Kind::kArena && slot.first_step >= 0;
    if (used && slot.inside < 0) waiting.push_back(&slot);
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
  for (size_t i = 0; i < plan.slots.size(); ++i) {
    if (plan.slots[i].inside < 0) continue;
    const SlotPlace place = OutermostSlot(plan.slots, static_cast<int>(i));
    plan.slots[i].offset = plan.slots[place.slot].offset + place.offset;
  }
}

std::span<const Shape> OutputShapes(const Plan& plan) { return plan.output_shapes; }

}  // namespace reluserve::engine
