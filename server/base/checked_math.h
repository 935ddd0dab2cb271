// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The reluserve authors

// Integer arithmetic for sizes that come from outside (model files, requests): it reports overflow
// instead of wrapping.

#ifndef RELUSERVE_SERVER_BASE_CHECKED_MATH_H_
#define RELUSERVE_SERVER_BASE_CHECKED_MATH_H_

#include <cstdint>
#include <optional>

namespace reluserve {

// a + b, or nothing when the sum does not fit.
inline std::optional<int64_t> CheckedAdd(int64_t a, int64_t b) {
  int64_t result;
  if (__builtin_add_overflow(a, b, &result)) return std::nullopt;
  return result;
}

// a * b, or nothing when the product does not fit.
inline std::optional<int64_t> CheckedMultiply(int64_t a, int64_t b) {
  int64_t result;
  if (__builtin_mul_overflow(a, b, &result)) return std::nullopt;
  return result;
}

}  // namespace reluserve

#endif  // RELUSERVE_SERVER_BASE_CHECKED_MATH_H_
