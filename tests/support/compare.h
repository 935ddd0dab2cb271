// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The reluserve authors

// Comparisons that say what differs and where, and the means to mistrust data which agrees with
// everything.

#ifndef RELUSERVE_TESTS_SUPPORT_COMPARE_H_
#define RELUSERVE_TESTS_SUPPORT_COMPARE_H_

#include <span>
#include <string>

#include <gtest/gtest.h>

#include "server/sparsity/trace.h"
#include "tests/support/reference.h"
#include "tests/support/values.h"

namespace reluserve::test_support {

// Why a comparison with these expected elements would prove nothing: "no elements", "all elements
// are 0", "97% of the elements are 0". Empty where there is no such reason. A single element counts
// when it is not zero.
std::string WhyVacuous(std::span<const double> expected);
// The same of a layer's counts: "all elements are active", "all elements are inactive or
// saturated".
std::string WhyVacuous(const ReferenceLayer& expected);

// Whether the largest |got - expected| is at most `tolerance` times the largest |expected|, with
// NaN and infinities at the same places in both.
::testing::AssertionResult Near(const Values& expected, std::span<const float> got,
                                double tolerance);

// Whether the engine's counts of a layer are the reference's: each sample's and channel's within
// the number of uncertain elements.
::testing::AssertionResult SameCounts(const ReferenceLayer& expected,
                                      const sparsity::LayerCounts& got);

}  // namespace reluserve::test_support

#endif  // RELUSERVE_TESTS_SUPPORT_COMPARE_H_
