// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The reluserve authors

// Tests slice.cc.

#include <limits>

#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/unit/engine/kernels/run_kernel.h"

namespace reluserve::engine {
namespace {

using ::testing::ElementsAre;

constexpr int64_t kEnd = std::numeric_limits<int64_t>::max();

TEST(SliceTest, StepsAndBounds) {
  const Tensor x = Floats({2, 4}, {0, 1, 2, 3, 4, 5, 6, 7});
  const auto slice = [&](const std::vector<int64_t>& starts, const std::vector<int64_t>& ends,
                         const std::vector<int64_t>& axes, const std::vector<int64_t>& steps) {
    return ElementsOf<float>(
        RunOne(graph::Slice{}, {x, Longs(starts), Longs(ends), Longs(axes), Longs(steps)}));
  };
  EXPECT_THAT(slice({1}, {kEnd}, {1}, {2}), ElementsAre(1, 3, 5, 7));
  EXPECT_THAT(slice({-1}, {-kEnd}, {-1}, {-1}), ElementsAre(3, 2, 1, 0, 7, 6, 5, 4));
  EXPECT_THAT(slice({-1, 3}, {-kEnd, 0}, {0, 1}, {-1, -2}), ElementsAre(7, 5, 3, 1));
  EXPECT_THAT(slice({2}, {2}, {1}, {1}), ElementsAre());
}

TEST(SliceTest, AxesLeftOutAndInt32Bounds) {
  const Tensor x = Make<int8_t>({2, 3}, {0, 1, 2, 3, 4, 5});
  EXPECT_THAT(ElementsOf<int8_t>(RunOne(
                  graph::Slice{}, {x, Make<int32_t>({2}, {1, 0}), Make<int32_t>({2}, {2, -1})})),
              ElementsAre(3, 4));
}

TEST(CropTest, BordersAndScale) {
  std::vector<float> elements(4 * 5);
  for (size_t i = 0; i < elements.size(); ++i) elements[i] = static_cast<float>(i);
  const Tensor x = Floats({1, 1, 4, 5}, elements);
  // Left, top, right, bottom.
  EXPECT_THAT(ElementsOf<float>(RunOne(graph::Crop{.border = {1, 2, 2, 0}}, {x})),
              ElementsAre(11, 12, 16, 17));
  EXPECT_THAT(ElementsOf<float>(RunOne(graph::Crop{.border = {1, 2, 0, 0}, .scale = {1, 3}}, {x})),
              ElementsAre(11, 12, 13));
}

}  // namespace
}  // namespace reluserve::engine
