// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The reluserve authors

#include <cstdint>

#include "server/base/status.h"
#include "server/engine/kernels/kernel_list.h"
#include "server/engine/kernels/strided_copy.h"
#include "server/graph/ops/slice.h"

namespace reluserve::engine::kernels {
namespace {

void CopySlice(const graph::ResolvedSlice& slice, const TensorView& input,
               const MutableTensorView& output) {
  const Shape source_strides = RowMajorStrides(input.shape);
  const Shape target_strides = RowMajorStrides(output.shape);
  if (output.shape.ElementCount() == 0) return;
  int64_t start = 0;
  CopyAxes axes;
  for (int axis = 0; axis < input.shape.rank(); ++axis) {
    start += slice.starts[axis] * source_strides[axis];
    axes.push_back(
        {output.shape[axis], slice.steps[axis] * source_strides[axis], target_strides[axis]});
  }
  const auto bytes = static_cast<int64_t>(ByteSize(input.type));
  StridedCopy(ByteSize(input.type), axes, Elements<std::byte>(input) + start * bytes, output.data);
}

}  // namespace

absl::Status Slice(const graph::Node&, Inputs inputs, Outputs outputs) {
  RELUSERVE_ASSIGN_OR_RETURN(const graph::ResolvedSlice slice, graph::ResolveSlice(inputs));
  CopySlice(slice, inputs[0], outputs[0]);
  return absl::OkStatus();
}

absl::Status Crop(const graph::Node& node, Inputs inputs, Outputs outputs) {
  RELUSERVE_ASSIGN_OR_RETURN(const graph::ResolvedSlice slice,
                             graph::ResolveCrop(std::get<graph::Crop>(node.op), inputs[0].shape));
  CopySlice(slice, inputs[0], outputs[0]);
  return absl::OkStatus();
}

}  // namespace reluserve::engine::kernels
