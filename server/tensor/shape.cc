// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The reluserve authors

#include "server/tensor/shape.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "server/base/checked_math.h"

namespace reluserve {

Shape Shape::Filled(int rank, int64_t fill) {
  Shape shape;
  shape.dims_.assign(rank, fill);
  return shape;
}

int64_t Shape::ElementCount(int begin, int end) const {
  int64_t count = 1;
  for (int axis = begin; axis < end; ++axis) count *= dims_[axis];
  return count;
}

std::optional<int64_t> Shape::CheckedElementCount() const {
  // A zero extent makes the product zero, yet must not hide an overflow of the others: strides are
  // computed from partial products.
  int64_t count = 1;
  bool empty = false;
  for (int64_t extent : dims_) {
    if (extent < 0) return std::nullopt;
    if (extent == 0) {
      empty = true;
      continue;
    }
    std::optional<int64_t> product = CheckedMultiply(count, extent);
    if (!product) return std::nullopt;
    count = *product;
  }
  return empty ? 0 : count;
}

std::string Shape::ToString() const { return fmt::format("[{}]", fmt::join(dims_, ",")); }

Shape RowMajorStrides(const Shape& shape) {
  Shape strides = Shape::Filled(shape.rank(), 1);
  for (int axis = shape.rank() - 2; axis >= 0; --axis) {
    strides[axis] = strides[axis + 1] * shape[axis + 1];
  }
  return strides;
}

}  // namespace reluserve
