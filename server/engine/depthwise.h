// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The reluserve authors

// Depthwise 3x3 convolution that counts activations on the way. Such a layer takes little more time
// than reading and writing its elements does, so that passes of their own for the counts of the
// layer before it and of itself would cost nearly as much again.

#ifndef RELUSERVE_SERVER_ENGINE_DEPTHWISE_H_
#define RELUSERVE_SERVER_ENGINE_DEPTHWISE_H_

#include <cstdint>
#include <limits>

#include "server/sparsity/activation_counter.h"
#include "server/sparsity/count_rule.h"

namespace reluserve::engine {

// Channels of a block: the source lies as [samples, channels / 16, height, width, 16], the result
// likewise, the weights as [channels / 16, 9, 16].
inline constexpr int64_t kDepthwiseBlock = 16;

struct DepthwiseShape {
  int64_t samples = 1;
  int64_t channels = kDepthwiseBlock;  // a multiple of the block
  int64_t height = 0;
  int64_t width = 0;
  int64_t result_height = 0;
  int64_t result_width = 0;
  int64_t stride = 1;  // 1 or 2, along both axes
  int64_t pad_top = 0;
  int64_t pad_left = 0;
  // Results are kept between these.
  float low = -std::numeric_limits<float>::infinity();
  float high = std::numeric_limits<float>::infinity();
};

struct DepthwiseOperands {
  const float* source = nullptr;
  const float* weights = nullptr;
  const float* bias = nullptr;  // one a channel, or null
  float* result = nullptr;
};

// Where the counts of an activation go; null where it is not counted.
struct DepthwiseCounts {
  sparsity::ChannelCounts source;
  sparsity::ChannelCounts result;
  float source_high = std::numeric_limits<float>::infinity();  // from here on it is saturated
  float result_high = std::numeric_limits<float>::infinity();
};

// Whether such counts can be made on the way: of what rectifies, and saturates above if at all.
bool CountsOnTheWay(const sparsity::CountRule& rule);

// On the calling thread and its OpenMP team. False where an element that was to be counted is not
// finite: all counts are then to be made anew. A sample's results and counts do not depend on the
// others'. Thread-safe; allocates nothing.
bool RunDepthwise(const DepthwiseShape& shape, const DepthwiseOperands& operands,
                  const DepthwiseCounts& counts);

}  // namespace reluserve::engine

#endif  // RELUSERVE_SERVER_ENGINE_DEPTHWISE_H_
