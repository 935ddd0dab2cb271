// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The reluserve authors

#include <algorithm>
#include <array>
#include <cstdint>
#include <type_traits>

#include "server/engine/kernels/arithmetic.h"
#include "server/engine/kernels/broadcast_loop.h"
#include "server/engine/kernels/dispatch.h"
#include "server/engine/kernels/kernel_list.h"

namespace reluserve::engine::kernels {
namespace {

using graph::VariadicKind;

// The larger, or NaN where either is one.
template <typename T>
T Larger(T a, T b) {
  return a > b || a != a ? a : b;
}
template <typename T>
T Smaller(T a, T b) {
  return a < b || a != a ? a : b;
}

// Folds one operand into the part [at, at + length) of the result; the first is only copied.
template <typename T, typename Function>
void Fold(const TensorView& operand, const MutableTensorView& result, bool first,
          const Function& function) {
  const BroadcastLoop<1> loop(result.shape, {&operand.shape});
  const bool moves = loop.step(0) != 0;
  loop.Run(1, [&](int64_t at, const std::array<int64_t, 1>& from, int64_t length) {
    const T* x = Elements<T>(operand) + from[0];
    T* y = Elements<T>(result) + at;
    if (first && moves) {
      std::copy_n(x, length, y);
    } else if (first) {
      std::fill_n(y, length, *x);
    } else if (moves) {
      for (int64_t i = 0; i < length; ++i) y[i] = function(y[i], x[i]);
    } else {
      const T fixed = *x;
      for (int64_t i = 0; i < length; ++i) y[i] = function(y[i], fixed);
    }
  });
}

template <typename Function>
absl::Status FoldAll(const graph::Node& node, Inputs inputs, Outputs outputs,
                     const Function& function) {
  return Dispatch(NumericTypes{}, node, inputs[0].type, [&]<typename T>(std::type_identity<T>) {
    for (size_t i = 0; i < inputs.size(); ++i) Fold<T>(inputs[i], outputs[0], i == 0, function);
  });
}

absl::Status Mean(const graph::Node& node, Inputs inputs, Outputs outputs) {
  RELUSERVE_RETURN_IF_ERROR(
      FoldAll(node, inputs, outputs, [](auto a, auto b) { return Add(a, b); }));
  return Dispatch(NumericTypes{}, node, inputs[0].type, [&]<typename T>(std::type_identity<T>) {
    const T count = static_cast<T>(inputs.size());
    for (T& y : outputs[0].values<T>()) y = Divide(y, count);
  });
}

}  // namespace

absl::Status Variadic(const graph::Node& node, Inputs inputs, Outputs outputs) {
  const VariadicKind kind = std::get<graph::Variadic>(node.op).kind;
  switch (kind) {
    case VariadicKind::kMax:
      return FoldAll(node, inputs, outputs, [](auto a, auto b) { return Larger(a, b); });
    case VariadicKind::kMin:
      return FoldAll(node, inputs, outputs, [](auto a, auto b) { return Smaller(a, b); });
    case VariadicKind::kSum:
      return FoldAll(node, inputs, outputs, [](auto a, auto b) { return Add(a, b); });
    case VariadicKind::kMean:
      return Mean(node, inputs, outputs);
  }
  return Internal("unknown variadic kind {}", static_cast<int>(kind));
}

}  // namespace reluserve::engine::kernels
