// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The reluserve authors

#include <cmath>
#include <cstdint>
#include <type_traits>

#include "server/engine/kernels/arithmetic.h"
#include "server/engine/kernels/dispatch.h"
#include "server/engine/kernels/kernel_list.h"
#include "server/engine/kernels/parallel.h"

namespace reluserve::engine::kernels {
namespace {

// Transcendental functions take about this long in elementary steps.
constexpr int64_t kFunctionSteps = 16;

template <typename In, typename Out, typename Function>
void Map(const TensorView& input, const MutableTensorView& output, const Function& function) {
  const In* x = Elements<In>(input);
  Out* y = Elements<Out>(output);
  ParallelRanges(output.shape.ElementCount(), kFunctionSteps, [&](int64_t begin, int64_t end) {
    for (int64_t i = begin; i < end; ++i) y[i] = function(x[i]);
  });
}

// y = function(x), of the same type.
template <typename Types, typename Function>
absl::Status MapSame(Types types, const graph::Node& node, Inputs inputs, Outputs outputs,
                     const Function& function) {
  return Dispatch(types, node, inputs[0].type, [&]<typename T>(std::type_identity<T>) {
    Map<T, T>(inputs[0], outputs[0], [&](T x) { return static_cast<T>(function(x)); });
  });
}

// y = test(x) as bool.
template <typename Test>
absl::Status MapTest(const graph::Node& node, Inputs inputs, Outputs outputs, const Test& test) {
  return Dispatch(FloatTypes{}, node, inputs[0].type, [&]<typename T>(std::type_identity<T>) {
    Map<T, bool>(inputs[0], outputs[0], test);
  });
}

absl::Status Not(const graph::Node& node, Inputs inputs, Outputs outputs) {
  if (inputs[0].type != DataType::kBool) return UnsupportedType(node, inputs[0].type);
  // Read as bytes: those of a request need not be 0 or 1.
  Map<uint8_t, bool>(inputs[0], outputs[0], [](uint8_t x) { return x == 0; });
  return absl::OkStatus();
}

}  // namespace

absl::Status Unary(const graph::Node& node, Inputs inputs, Outputs outputs) {
  using graph::UnaryKind;
  const auto& op = std::get<graph::Unary>(node.op);
  const auto real = [&](const auto& function) {
    return MapSame(FloatTypes{}, node, inputs, outputs, function);
  };
  switch (op.kind) {
    case UnaryKind::kNeg:
      return MapSame(SignedTypes{}, node, inputs, outputs, [](auto x) { return Negate(x); });
    case UnaryKind::kAbs:
      return MapSame(NumericTypes{}, node, inputs, outputs, [](auto x) {
        if constexpr (std::is_floating_point_v<decltype(x)>) {
          return std::fabs(x);
        } else {
          return x < decltype(x){0} ? Negate(x) : x;
        }
      });
    case UnaryKind::kSign:
      // NaN is neither above nor below zero, and stays.
      return MapSame(NumericTypes{}, node, inputs, outputs, [](auto x) {
        using T = decltype(x);
        if constexpr (std::is_signed_v<T>) {
          return x > 0 ? T{1} : x < 0 ? T{-1} : x;
        } else {
          return x > 0 ? T{1} : T{0};
        }
      });
    case UnaryKind::kSqrt:
      return real([](auto x) { return std::sqrt(x); });
    case UnaryKind::kReciprocal:
      return real([](auto x) { return 1 / x; });
    case UnaryKind::kExp:
      return real([](auto x) { return std::exp(x); });
    case UnaryKind::kLog:
      return real([](auto x) { return std::log(x); });
    case UnaryKind::kErf:
      return real([](auto x) { return std::erf(x); });
    case UnaryKind::kFloor:
      return real([](auto x) { return std::floor(x); });
    case UnaryKind::kCeil:
      return real([](auto x) { return std::ceil(x); });
    case UnaryKind::kRound:
      return real([](auto x) { return std::nearbyint(x); });  // ties to even
    case UnaryKind::kSin:
      return real([](auto x) { return std::sin(x); });
    case UnaryKind::kCos:
      return real([](auto x) { return std::cos(x); });
    case UnaryKind::kTan:
      return real([](auto x) { return std::tan(x); });
    case UnaryKind::kAsin:
      return real([](auto x) { return std::asin(x); });
    case UnaryKind::kAcos:
      return real([](auto x) { return std::acos(x); });
    case UnaryKind::kAtan:
      return real([](auto x) { return std::atan(x); });
    case UnaryKind::kSinh:
      return real([](auto x) { return std::sinh(x); });
    case UnaryKind::kCosh:
      return real([](auto x) { return std::cosh(x); });
    case UnaryKind::kAsinh:
      return real([](auto x) { return std::asinh(x); });
    case UnaryKind::kAcosh:
      return real([](auto x) { return std::acosh(x); });
    case UnaryKind::kAtanh:
      return real([](auto x) { return std::atanh(x); });
    case UnaryKind::kNot:
      return Not(node, inputs, outputs);
    case UnaryKind::kIsNan:
      return MapTest(node, inputs, outputs, [](auto x) { return std::isnan(x); });
    case UnaryKind::kIsInf:
      return MapTest(node, inputs, outputs, [&op](auto x) {
        return std::isinf(x) && (std::signbit(x) ? op.detect_negative : op.detect_positive);
      });
    case UnaryKind::kBitwiseNot:
      return MapSame(IntegerTypes{}, node, inputs, outputs, [](auto x) { return ~x; });
  }
  return Internal("unknown unary kind {}", static_cast<int>(op.kind));
}

}  // namespace reluserve::engine::kernels
