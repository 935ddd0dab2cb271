// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The reluserve authors

#include <algorithm>
#include <array>
#include <cstdint>
#include <numeric>
#include <vector>

#include "server/engine/kernels/dispatch.h"
#include "server/engine/kernels/kernel_list.h"
#include "server/engine/kernels/parallel.h"

namespace reluserve::engine::kernels {
namespace {

// Neighbouring columns are worked on together, so that memory is read along rows.
constexpr int64_t kColumns = 32;

// Whether a ranks before b. NaN ranks before every number, whichever way, as in numpy: it shows.
template <typename T>
bool Outranks(T a, T b, bool largest) {
  if (a != a || b != b) return a != a && b == b;
  return largest ? a > b : a < b;
}

// The index of the first (or last) of the extreme elements in each of `columns` neighbouring
// columns.
template <typename T>
void FindColumns(const T* x, int64_t* y, const AxisSplit& split, int64_t columns,
                 const graph::ArgExtreme& op) {
  std::array<T, kColumns> best;
  std::array<int64_t, kColumns> index{};
  std::copy_n(x, columns, best.begin());
  for (int64_t i = 1; i < split.length; ++i) {
    for (int64_t j = 0; j < columns; ++j) {
      const T candidate = x[i * split.inner + j];
      if (op.select_last_index ? !Outranks(best[j], candidate, op.largest)
                               : Outranks(candidate, best[j], op.largest)) {
        best[j] = candidate;
        index[j] = i;
      }
    }
  }
  std::copy_n(index.begin(), columns, y);
}

// The first `count` elements of one column in order of rank, those of equal rank by index. `order`
// is scratch memory of one entry an element.
template <typename T>
void RankColumn(const T* x, int64_t stride, bool largest, int64_t count,
                std::vector<int64_t>& order) {
  std::iota(order.begin(), order.end(), 0);
  std::partial_sort(order.begin(), order.begin() + count, order.end(), [&](int64_t a, int64_t b) {
    const T left = x[a * stride];
    const T right = x[b * stride];
    if (Outranks(left, right, largest)) return true;
    if (Outranks(right, left, largest)) return false;
    return a < b;
  });
}

}  // namespace

absl::Status ArgExtreme(const graph::Node& node, Inputs inputs, Outputs outputs) {
  const auto& op = std::get<graph::ArgExtreme>(node.op);
  const AxisSplit split = SplitAtAxis(inputs[0].shape, op.axis);
  const int64_t blocks = (split.inner + kColumns - 1) / kColumns;
  const int64_t steps = split.length * std::min(split.inner, kColumns);
  return Dispatch(NumericTypes{}, node, inputs[0].type, [&]<typename T>(std::type_identity<T>) {
    ParallelRanges(split.outer * blocks, steps, [&](int64_t begin, int64_t end) {
      for (int64_t i = begin; i < end; ++i) {
        const int64_t column = i % blocks * kColumns;
        const int64_t slice = i / blocks;
        FindColumns(Elements<T>(inputs[0]) + slice * split.length * split.inner + column,
                    Elements<int64_t>(outputs[0]) + slice * split.inner + column, split,
                    std::min(kColumns, split.inner - column), op);
      }
    });
  });
}

absl::Status TopK(const graph::Node& node, Inputs inputs, Outputs outputs) {
  const auto& op = std::get<graph::TopK>(node.op);
  const AxisSplit split = SplitAtAxis(inputs[0].shape, op.axis);
  const bool wants_values = Present(outputs, 0);
  const bool wants_indices = Present(outputs, 1);
  const Shape& shape = wants_values ? outputs[0].shape : outputs[1].shape;
  const int64_t count = SplitAtAxis(shape, op.axis).length;
  return Dispatch(NumericTypes{}, node, inputs[0].type, [&]<typename T>(std::type_identity<T>) {
    ParallelRanges(split.outer * split.inner, split.length * 4, [&](int64_t begin, int64_t end) {
      std::vector<int64_t> order(split.length);
      for (int64_t i = begin; i < end; ++i) {
        const int64_t slice = i / split.inner;
        const int64_t column = i % split.inner;
        const T* x = Elements<T>(inputs[0]) + slice * split.length * split.inner + column;
        RankColumn(x, split.inner, op.largest, count, order);
        for (int64_t k = 0; k < count; ++k) {
          const int64_t at = (slice * count + k) * split.inner + column;
          if (wants_values) Elements<T>(outputs[0])[at] = x[order[k] * split.inner];
          if (wants_indices) Elements<int64_t>(outputs[1])[at] = order[k];
        }
      }
    });
  });
}

}  // namespace reluserve::engine::kernels
