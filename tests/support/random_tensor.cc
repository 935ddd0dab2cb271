// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The reluserve authors

#include "tests/support/random_tensor.h"

#include <cmath>

namespace reluserve::test_support {

double Random::Uniform(double low, double high) {
  // The 53 highest bits are a fraction in [0, 1).
  return low + (high - low) * std::ldexp(static_cast<double>(engine_() >> 11), -53);
}

int64_t Random::Integer(int64_t low, int64_t high) {
  return low + static_cast<int64_t>(engine_() % static_cast<uint64_t>(high - low + 1));
}

Tensor RandomFloats(const Shape& shape, float low, float high, Random& random) {
  Tensor tensor = Tensor::Allocate(DataType::kFloat32, shape).value();
  for (float& element : tensor.mutable_values<float>()) {
    element = static_cast<float>(random.Uniform(low, high));
  }
  return tensor;
}

Tensor RandomIntegers(const Shape& shape, int64_t low, int64_t high, Random& random) {
  Tensor tensor = Tensor::Allocate(DataType::kFloat32, shape).value();
  for (float& element : tensor.mutable_values<float>()) {
    element = static_cast<float>(random.Integer(low, high));
  }
  return tensor;
}

}  // namespace reluserve::test_support
