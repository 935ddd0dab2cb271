// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The reluserve authors

#include <algorithm>
#include <array>
#include <cmath>
#include <cstdint>
#include <limits>

#include "server/engine/kernels/dispatch.h"
#include "server/engine/kernels/kernel_list.h"
#include "server/engine/kernels/parallel.h"

namespace reluserve::engine::kernels {
namespace {

// Neighbouring columns are worked on together, so that memory is read along rows.
constexpr int64_t kColumns = 32;
constexpr int64_t kExponentialSteps = 16;

// Normalises `columns` (at most kColumns) neighbouring columns of `length` elements that lie
// `stride` apart. The largest element is subtracted first: exponentials then do not overflow. A
// column with a NaN, or with no finite element, becomes NaN.
template <typename T>
void NormalizeColumns(const T* x, T* y, const AxisSplit& split, int64_t columns, bool log) {
  std::array<T, kColumns> largest;
  largest.fill(-std::numeric_limits<T>::infinity());
  for (int64_t i = 0; i < split.length; ++i) {
    for (int64_t j = 0; j < columns; ++j) largest[j] = std::max(largest[j], x[i * split.inner + j]);
  }
  std::array<double, kColumns> sum{};
  for (int64_t i = 0; i < split.length; ++i) {
    for (int64_t j = 0; j < columns; ++j) {
      const T shifted = x[i * split.inner + j] - largest[j];
      const T exponential = std::exp(shifted);
      sum[j] += exponential;
      y[i * split.inner + j] = log ? shifted : exponential;
    }
  }
  for (int64_t j = 0; j < columns; ++j) sum[j] = log ? std::log(sum[j]) : 1.0 / sum[j];
  for (int64_t i = 0; i < split.length; ++i) {
    for (int64_t j = 0; j < columns; ++j) {
      T& result = y[i * split.inner + j];
      result = static_cast<T>(log ? result - sum[j] : result * sum[j]);
    }
  }
}

}  // namespace

absl::Status Softmax(const graph::Node& node, Inputs inputs, Outputs outputs) {
  const auto& op = std::get<graph::Softmax>(node.op);
  AxisSplit split = SplitAtAxis(inputs[0].shape, op.axis);
  if (op.flatten) {
    split.length *= split.inner;
    split.inner = 1;
  }
  const int64_t blocks = (split.inner + kColumns - 1) / kColumns;
  const int64_t steps = split.length * std::min(split.inner, kColumns) * kExponentialSteps;
  return Dispatch(FloatTypes{}, node, inputs[0].type, [&]<typename T>(std::type_identity<T>) {
    ParallelRanges(split.outer * blocks, steps, [&](int64_t begin, int64_t end) {
      for (int64_t i = begin; i < end; ++i) {
        const int64_t column = i % blocks * kColumns;
        const int64_t offset = i / blocks * split.length * split.inner + column;
        NormalizeColumns(Elements<T>(inputs[0]) + offset, Elements<T>(outputs[0]) + offset, split,
                         std::min(kColumns, split.inner - column), op.log);
      }
    });
  });
}

}  // namespace reluserve::engine::kernels
