// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The reluserve authors

// Tests expand_tile.cc.

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/unit/engine/kernels/run_kernel.h"

namespace reluserve::engine {
namespace {

using ::testing::ElementsAre;

TEST(ExpandTest, RepeatsAxesAndAddsNew) {
  const Tensor x = Floats({3, 1}, {1, 2, 3});
  const Tensor y = RunOne(graph::Expand{}, {x, Longs({2, 1, 2})});
  EXPECT_EQ(y.shape(), (Shape{2, 3, 2}));
  EXPECT_THAT(ElementsOf<float>(y), ElementsAre(1, 1, 2, 2, 3, 3, 1, 1, 2, 2, 3, 3));
}

// The shape asked for may itself be repeated.
TEST(ExpandTest, ASmallerShapeLeavesTheInputAsItIs) {
  const Tensor x = Longs({4, 5});
  EXPECT_THAT(ElementsOf<int64_t>(RunOne(graph::Expand{}, {x, Longs({1})})), ElementsAre(4, 5));
}

TEST(TileTest, EveryAxis) {
  const Tensor x = Make<uint8_t>({2, 2}, {1, 2, 3, 4});
  const Tensor y = RunOne(graph::Tile{}, {x, Longs({2, 3})});
  EXPECT_THAT(ElementsOf<uint8_t>(y), ElementsAre(1, 2, 1, 2, 1, 2, 3, 4, 3, 4, 3, 4,  //
                                                  1, 2, 1, 2, 1, 2, 3, 4, 3, 4, 3, 4));
}

TEST(TileTest, ZeroRepeatsMakeAnEmptyTensor) {
  EXPECT_EQ(RunOne(graph::Tile{}, {Floats({2}, {1, 2}), Longs({0})}).shape(), (Shape{0}));
}

}  // namespace
}  // namespace reluserve::engine
