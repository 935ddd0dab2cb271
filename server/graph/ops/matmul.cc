// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The reluserve authors

#include "server/graph/ops/matmul.h"

#include <algorithm>

#include "server/base/status.h"
#include "server/graph/ops/broadcast.h"
#include "server/graph/ops/rules.h"

namespace reluserve::graph {
namespace {

// All extents but the last two.
Shape Stack(const Shape& shape) {
  return Shape(shape.dims().first(static_cast<size_t>(std::max(shape.rank() - 2, 0))));
}

}  // namespace

absl::StatusOr<ResolvedMatMul> ResolveMatMul(const Shape& a, const Shape& b) {
  if (a.rank() == 0 || b.rank() == 0) {
    return InvalidArgument("A has shape {} and B {}, expected at least one axis each", a.ToString(),
                           b.ToString());
  }
  ResolvedMatMul result;
  result.m = a.rank() == 1 ? 1 : a[a.rank() - 2];
  result.k = a[a.rank() - 1];
  result.n = b.rank() == 1 ? 1 : b[b.rank() - 1];
  const int64_t b_rows = b.rank() == 1 ? b[0] : b[b.rank() - 2];
  if (result.k != b_rows) {
    return InvalidArgument("A has shape {} and B {}: {} columns meet {} rows, expected as many",
                           a.ToString(), b.ToString(), result.k, b_rows);
  }
  result.a_batch = Stack(a);
  result.b_batch = Stack(b);
  RELUSERVE_ASSIGN_OR_RETURN(result.batch, BroadcastShapes(result.a_batch, result.b_batch));
  result.output = result.batch;
  if (a.rank() > 1) result.output.push_back(result.m);
  if (b.rank() > 1) result.output.push_back(result.n);
  return result;
}

absl::StatusOr<ResolvedMatMul> ResolveGemm(const Gemm& op, const Shape& a, const Shape& b) {
  if (a.rank() != 2 || b.rank() != 2) {
    return InvalidArgument("A has shape {} and B {}, expected two axes each", a.ToString(),
                           b.ToString());
  }
  const auto transposed = [](const Shape& shape) { return Shape{shape[1], shape[0]}; };
  return ResolveMatMul(op.transpose_a ? transposed(a) : a, op.transpose_b ? transposed(b) : b);
}

RuleResult InferMatMul(const Node&, const Operands& operands) {
  RELUSERVE_RETURN_IF_ERROR(operands.RequireType(0, kMatrixTypes));
  RELUSERVE_RETURN_IF_ERROR(operands.RequireSameType(1, 0));
  RELUSERVE_ASSIGN_OR_RETURN(const ResolvedMatMul product,
                             ResolveMatMul(operands.shape(0), operands.shape(1)));
  return OneOutput(operands.type(0), product.output);
}

RuleResult InferGemm(const Node& node, const Operands& operands) {
  RELUSERVE_RETURN_IF_ERROR(operands.RequireType(0, kMatrixTypes));
  RELUSERVE_RETURN_IF_ERROR(operands.RequireSameType(1, 0));
  RELUSERVE_ASSIGN_OR_RETURN(
      const ResolvedMatMul product,
      ResolveGemm(std::get<Gemm>(node.op), operands.shape(0), operands.shape(1)));
  if (operands.Has(2)) {
    RELUSERVE_RETURN_IF_ERROR(operands.RequireSameType(2, 0));
    if (!BroadcastsTo(operands.shape(2), product.output)) {
      return InvalidArgument("C has shape {}, expected one that broadcasts to {}",
                             operands.shape(2).ToString(), product.output.ToString());
    }
  }
  return OneOutput(operands.type(0), product.output);
}

}  // namespace reluserve::graph
