// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The reluserve authors

// Conversions between element types that C++ leaves undefined or does not have.

#ifndef RELUSERVE_SERVER_ENGINE_KERNELS_CONVERT_H_
#define RELUSERVE_SERVER_ENGINE_KERNELS_CONVERT_H_

#include <bit>
#include <cmath>
#include <concepts>
#include <cstdint>
#include <limits>

#include "server/tensor/half.h"

namespace reluserve::engine::kernels {

// IEEE 754 binary16 and bfloat16, kept as their bits.
struct Half {
  uint16_t bits;
};
struct Bfloat16 {
  uint16_t bits;
};

inline float ToFloat(Half value) { return FloatFromHalf(value.bits); }
inline float ToFloat(Bfloat16 value) { return FloatFromBfloat16(value.bits); }

// Shifts right by `shift` (1 to 63), rounding to nearest, ties to even.
constexpr uint64_t ShiftRightRounded(uint64_t value, int shift) {
  const uint64_t half = uint64_t{1} << (shift - 1);
  const uint64_t odd = (value >> shift) & 1;
  return (value + half - 1 + odd) >> shift;
}

// To nearest, ties to even; too large becomes infinity, NaN stays NaN. The argument is a double so
// that a double is rounded once, not twice.
inline Half ToHalf(double value) {
  const auto bits = std::bit_cast<uint64_t>(value);
  const auto sign = static_cast<uint16_t>((bits >> 48) & 0x8000);
  if (std::isnan(value)) return {static_cast<uint16_t>(sign | 0x7e00)};
  const double magnitude = std::fabs(value);
  if (magnitude >= 65520.0) return {static_cast<uint16_t>(sign | 0x7c00)};
  if (magnitude < 0x1p-14) {
    // A multiple of 2⁻²⁴; rounding up to 2⁻¹⁴ gives the bits of the smallest normal number.
    return {
        static_cast<uint16_t>(sign | static_cast<uint16_t>(std::nearbyint(magnitude * 0x1p24)))};
  }
  // A carry out of the fraction rightly increments the exponent that stands above it.
  const uint64_t rebiased =
      (bits & 0x7fffffffffffffffULL) - (static_cast<uint64_t>(1023 - 15) << 52);
  return {static_cast<uint16_t>(sign | static_cast<uint16_t>(ShiftRightRounded(rebiased, 42)))};
}

// To nearest, ties to even, as ToHalf.
inline Bfloat16 ToBfloat16(double value) {
  const auto bits = std::bit_cast<uint64_t>(value);
  const auto sign = static_cast<uint16_t>((bits >> 48) & 0x8000);
  if (std::isnan(value)) return {static_cast<uint16_t>(sign | 0x7fc0)};
  const double magnitude = std::fabs(value);
  if (magnitude >= 0x1.ffp127) return {static_cast<uint16_t>(sign | 0x7f80)};
  if (magnitude < 0x1p-126) {
    return {
        static_cast<uint16_t>(sign | static_cast<uint16_t>(std::nearbyint(magnitude * 0x1p133)))};
  }
  const uint64_t rebiased =
      (bits & 0x7fffffffffffffffULL) - (static_cast<uint64_t>(1023 - 127) << 52);
  return {static_cast<uint16_t>(sign | static_cast<uint16_t>(ShiftRightRounded(rebiased, 45)))};
}

// Towards zero; beyond the range of To becomes its nearest bound, NaN becomes 0. ONNX leaves both
// open, C++ leaves them undefined.
template <std::integral To, std::floating_point From>
To SaturatingCast(From value) {
  constexpr auto kLowest = static_cast<From>(std::numeric_limits<To>::min());
  // Rounded up to the next power of two where To has more digits than From.
  constexpr auto kHighest = static_cast<From>(std::numeric_limits<To>::max());
  if (std::isnan(value)) return 0;
  if (value <= kLowest) return std::numeric_limits<To>::min();
  if (value >= kHighest) return std::numeric_limits<To>::max();
  return static_cast<To>(value);
}

}  // namespace reluserve::engine::kernels

#endif  // RELUSERVE_SERVER_ENGINE_KERNELS_CONVERT_H_
