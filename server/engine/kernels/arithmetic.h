// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The reluserve authors

// Arithmetic on elements that is defined for every operand. Integers wrap around, as numpy's do;
// floating-point numbers follow IEEE 754.

#ifndef RELUSERVE_SERVER_ENGINE_KERNELS_ARITHMETIC_H_
#define RELUSERVE_SERVER_ENGINE_KERNELS_ARITHMETIC_H_

#include <cmath>
#include <concepts>
#include <cstdint>
#include <type_traits>

namespace reluserve::engine::kernels {

// The unsigned type in which T's sums and products wrap: at least 32 bits, as narrower operands
// would be promoted to int, which must not overflow.
template <std::integral T>
using Wrapping = std::conditional_t<(sizeof(T) < 4), uint32_t, std::make_unsigned_t<T>>;

template <typename T>
T Add(T a, T b) {
  if constexpr (std::is_integral_v<T>) {
    return static_cast<T>(static_cast<Wrapping<T>>(a) + static_cast<Wrapping<T>>(b));
  } else {
    return a + b;
  }
}

template <typename T>
T Subtract(T a, T b) {
  if constexpr (std::is_integral_v<T>) {
    return static_cast<T>(static_cast<Wrapping<T>>(a) - static_cast<Wrapping<T>>(b));
  } else {
    return a - b;
  }
}

template <typename T>
T Multiply(T a, T b) {
  if constexpr (std::is_integral_v<T>) {
    return static_cast<T>(static_cast<Wrapping<T>>(a) * static_cast<Wrapping<T>>(b));
  } else {
    return a * b;
  }
}

template <typename T>
T Negate(T a) {
  if constexpr (std::is_integral_v<T>) {
    return Subtract(T{0}, a);
  } else {
    return -a;
  }
}

// Integers: towards zero. A zero divisor gives 0: one request's data must not fail the batch it
// shares with others, and numpy gives the same.
template <typename T>
T Divide(T a, T b) {
  if constexpr (std::is_integral_v<T>) {
    if (b == 0) return 0;
    if constexpr (std::is_signed_v<T>) {
      if (b == -1) return Negate(a);  // the lowest value has no positive counterpart, and wraps
    }
    return static_cast<T>(a / b);
  } else {
    return a / b;
  }
}

// The remainder with the sign of the dividend (C's). A zero integer divisor gives 0, as Divide.
template <typename T>
T TruncatedRemainder(T a, T b) {
  if constexpr (std::is_integral_v<T>) {
    if (b == 0) return 0;
    if constexpr (std::is_signed_v<T>) {
      if (b == -1) return 0;
    }
    return static_cast<T>(a % b);
  } else {
    return std::fmod(a, b);
  }
}

// The remainder with the sign of the divisor (Python's).
template <typename T>
T FlooredRemainder(T a, T b) {
  const T remainder = TruncatedRemainder(a, b);
  return remainder != 0 && (remainder < 0) != (b < 0) ? Add(remainder, b) : remainder;
}

// Integer base and non-negative integer exponent, by repeated squaring.
template <std::integral T>
T IntegerPower(T base, uint64_t exponent) {
  T power = 1;
  for (; exponent != 0; exponent >>= 1) {
    if ((exponent & 1) != 0) power = Multiply(power, base);
    base = Multiply(base, base);
  }
  return power;
}

// Shifting all bits out gives 0, which C++ leaves undefined.
template <std::unsigned_integral T>
T ShiftLeft(T value, T bits) {
  return bits < sizeof(T) * 8 ? static_cast<T>(static_cast<Wrapping<T>>(value) << bits) : T{0};
}
template <std::unsigned_integral T>
T ShiftRight(T value, T bits) {
  return bits < sizeof(T) * 8 ? static_cast<T>(value >> bits) : T{0};
}

}  // namespace reluserve::engine::kernels

#endif  // RELUSERVE_SERVER_ENGINE_KERNELS_ARITHMETIC_H_
