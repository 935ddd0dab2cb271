// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The reluserve authors

// The unit of work of activation_counter.h, by the widest vectors of this CPU.

#ifndef RELUSERVE_SERVER_SPARSITY_COUNT_TASK_H_
#define RELUSERVE_SERVER_SPARSITY_COUNT_TASK_H_

#include <cstdint>
#include <limits>

#include "server/sparsity/activation_counter.h"

namespace reluserve::sparsity {

// `rows` rows of `width` neighbouring channels, `stride` elements from row to row; stride 1 is one
// channel whose elements are neighbours. `counts` has `width` entries.
struct CountTask {
  const float* elements = nullptr;
  int64_t rows = 0;
  int64_t stride = 1;
  int64_t width = 1;
  ChannelCounts counts;
};

// Whether any finite element can be saturated.
inline bool Saturates(const CountRule& rule) {
  constexpr float kInfinity = std::numeric_limits<float>::infinity();
  return rule.saturated_low != -kInfinity || rule.saturated_high != kInfinity;
}

// Overwrites the task's counts. On the calling thread.
void RunCountTask(const CountTask& task, const CountRule& rule);

}  // namespace reluserve::sparsity

#endif  // RELUSERVE_SERVER_SPARSITY_COUNT_TASK_H_
