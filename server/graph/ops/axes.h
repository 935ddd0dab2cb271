// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The reluserve authors

// Axes as models give them (negative ones count from the back) and small integer operands that say
// where or how much. The one reading of them for shape rules, kernels and lowerings.

#ifndef RELUSERVE_SERVER_GRAPH_OPS_AXES_H_
#define RELUSERVE_SERVER_GRAPH_OPS_AXES_H_

#include <cstddef>
#include <cstdint>
#include <span>

#include <absl/container/inlined_vector.h>
#include <absl/status/statusor.h>

#include "server/graph/op.h"
#include "server/tensor/tensor.h"

namespace reluserve::graph {

// Axes, and numbers for each axis or for both of its ends. Kernels ask for them in every run, and
// so those of images are not allocated.
using AxisList = absl::InlinedVector<int, 6>;
using IntegerList = absl::InlinedVector<int64_t, 8>;

// Operand `index` of a node, or a view without data when the node has fewer operands.
TensorView OperandAt(std::span<const TensorView> operands, size_t index);

// `axis` of a tensor of `rank` extents, counted from the front: -1 of rank 4 is 3.
// INVALID_ARGUMENT outside [-rank, rank).
absl::StatusOr<int> NormalizeAxis(int64_t axis, int rank);

// Each of `axes` counted from the front, in the order given. INVALID_ARGUMENT also when one is
// named twice.
absl::StatusOr<AxisList> NormalizeAxes(std::span<const int64_t> axes, int rank);

// All elements of an INT32 or INT64 operand of rank 0 or 1. INVALID_ARGUMENT for other types and
// ranks.
absl::StatusOr<IntegerList> ReadIntegers(const TensorView& operand);

// The axes a reduction runs over, ascending: operand 1 of `inputs` where it is present and not
// empty, otherwise none with noop_with_empty_axes and all without. Of inputs[0] only the shape is
// read.
absl::StatusOr<AxisList> ResolveReduceAxes(const Reduce& op, std::span<const TensorView> inputs);

}  // namespace reluserve::graph

#endif  // RELUSERVE_SERVER_GRAPH_OPS_AXES_H_
