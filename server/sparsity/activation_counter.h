// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The reluserve authors

// Exact counts of inactive, saturated and non-finite elements, per sample and per channel.

#ifndef RELUSERVE_SERVER_SPARSITY_ACTIVATION_COUNTER_H_
#define RELUSERVE_SERVER_SPARSITY_ACTIVATION_COUNTER_H_

#include <cstdint>

#include "server/sparsity/count_rule.h"

namespace reluserve::sparsity {

// How a float activation of logical shape [samples, channels, positions] lies in memory: for each
// sample, ceil(channels / block) groups, each of `positions` rows of `block` neighbouring channels.
//   block = 1         planar (NCHW)
//   block = 8, 16     oneDNN's blocked layouts (nChw8c, nChw16c); the last group may be padded with
//                     lanes beyond `channels`, which are never counted
//   block = channels  channels last (NHWC), and plain matrices [samples, channels]
struct ActivationLayout {
  int64_t samples = 0;
  int64_t channels = 0;
  int64_t positions = 1;
  int64_t block = 1;
};

// Where counts go: arrays of samples * channels entries each, sample-major, overwritten. A count
// fits 32 bits because `positions` is below 2^32.
struct ChannelCounts {
  uint32_t* inactive = nullptr;
  uint32_t* saturated = nullptr;
  uint32_t* non_finite = nullptr;
};

// Counts in one pass, by the widest vectors of this CPU, on the calling thread and its OpenMP team.
// Thread-safe; allocates nothing.
void CountActivations(const float* elements, const ActivationLayout& layout, const CountRule& rule,
                      const ChannelCounts& counts);

}  // namespace reluserve::sparsity

#endif  // RELUSERVE_SERVER_SPARSITY_ACTIVATION_COUNTER_H_
