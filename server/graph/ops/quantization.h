// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The reluserve authors

#ifndef RELUSERVE_SERVER_GRAPH_OPS_QUANTIZATION_H_
#define RELUSERVE_SERVER_GRAPH_OPS_QUANTIZATION_H_

#include <cstdint>

#include <absl/status/statusor.h>

#include "server/tensor/shape.h"

namespace reluserve::graph {

// Which scale (and zero point, laid out alike) each element of a tensor has. The tensor is seen as
// [outer, extent, inner], row-major, with the quantisation axis in the middle.
struct QuantizationLayout {
  int64_t outer = 1;
  int64_t extent = 1;
  int64_t inner = 1;
  int64_t block = 0;  // elements along the axis that share a scale; 0: not blocked
  // Not blocked: one scale for each of `extent` (1 when the whole tensor has one).
  // Blocked: scales are [outer, scale_extent, inner].
  int64_t scale_extent = 1;

  // The index of the scale of element (o, e, i).
  int64_t ScaleIndex(int64_t o, int64_t e, int64_t i) const {
    return block == 0 ? e : (o * scale_extent + e / block) * inner + i;
  }
};

// QuantizeLinear and DequantizeLinear: the layout of `scale` over `x`. A scale of one element is
// for the whole tensor, whatever the axis, and is then seen as [1, 1, elements]. INVALID_ARGUMENT
// when scale is neither one element, nor one a place of the axis, nor, with a block size, one a
// block.
absl::StatusOr<QuantizationLayout> ResolveQuantization(const Shape& x, const Shape& scale,
                                                       int64_t axis, int64_t block_size);

}  // namespace reluserve::graph

#endif  // RELUSERVE_SERVER_GRAPH_OPS_QUANTIZATION_H_
