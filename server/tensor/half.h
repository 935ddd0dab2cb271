// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The reluserve authors

// The 16-bit floating-point formats, kept as their bits, widened to float. Every value is exact.

#ifndef RELUSERVE_SERVER_TENSOR_HALF_H_
#define RELUSERVE_SERVER_TENSOR_HALF_H_

#include <bit>
#include <cstdint>

namespace reluserve {

// bfloat16: the upper half of a float.
inline float FloatFromBfloat16(uint16_t bits) {
  return std::bit_cast<float>(static_cast<uint32_t>(bits) << 16);
}

// IEEE 754 binary16.
inline float FloatFromHalf(uint16_t bits) {
  const uint32_t sign = static_cast<uint32_t>(bits & 0x8000) << 16;
  const uint32_t exponent = (bits >> 10) & 0x1f;
  const uint32_t fraction = bits & 0x3ff;
  if (exponent == 0) {  // zero or subnormal: a multiple of 2^-24
    const float magnitude = static_cast<float>(fraction) * 0x1p-24f;
    return sign != 0 ? -magnitude : magnitude;
  }
  const uint32_t wide_exponent = exponent == 0x1f ? 0xff : exponent + (127 - 15);
  return std::bit_cast<float>(sign | (wide_exponent << 23) | (fraction << 13));
}

}  // namespace reluserve

#endif  // RELUSERVE_SERVER_TENSOR_HALF_H_
