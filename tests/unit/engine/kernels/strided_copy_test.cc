// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The reluserve authors

#include "server/engine/kernels/strided_copy.h"

#include <cstdint>
#include <numeric>
#include <random>
#include <vector>

#include <fmt/format.h>
#include <gtest/gtest.h>

namespace reluserve::engine::kernels {
namespace {

template <typename T>
std::vector<T> Counting(size_t size) {
  std::vector<T> values(size);
  std::iota(values.begin(), values.end(), T{1});
  return values;
}

TEST(StridedCopyTest, ReversesRepeatsAndLeavesGaps) {
  const std::vector<int32_t> source = Counting<int32_t>(4);
  std::vector<int32_t> target(12, 0);
  // Two copies of the source read backwards, written to every other element of rows of six.
  StridedCopy(4, {{2, 0, 6}, {3, -1, 2}}, source.data() + 3, target.data());
  EXPECT_EQ(target, (std::vector<int32_t>{4, 0, 3, 0, 2, 0, 4, 0, 3, 0, 2, 0}));
}

TEST(StridedCopyTest, AnEmptyAxisCopiesNothing) {
  int32_t target = 7;
  StridedCopy(4, {{3, 1, 0}, {0, 1, 1}}, &target, &target);
  EXPECT_EQ(target, 7);
}

// Random permutations of random shapes against one element at a time, for every element size; some
// are large enough for several tiles, blocks and threads.
template <typename T>
void CheckPermutation(std::mt19937& random) {
  const int rank = std::uniform_int_distribution(1, 5)(random);
  const int largest = rank <= 2 ? 300 : 20;
  std::vector<int64_t> extents, strides(rank), perm(rank);
  for (int axis = 0; axis < rank; ++axis) {
    extents.push_back(std::uniform_int_distribution(1, largest)(random));
  }
  int64_t count = 1;
  for (int axis = rank; axis-- > 0;) {
    strides[axis] = count;
    count *= extents[axis];
  }
  std::iota(perm.begin(), perm.end(), 0);
  std::shuffle(perm.begin(), perm.end(), random);
  CopyAxes axes(rank);
  int64_t target_stride = 1;
  for (int i = rank; i-- > 0;) {
    axes[i] = {extents[perm[i]], strides[perm[i]], target_stride};
    target_stride *= extents[perm[i]];
  }
  const std::vector<T> source = Counting<T>(static_cast<size_t>(count));
  std::vector<T> target(source.size());
  StridedCopy(sizeof(T), axes, source.data(), target.data());
  for (int64_t at = 0; at < count; ++at) {
    int64_t from = 0;
    int64_t rest = at;
    for (int i = rank; i-- > 0;) {
      from += rest % axes[i].extent * axes[i].source_stride;
      rest /= axes[i].extent;
    }
    ASSERT_EQ(target[at], source[from]) << "element " << at;
  }
}

TEST(StridedCopyTest, PermutationsOfEverySize) {
  for (uint32_t seed = 0; seed < 60; ++seed) {
    SCOPED_TRACE(fmt::format("seed {}", seed));
    std::mt19937 random(seed);
    CheckPermutation<uint8_t>(random);
    CheckPermutation<uint16_t>(random);
    CheckPermutation<uint32_t>(random);
    CheckPermutation<uint64_t>(random);
  }
}

// A long row of which both sides are far apart: rows and columns are cut at block borders.
TEST(StridedCopyTest, LongRowsAreCutIntoBlocks) {
  constexpr int64_t kRows = 3;
  constexpr int64_t kColumns = 20011;
  const std::vector<int32_t> source = Counting<int32_t>(kRows * kColumns);
  std::vector<int32_t> target(source.size());
  StridedCopy(4, {{kRows, 1, kColumns}, {kColumns, kRows, 1}}, source.data(), target.data());
  for (int64_t row = 0; row < kRows; ++row) {
    for (int64_t column = 0; column < kColumns; ++column) {
      ASSERT_EQ(target[row * kColumns + column], source[column * kRows + row]);
    }
  }
}

}  // namespace
}  // namespace reluserve::engine::kernels
