// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The reluserve authors

// Tests matmul.cc: MatMul and Gemm.

#include <cstdint>

#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/support/compare.h"
#include "tests/support/random_tensor.h"
#include "tests/support/reference_ops.h"
#include "tests/unit/engine/kernels/run_kernel.h"

namespace reluserve::engine {
namespace {

using test_support::Near;
using test_support::Random;
using test_support::RandomFloats;
using test_support::Values;
using test_support::ValuesOf;
using ::testing::ElementsAre;

TEST(MatMulTest, VectorsMatricesAndStacks) {
  uint64_t seed = 0;
  struct Row {
    Shape a, b;
  };
  for (const Row& row : {Row{{3, 4}, {4, 5}},
                         {{4}, {4, 5}},
                         {{3, 4}, {4}},
                         {{2, 3, 4}, {4, 5}},
                         {{2, 1, 3, 4}, {3, 4, 5}},
                         {{4}, {2, 4, 5}},
                         {{2, 3, 4}, {4}},
                         {{7, 300}, {300, 600}}}) {
    SCOPED_TRACE(fmt::format("{} by {} seed {}", row.a.ToString(), row.b.ToString(), ++seed));
    Random random(seed);
    const Tensor a = RandomFloats(row.a, -1, 1, random);
    const Tensor b = RandomFloats(row.b, -1, 1, random);
    const Values a_values = ValuesOf(a);
    const Values b_values = ValuesOf(b);
    const Tensor c = RunOne(graph::MatMul{}, {a, b});
    const Values expected = test_support::Compute(graph::MatMul{}, {&a_values, &b_values});
    ASSERT_EQ(c.shape(), expected.shape);
    EXPECT_TRUE(Near(expected, c.values<float>(), 1e-6));
  }
  const Tensor dot = RunOne(graph::MatMul{}, {Floats({3}, {1, 2, 3}), Floats({3}, {4, 5, 6})});
  EXPECT_EQ(dot.shape(), Shape{});
  EXPECT_THAT(ElementsOf<float>(dot), ElementsAre(32));
}

TEST(MatMulTest, IntegersWrapAround) {
  const Tensor a = Make<int32_t>({1, 2}, {2147483647, 1});
  EXPECT_THAT(ElementsOf<int32_t>(RunOne(graph::MatMul{}, {a, Make<int32_t>({2, 1}, {2, 5})})),
              ElementsAre(3));
  EXPECT_THAT(ElementsOf<int64_t>(
                  RunOne(graph::MatMul{}, {Longs({int64_t{1} << 40, 3}), Longs({8, int64_t{-5}})})),
              ElementsAre((int64_t{1} << 43) - 15));
}

TEST(GemmTest, TranspositionsFactorsAndBroadcasting) {
  uint64_t seed = 0;
  for (const bool transpose_a : {false, true}) {
    for (const bool transpose_b : {false, true}) {
      for (const Shape& c_shape : {Shape{3, 5}, Shape{5}, Shape{3, 1}, Shape{}, Shape{1, 1}}) {
        SCOPED_TRACE(fmt::format("{} {} C {} seed {}", transpose_a, transpose_b, c_shape.ToString(),
                                 ++seed));
        Random random(seed);
        const graph::Gemm op = {0.5f, -2.0f, transpose_a, transpose_b};
        const Tensor a = RandomFloats(transpose_a ? Shape{4, 3} : Shape{3, 4}, -1, 1, random);
        const Tensor b = RandomFloats(transpose_b ? Shape{5, 4} : Shape{4, 5}, -1, 1, random);
        const Tensor c = RandomFloats(c_shape, -1, 1, random);
        const Values values[] = {ValuesOf(a), ValuesOf(b), ValuesOf(c)};
        EXPECT_TRUE(Near(test_support::Compute(op, {&values[0], &values[1], &values[2]}),
                         RunOne(op, {a, b, c}).values<float>(), 1e-6));
        EXPECT_TRUE(Near(test_support::Compute(op, {&values[0], &values[1]}),
                         RunOne(op, {a, b}).values<float>(), 1e-6));
      }
    }
  }
}

TEST(GemmTest, IntegersAreScaledAsRealNumbers) {
  const graph::Gemm op = {.alpha = 0.5f, .beta = 2.0f};
  EXPECT_THAT(
      ElementsOf<int32_t>(RunOne(op, {Make<int32_t>({1, 2}, {3, 4}), Make<int32_t>({2, 1}, {5, -2}),
                                      Make<int32_t>({1}, {10})})),
      ElementsAre(23));  // 7 / 2 cut to 3, and 20
}

}  // namespace
}  // namespace reluserve::engine
