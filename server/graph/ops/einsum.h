// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The reluserve authors

// The equation of an Einsum, read once for shape rules, kernels and sample independence.

#ifndef RELUSERVE_SERVER_GRAPH_OPS_EINSUM_H_
#define RELUSERVE_SERVER_GRAPH_OPS_EINSUM_H_

#include <cstdint>
#include <span>
#include <string_view>
#include <vector>

#include <absl/status/statusor.h>

#include "server/tensor/shape.h"

namespace reluserve::graph {

// An equation and the shapes it is for. Labels are numbered: those of the result come first, in the
// order of its axes, then those that are summed over. An axis that "..." stands for is a label too.
struct ResolvedEinsum {
  std::vector<int64_t> extents;            // by label
  std::vector<std::vector<int>> operands;  // the label of each axis of each operand
  Shape output;                            // the extents of the first labels
};

// Multiplications for each element of the operands and the result, so that a small file cannot ask
// for any amount of work. The product of two matrices of N rows and columns takes N / 3.
inline constexpr int64_t kMaxEinsumStepsPerElement = 4096;

// INVALID_ARGUMENT when the equation is malformed, does not fit the shapes or asks for more work
// than kMaxEinsumStepsPerElement. Axes of extent 1 are repeated under "..." only, as in numpy.
absl::StatusOr<ResolvedEinsum> ResolveEinsum(std::string_view equation,
                                             std::span<const Shape> shapes);

}  // namespace reluserve::graph

#endif  // RELUSERVE_SERVER_GRAPH_OPS_EINSUM_H_
