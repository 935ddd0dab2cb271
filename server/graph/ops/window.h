// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The reluserve authors

// Sliding windows with everything that a model may leave open filled in.

#ifndef RELUSERVE_SERVER_GRAPH_OPS_WINDOW_H_
#define RELUSERVE_SERVER_GRAPH_OPS_WINDOW_H_

#include <cstdint>
#include <vector>

#include <absl/status/statusor.h>

#include "server/graph/op.h"
#include "server/tensor/shape.h"

namespace reluserve::graph {

inline constexpr int kMaxSpatialAxes = 3;

// A window over the spatial axes (axes 2 and up of the source): one entry an axis in each vector,
// none left out. Position o of the output covers, from its tap 0, source position o·stride -
// pad_begin on (for a transposed convolution, the other way round). With ceil_mode the last
// position may reach beyond pads_end.
struct ResolvedWindow {
  std::vector<int64_t> kernel;
  std::vector<int64_t> strides;
  std::vector<int64_t> dilations;  // 1 = dense
  std::vector<int64_t> pads_begin;
  std::vector<int64_t> pads_end;
  std::vector<int64_t> output;  // extents of the result
};

// Each of these takes whole shapes: source [N,C,spatial...], weights as the operator has them. They
// follow the formulas of the ONNX reference for Conv, ConvTranspose, MaxPool and AveragePool.
// INVALID_ARGUMENT when attributes and shapes do not fit together or no output is left,
// UNIMPLEMENTED for more than kMaxSpatialAxes. Extents, strides and pads are below 2³¹, so that
// sums of two products of them fit.

// Conv, QLinearConv, ConvInteger.
absl::StatusOr<ResolvedWindow> ResolveConvolution(const Window& window, const Shape& source,
                                                  const Shape& weights);
// ConvTranspose. Pads follow from output_shape where that is given, and may then be negative.
absl::StatusOr<ResolvedWindow> ResolveConvTranspose(const ConvTranspose& op, const Shape& source,
                                                    const Shape& weights);
// Pool, global ones included. Pads are smaller than the window's reach, so that no window lies in
// the padding altogether, unless its dilation skips the source.
absl::StatusOr<ResolvedWindow> ResolvePool(const Pool& op, const Shape& source);
// MaxUnpool: the result has the extents that the pooling was given, as far as they can be told.
absl::StatusOr<ResolvedWindow> ResolveUnpool(const Window& window, const Shape& source);

}  // namespace reluserve::graph

#endif  // RELUSERVE_SERVER_GRAPH_OPS_WINDOW_H_
