// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The reluserve authors

#ifndef RELUSERVE_SERVER_GRAPH_OPS_SAMPLING_H_
#define RELUSERVE_SERVER_GRAPH_OPS_SAMPLING_H_

#include <cstdint>
#include <span>
#include <vector>

#include <absl/status/statusor.h>

#include "server/graph/op.h"
#include "server/tensor/shape.h"

namespace reluserve::graph {

// A Col2Im with everything filled in: one entry a spatial axis in each vector.
struct ResolvedCol2Im {
  std::vector<int64_t> image;
  std::vector<int64_t> block;
  std::vector<int64_t> strides;
  std::vector<int64_t> dilations;
  std::vector<int64_t> pads_begin;
  std::vector<int64_t> counts;  // of blocks
  Shape output;                 // [N,C,image...]
};

// `x` is the shape of X. INVALID_ARGUMENT when attributes and shapes do not fit together. Extents,
// strides and pads are below 2³¹, so that sums of two products of them fit.
absl::StatusOr<ResolvedCol2Im> ResolveCol2Im(const Col2Im& op, const Shape& x,
                                             std::span<const int64_t> image,
                                             std::span<const int64_t> block);

}  // namespace reluserve::graph

#endif  // RELUSERVE_SERVER_GRAPH_OPS_SAMPLING_H_
