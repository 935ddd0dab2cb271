// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The reluserve authors

#include "server/engine/kernels/broadcast_loop.h"

#include <array>
#include <random>
#include <vector>

#include <fmt/format.h>
#include <gtest/gtest.h>

#include "tests/support/values.h"

namespace reluserve::engine::kernels {
namespace {

// For every element of the result, the element of each operand that the loop pairs with it.
template <size_t kOperands>
std::vector<std::array<int64_t, kOperands>> Pairing(
    const Shape& result, const std::array<const Shape*, kOperands>& operands) {
  std::vector<std::array<int64_t, kOperands>> pairing(static_cast<size_t>(result.ElementCount()));
  const BroadcastLoop<kOperands> loop(result, operands);
  loop.Run(1, [&](int64_t at, const std::array<int64_t, kOperands>& from, int64_t length) {
    for (int64_t i = 0; i < length; ++i) {
      for (size_t k = 0; k < kOperands; ++k) pairing[at + i][k] = from[k] + i * loop.step(k);
    }
  });
  return pairing;
}

// The offset of broadcasting's definition: a missing axis or one of extent 1 repeats.
int64_t OffsetOf(const Shape& operand, const test_support::Index& index) {
  int64_t offset = 0;
  for (int axis = 0; axis < operand.rank(); ++axis) {
    const int64_t position = index[index.rank() - operand.rank() + axis];
    offset = offset * operand[axis] + (operand[axis] == 1 ? 0 : position);
  }
  return offset;
}

TEST(BroadcastLoopTest, EqualShapesMakeOneRow) {
  const Shape shape = {2, 3, 4, 5};
  const BroadcastLoop<2> loop(shape, {&shape, &shape});
  int rows = 0;
  loop.Run(1, [&](int64_t, const std::array<int64_t, 2>&, int64_t length) {
    ++rows;
    EXPECT_EQ(length, 120);
  });
  EXPECT_EQ(rows, 1);
  EXPECT_EQ(loop.step(0), 1);
}

TEST(BroadcastLoopTest, AnOperandForEachChannelStaysAlongARow) {
  const Shape shape = {2, 3, 4, 5};
  const Shape channel = {3, 1, 1};
  const BroadcastLoop<2> loop(shape, {&shape, &channel});
  int rows = 0;
  loop.Run(1, [&](int64_t at, const std::array<int64_t, 2>& from, int64_t length) {
    EXPECT_EQ(length, 20);
    EXPECT_EQ(from[0], at);
    EXPECT_EQ(from[1], rows++ % 3);
  });
  EXPECT_EQ(rows, 6);
  EXPECT_EQ(loop.step(1), 0);
}

TEST(BroadcastLoopTest, EmptyAndScalarResults) {
  const Shape scalar;
  const Shape empty = {3, 0};
  EXPECT_EQ(Pairing<1>(scalar, {&scalar}).size(), 1u);
  EXPECT_TRUE((Pairing<2>(empty, {&scalar, &empty}).empty()));
}

// Some results are large enough to be shared out between threads in the middle of a row.
TEST(BroadcastLoopTest, RandomShapes) {
  for (uint32_t seed = 0; seed < 200; ++seed) {
    SCOPED_TRACE(fmt::format("seed {}", seed));
    std::mt19937 random(seed);
    const auto pick = [&](int low, int high) {
      return std::uniform_int_distribution(low, high)(random);
    };
    Shape result;
    const int rank = pick(0, 5);
    for (int axis = 0; axis < rank; ++axis) result.push_back(pick(1, seed % 10 == 0 ? 17 : 4));
    std::array<Shape, 3> operands;
    for (Shape& operand : operands) {
      for (int axis = pick(0, rank); axis < rank; ++axis) {
        operand.push_back(pick(0, 2) == 0 ? 1 : result[axis]);
      }
    }
    const auto pairing = Pairing<3>(result, {&operands[0], &operands[1], &operands[2]});
    size_t at = 0;
    test_support::ForEachIndex(result, [&](const test_support::Index& index) {
      for (int k = 0; k < 3; ++k) ASSERT_EQ(pairing[at][k], OffsetOf(operands[k], index));
      ++at;
    });
  }
}

}  // namespace
}  // namespace reluserve::engine::kernels
