// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The reluserve authors

#include <cstdint>

#include "server/engine/kernels/kernel_list.h"
#include "server/engine/kernels/strided_copy.h"

namespace reluserve::engine::kernels {
namespace {

// The input, read with its axes in the order `perm`, becomes the output in row-major order.
void Permute(const Shape& input_shape, std::span<const int64_t> perm, size_t element_bytes,
             const void* input, void* output) {
  const Shape strides = RowMajorStrides(input_shape);
  CopyAxes axes(perm.size());
  int64_t target_stride = 1;
  for (size_t i = perm.size(); i-- > 0;) {
    const int axis = static_cast<int>(perm[i]);
    axes[i] = {input_shape[axis], strides[axis], target_stride};
    target_stride *= input_shape[axis];
  }
  StridedCopy(element_bytes, axes, input, output);
}

}  // namespace

absl::Status Transpose(const graph::Node& node, Inputs inputs, Outputs outputs) {
  const auto& op = std::get<graph::Transpose>(node.op);
  absl::InlinedVector<int64_t, 8> perm(op.perm.begin(), op.perm.end());
  if (perm.empty()) {
    for (int axis = inputs[0].shape.rank(); axis-- > 0;) perm.push_back(axis);
  }
  Permute(inputs[0].shape, {perm.data(), perm.size()}, ByteSize(inputs[0].type), inputs[0].data,
          outputs[0].data);
  return absl::OkStatus();
}

// [N, C·b·b, H, W] -> [N, C, H·b, W·b]
absl::Status DepthToSpace(const graph::Node& node, Inputs inputs, Outputs outputs) {
  const auto& op = std::get<graph::DepthToSpace>(node.op);
  const Shape& x = inputs[0].shape;
  const int64_t block = op.block_size;
  const int64_t channels = x[1] / (block * block);
  if (op.column_row_depth) {
    constexpr int64_t kPerm[] = {0, 1, 4, 2, 5, 3};
    Permute({x[0], channels, block, block, x[2], x[3]}, kPerm, ByteSize(inputs[0].type),
            inputs[0].data, outputs[0].data);
  } else {
    constexpr int64_t kPerm[] = {0, 3, 4, 1, 5, 2};
    Permute({x[0], block, block, channels, x[2], x[3]}, kPerm, ByteSize(inputs[0].type),
            inputs[0].data, outputs[0].data);
  }
  return absl::OkStatus();
}

// [N, C, H·b, W·b] -> [N, b·b·C, H, W]
absl::Status SpaceToDepth(const graph::Node& node, Inputs inputs, Outputs outputs) {
  const int64_t block = std::get<graph::SpaceToDepth>(node.op).block_size;
  const Shape& x = inputs[0].shape;
  constexpr int64_t kPerm[] = {0, 3, 5, 1, 2, 4};
  Permute({x[0], x[1], x[2] / block, block, x[3] / block, block}, kPerm, ByteSize(inputs[0].type),
          inputs[0].data, outputs[0].data);
  return absl::OkStatus();
}

}  // namespace reluserve::engine::kernels
