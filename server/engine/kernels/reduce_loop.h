// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The reluserve authors

// The walk of a reduction over any set of axes; reduce_rules.h has the arithmetic.

#ifndef RELUSERVE_SERVER_ENGINE_KERNELS_REDUCE_LOOP_H_
#define RELUSERVE_SERVER_ENGINE_KERNELS_REDUCE_LOOP_H_

#include <algorithm>
#include <array>
#include <cstdint>
#include <span>

#include <absl/container/inlined_vector.h>

#include "server/engine/kernels/parallel.h"
#include "server/tensor/shape.h"

namespace reluserve::engine::kernels {

// The axes of a tensor, sorted into those that tell groups apart (kept) and those along which a
// group's elements lie (reduced). Neighbours of one sort are merged.
class ReduceLoop {
 public:
  // `axes` are those reduced, each once, counted from the front.
  ReduceLoop(const Shape& shape, std::span<const int> axes);

  // Elements in each group.
  int64_t group_size() const { return group_size_; }

  // y[g] = the reduction by Rule<T> of group g of x, groups in row-major order of the kept axes.
  template <template <typename> typename Rule, typename T>
  void Run(const T* x, T* y) const;

 private:
  // Neighbouring groups are worked on together where memory lies across them; a group that lies
  // along memory is reduced in as many independent parts.
  static constexpr int64_t kColumns = 32;
  static constexpr int64_t kParts = 8;

  struct Axis {
    int64_t extent;
    int64_t stride;
  };
  using Axes = absl::InlinedVector<Axis, 6>;

  static int64_t CountOf(const Axes& axes);
  // The offset of position `index`, counted in row-major order over the axes.
  static int64_t OffsetOf(const Axes& axes, int64_t index);

  // One group, whose elements lie in runs.
  template <typename Rule, typename T>
  T ReduceRuns(const T* x) const;
  // `columns` (at most kColumns) neighbouring groups.
  template <typename Rule, typename T>
  void ReduceColumns(const T* x, T* y, int64_t columns) const;

  Axes kept_;            // but for the columns
  Axes reduced_;         // but for the run
  int64_t columns_ = 1;  // extent of the innermost axis where it is kept
  int64_t run_ = 1;      // extent of the innermost axis where it is reduced
  int64_t group_size_ = 1;
};

template <typename Rule, typename T>
T ReduceLoop::ReduceRuns(const T* x) const {
  std::array<typename Rule::State, kParts> parts;
  parts.fill(Rule::Start());
  const int64_t count = CountOf(reduced_);
  for (int64_t i = 0; i < count; ++i) {
    const T* run = x + OffsetOf(reduced_, i);
    int64_t j = 0;
    for (; j + kParts <= run_; j += kParts) {
      for (int64_t part = 0; part < kParts; ++part) Rule::Include(parts[part], run[j + part]);
    }
    for (; j < run_; ++j) Rule::Include(parts[0], run[j]);
  }
  for (int64_t part = 1; part < kParts; ++part) Rule::Merge(parts[0], parts[part]);
  return Rule::Finish(parts[0], group_size_);
}

template <typename Rule, typename T>
void ReduceLoop::ReduceColumns(const T* x, T* y, int64_t columns) const {
  std::array<typename Rule::State, kColumns> states;
  states.fill(Rule::Start());
  const int64_t count = CountOf(reduced_);
  for (int64_t i = 0; i < count; ++i) {
    const T* row = x + OffsetOf(reduced_, i);
    for (int64_t j = 0; j < columns; ++j) Rule::Include(states[j], row[j]);
  }
  for (int64_t j = 0; j < columns; ++j) y[j] = Rule::Finish(states[j], group_size_);
}

template <template <typename> typename Rule, typename T>
void ReduceLoop::Run(const T* x, T* y) const {
  const int64_t blocks = (columns_ + kColumns - 1) / kColumns;
  const int64_t steps = group_size_ * std::min(columns_, kColumns);
  ParallelRanges(CountOf(kept_) * blocks, steps, [&](int64_t begin, int64_t end) {
    for (int64_t i = begin; i < end; ++i) {
      const int64_t position = i / blocks;
      const T* group = x + OffsetOf(kept_, position);
      if (columns_ == 1) {
        y[position] = ReduceRuns<Rule<T>>(group);
      } else {
        const int64_t column = i % blocks * kColumns;
        ReduceColumns<Rule<T>>(group + column, y + position * columns_ + column,
                               std::min(kColumns, columns_ - column));
      }
    }
  });
}

}  // namespace reluserve::engine::kernels

#endif  // RELUSERVE_SERVER_ENGINE_KERNELS_REDUCE_LOOP_H_
