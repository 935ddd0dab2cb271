// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The reluserve authors

// Tests pool.cc.

#include <cmath>
#include <limits>
#include <vector>

#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/support/compare.h"
#include "tests/support/random_tensor.h"
#include "tests/support/reference_ops.h"
#include "tests/unit/engine/kernels/run_kernel.h"

namespace reluserve::engine {
namespace {

using ::testing::ElementsAre;
using ::testing::IsNan;
using enum graph::PoolKind;

Tensor Counting(const Shape& shape) {
  std::vector<float> elements(static_cast<size_t>(shape.ElementCount()));
  for (size_t i = 0; i < elements.size(); ++i) elements[i] = static_cast<float>(i + 1);
  return Floats(shape, elements);
}

std::vector<float> Apply(const graph::Pool& op, const Tensor& x) {
  return ElementsOf<float>(RunOne(op, {x}));
}

TEST(PoolTest, HandComputed) {
  const Tensor x = Counting({1, 1, 3, 3});
  const graph::Window window = {.kernel = {2, 2}};
  EXPECT_THAT(Apply({.kind = kMax, .window = window}, x), ElementsAre(5, 6, 8, 9));
  EXPECT_THAT(Apply({.kind = kAverage, .window = window}, x), ElementsAre(3, 4, 6, 7));
  EXPECT_THAT(Apply({.kind = kLp, .window = window, .p = 1}, x), ElementsAre(12, 16, 24, 28));
  EXPECT_THAT(Apply({.kind = kLp, .window = {.kernel = {1, 2}, .strides = {3, 2}}, .p = 2}, x),
              ElementsAre(std::sqrt(5.0f)));
  EXPECT_NEAR(Apply({.kind = kLp, .window = window, .p = 3}, x)[0], std::cbrt(1 + 8 + 64 + 125),
              1e-5);
}

// Padding counts or not; what ceil_mode adds beyond the padding never does.
TEST(PoolTest, WhatAnAverageIsDividedBy) {
  const Tensor x = Counting({1, 1, 5});
  graph::Pool op = {.kind = kAverage,
                    .window = {.kernel = {3}, .strides = {2}, .pads_begin = {1}, .pads_end = {0}},
                    .ceil_mode = true};
  // The last of three windows reaches one position beyond the input.
  EXPECT_THAT(Apply(op, x), ElementsAre(1.5f, 3, 4.5f));
  op.count_include_pad = true;
  EXPECT_THAT(Apply(op, x), ElementsAre(1, 3, 4.5f));
  op.window.pads_end = {1};
  EXPECT_THAT(Apply(op, x), ElementsAre(1, 3, 3));
}

TEST(PoolTest, AgainstTheReference) {
  uint64_t seed = 0;
  const graph::Window windows[] = {
      {.kernel = {3, 3}, .strides = {2, 2}, .pads_begin = {1, 1}, .pads_end = {1, 1}},
      {.kernel = {2, 3},
       .strides = {1, 2},
       .dilations = {2, 1},
       .pads_begin = {0, 1},
       .pads_end = {1, 2}},
      {.kernel = {3, 2}, .strides = {2, 3}, .auto_pad = graph::AutoPad::kSameUpper},
      {.kernel = {2, 2}, .strides = {2, 2}, .auto_pad = graph::AutoPad::kValid},
  };
  for (const graph::Window& window : windows) {
    for (const graph::PoolKind kind : {kMax, kAverage, kLp}) {
      for (const bool flag : {false, true}) {
        SCOPED_TRACE(fmt::format("kind {} seed {}", static_cast<int>(kind), ++seed));
        test_support::Random random(seed);
        const Tensor x = test_support::RandomFloats({2, 3, 12, 13}, -1, 1, random);
        const graph::Pool op = {
            .kind = kind, .window = window, .ceil_mode = flag, .count_include_pad = !flag};
        const Tensor y = RunOne(op, {x});
        const test_support::Values values = test_support::ValuesOf(x);
        EXPECT_TRUE(
            test_support::Near(test_support::Compute(op, {&values}), y.values<float>(), 1e-6));
      }
    }
  }
}

TEST(PoolTest, OneAndThreeAxesAndGlobal) {
  EXPECT_THAT(Apply({.window = {.kernel = {2}}}, Floats({1, 1, 4}, {3, 1, 4, 2})),
              ElementsAre(3, 4, 4));
  EXPECT_THAT(Apply({.window = {.kernel = {2, 2, 2}}}, Counting({1, 2, 2, 2, 2})),
              ElementsAre(8, 16));
  const Tensor x = Counting({2, 2, 2, 2});
  EXPECT_THAT(Apply({.kind = kMax, .global = true}, x), ElementsAre(4, 8, 12, 16));
  EXPECT_THAT(Apply({.kind = kAverage, .global = true}, x), ElementsAre(2.5f, 6.5f, 10.5f, 14.5f));
  EXPECT_THAT(Apply({.kind = kLp, .global = true, .p = 1}, x), ElementsAre(10, 26, 42, 58));
  EXPECT_EQ(RunOne(graph::Pool{.global = true}, {x}).shape(), (Shape{2, 2, 1, 1}));
}

TEST(PoolTest, Bytes) {
  const graph::Pool op = {.window = {.kernel = {2}, .pads_begin = {1}, .pads_end = {0}}};
  EXPECT_THAT(ElementsOf<int8_t>(RunOne(op, {Make<int8_t>({1, 1, 3}, {-100, -128, -3})})),
              ElementsAre(-100, -100, -3));
  EXPECT_THAT(ElementsOf<uint8_t>(RunOne(op, {Make<uint8_t>({1, 1, 3}, {1, 0, 255})})),
              ElementsAre(1, 1, 255));
}

// The strict plan relies on it.
TEST(PoolTest, NanPassesThrough) {
  const Tensor x = Floats({1, 1, 5}, {1, std::nanf(""), 3, 2, 1});
  const graph::Window window = {.kernel = {2}};
  EXPECT_THAT(Apply({.kind = kMax, .window = window}, x), ElementsAre(IsNan(), IsNan(), 3, 2));
  EXPECT_THAT(Apply({.kind = kAverage, .window = window}, x),
              ElementsAre(IsNan(), IsNan(), 2.5f, 1.5f));
  EXPECT_THAT(Apply({.kind = kMax, .global = true}, x), ElementsAre(IsNan()));
}

TEST(PoolTest, IndicesCountOverTheWholeTensor) {
  const Tensor x = Floats({1, 2, 2, 3}, {1, 5, 5,  //
                                         4, 2, 6,  //
                                         9, 8, 7,  //
                                         9, 1, 0});
  graph::Pool op = {.window = {.kernel = {2, 2}}};
  auto result = RunMany(op, {x}, 2);
  ASSERT_TRUE(result.ok()) << result.status();
  EXPECT_THAT(ElementsOf<float>((*result)[0]), ElementsAre(5, 6, 9, 8));
  // Of equal elements the first.
  EXPECT_THAT(ElementsOf<int64_t>((*result)[1]), ElementsAre(1, 5, 6, 7));
  op.column_major_indices = true;
  result = RunMany(op, {x}, 2);
  ASSERT_TRUE(result.ok()) << result.status();
  EXPECT_THAT(ElementsOf<int64_t>((*result)[1]), ElementsAre(2, 5, 6, 8));
}

TEST(PoolTest, IndicesOfNanAndOfTheLowest) {
  const float lowest = -std::numeric_limits<float>::infinity();
  const Tensor x = Floats({1, 1, 5}, {lowest, lowest, std::nanf(""), 1, std::nanf("")});
  const auto result = RunMany(graph::Pool{.window = {.kernel = {2}}}, {x}, 2);
  ASSERT_TRUE(result.ok()) << result.status();
  EXPECT_THAT(ElementsOf<int64_t>((*result)[1]), ElementsAre(0, 2, 2, 4));
  EXPECT_THAT(ElementsOf<float>((*result)[0]), ElementsAre(lowest, IsNan(), IsNan(), IsNan()));
}

// Values and places agree, and with the pooling without indices.
TEST(PoolTest, IndicesPointAtTheMaxima) {
  test_support::Random random(21);
  SCOPED_TRACE("seed 21");
  const Tensor x = test_support::RandomFloats({2, 3, 15, 16}, -1, 1, random);
  const graph::Pool op = {.window = {.kernel = {3, 3},
                                     .strides = {2, 2},
                                     .dilations = {2, 1},
                                     .pads_begin = {1, 1},
                                     .pads_end = {1, 1}}};
  const auto result = RunMany(op, {x}, 2);
  ASSERT_TRUE(result.ok()) << result.status();
  const std::vector<float> y = Apply(op, x);
  EXPECT_EQ(ElementsOf<float>((*result)[0]), y);
  const std::vector<int64_t> places = ElementsOf<int64_t>((*result)[1]);
  for (size_t i = 0; i < y.size(); ++i) ASSERT_EQ(x.values<float>()[places[i]], y[i]);
}

}  // namespace
}  // namespace reluserve::engine
