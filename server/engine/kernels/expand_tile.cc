// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The reluserve authors

#include <cstdint>

#include "server/engine/kernels/kernel_list.h"
#include "server/engine/kernels/strided_copy.h"
#include "server/graph/ops/broadcast.h"

namespace reluserve::engine::kernels {

absl::Status Expand(const graph::Node&, Inputs inputs, Outputs outputs) {
  const Shape& to = outputs[0].shape;
  const Shape source_strides = graph::BroadcastStrides(inputs[0].shape, to);
  const Shape target_strides = RowMajorStrides(to);
  CopyAxes axes;
  for (int axis = 0; axis < to.rank(); ++axis) {
    axes.push_back({to[axis], source_strides[axis], target_strides[axis]});
  }
  StridedCopy(ByteSize(outputs[0].type), axes, inputs[0].data, outputs[0].data);
  return absl::OkStatus();
}

// Each axis of the output is two: the repeats, along which the input stays, and the input's own.
absl::Status Tile(const graph::Node&, Inputs inputs, Outputs outputs) {
  const Shape& from = inputs[0].shape;
  const Shape& to = outputs[0].shape;
  if (to.ElementCount() == 0) return absl::OkStatus();
  const Shape source_strides = RowMajorStrides(from);
  const Shape target_strides = RowMajorStrides(to);
  CopyAxes axes;
  for (int axis = 0; axis < to.rank(); ++axis) {
    axes.push_back({to[axis] / from[axis], 0, target_strides[axis] * from[axis]});
    axes.push_back({from[axis], source_strides[axis], target_strides[axis]});
  }
  StridedCopy(ByteSize(outputs[0].type), axes, inputs[0].data, outputs[0].data);
  return absl::OkStatus();
}

}  // namespace reluserve::engine::kernels
