// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The reluserve authors

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <vector>

#include "server/engine/kernels/dispatch.h"
#include "server/engine/kernels/kernel_list.h"
#include "server/engine/kernels/parallel.h"
#include "server/engine/kernels/reduce_rules.h"
#include "server/engine/kernels/window_loop.h"
#include "server/graph/ops/window.h"

namespace reluserve::engine::kernels {
namespace {

using PoolTypes = TypeList<float, double, int8_t, uint8_t>;

// The p-norm, as a rule of reduction (reduce_rules.h) with a parameter.
template <typename T>
struct LpRule {
  using State = double;
  double p;

  static State Start() { return 0.0; }
  void Include(State& sum, T x) const {
    const double magnitude = std::fabs(static_cast<double>(x));
    sum += p == 1.0 ? magnitude : p == 2.0 ? magnitude * magnitude : std::pow(magnitude, p);
  }
  T Finish(State sum, int64_t) const {
    return static_cast<T>(p == 1.0 ? sum : p == 2.0 ? std::sqrt(sum) : std::pow(sum, 1.0 / p));
  }
};

// The taps of output `o` that count towards an average: those inside the input and, with
// `include_pad`, those on its padding; never those that ceil_mode lets reach beyond it.
int64_t CountedTaps(const WindowAxis& axis, int64_t o, bool include_pad) {
  if (!include_pad) {
    const IndexRange taps = InsideTaps(axis, o);
    return taps.end - taps.begin;
  }
  const int64_t start = o * axis.stride - axis.pad_begin;
  return std::clamp<int64_t>(CeilDivide(axis.input + axis.pad_end - start, axis.dilation), 0,
                             axis.kernel);
}

// y[channel plane] = rule over each window.
template <typename T, typename Rule>
void PoolWindows(const SpatialWindow& window, int64_t planes, bool include_pad, const Rule& rule,
                 const T* x, T* y) {
  const auto& [depth, height, width] = window.axes;
  const int64_t rows = window.output_rows();
  const int64_t stride = width.stride;
  ParallelRanges(planes * rows, window.taps() * width.output, [&](int64_t begin, int64_t end) {
    std::vector<typename Rule::State> states(static_cast<size_t>(width.output));
    for (int64_t item = begin; item < end; ++item) {
      const int64_t row = item % rows;
      const T* plane = x + item / rows * window.input_size();
      std::fill(states.begin(), states.end(), Rule::Start());
      window.ForEachTap(row, [&](int64_t, int64_t offset, IndexRange outputs) {
        const T* from = plane + offset;
        auto* to = states.data() + outputs.begin;
        for (int64_t i = 0; i < outputs.end - outputs.begin; ++i) {
          rule.Include(to[i], from[i * stride]);
        }
      });
      const int64_t counted = CountedTaps(depth, row / height.output, include_pad) *
                              CountedTaps(height, row % height.output, include_pad);
      for (int64_t i = 0; i < width.output; ++i) {
        y[item * width.output + i] =
            rule.Finish(states[i], counted * CountedTaps(width, i, include_pad));
      }
    }
  });
}

template <typename T, typename Rule>
void PoolPlanes(int64_t planes, int64_t positions, const Rule& rule, const T* x, T* y) {
  ParallelRanges(planes, positions, [&](int64_t begin, int64_t end) {
    for (int64_t plane = begin; plane < end; ++plane) {
      typename Rule::State state = Rule::Start();
      for (int64_t i = 0; i < positions; ++i) rule.Include(state, x[plane * positions + i]);
      y[plane] = rule.Finish(state, positions);
    }
  });
}

// Calls run(rule) with the rule of the kind of pooling.
template <typename T, typename Run>
void WithRule(const graph::Pool& op, const Run& run) {
  switch (op.kind) {
    case graph::PoolKind::kMax:
      return run(MaxRule<T>{});
    case graph::PoolKind::kAverage:
      return run(MeanRule<T>{});
    case graph::PoolKind::kLp:
      return run(LpRule<T>{static_cast<double>(op.p)});
  }
}

// Where in its plane a maximum lies: the flat index, row-major or column-major.
int64_t FlatIndex(const SpatialWindow& window, int64_t index, bool column_major) {
  if (!column_major) return index;
  const auto& [depth, height, width] = window.axes;
  const int64_t x = index % width.input;
  const int64_t y = index / width.input % height.input;
  const int64_t z = index / width.input / height.input;
  return z + depth.input * (y + height.input * x);
}

// Maxima with their places, counted over all planes; of equal ones the first. A window without any
// element, all padding, has the lowest value and place -1.
template <typename T>
void PoolMaximaWithIndices(const SpatialWindow& window, bool column_major, Inputs inputs,
                           Outputs outputs) {
  const int64_t rows = window.output_rows();
  const int64_t width = window.axes[2].output;
  const int64_t stride = window.axes[2].stride;
  const int64_t planes = inputs[0].shape.ElementCount(0, 2);
  ParallelRanges(planes * rows, 2 * window.taps() * width, [&](int64_t begin, int64_t end) {
    std::vector<T> largest(static_cast<size_t>(width));
    std::vector<int64_t> place(static_cast<size_t>(width));
    for (int64_t item = begin; item < end; ++item) {
      const int64_t first = item / rows * window.input_size();
      const T* plane = Elements<T>(inputs[0]) + first;
      std::fill(largest.begin(), largest.end(), MaxRule<T>::Start());
      std::fill(place.begin(), place.end(), -1);
      window.ForEachTap(item % rows, [&](int64_t, int64_t offset, IndexRange outputs_of_tap) {
        for (int64_t i = outputs_of_tap.begin; i < outputs_of_tap.end; ++i) {
          const int64_t from = offset + (i - outputs_of_tap.begin) * stride;
          const T candidate = plane[from];
          const bool first_nan = candidate != candidate && largest[i] == largest[i];
          if (candidate > largest[i] || first_nan || place[i] < 0) {
            largest[i] = candidate;
            place[i] = from;
          }
        }
      });
      for (int64_t i = 0; i < width; ++i) {
        if (Present(outputs, 0)) Elements<T>(outputs[0])[item * width + i] = largest[i];
        Elements<int64_t>(outputs[1])[item * width + i] =
            place[i] < 0 ? -1 : first + FlatIndex(window, place[i], column_major);
      }
    }
  });
}

}  // namespace

absl::Status Pool(const graph::Node& node, Inputs inputs, Outputs outputs) {
  const auto& op = std::get<graph::Pool>(node.op);
  const Shape& shape = inputs[0].shape;
  const int64_t planes = shape.ElementCount(0, 2);
  if (op.global) {
    return Dispatch(PoolTypes{}, node, inputs[0].type, [&]<typename T>(std::type_identity<T>) {
      WithRule<T>(op, [&](const auto& rule) {
        PoolPlanes(planes, shape.ElementCount(2, shape.rank()), rule, Elements<T>(inputs[0]),
                   Elements<T>(outputs[0]));
      });
    });
  }
  RELUSERVE_ASSIGN_OR_RETURN(const graph::ResolvedWindow resolved, graph::ResolvePool(op, shape));
  const SpatialWindow window(resolved, shape);
  return Dispatch(PoolTypes{}, node, inputs[0].type, [&]<typename T>(std::type_identity<T>) {
    if (Present(outputs, 1)) {
      PoolMaximaWithIndices<T>(window, op.column_major_indices, inputs, outputs);
      return;
    }
    WithRule<T>(op, [&](const auto& rule) {
      PoolWindows(window, planes, op.count_include_pad, rule, Elements<T>(inputs[0]),
                  Elements<T>(outputs[0]));
    });
  });
}

}  // namespace reluserve::engine::kernels
