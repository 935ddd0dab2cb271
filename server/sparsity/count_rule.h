// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The reluserve authors

// Which elements of an activation layer count as inactive or saturated.

#ifndef RELUSERVE_SERVER_SPARSITY_COUNT_RULE_H_
#define RELUSERVE_SERVER_SPARSITY_COUNT_RULE_H_

#include <limits>

namespace reluserve::sparsity {

// Every element is exactly one of: non-finite (NaN or infinite), inactive, saturated, or neither.
// The first that holds, in that order, counts.
struct CountRule {
  enum class Inactive {
    kNone,         // sigmoid, tanh: nothing is inactive
    kNotPositive,  // x <= 0. On the outputs of ReLU (where it means = 0), LeakyReLU, ELU, ... this
                   // is the same as "the pre-activation was not positive"
    kZero,         // x == 0: ThresholdedReLU, whose outputs may be negative and active
  };
  Inactive inactive = Inactive::kNotPositive;
  // Saturated: x <= saturated_low or x >= saturated_high. The defaults mean never, as infinite
  // elements are non-finite.
  float saturated_low = -std::numeric_limits<float>::infinity();
  float saturated_high = std::numeric_limits<float>::infinity();
};

}  // namespace reluserve::sparsity

#endif  // RELUSERVE_SERVER_SPARSITY_COUNT_RULE_H_
