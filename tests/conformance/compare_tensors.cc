// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The reluserve authors

#include "tests/conformance/compare_tensors.h"

#include <algorithm>
#include <cmath>
#include <vector>

#include <fmt/format.h>

#include "server/tensor/half.h"
#include "tests/support/compare.h"

namespace reluserve::conformance {
namespace {

// One unit in the last place of the 16-bit floating-point types, as a share of the number: their
// results are computed in 32 bits and rounded once, references often after each step.
constexpr double kHalfStep = 0x1p-10;
constexpr double kBfloat16Step = 0x1p-7;

bool IsHalf(DataType type) { return type == DataType::kFloat16 || type == DataType::kBfloat16; }

// A tensor of 16-bit floating-point numbers as FP32.
Tensor Widened(const Tensor& tensor) {
  std::vector<float> wide;
  for (const uint16_t bits : tensor.values<uint16_t>()) {
    wide.push_back(tensor.type() == DataType::kFloat16 ? FloatFromHalf(bits)
                                                       : FloatFromBfloat16(bits));
  }
  return Tensor::Of<float>(tensor.shape(), wide);
}

// Calls visit(elements) with the span of the tensor's element type.
template <typename Visitor>
auto VisitElements(const Tensor& tensor, Visitor visit) {
  switch (tensor.type()) {
    case DataType::kFloat32:
      return visit(tensor.values<float>());
    case DataType::kFloat64:
      return visit(tensor.values<double>());
    case DataType::kInt8:
      return visit(tensor.values<int8_t>());
    case DataType::kInt16:
      return visit(tensor.values<int16_t>());
    case DataType::kInt32:
      return visit(tensor.values<int32_t>());
    case DataType::kInt64:
      return visit(tensor.values<int64_t>());
    case DataType::kUint16:
    case DataType::kFloat16:
    case DataType::kBfloat16:
      return visit(tensor.values<uint16_t>());
    case DataType::kUint32:
      return visit(tensor.values<uint32_t>());
    case DataType::kUint64:
      return visit(tensor.values<uint64_t>());
    case DataType::kUint8:
    case DataType::kBool:
      return visit(tensor.values<uint8_t>());
  }
  return visit(std::span<const uint8_t>());
}

template <typename T>
bool Agree(T want, T got, DataType type, const Tolerance& tolerance) {
  if (want == got) return true;
  if constexpr (std::is_floating_point_v<T>) {
    if (std::isnan(want) || std::isnan(got)) return std::isnan(want) && std::isnan(got);
    if (std::isinf(want) || std::isinf(got)) return false;
    const double difference = std::abs(static_cast<double>(want) - static_cast<double>(got));
    return difference <= tolerance.absolute + tolerance.relative * std::abs(double{want});
  } else {
    const bool quantised = type == DataType::kInt8 || type == DataType::kUint8;
    return quantised && std::abs(static_cast<int>(want) - static_cast<int>(got)) <= 1;
  }
}

}  // namespace

std::string DifferenceOf(const Tensor& expected, const Tensor& got, const Tolerance& tolerance) {
  if (expected.type() != got.type()) {
    return fmt::format("type {}, expected {}", Name(got.type()), Name(expected.type()));
  }
  if (expected.shape() != got.shape()) {
    return fmt::format("shape {}, expected {}", got.shape().ToString(),
                       expected.shape().ToString());
  }
  if (IsHalf(expected.type())) {
    const double step = expected.type() == DataType::kFloat16 ? kHalfStep : kBfloat16Step;
    Tolerance wider = tolerance;
    if (wider.relative > 0.0) wider.relative = std::max(wider.relative, step);
    return DifferenceOf(Widened(expected), Widened(got), wider);
  }
  return VisitElements(expected, [&]<typename T>(std::span<const T> want) -> std::string {
    const std::span<const T> have = got.values<T>();
    size_t differing = 0;
    size_t first = 0;
    for (size_t i = 0; i < want.size(); ++i) {
      if (Agree(want[i], have[i], expected.type(), tolerance)) continue;
      if (differing++ == 0) first = i;
    }
    if (differing == 0) return "";
    return fmt::format("{} of the {} elements differ, the first at {}: {}, expected {}", differing,
                       want.size(), first, have[first], want[first]);
  });
}

std::string WhyVacuous(const Tensor& expected) {
  if (IsHalf(expected.type())) return WhyVacuous(Widened(expected));
  const std::vector<double> elements = VisitElements(
      expected, [](auto values) { return std::vector<double>(values.begin(), values.end()); });
  return test_support::WhyVacuous(elements);
}

}  // namespace reluserve::conformance
