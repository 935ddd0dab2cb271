// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The reluserve authors

// Which elements a Slice, Pad or Crop takes, for every axis. `inputs` are the node's operands as a
// kernel gets them: of inputs[0] only the shape is read, the others are read where present.

#ifndef RELUSERVE_SERVER_GRAPH_OPS_SLICE_H_
#define RELUSERVE_SERVER_GRAPH_OPS_SLICE_H_

#include <cstdint>
#include <span>

#include <absl/status/statusor.h>

#include "server/graph/op.h"
#include "server/graph/ops/axes.h"
#include "server/tensor/tensor.h"

namespace reluserve::graph {

// Output element o along an axis is input element start + o·step. One entry an axis of the input;
// every element named is inside the input. The step is 1 where there is at most one element.
struct ResolvedSlice {
  IntegerList starts;
  IntegerList steps;  // not 0; may be negative
  Shape output;
};

// Slice: X, starts, ends, [axes], [steps]. Bounds are clamped to the input as in ONNX, so that ends
// of INT64_MAX mean "to the end".
absl::StatusOr<ResolvedSlice> ResolveSlice(std::span<const TensorView> inputs);

// Crop of an input [N,C,H,W].
absl::StatusOr<ResolvedSlice> ResolveCrop(const Crop& op, const Shape& input);

// Elements added (or, where negative, removed) before and after the input along each axis.
struct ResolvedPad {
  IntegerList begin;
  IntegerList end;
  Shape output;
};

// Pad: X, pads, [value], [axes]. INVALID_ARGUMENT also when a mode other than constant finds no
// element to repeat.
absl::StatusOr<ResolvedPad> ResolvePad(const Pad& op, std::span<const TensorView> inputs);

// CenterCropPad: X, shape. Of an odd number of elements the larger half is at the end.
absl::StatusOr<ResolvedPad> ResolveCenterCropPad(const CenterCropPad& op,
                                                 std::span<const TensorView> inputs);

}  // namespace reluserve::graph

#endif  // RELUSERVE_SERVER_GRAPH_OPS_SLICE_H_
