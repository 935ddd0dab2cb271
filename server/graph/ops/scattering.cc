// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The reluserve authors

// Operators whose indices name places in several axes, or places that are written.

#include "server/base/status.h"
#include "server/graph/ops/rules.h"

namespace reluserve::graph {
namespace {

// How many axes each row of the indices names, of those of X from `batch_dims` on.
absl::StatusOr<int> DepthOf(const Operands& operands, int batch_dims) {
  RELUSERVE_RETURN_IF_ERROR(operands.RequireType(1, kIndexTypes));
  RELUSERVE_RETURN_IF_ERROR(operands.RequireMinRank(1, 1));
  const Shape& indices = operands.shape(1);
  const int64_t depth = indices[indices.rank() - 1];
  const int64_t most = operands.shape(0).rank() - batch_dims;
  if (depth < 1 || depth > most) {
    return InvalidArgument("indices has shape {}, expected a last extent of 1 to {}",
                           indices.ToString(), most);
  }
  return static_cast<int>(depth);
}

// The rows of the indices, each with what lies at the place it names.
Shape RowsOf(const Shape& x, const Shape& indices, int named_axes) {
  Shape rows;
  for (int axis = 0; axis + 1 < indices.rank(); ++axis) rows.push_back(indices[axis]);
  for (int axis = named_axes; axis < x.rank(); ++axis) rows.push_back(x[axis]);
  return rows;
}

absl::Status CheckReduction(const Operands& operands, ScatterReduction reduction) {
  if (reduction == ScatterReduction::kNone) return absl::OkStatus();
  return operands.RequireType(0, kNumericTypes);
}

}  // namespace

RuleResult InferGatherNd(const Node& node, const Operands& operands) {
  const Shape& x = operands.shape(0);
  const Shape& indices = operands.shape(1);
  const int64_t batch_dims = std::get<GatherNd>(node.op).batch_dims;
  if (batch_dims < 0 || batch_dims >= x.rank() || batch_dims >= indices.rank()) {
    return InvalidArgument("batch_dims is {}, expected 0 or more and less than {} and {} axes",
                           batch_dims, x.rank(), indices.rank());
  }
  const auto shared = static_cast<int>(batch_dims);
  RELUSERVE_ASSIGN_OR_RETURN(const int depth, DepthOf(operands, shared));
  for (int axis = 0; axis < shared; ++axis) {
    if (x[axis] != indices[axis]) {
      return InvalidArgument("indices has shape {}, expected extent {} along axis {}",
                             indices.ToString(), x[axis], axis);
    }
  }
  return OneOutput(operands.type(0), RowsOf(x, indices, shared + depth));
}

RuleResult InferScatterNd(const Node& node, const Operands& operands) {
  RELUSERVE_RETURN_IF_ERROR(CheckReduction(operands, std::get<ScatterNd>(node.op).reduction));
  RELUSERVE_RETURN_IF_ERROR(operands.RequireSameType(2, 0));
  RELUSERVE_ASSIGN_OR_RETURN(const int depth, DepthOf(operands, 0));
  RELUSERVE_RETURN_IF_ERROR(
      operands.RequireShape(2, RowsOf(operands.shape(0), operands.shape(1), depth)));
  return OneOutput(operands.type(0), operands.shape(0));
}

RuleResult InferScatterElements(const Node& node, const Operands& operands) {
  const auto& op = std::get<ScatterElements>(node.op);
  const Shape& x = operands.shape(0);
  RELUSERVE_RETURN_IF_ERROR(CheckReduction(operands, op.reduction));
  RELUSERVE_RETURN_IF_ERROR(operands.RequireSameType(2, 0));
  RELUSERVE_ASSIGN_OR_RETURN(const int axis, operands.Axis(0, op.axis));
  RELUSERVE_RETURN_IF_ERROR(operands.RequireType(1, kIndexTypes));
  RELUSERVE_RETURN_IF_ERROR(operands.RequireRank(1, x.rank()));
  RELUSERVE_RETURN_IF_ERROR(operands.RequireShape(2, operands.shape(1)));
  for (int i = 0; i < x.rank(); ++i) {
    if (i == axis || operands.shape(1)[i] <= x[i]) continue;
    return InvalidArgument("indices has shape {}, expected none larger than {} but along axis {}",
                           operands.shape(1).ToString(), x.ToString(), axis);
  }
  return OneOutput(operands.type(0), x);
}

}  // namespace reluserve::graph
