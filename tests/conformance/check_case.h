// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The reluserve authors

#ifndef RELUSERVE_TESTS_CONFORMANCE_CHECK_CASE_H_
#define RELUSERVE_TESTS_CONFORMANCE_CHECK_CASE_H_

#include "tests/conformance/test_case.h"
#include "tests/conformance/verdict.h"

namespace reluserve::conformance {

struct CheckOptions {
  // False leaves every graph pass out: nothing is folded or fused.
  bool passes = true;
};

// Imports the model, compiles it, runs all data sets and compares outputs and, where there is a
// reference, sparsity.
//
// Single-operator cases have no initialisers: weights, shapes and axes are inputs. A case is
// therefore run as it is and, where it has more than one input, with all but the first bound as
// initialisers; only when both are refused, with all bound. It passes when at least one of these
// ways is accepted and none of those accepted gives a wrong answer. A case that may be refused
// passes as well when the error says what is not supported.
Verdict CheckCase(const TestCase& test, const CheckOptions& options);

}  // namespace reluserve::conformance

#endif  // RELUSERVE_TESTS_CONFORMANCE_CHECK_CASE_H_
