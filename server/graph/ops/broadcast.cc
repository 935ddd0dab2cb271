// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The reluserve authors

#include "server/graph/ops/broadcast.h"

#include <algorithm>

#include "server/base/status.h"

namespace reluserve::graph {
namespace {

// The extent at `axis` of a result of `rank` axes; 1 where the shape has no such axis.
int64_t AlignedExtent(const Shape& shape, int axis, int rank) {
  const int own = axis - (rank - shape.rank());
  return own < 0 ? 1 : shape[own];
}

}  // namespace

absl::StatusOr<Shape> BroadcastShapes(const Shape& a, const Shape& b) {
  const int rank = std::max(a.rank(), b.rank());
  Shape result = Shape::Filled(rank, 1);
  for (int axis = 0; axis < rank; ++axis) {
    const int64_t left = AlignedExtent(a, axis, rank);
    const int64_t right = AlignedExtent(b, axis, rank);
    if (left != right && left != 1 && right != 1) {
      return InvalidArgument(
          "shapes {} and {} cannot be broadcast: extents {} and {} differ and neither is 1",
          a.ToString(), b.ToString(), left, right);
    }
    result[axis] = left == 1 ? right : left;
  }
  return result;
}

bool BroadcastsTo(const Shape& from, const Shape& to) {
  if (from.rank() > to.rank()) return false;
  for (int axis = 0; axis < to.rank(); ++axis) {
    const int64_t extent = AlignedExtent(from, axis, to.rank());
    if (extent != 1 && extent != to[axis]) return false;
  }
  return true;
}

Shape BroadcastStrides(const Shape& operand, const Shape& result) {
  Shape strides = Shape::Filled(result.rank(), 0);
  const Shape own = RowMajorStrides(operand);
  const int shift = result.rank() - operand.rank();
  for (int axis = 0; axis < operand.rank(); ++axis) {
    if (operand[axis] != 1) strides[axis + shift] = own[axis];
  }
  return strides;
}

}  // namespace reluserve::graph
