// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The reluserve authors

#include "server/onnx/ops/alignment.h"

#include <numeric>

#include "server/onnx/ops/constants.h"

namespace reluserve::onnx_import {

graph::ValueId AlignAt(NodeContext& node, int64_t axis, graph::ValueId target,
                       graph::ValueId operand) {
  const std::optional<int> target_rank = node.Facts(target).rank;
  const std::optional<int> rank = node.Facts(operand).rank;
  if (!target_rank || !rank) {
    node.Refuse(
        "it aligns its second operand with axis {} of its first, whose rank the file does "
        "not tell; convert the model to opset 7 or newer",
        axis);
    return operand;
  }
  const int64_t trailing = *target_rank - axis - *rank;
  if (axis < 0 || trailing < 0) {
    node.Fail("an operand of rank {} cannot be aligned with axis {} of one of rank {}", *rank, axis,
              *target_rank);
    return operand;
  }
  if (trailing == 0) return operand;
  if (const Tensor* constant = node.Constant(operand)) {
    Shape shape = constant->shape();
    for (int64_t i = 0; i < trailing; ++i) shape.push_back(1);
    return node.AddConstant("aligned", constant->Reshaped(shape));
  }
  std::vector<int64_t> axes(trailing);
  std::iota(axes.begin(), axes.end(), *rank);
  return node.EmitStep("aligned", graph::Unsqueeze{},
                       {operand, node.AddConstant("axes", VectorTensor(axes))});
}

}  // namespace reluserve::onnx_import
