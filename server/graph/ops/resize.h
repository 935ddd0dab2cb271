// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The reluserve authors

#ifndef RELUSERVE_SERVER_GRAPH_OPS_RESIZE_H_
#define RELUSERVE_SERVER_GRAPH_OPS_RESIZE_H_

#include <span>
#include <vector>

#include <absl/status/statusor.h>

#include "server/graph/op.h"
#include "server/tensor/tensor.h"

namespace reluserve::graph {

// A Resize with everything filled in: one entry an axis of the input.
struct ResolvedResize {
  // Output per input extent, as the coordinate formulas want it: the scale the model gave, or with
  // sizes output / input (with an aspect ratio policy the one common scale). 1 on axes that stay.
  std::vector<float> scales;
  // Region of interest in normalised coordinates, [0, 1] where the model gives none. Read with
  // kTfCropAndResize only.
  std::vector<float> roi_begin;
  std::vector<float> roi_end;
  Shape output;
};

// X, [roi], [scales], [sizes] as a kernel gets them; of X only the shape is read. Exactly one of
// scales and sizes is present and not empty. Formulas: the ONNX reference of Resize.
absl::StatusOr<ResolvedResize> ResolveResize(const Resize& op, std::span<const TensorView> inputs);

}  // namespace reluserve::graph

#endif  // RELUSERVE_SERVER_GRAPH_OPS_RESIZE_H_
