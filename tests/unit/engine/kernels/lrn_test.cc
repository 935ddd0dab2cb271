// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The reluserve authors

// Tests lrn.cc.

#include <cmath>

#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/support/compare.h"
#include "tests/support/random_tensor.h"
#include "tests/support/reference_ops.h"
#include "tests/unit/engine/kernels/run_kernel.h"

namespace reluserve::engine {
namespace {

TEST(LrnTest, HandComputed) {
  // Two channels around each: 1 + 4, 1 + 4 + 9, 4 + 9; with alpha = size and beta 1 they are added
  // to the bias as they are.
  const Tensor x = Floats({1, 3, 1, 1}, {1, 2, 3});
  const graph::Lrn op = {.size = 3, .alpha = 3, .beta = 1, .bias = 1};
  EXPECT_THAT(ElementsOf<float>(RunOne(op, {x})),
              ::testing::Pointwise(::testing::FloatNear(1e-6f), {1 / 6.0, 2 / 15.0, 3 / 14.0}));
}

TEST(LrnTest, OddAndEvenSizesAgainstTheReference) {
  uint64_t seed = 0;
  for (const int64_t size : {1, 2, 5, 40}) {
    SCOPED_TRACE(fmt::format("size {} seed {}", size, ++seed));
    test_support::Random random(seed);
    const Tensor x = test_support::RandomFloats({2, 9, 5, 4}, -2, 2, random);
    const graph::Lrn op = {.size = size, .alpha = 0.5f, .beta = 0.75f, .bias = 2};
    const test_support::Values values = test_support::ValuesOf(x);
    EXPECT_TRUE(test_support::Near(test_support::Compute(op, {&values}),
                                   RunOne(op, {x}).values<float>(), 1e-6));
  }
}

}  // namespace
}  // namespace reluserve::engine
