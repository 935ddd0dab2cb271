// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The reluserve authors

#include <algorithm>
#include <array>
#include <cmath>
#include <cstdint>
#include <type_traits>

#include "server/engine/kernels/arithmetic.h"
#include "server/engine/kernels/broadcast_loop.h"
#include "server/engine/kernels/convert.h"
#include "server/engine/kernels/dispatch.h"
#include "server/engine/kernels/kernel_list.h"

namespace reluserve::engine::kernels {
namespace {

using graph::BinaryKind;

constexpr int64_t kSimpleSteps = 1;
constexpr int64_t kPowerSteps = 32;

// c = function(a, b), with a loop of its own for each way a row is broadcast so that each
// vectorises.
template <typename A, typename B, typename C, typename Function>
void Combine(Inputs inputs, Outputs outputs, int64_t steps, const Function& function) {
  const BroadcastLoop<2> loop(outputs[0].shape, {&inputs[0].shape, &inputs[1].shape});
  const bool moves_a = loop.step(0) != 0;
  const bool moves_b = loop.step(1) != 0;
  loop.Run(steps, [&](int64_t at, const std::array<int64_t, 2>& from, int64_t length) {
    const A* a = Elements<A>(inputs[0]) + from[0];
    const B* b = Elements<B>(inputs[1]) + from[1];
    C* c = Elements<C>(outputs[0]) + at;
    if (moves_a && moves_b) {
      for (int64_t i = 0; i < length; ++i) c[i] = function(a[i], b[i]);
    } else if (moves_a) {
      const B fixed = *b;
      for (int64_t i = 0; i < length; ++i) c[i] = function(a[i], fixed);
    } else if (moves_b) {
      const A fixed = *a;
      for (int64_t i = 0; i < length; ++i) c[i] = function(fixed, b[i]);
    } else {
      std::fill_n(c, length, function(*a, *b));
    }
  });
}

// T, T -> T.
template <typename Types, typename Function>
absl::Status Arithmetic(Types types, const graph::Node& node, Inputs inputs, Outputs outputs,
                        const Function& function) {
  return Dispatch(types, node, inputs[0].type, [&]<typename T>(std::type_identity<T>) {
    Combine<T, T, T>(inputs, outputs, kSimpleSteps,
                     [&](T a, T b) { return static_cast<T>(function(a, b)); });
  });
}

// T, T -> bool.
template <typename Function>
absl::Status Compare(const graph::Node& node, Inputs inputs, Outputs outputs,
                     const Function& function) {
  return Dispatch(NumericTypes{}, node, inputs[0].type, [&]<typename T>(std::type_identity<T>) {
    Combine<T, T, bool>(inputs, outputs, kSimpleSteps, function);
  });
}

// bool, bool -> bool. Read as bytes: those of a request need not be 0 or 1.
template <typename Function>
absl::Status Logic(const graph::Node& node, Inputs inputs, Outputs outputs,
                   const Function& function) {
  if (inputs[0].type != DataType::kBool) return UnsupportedType(node, inputs[0].type);
  Combine<uint8_t, uint8_t, bool>(inputs, outputs, kSimpleSteps,
                                  [&](uint8_t a, uint8_t b) { return function(a != 0, b != 0); });
  return absl::OkStatus();
}

template <typename Base, typename Exponent>
Base Power(Base base, Exponent exponent) {
  if constexpr (std::is_floating_point_v<Base>) {
    return static_cast<Base>(std::pow(base, static_cast<Base>(exponent)));
  } else if constexpr (std::is_integral_v<Exponent>) {
    if constexpr (std::is_signed_v<Exponent>) {
      // The fraction is cut off: 0, but for the bases whose powers are whole, and 0⁻ⁿ is infinite.
      if (exponent < 0) return SaturatingCast<Base>(std::pow(static_cast<double>(base), exponent));
    }
    return IntegerPower(base, static_cast<uint64_t>(exponent));
  } else {
    return SaturatingCast<Base>(std::pow(static_cast<double>(base), static_cast<double>(exponent)));
  }
}

// ONNX allows fewer types here, and the exponent has one of its own.
absl::Status Pow(const graph::Node& node, Inputs inputs, Outputs outputs) {
  using BaseTypes = TypeList<float, double, int32_t, int64_t>;
  return Dispatch(BaseTypes{}, node, inputs[0].type, [&]<typename T>(std::type_identity<T>) {
    return Dispatch(NumericTypes{}, node, inputs[1].type,
                    [&]<typename Exponent>(std::type_identity<Exponent>) {
                      Combine<T, Exponent, T>(inputs, outputs, kPowerSteps, Power<T, Exponent>);
                    });
  });
}

absl::Status Bits(BinaryKind kind, const graph::Node& node, Inputs inputs, Outputs outputs) {
  switch (kind) {
    case BinaryKind::kBitwiseAnd:
      return Arithmetic(IntegerTypes{}, node, inputs, outputs,
                        [](auto a, auto b) { return a & b; });
    case BinaryKind::kBitwiseOr:
      return Arithmetic(IntegerTypes{}, node, inputs, outputs,
                        [](auto a, auto b) { return a | b; });
    case BinaryKind::kBitwiseXor:
      return Arithmetic(IntegerTypes{}, node, inputs, outputs,
                        [](auto a, auto b) { return a ^ b; });
    case BinaryKind::kShiftLeft:
      return Arithmetic(UnsignedTypes{}, node, inputs, outputs,
                        [](auto a, auto b) { return ShiftLeft(a, b); });
    default:  // kShiftRight
      return Arithmetic(UnsignedTypes{}, node, inputs, outputs,
                        [](auto a, auto b) { return ShiftRight(a, b); });
  }
}

}  // namespace

absl::Status Binary(const graph::Node& node, Inputs inputs, Outputs outputs) {
  const BinaryKind kind = std::get<graph::Binary>(node.op).kind;
  const auto arithmetic = [&](const auto& function) {
    return Arithmetic(NumericTypes{}, node, inputs, outputs, function);
  };
  const auto compare = [&](const auto& function) {
    return Compare(node, inputs, outputs, function);
  };
  const auto logic = [&](const auto& function) { return Logic(node, inputs, outputs, function); };
  switch (kind) {
    case BinaryKind::kAdd:
      return arithmetic([](auto a, auto b) { return Add(a, b); });
    case BinaryKind::kSub:
      return arithmetic([](auto a, auto b) { return Subtract(a, b); });
    case BinaryKind::kMul:
      return arithmetic([](auto a, auto b) { return Multiply(a, b); });
    case BinaryKind::kDiv:
      return arithmetic([](auto a, auto b) { return Divide(a, b); });
    case BinaryKind::kPow:
      return Pow(node, inputs, outputs);
    case BinaryKind::kMod:
      return arithmetic([](auto a, auto b) { return FlooredRemainder(a, b); });
    case BinaryKind::kFmod:
      return arithmetic([](auto a, auto b) { return TruncatedRemainder(a, b); });
    case BinaryKind::kEqual:
      if (inputs[0].type == DataType::kBool) return logic([](bool a, bool b) { return a == b; });
      return compare([](auto a, auto b) { return a == b; });
    case BinaryKind::kGreater:
      return compare([](auto a, auto b) { return a > b; });
    case BinaryKind::kGreaterOrEqual:
      return compare([](auto a, auto b) { return a >= b; });
    case BinaryKind::kLess:
      return compare([](auto a, auto b) { return a < b; });
    case BinaryKind::kLessOrEqual:
      return compare([](auto a, auto b) { return a <= b; });
    case BinaryKind::kAnd:
      return logic([](bool a, bool b) { return a && b; });
    case BinaryKind::kOr:
      return logic([](bool a, bool b) { return a || b; });
    case BinaryKind::kXor:
      return logic([](bool a, bool b) { return a != b; });
    case BinaryKind::kBitwiseAnd:
    case BinaryKind::kBitwiseOr:
    case BinaryKind::kBitwiseXor:
    case BinaryKind::kShiftLeft:
    case BinaryKind::kShiftRight:
      return Bits(kind, node, inputs, outputs);
  }
  return Internal("unknown binary kind {}", static_cast<int>(kind));
}

}  // namespace reluserve::engine::kernels
