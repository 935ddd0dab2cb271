// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The reluserve authors

// Seeded random tensors. A test prints its seed, with SCOPED_TRACE or in the case's name, so that a
// failure can be had again.

#ifndef RELUSERVE_TESTS_SUPPORT_RANDOM_TENSOR_H_
#define RELUSERVE_TESTS_SUPPORT_RANDOM_TENSOR_H_

#include <cstdint>
#include <random>

#include "server/tensor/shape.h"
#include "server/tensor/tensor.h"

namespace reluserve::test_support {

// The same numbers from the same seed with every compiler and library.
class Random {
 public:
  explicit Random(uint64_t seed) : engine_(seed) {}

  // Uniform in [low, high).
  double Uniform(double low, double high);
  // Uniform in [low, high], both included.
  int64_t Integer(int64_t low, int64_t high);

 private:
  std::mt19937_64 engine_;
};

// FP32 elements, uniform in [low, high).
Tensor RandomFloats(const Shape& shape, float low, float high, Random& random);

// FP32 elements that are integers, uniform in [low, high]: sums of their products are exact, so
// that two ways to compute them agree to the bit.
Tensor RandomIntegers(const Shape& shape, int64_t low, int64_t high, Random& random);

}  // namespace reluserve::test_support

#endif  // RELUSERVE_TESTS_SUPPORT_RANDOM_TENSOR_H_
