// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The reluserve authors

#include <cstdint>

#include "server/engine/kernels/arithmetic.h"
#include "server/engine/kernels/dispatch.h"
#include "server/engine/kernels/kernel_list.h"
#include "server/engine/kernels/parallel.h"

namespace reluserve::engine::kernels {
namespace {

// Sums, or multiplies, one slice [length, inner] along its outer axis. Going in reverse only
// exchanges the ends.
template <typename T>
void AccumulateSlice(const T* x, T* y, const AxisSplit& split, const graph::CumSum& op) {
  const T start = op.product ? T{1} : T{0};
  const auto row = [&](int64_t i) { return (op.reverse ? split.length - 1 - i : i) * split.inner; };
  for (int64_t i = 0; i < split.length; ++i) {
    T* sum = y + row(i);
    const T* added = op.exclusive ? (i > 0 ? x + row(i - 1) : nullptr) : x + row(i);
    const T* before = i > 0 ? y + row(i - 1) : nullptr;
    for (int64_t j = 0; j < split.inner; ++j) {
      const T a = before != nullptr ? before[j] : start;
      const T b = added != nullptr ? added[j] : start;
      sum[j] = op.product ? Multiply(a, b) : Add(a, b);
    }
  }
}

}  // namespace

absl::Status CumSum(const graph::Node& node, Inputs inputs, Outputs outputs) {
  const auto& op = std::get<graph::CumSum>(node.op);
  const AxisSplit split = SplitAtAxis(inputs[0].shape, op.axis);
  const int64_t slice = split.length * split.inner;
  return Dispatch(NumericTypes{}, node, inputs[0].type, [&]<typename T>(std::type_identity<T>) {
    ParallelRanges(split.outer, slice, [&](int64_t begin, int64_t end) {
      for (int64_t i = begin; i < end; ++i) {
        AccumulateSlice(Elements<T>(inputs[0]) + i * slice, Elements<T>(outputs[0]) + i * slice,
                        split, op);
      }
    });
  });
}

}  // namespace reluserve::engine::kernels
