// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The reluserve authors

#include "server/sparsity/sliding_window.h"

#include <algorithm>

namespace reluserve::sparsity {

SlidingWindow::SlidingWindow(absl::Duration slot, int slots, std::span<const uint64_t> start,
                             size_t layers, absl::Time now)
    : slot_(slot),
      slots_(slots),
      begin_(now),
      current_(SlotOf(now)),
      start_(start.begin(), start.end()),
      kept_(static_cast<size_t>(slots) + 1),
      running_(layers) {
  for (Kept& kept : kept_) {
    kept.counters.resize(start.size());
    kept.extremes.resize(layers);
  }
}

int64_t SlidingWindow::SlotOf(absl::Time time) const {
  absl::Duration rest;
  return absl::IDivDuration(time - absl::UnixEpoch(), slot_, &rest);
}

void SlidingWindow::Advance(absl::Time now, std::span<const uint64_t> counters) {
  const int64_t slot = SlotOf(now);
  if (slot <= current_) return;
  const std::vector<uint64_t>& latest =
      size_ == 0 ? start_ : kept_[(next_ + kept_.size() - 1) % kept_.size()].counters;
  // A slot without traffic needs no array: the one before holds.
  if (!std::equal(counters.begin(), counters.end(), latest.begin())) {
    Kept& kept = kept_[next_];
    kept.boundary = current_ + 1;
    std::copy(counters.begin(), counters.end(), kept.counters.begin());
    std::copy(running_.begin(), running_.end(), kept.extremes.begin());
    next_ = (next_ + 1) % kept_.size();
    size_ = std::min(size_ + 1, kept_.size());
  }
  std::fill(running_.begin(), running_.end(), Extremes());
  current_ = slot;
}

absl::Time SlidingWindow::Read(std::span<const uint64_t> counters,
                               std::vector<uint64_t>& difference,
                               std::vector<Extremes>& extremes) const {
  const int64_t first_slot = current_ - slots_;
  const std::vector<uint64_t>* base = &start_;
  extremes = running_;
  for (size_t age = 0; age < size_; ++age) {
    const Kept& kept = kept_[(next_ + kept_.size() - 1 - age) % kept_.size()];
    if (kept.boundary <= first_slot) {
      base = &kept.counters;
      break;
    }
    for (size_t layer = 0; layer < extremes.size(); ++layer) {
      extremes[layer].Merge(kept.extremes[layer]);
    }
  }
  difference.resize(counters.size());
  for (size_t i = 0; i < counters.size(); ++i) difference[i] = counters[i] - (*base)[i];
  return std::max(begin_, absl::UnixEpoch() + first_slot * slot_);
}

}  // namespace reluserve::sparsity
