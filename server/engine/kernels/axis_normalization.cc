// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The reluserve authors

// Normalisations over axes that may lie anywhere: MeanVarianceNormalization and LpNormalization.

#include <array>
#include <cmath>
#include <cstdint>
#include <vector>

#include "server/engine/kernels/broadcast_loop.h"
#include "server/engine/kernels/dispatch.h"
#include "server/engine/kernels/kernel_list.h"
#include "server/engine/kernels/reduce_loop.h"
#include "server/engine/kernels/reduce_rules.h"
#include "server/graph/ops/axes.h"

namespace reluserve::engine::kernels {
namespace {

// Added to the standard deviation, as ONNX's definition does.
constexpr double kDeviationEpsilon = 1e-9;

// `shape` with each of `axes` reduced to 1.
Shape GroupShape(Shape shape, std::span<const int> axes) {
  for (const int axis : axes) shape[axis] = 1;
  return shape;
}

// y = function(x, group) element by element, with the entry of `groups` that x's group has.
template <typename T, typename Function>
void Apply(const Shape& shape, const Shape& group_shape, const T* x, const std::vector<T>& groups,
           T* y, const Function& function) {
  const BroadcastLoop<1> loop(shape, {&group_shape});
  const int64_t group_step = loop.step(0);
  loop.Run(1, [&](int64_t at, const std::array<int64_t, 1>& from, int64_t length) {
    const T* group = groups.data() + from[0];
    for (int64_t i = 0; i < length; ++i) y[at + i] = function(x[at + i], group[i * group_step]);
  });
}

}  // namespace

absl::Status MeanVarianceNormalization(const graph::Node& node, Inputs inputs, Outputs outputs) {
  const auto& op = std::get<graph::MeanVarianceNormalization>(node.op);
  const Shape& shape = inputs[0].shape;
  RELUSERVE_ASSIGN_OR_RETURN(const graph::AxisList axes,
                             graph::NormalizeAxes(op.axes, shape.rank()));
  const ReduceLoop loop(shape, axes);
  const Shape group_shape = GroupShape(shape, axes);
  return Dispatch(FloatTypes{}, node, inputs[0].type, [&]<typename T>(std::type_identity<T>) {
    const T* x = Elements<T>(inputs[0]);
    T* y = Elements<T>(outputs[0]);
    std::vector<T> groups(static_cast<size_t>(group_shape.ElementCount()));
    loop.Run<MeanRule>(x, groups.data());
    Apply(shape, group_shape, x, groups, y, [](T value, T mean) { return value - mean; });
    loop.Run<SumSquareRule>(y, groups.data());
    for (T& group : groups) {
      const double variance = group / static_cast<double>(loop.group_size());
      group = static_cast<T>(std::sqrt(variance) + kDeviationEpsilon);
    }
    Apply<T>(shape, group_shape, y, groups, y,
             [](T value, T deviation) { return value / deviation; });
  });
}

absl::Status LpNormalization(const graph::Node& node, Inputs inputs, Outputs outputs) {
  const auto& op = std::get<graph::LpNormalization>(node.op);
  const Shape& shape = inputs[0].shape;
  RELUSERVE_ASSIGN_OR_RETURN(const int axis, graph::NormalizeAxis(op.axis, shape.rank()));
  const ReduceLoop loop(shape, {&axis, 1});
  const Shape group_shape = GroupShape(shape, {&axis, 1});
  return Dispatch(FloatTypes{}, node, inputs[0].type, [&]<typename T>(std::type_identity<T>) {
    const T* x = Elements<T>(inputs[0]);
    std::vector<T> norms(static_cast<size_t>(group_shape.ElementCount()));
    if (op.p == 1) {
      loop.Run<L1Rule>(x, norms.data());
    } else {
      loop.Run<L2Rule>(x, norms.data());
    }
    // A group of zeros stays as it is.
    Apply(shape, group_shape, x, norms, Elements<T>(outputs[0]),
          [](T value, T norm) { return norm == 0 ? T{0} : value / norm; });
  });
}

}  // namespace reluserve::engine::kernels
