// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The reluserve authors

#include "server/sparsity/branch_counter.h"

#include <algorithm>
#include <cmath>

namespace reluserve::sparsity {
namespace {

// Below this many elements, starting the other threads costs more than they save.
constexpr int64_t kParallelElements = 16 * 1024;

constexpr int64_t kNobody = -1;

// The winner at one element, or nobody where that is not finite.
int64_t WinnerAt(std::span<const float* const> branches, int64_t offset) {
  int64_t winner = 0;
  float largest = branches[0][offset];
  bool is_number = !std::isnan(largest);
  for (size_t b = 1; b < branches.size(); ++b) {
    const float value = branches[b][offset];
    is_number = is_number && !std::isnan(value);
    if (value > largest) {
      largest = value;
      winner = static_cast<int64_t>(b);
    }
  }
  return is_number && std::isfinite(largest) ? winner : kNobody;
}

}  // namespace

void CountBranches(std::span<const float* const> branches, const BranchLayout& layout,
                   std::span<const ChannelCounts> counts) {
  const int64_t planes = layout.samples * layout.channels;
#pragma omp parallel for schedule(static) if (planes * layout.positions >= kParallelElements)
  for (int64_t plane = 0; plane < planes; ++plane) {
    const int64_t begin = plane / layout.channels * layout.sample_stride +
                          plane % layout.channels * layout.channel_stride;
    for (const ChannelCounts& branch : counts) {
      branch.saturated[plane] = branch.non_finite[plane] = 0;
      branch.inactive[plane] = static_cast<uint32_t>(layout.positions);
    }
    for (int64_t p = 0; p < layout.positions; ++p) {
      const int64_t winner = WinnerAt(branches, begin + p);
      if (winner != kNobody) {
        --counts[static_cast<size_t>(winner)].inactive[plane];
        continue;
      }
      for (const ChannelCounts& branch : counts) {
        --branch.inactive[plane];
        ++branch.non_finite[plane];
      }
    }
  }
}

}  // namespace reluserve::sparsity
