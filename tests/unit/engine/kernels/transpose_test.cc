// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The reluserve authors

// Tests transpose.cc; strided_copy_test.cc has every permutation.

#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/support/values.h"
#include "tests/unit/engine/kernels/run_kernel.h"

namespace reluserve::engine {
namespace {

using ::testing::ElementsAre;

Tensor Counting(const Shape& shape) {
  std::vector<float> elements(static_cast<size_t>(shape.ElementCount()));
  for (size_t i = 0; i < elements.size(); ++i) elements[i] = static_cast<float>(i);
  return Floats(shape, elements);
}

TEST(TransposeTest, GivenAndReversedAxes) {
  const Tensor x = Counting({2, 3, 1});
  EXPECT_THAT(ElementsOf<float>(RunOne(graph::Transpose{{1, 2, 0}}, {x})),
              ElementsAre(0, 3, 1, 4, 2, 5));
  const Tensor reversed = RunOne(graph::Transpose{}, {x});
  EXPECT_EQ(reversed.shape(), (Shape{1, 3, 2}));
  EXPECT_THAT(ElementsOf<float>(reversed), ElementsAre(0, 3, 1, 4, 2, 5));
}

TEST(TransposeTest, ImagesBetweenChannelOrders) {
  const Tensor x = Counting({2, 30, 41, 3});
  const Tensor y = RunOne(graph::Transpose{{0, 3, 1, 2}}, {x});
  size_t at = 0;
  test_support::ForEachIndex(y.shape(), [&](const test_support::Index& i) {
    ASSERT_EQ(y.values<float>()[at++],
              x.values<float>()[((i[0] * 30 + i[2]) * 41 + i[3]) * 3 + i[1]]);
  });
  EXPECT_EQ(ElementsOf<float>(RunOne(graph::Transpose{{0, 2, 3, 1}}, {y})), ElementsOf<float>(x));
}

// By the definitions: DCR numbers a depth element (row, column, channel), CRD (channel, row,
// column).
TEST(DepthToSpaceTest, BothOrders) {
  const Tensor x = Counting({2, 12, 2, 3});
  for (const bool crd : {false, true}) {
    const Tensor y = RunOne(graph::DepthToSpace{2, crd}, {x});
    ASSERT_EQ(y.shape(), (Shape{2, 3, 4, 6}));
    size_t at = 0;
    test_support::ForEachIndex(y.shape(), [&](const test_support::Index& i) {
      const int64_t row = i[2] % 2;
      const int64_t column = i[3] % 2;
      const int64_t depth = crd ? (i[1] * 2 + row) * 2 + column : (row * 2 + column) * 3 + i[1];
      ASSERT_EQ(y.values<float>()[at++],
                x.values<float>()[((i[0] * 12 + depth) * 2 + i[2] / 2) * 3 + i[3] / 2]);
    });
  }
}

TEST(SpaceToDepthTest, UndoesDepthToSpace) {
  const Tensor x = Counting({2, 12, 2, 3});
  const Tensor y = RunOne(graph::DepthToSpace{2, false}, {x});
  const Tensor back = RunOne(graph::SpaceToDepth{2}, {y});
  EXPECT_EQ(back.shape(), x.shape());
  EXPECT_EQ(ElementsOf<float>(back), ElementsOf<float>(x));
}

}  // namespace
}  // namespace reluserve::engine
