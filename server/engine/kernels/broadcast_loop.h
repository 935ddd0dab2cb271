// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The reluserve authors

// The walk over operands that are broadcast to a common shape by numpy's rules.

#ifndef RELUSERVE_SERVER_ENGINE_KERNELS_BROADCAST_LOOP_H_
#define RELUSERVE_SERVER_ENGINE_KERNELS_BROADCAST_LOOP_H_

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>

#include <absl/container/inlined_vector.h>

#include "server/engine/kernels/parallel.h"
#include "server/graph/ops/broadcast.h"
#include "server/tensor/shape.h"

namespace reluserve::engine::kernels {

// Axes along which the same operands are broadcast are merged, so that equal shapes make one row
// and a per-channel operand makes one row a channel. Along a row each operand either moves with the
// result (step 1) or stays (step 0).
template <size_t kOperands>
class BroadcastLoop {
 public:
  using Offsets = std::array<int64_t, kOperands>;

  // Every operand's shape broadcasts to `result`.
  BroadcastLoop(const Shape& result, const std::array<const Shape*, kOperands>& operands) {
    std::array<Shape, kOperands> strides;
    for (size_t i = 0; i < kOperands; ++i) {
      strides[i] = graph::BroadcastStrides(*operands[i], result);
    }
    // From the innermost axis outwards; axes_ is reversed at the end.
    for (int axis = result.rank() - 1; axis >= 0; --axis) {
      const int64_t extent = result[axis];
      count_ *= extent;
      if (extent == 1) continue;
      Axis next{extent, {}};
      for (size_t i = 0; i < kOperands; ++i) next.strides[i] = strides[i][axis];
      if (!axes_.empty() && Merges(axes_.back(), next)) {
        axes_.back().extent *= extent;
      } else {
        axes_.push_back(next);
      }
    }
    if (axes_.empty()) axes_.push_back({1, {}});
    std::reverse(axes_.begin(), axes_.end());
  }

  // How far operand `i` moves from one element of a row to the next: 0 or 1.
  int64_t step(size_t i) const { return axes_.back().strides[i]; }

  // Calls body(result_offset, operand_offsets, length) for rows, or parts of long ones, that
  // together cover the result; in parallel where `steps_per_element` make that worth while.
  template <typename Body>
  void Run(int64_t steps_per_element, const Body& body) const {
    ParallelRanges(count_, steps_per_element,
                   [&](int64_t begin, int64_t end) { RunRange(begin, end, body); });
  }

 private:
  struct Axis {
    int64_t extent;
    Offsets strides;
  };

  // Whether `outer` continues `inner`: each operand is broadcast along both or moves on evenly.
  static bool Merges(const Axis& inner, const Axis& outer) {
    for (size_t i = 0; i < kOperands; ++i) {
      if (outer.strides[i] != inner.strides[i] * inner.extent) return false;
    }
    return true;
  }

  template <typename Body>
  void RunRange(int64_t begin, int64_t end, const Body& body) const {
    absl::InlinedVector<int64_t, 8> position(axes_.size());
    int64_t rest = begin;
    for (size_t axis = axes_.size(); axis-- > 0;) {
      position[axis] = rest % axes_[axis].extent;
      rest /= axes_[axis].extent;
    }
    const size_t last = axes_.size() - 1;
    for (int64_t at = begin; at < end;) {
      const int64_t length = std::min(axes_[last].extent - position[last], end - at);
      Offsets offsets{};
      for (size_t axis = 0; axis <= last; ++axis) {
        for (size_t i = 0; i < kOperands; ++i) {
          offsets[i] += position[axis] * axes_[axis].strides[i];
        }
      }
      body(at, offsets, length);
      at += length;
      position[last] = 0;
      for (size_t axis = last; axis-- > 0;) {
        if (++position[axis] < axes_[axis].extent) break;
        position[axis] = 0;
      }
    }
  }

  absl::InlinedVector<Axis, 6> axes_;
  int64_t count_ = 1;
};

}  // namespace reluserve::engine::kernels

#endif  // RELUSERVE_SERVER_ENGINE_KERNELS_BROADCAST_LOOP_H_
