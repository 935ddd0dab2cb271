// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The reluserve authors

// Counts of the recent past, in memory that does not grow with traffic.

#ifndef RELUSERVE_SERVER_SPARSITY_SLIDING_WINDOW_H_
#define RELUSERVE_SERVER_SPARSITY_SLIDING_WINDOW_H_

#include <cstdint>
#include <span>
#include <vector>

#include <absl/time/time.h>

#include "server/sparsity/counters.h"

namespace reluserve::sparsity {

// Time is cut into slots. At the end of each slot in which something was counted the whole array
// is kept, so that what was counted since is a subtraction. The window is the slot that runs and
// the `slots` before it: between `slots` and `slots` + 1 slots long. Not thread-safe.
class SlidingWindow {
 public:
  // Allocates everything it will need: (slots + 2) arrays like `start`, which is what has been
  // counted when the window begins.
  SlidingWindow(absl::Duration slot, int slots, std::span<const uint64_t> start, size_t layers,
                absl::Time now);

  // Call before counting something at `now`, and before reading, with the array as it is. A time
  // before the latest one counts as that.
  void Advance(absl::Time now, std::span<const uint64_t> counters);

  // For what is counted next, one entry a layer.
  std::span<Extremes> running_extremes() { return running_; }

  // Writes the counts of the window at the time of the latest Advance() to `difference`, and its
  // extremes; returns when the window began.
  absl::Time Read(std::span<const uint64_t> counters, std::vector<uint64_t>& difference,
                  std::vector<Extremes>& extremes) const;

 private:
  struct Kept {
    int64_t boundary = 0;  // number of the slot that began then
    std::vector<uint64_t> counters;
    std::vector<Extremes> extremes;  // of the slot that ended
  };

  int64_t SlotOf(absl::Time time) const;

  const absl::Duration slot_;
  const int64_t slots_;
  const absl::Time begin_;
  int64_t current_;  // slot of the latest Advance()
  std::vector<uint64_t> start_;
  std::vector<Kept> kept_;         // a ring
  size_t next_ = 0;                // where the next goes
  size_t size_ = 0;                // how many there are
  std::vector<Extremes> running_;  // of the current slot
};

}  // namespace reluserve::sparsity

#endif  // RELUSERVE_SERVER_SPARSITY_SLIDING_WINDOW_H_
