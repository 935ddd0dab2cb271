// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The reluserve authors

// Every function returns NaN for NaN: comparisons are written so that a false one passes x on.

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <numbers>
#include <type_traits>

#include "server/engine/kernels/arithmetic.h"
#include "server/engine/kernels/broadcast_loop.h"
#include "server/engine/kernels/convert.h"
#include "server/engine/kernels/dispatch.h"
#include "server/engine/kernels/kernel_list.h"
#include "server/engine/kernels/parallel.h"

namespace reluserve::engine::kernels {
namespace {

constexpr int64_t kComparisonSteps = 1;
constexpr int64_t kExponentialSteps = 16;

template <typename T, typename Function>
void Map(Inputs inputs, Outputs outputs, int64_t steps, const Function& function) {
  const T* x = Elements<T>(inputs[0]);
  T* y = Elements<T>(outputs[0]);
  ParallelRanges(outputs[0].shape.ElementCount(), steps, [&](int64_t begin, int64_t end) {
    for (int64_t i = begin; i < end; ++i) y[i] = function(x[i]);
  });
}

// min(max(x, low), high), in this order: high wins where the bounds are swapped.
template <typename T>
T Clamp(T x, T low, T high) {
  x = x < low ? low : x;
  return x > high ? high : x;
}

// ln(1 + eˣ) without overflow of eˣ.
template <typename T>
T Softplus(T x) {
  return x > 0 ? x + std::log1p(std::exp(-x)) : std::log1p(std::exp(x));
}

template <typename T>
T Sigmoid(T x) {
  return 1 / (1 + std::exp(-x));
}

template <typename T>
T GeluTanh(T x) {
  constexpr T kScale = std::numbers::inv_sqrtpi_v<T> * std::numbers::sqrt2_v<T>;  // sqrt(2/pi)
  return T(0.5) * x * (1 + std::tanh(kScale * (x + T(0.044715) * x * x * x)));
}

template <typename T>
T Gelu(T x) {
  return T(0.5) * x * (1 + std::erf(x / std::numbers::sqrt2_v<T>));
}

template <typename T>
T Shrink(T x, T lambda, T bias) {
  if (x < -lambda) return x + bias;
  if (x > lambda) return x - bias;
  return std::isnan(x) ? x : T{0};
}

template <typename T>
absl::Status ApplyReal(const graph::Activation& op, Inputs inputs, Outputs outputs) {
  using graph::ActivationKind;
  const T alpha = op.alpha;
  const T beta = op.beta;
  const auto compare = [&](const auto& function) {
    Map<T>(inputs, outputs, kComparisonSteps, function);
    return absl::OkStatus();
  };
  const auto exponential = [&](const auto& function) {
    Map<T>(inputs, outputs, kExponentialSteps, function);
    return absl::OkStatus();
  };
  switch (op.kind) {
    case ActivationKind::kRelu:
      return compare([](T x) { return x <= 0 ? T{0} : x; });
    case ActivationKind::kLeakyRelu:
      return compare([=](T x) { return x < 0 ? alpha * x : x; });
    case ActivationKind::kThresholdedRelu:
      return compare([=](T x) { return x <= alpha ? T{0} : x; });
    case ActivationKind::kClip:
      return compare([=](T x) { return Clamp(x, alpha, beta); });
    case ActivationKind::kElu:
      return exponential([=](T x) { return x < 0 ? alpha * std::expm1(x) : x; });
    case ActivationKind::kSelu:
      return exponential([=](T x) { return beta * (x > 0 ? x : alpha * std::expm1(x)); });
    case ActivationKind::kCelu:
      return exponential([=](T x) { return x < 0 ? alpha * std::expm1(x / alpha) : x; });
    case ActivationKind::kSigmoid:
      return exponential([](T x) { return Sigmoid(x); });
    case ActivationKind::kTanh:
      return exponential([](T x) { return std::tanh(x); });
    case ActivationKind::kHardSigmoid:
      return compare([=](T x) { return Clamp(alpha * x + beta, T{0}, T{1}); });
    case ActivationKind::kHardSwish:
      return compare([](T x) { return x * Clamp(x / 6 + T(0.5), T{0}, T{1}); });
    case ActivationKind::kSoftplus:
      return exponential([](T x) { return Softplus(x); });
    case ActivationKind::kSoftsign:
      return compare([](T x) { return x / (1 + std::fabs(x)); });
    case ActivationKind::kMish:
      return exponential([](T x) { return x * std::tanh(Softplus(x)); });
    case ActivationKind::kGelu:
      return exponential([](T x) { return Gelu(x); });
    case ActivationKind::kGeluTanh:
      return exponential([](T x) { return GeluTanh(x); });
    case ActivationKind::kSwish:
      return exponential([=](T x) { return x * Sigmoid(alpha * x); });
    case ActivationKind::kShrink:
      return compare([=](T x) { return Shrink(x, alpha, beta); });
  }
  return Internal("unknown activation kind {}", static_cast<int>(op.kind));
}

// ONNX allows integers for ReLU and Clip.
absl::Status ApplyInteger(const graph::Node& node, Inputs inputs, Outputs outputs) {
  const auto& op = std::get<graph::Activation>(node.op);
  const bool relu = op.kind == graph::ActivationKind::kRelu;
  if (!relu && op.kind != graph::ActivationKind::kClip) {
    return UnsupportedType(node, inputs[0].type);
  }
  return Dispatch(IntegerTypes{}, node, inputs[0].type, [&]<typename T>(std::type_identity<T>) {
    const T low = relu ? T{0} : SaturatingCast<T>(op.alpha);
    const T high = relu ? std::numeric_limits<T>::max() : SaturatingCast<T>(op.beta);
    Map<T>(inputs, outputs, kComparisonSteps, [=](T x) { return Clamp(x, low, high); });
  });
}

}  // namespace

absl::Status Activation(const graph::Node& node, Inputs inputs, Outputs outputs) {
  const auto& op = std::get<graph::Activation>(node.op);
  switch (inputs[0].type) {
    case DataType::kFloat32:
      return ApplyReal<float>(op, inputs, outputs);
    case DataType::kFloat64:
      return ApplyReal<double>(op, inputs, outputs);
    default:
      return ApplyInteger(node, inputs, outputs);
  }
}

absl::Status PRelu(const graph::Node& node, Inputs inputs, Outputs outputs) {
  const BroadcastLoop<2> loop(outputs[0].shape, {&inputs[0].shape, &inputs[1].shape});
  const int64_t slope_step = loop.step(1);
  return Dispatch(NumericTypes{}, node, inputs[0].type, [&]<typename T>(std::type_identity<T>) {
    loop.Run(kComparisonSteps, [&](int64_t at, const std::array<int64_t, 2>& from, int64_t length) {
      const T* x = Elements<T>(inputs[0]) + from[0];
      const T* slope = Elements<T>(inputs[1]) + from[1];
      T* y = Elements<T>(outputs[0]) + at;
      if (slope_step == 0) {
        const T factor = *slope;
        for (int64_t i = 0; i < length; ++i) y[i] = x[i] < T{0} ? Multiply(factor, x[i]) : x[i];
      } else {
        for (int64_t i = 0; i < length; ++i) y[i] = x[i] < T{0} ? Multiply(slope[i], x[i]) : x[i];
      }
    });
  });
}

}  // namespace reluserve::engine::kernels
