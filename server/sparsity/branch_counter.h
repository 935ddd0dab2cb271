// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The reluserve authors

// Counts for Maxout: which of several branches gives each maximum.

#ifndef RELUSERVE_SERVER_SPARSITY_BRANCH_COUNTER_H_
#define RELUSERVE_SERVER_SPARSITY_BRANCH_COUNTER_H_

#include <cstdint>
#include <span>

#include "server/sparsity/activation_counter.h"

namespace reluserve::sparsity {

// How the branches lie in memory, all alike: element (n, c, p) of a branch is
// branch[n * sample_stride + c * channel_stride + p].
struct BranchLayout {
  int64_t samples = 0;
  int64_t channels = 0;
  int64_t positions = 1;
  int64_t sample_stride = 0;
  int64_t channel_stride = 0;
};

// For each branch the elements at which it does not win as inactive: a branch wins where it is
// larger than those before it and not smaller than those after it, so of equal ones the first does.
// Where any branch is NaN, or the maximum is infinite, the element is non-finite for all. None is
// saturated. `counts` has one entry a branch. Thread-safe.
void CountBranches(std::span<const float* const> branches, const BranchLayout& layout,
                   std::span<const ChannelCounts> counts);

}  // namespace reluserve::sparsity

#endif  // RELUSERVE_SERVER_SPARSITY_BRANCH_COUNTER_H_
