// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The reluserve authors

// Operators that pick elements of their first operand.

#include "server/base/status.h"
#include "server/graph/ops/rules.h"
#include "server/graph/ops/slice.h"

namespace reluserve::graph {

RuleResult InferSlice(const Node&, const Operands& operands) {
  RELUSERVE_ASSIGN_OR_RETURN(const ResolvedSlice slice, ResolveSlice(operands.Views()));
  return OneOutput(operands.type(0), slice.output);
}

RuleResult InferCrop(const Node& node, const Operands& operands) {
  RELUSERVE_ASSIGN_OR_RETURN(const ResolvedSlice slice,
                             ResolveCrop(std::get<Crop>(node.op), operands.shape(0)));
  return OneOutput(operands.type(0), slice.output);
}

RuleResult InferPad(const Node& node, const Operands& operands) {
  if (operands.Has(2)) {
    RELUSERVE_RETURN_IF_ERROR(operands.RequireSameType(2, 0));
    RELUSERVE_RETURN_IF_ERROR(operands.RequireOneElement(2));
  }
  RELUSERVE_ASSIGN_OR_RETURN(const ResolvedPad pad,
                             ResolvePad(std::get<Pad>(node.op), operands.Views()));
  return OneOutput(operands.type(0), pad.output);
}

RuleResult InferCenterCropPad(const Node& node, const Operands& operands) {
  RELUSERVE_ASSIGN_OR_RETURN(
      const ResolvedPad pad,
      ResolveCenterCropPad(std::get<CenterCropPad>(node.op), operands.Views()));
  return OneOutput(operands.type(0), pad.output);
}

RuleResult InferGather(const Node& node, const Operands& operands) {
  const Shape& x = operands.shape(0);
  RELUSERVE_ASSIGN_OR_RETURN(const int axis, operands.Axis(0, std::get<Gather>(node.op).axis));
  RELUSERVE_RETURN_IF_ERROR(operands.RequireType(1, kIndexTypes));
  Shape output;
  for (int i = 0; i < axis; ++i) output.push_back(x[i]);
  for (int64_t extent : operands.shape(1).dims()) output.push_back(extent);
  for (int i = axis + 1; i < x.rank(); ++i) output.push_back(x[i]);
  return OneOutput(operands.type(0), output);
}

RuleResult InferGatherElements(const Node& node, const Operands& operands) {
  const Shape& x = operands.shape(0);
  const Shape& indices = operands.shape(1);
  RELUSERVE_ASSIGN_OR_RETURN(const int axis,
                             operands.Axis(0, std::get<GatherElements>(node.op).axis));
  RELUSERVE_RETURN_IF_ERROR(operands.RequireType(1, kIndexTypes));
  RELUSERVE_RETURN_IF_ERROR(operands.RequireRank(1, x.rank()));
  for (int i = 0; i < x.rank(); ++i) {
    if (i != axis && indices[i] > x[i]) {
      return InvalidArgument(
          "indices have shape {}, expected none larger than {} but along axis {}",
          indices.ToString(), x.ToString(), axis);
    }
  }
  return OneOutput(operands.type(0), indices);
}

}  // namespace reluserve::graph
