// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The reluserve authors

#ifndef RELUSERVE_SERVER_GRAPH_OPS_MATMUL_H_
#define RELUSERVE_SERVER_GRAPH_OPS_MATMUL_H_

#include <cstdint>

#include <absl/status/statusor.h>

#include "server/graph/op.h"
#include "server/tensor/shape.h"

namespace reluserve::graph {

// A product of (stacks of) matrices: m×k by k×n for each place of `batch`. A vector operand is a
// matrix of one row (left) or one column (right), whose extent of 1 is missing from `output`.
struct ResolvedMatMul {
  int64_t m = 1;
  int64_t k = 1;
  int64_t n = 1;
  Shape batch;    // both stacks broadcast; no extents for plain matrices
  Shape a_batch;  // the leading extents of each operand before broadcasting
  Shape b_batch;
  Shape output;  // batch, then m and n
};

// numpy.matmul's rules, for MatMul, QLinearMatMul and MatMulInteger.
// INVALID_ARGUMENT for scalars, inner extents that differ, and stacks that do not broadcast.
absl::StatusOr<ResolvedMatMul> ResolveMatMul(const Shape& a, const Shape& b);

// Gemm: both of rank 2, after the transpositions the operator asks for. No batch.
absl::StatusOr<ResolvedMatMul> ResolveGemm(const Gemm& op, const Shape& a, const Shape& b);

}  // namespace reluserve::graph

#endif  // RELUSERVE_SERVER_GRAPH_OPS_MATMUL_H_
