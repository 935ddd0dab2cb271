// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The reluserve authors

// Tests col2im.cc.

#include <cstdint>
#include <string>
#include <vector>

#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/support/random_tensor.h"
#include "tests/support/values.h"
#include "tests/unit/engine/kernels/run_kernel.h"

namespace reluserve::engine {
namespace {

using test_support::ForEachIndex;
using test_support::Index;
using test_support::Random;
using test_support::Values;
using test_support::ValuesOf;
using ::testing::ElementsAre;
using ::testing::HasSubstr;

constexpr uint64_t kSeed = 20261126;

// The element at `place` is the sum over the taps of every block that covers it.
double Naive(const Values& x, const graph::Col2Im& op, const Shape& block, const Shape& counts,
             const Index& place) {
  double sum = 0;
  int64_t tap_number = 0;
  ForEachIndex(block, [&](const Index& tap) {
    int64_t number = 0;
    bool covers = true;
    for (int axis = 0; axis < block.rank(); ++axis) {
      const int64_t start = place[axis + 2] + op.pads_begin[axis] - tap[axis] * op.dilations[axis];
      const int64_t at = start / op.strides[axis];
      covers = covers && start >= 0 && start % op.strides[axis] == 0 && at < counts[axis];
      number = number * counts[axis] + at;
    }
    if (covers) sum += x.At({place[0], place[1] * block.ElementCount() + tap_number, number});
    ++tap_number;
  });
  return sum;
}

TEST(Col2ImTest, RandomBlocks) {
  Random random(kSeed);
  for (int round = 0; round < 40; ++round) {
    SCOPED_TRACE(fmt::format("seed {}, round {}", kSeed, round));
    graph::Col2Im op;
    Shape block, counts;
    std::vector<int64_t> image, block_shape;
    for (int64_t axes = random.Integer(1, 3); axes > 0; --axes) {
      block.push_back(random.Integer(1, 3));
      block_shape.push_back(block[block.rank() - 1]);
      op.strides.push_back(random.Integer(1, 3));
      op.dilations.push_back(random.Integer(1, 2));
      op.pads_begin.push_back(random.Integer(0, 2));
      op.pads_end.push_back(random.Integer(0, 2));
      const int64_t reach = op.dilations.back() * (block_shape.back() - 1) + 1;
      image.push_back(reach + random.Integer(0, 4));
      counts.push_back((image.back() + op.pads_begin.back() + op.pads_end.back() - reach) /
                           op.strides.back() +
                       1);
    }
    const Tensor x = test_support::RandomIntegers(
        {2, 3 * block.ElementCount(), counts.ElementCount()}, -4, 4, random);
    const Values values = ValuesOf(x);
    const Values got = ValuesOf(RunOne(op, {x, Longs(image), Longs(block_shape)}));
    ForEachIndex(got.shape, [&](const Index& at) {
      ASSERT_EQ(got.At(at), Naive(values, op, block, counts, at)) << at.ToString();
    });
  }
}

TEST(Col2ImTest, WhatDoesNotFitIsRefused) {
  const Tensor x = Floats({1, 4, 1}, {1, 2, 3, 4});
  const auto refusal = [&](const graph::Col2Im& op, const std::vector<int64_t>& image,
                           const std::vector<int64_t>& block) {
    return std::string(RunMany(op, {x, Longs(image), Longs(block)}).status().message());
  };
  EXPECT_THAT(refusal({}, {2, 3}, {2, 2}), HasSubstr("expected channels times a block"));
  EXPECT_THAT(refusal({}, {2, 2}, {3, 2}), HasSubstr("expected channels times a block"));
  EXPECT_THAT(refusal({}, {2, 2}, {2}), HasSubstr("block_shape is [2], expected 2 entries"));
  EXPECT_THAT(refusal({{0, 1}, {}, {}, {}}, {2, 2}, {2, 2}), HasSubstr("strides is [0,1]"));
  EXPECT_THAT(refusal({}, {INT64_MAX, 2}, {2, 2}), HasSubstr("image_shape is"));
  EXPECT_THAT(refusal({{}, {}, {-1, 0}, {}}, {2, 2}, {2, 2}), HasSubstr("pads is [-1,0]"));
}

}  // namespace
}  // namespace reluserve::engine
