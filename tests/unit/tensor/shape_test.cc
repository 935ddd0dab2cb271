// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The reluserve authors

#include "server/tensor/shape.h"

#include <limits>

#include <gtest/gtest.h>

namespace reluserve {
namespace {

TEST(ShapeTest, CountsElements) {
  EXPECT_EQ(Shape{}.ElementCount(), 1);
  EXPECT_EQ((Shape{2, 3, 4}).ElementCount(), 24);
  EXPECT_EQ((Shape{2, 3, 4}).ElementCount(1, 3), 12);
  EXPECT_EQ((Shape{2, 0, 4}).ElementCount(), 0);
}

TEST(ShapeTest, CheckedCountRefusesWhatHasNone) {
  constexpr int64_t kHuge = int64_t{1} << 40;
  EXPECT_EQ((Shape{2, 3}).CheckedElementCount(), 6);
  EXPECT_EQ((Shape{0, 3}).CheckedElementCount(), 0);
  EXPECT_EQ((Shape{2, -1}).CheckedElementCount(), std::nullopt);
  EXPECT_EQ((Shape{kHuge, kHuge}).CheckedElementCount(), std::nullopt);
  // A zero extent does not excuse the overflow of the others: strides would still overflow.
  EXPECT_EQ((Shape{kHuge, 0, kHuge}).CheckedElementCount(), std::nullopt);
  EXPECT_EQ((Shape{std::numeric_limits<int64_t>::min()}).CheckedElementCount(), std::nullopt);
}

TEST(ShapeTest, Prints) {
  EXPECT_EQ((Shape{1, 3, 224, 224}).ToString(), "[1,3,224,224]");
  EXPECT_EQ(Shape{}.ToString(), "[]");
}

TEST(ShapeTest, RowMajorStrides) {
  EXPECT_EQ(RowMajorStrides({2, 3, 4}), (Shape{12, 4, 1}));
  EXPECT_EQ(RowMajorStrides({}), Shape{});
}

}  // namespace
}  // namespace reluserve
