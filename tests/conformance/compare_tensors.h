// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The reluserve authors

#ifndef RELUSERVE_TESTS_CONFORMANCE_COMPARE_TENSORS_H_
#define RELUSERVE_TESTS_CONFORMANCE_COMPARE_TENSORS_H_

#include <string>

#include "server/tensor/tensor.h"

namespace reluserve::conformance {

struct Tolerance {
  double relative = 0.0;
  double absolute = 0.0;
};

// How `got` differs from `expected`; empty when it does not. Types and shapes must be equal.
// Floating-point elements may differ by absolute + relative·|expected|, those of 16 bits by one
// unit in the last place if `relative` is not 0 but less; NaN equals NaN. 8-bit integers (of
// quantised tensors) may differ by one, other integers and booleans not at all.
std::string DifferenceOf(const Tensor& expected, const Tensor& got, const Tolerance& tolerance);

// Why a comparison with these elements would prove nothing (test_support::WhyVacuous), or empty.
std::string WhyVacuous(const Tensor& expected);

}  // namespace reluserve::conformance

#endif  // RELUSERVE_TESTS_CONFORMANCE_COMPARE_TENSORS_H_
