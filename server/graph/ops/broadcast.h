// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The reluserve authors

// numpy's broadcasting (https://numpy.org/doc/stable/user/basics.broadcasting.html): shapes are
// aligned at their last extents, and an extent of 1, or a missing one, repeats.

#ifndef RELUSERVE_SERVER_GRAPH_OPS_BROADCAST_H_
#define RELUSERVE_SERVER_GRAPH_OPS_BROADCAST_H_

#include <absl/status/statusor.h>

#include "server/tensor/shape.h"

namespace reluserve::graph {

// The shape both operands are repeated to. An extent of 0 against 1 gives 0.
// INVALID_ARGUMENT naming both shapes when two extents differ and neither is 1.
absl::StatusOr<Shape> BroadcastShapes(const Shape& a, const Shape& b);

// Whether `from` can be repeated to exactly `to` (ONNX: unidirectional broadcasting).
bool BroadcastsTo(const Shape& from, const Shape& to);

// For each axis of `result`, the distance in elements between neighbours of a dense row-major
// `operand` along that axis: 0 where it repeats. Requires BroadcastsTo(operand, result).
Shape BroadcastStrides(const Shape& operand, const Shape& result);

}  // namespace reluserve::graph

#endif  // RELUSERVE_SERVER_GRAPH_OPS_BROADCAST_H_
