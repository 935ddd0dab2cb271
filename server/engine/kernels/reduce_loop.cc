// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The reluserve authors

#include "server/engine/kernels/reduce_loop.h"

#include <algorithm>

namespace reluserve::engine::kernels {

ReduceLoop::ReduceLoop(const Shape& shape, std::span<const int> axes) {
  enum class Sort : uint8_t { kNone, kKept, kReduced };
  Sort previous = Sort::kNone;  // of the axis before
  const Shape strides = RowMajorStrides(shape);
  for (int axis = 0; axis < shape.rank(); ++axis) {
    const bool reduced = std::ranges::find(axes, axis) != axes.end();
    if (reduced) group_size_ *= shape[axis];
    if (shape[axis] == 1) continue;
    const Sort sort = reduced ? Sort::kReduced : Sort::kKept;
    Axes& group = reduced ? reduced_ : kept_;
    if (sort == previous) {
      group.back() = {group.back().extent * shape[axis], strides[axis]};
    } else {
      group.push_back({shape[axis], strides[axis]});
    }
    previous = sort;
  }
  if (previous == Sort::kKept) {
    columns_ = kept_.back().extent;
    kept_.pop_back();
  } else if (previous == Sort::kReduced) {
    run_ = reduced_.back().extent;
    reduced_.pop_back();
  }
}

int64_t ReduceLoop::CountOf(const Axes& axes) {
  int64_t count = 1;
  for (const Axis& axis : axes) count *= axis.extent;
  return count;
}

int64_t ReduceLoop::OffsetOf(const Axes& axes, int64_t index) {
  int64_t offset = 0;
  for (size_t axis = axes.size(); axis-- > 0;) {
    offset += index % axes[axis].extent * axes[axis].stride;
    index /= axes[axis].extent;
  }
  return offset;
}

}  // namespace reluserve::engine::kernels
