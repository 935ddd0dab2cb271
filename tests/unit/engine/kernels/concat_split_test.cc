// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The reluserve authors

// Tests concat_split.cc.

#include <cstdint>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/unit/engine/kernels/run_kernel.h"

namespace reluserve::engine {
namespace {

using ::testing::ElementsAre;

TEST(ConcatTest, EveryAxis) {
  const Tensor a = Floats({2, 2}, {1, 2, 3, 4});
  EXPECT_THAT(ElementsOf<float>(RunOne(graph::Concat{0}, {a, Floats({1, 2}, {5, 6})})),
              ElementsAre(1, 2, 3, 4, 5, 6));
  EXPECT_THAT(ElementsOf<float>(
                  RunOne(graph::Concat{-1}, {a, Floats({2, 1}, {5, 6}), Floats({2, 0}, {}), a})),
              ElementsAre(1, 2, 5, 1, 2, 3, 4, 6, 3, 4));
}

TEST(ConcatTest, BytesAndLongs) {
  EXPECT_THAT(ElementsOf<uint8_t>(
                  RunOne(graph::Concat{0}, {Make<uint8_t>({1}, {7}), Make<uint8_t>({2}, {8, 9})})),
              ElementsAre(7, 8, 9));
  EXPECT_THAT(ElementsOf<int64_t>(RunOne(graph::Concat{0}, {Longs({-1}), Longs({2, 3})})),
              ElementsAre(-1, 2, 3));
}

TEST(SplitTest, GivenSizes) {
  const Tensor x = Floats({2, 4}, {1, 2, 3, 4, 5, 6, 7, 8});
  const auto parts = RunMany(graph::Split{1}, {x, Longs({1, 3})}, 2);
  ASSERT_TRUE(parts.ok()) << parts.status();
  EXPECT_THAT(ElementsOf<float>((*parts)[0]), ElementsAre(1, 5));
  EXPECT_THAT(ElementsOf<float>((*parts)[1]), ElementsAre(2, 3, 4, 6, 7, 8));
}

TEST(SplitTest, EqualPartsOfWhichTheLastIsSmaller) {
  const auto parts = RunMany(graph::Split{0}, {Longs({1, 2, 3, 4, 5, 6, 7})}, 3);
  ASSERT_TRUE(parts.ok()) << parts.status();
  EXPECT_THAT(ElementsOf<int64_t>((*parts)[0]), ElementsAre(1, 2, 3));
  EXPECT_THAT(ElementsOf<int64_t>((*parts)[1]), ElementsAre(4, 5, 6));
  EXPECT_THAT(ElementsOf<int64_t>((*parts)[2]), ElementsAre(7));
}

// Large enough for several threads.
TEST(SplitTest, ConcatPutsTogetherWhatSplitTookApart) {
  std::vector<int64_t> elements(3 * 100 * 300);
  for (size_t i = 0; i < elements.size(); ++i) elements[i] = static_cast<int64_t>(i);
  const Tensor x = Make<int64_t>({3, 100, 300}, elements);
  const auto parts = RunMany(graph::Split{1}, {x, Longs({60, 39, 1})}, 3);
  ASSERT_TRUE(parts.ok()) << parts.status();
  EXPECT_EQ((*parts)[2].values<int64_t>()[0], 99 * 300);
  EXPECT_EQ(ElementsOf<int64_t>(RunOne(graph::Concat{1}, {(*parts)[0], (*parts)[1], (*parts)[2]})),
            elements);
}

}  // namespace
}  // namespace reluserve::engine
