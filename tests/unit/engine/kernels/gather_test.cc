// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The reluserve authors

// Tests gather.cc.

#include <cstdint>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/support/values.h"
#include "tests/unit/engine/kernels/run_kernel.h"

namespace reluserve::engine {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;

TEST(GatherTest, SlicesElementsAndScalars) {
  const Tensor x = Floats({3, 2}, {1, 2, 3, 4, 5, 6});
  EXPECT_THAT(ElementsOf<float>(RunOne(graph::Gather{0}, {x, Longs({2, 0, -1})})),
              ElementsAre(5, 6, 1, 2, 5, 6));
  EXPECT_THAT(ElementsOf<float>(RunOne(graph::Gather{1}, {x, Make<int32_t>({1, 2}, {1, -2})})),
              ElementsAre(2, 1, 4, 3, 6, 5));
  // A scalar index removes the axis.
  const Tensor extent = RunOne(graph::Gather{0}, {Longs({7, 8, 9}), Scalar<int64_t>(1)});
  EXPECT_EQ(extent.shape(), Shape{});
  EXPECT_THAT(ElementsOf<int64_t>(extent), ElementsAre(8));
}

TEST(GatherTest, IndicesOutsideAreRefused) {
  for (const int64_t index : {3, -4}) {
    const auto result = RunMany(graph::Gather{0}, {Floats({3}, {1, 2, 3}), Longs({0, index})});
    EXPECT_EQ(result.status().code(), absl::StatusCode::kInvalidArgument);
    EXPECT_THAT(std::string(result.status().message()), HasSubstr(std::to_string(index)));
  }
}

TEST(GatherElementsTest, EveryAxis) {
  const Tensor x = Floats({2, 3}, {1, 2, 3, 4, 5, 6});
  EXPECT_THAT(ElementsOf<float>(
                  RunOne(graph::GatherElements{1}, {x, Make<int64_t>({2, 2}, {2, 0, -1, -3})})),
              ElementsAre(3, 1, 6, 4));
  EXPECT_THAT(
      ElementsOf<float>(RunOne(graph::GatherElements{0}, {x, Make<int32_t>({1, 3}, {1, 0, -1})})),
      ElementsAre(4, 2, 6));
}

// Along an axis in the middle, with indices for only a part of the other axes.
TEST(GatherElementsTest, MiddleAxisOfBytes) {
  std::vector<uint8_t> elements(2 * 5 * 3);
  for (size_t i = 0; i < elements.size(); ++i) elements[i] = static_cast<uint8_t>(i);
  std::vector<int64_t> index(2 * 4 * 2);
  for (size_t i = 0; i < index.size(); ++i) index[i] = static_cast<int64_t>(i * 7 % 5);
  const Tensor y = RunOne(graph::GatherElements{1},
                          {Make<uint8_t>({2, 5, 3}, elements), Make<int64_t>({2, 4, 2}, index)});
  size_t at = 0;
  test_support::ForEachIndex(y.shape(), [&](const test_support::Index& i) {
    EXPECT_EQ(y.values<uint8_t>()[at], (i[0] * 5 + index[at]) * 3 + i[2]);
    ++at;
  });
}

TEST(GatherElementsTest, IndicesOutsideAreRefused) {
  const auto result = RunMany(graph::GatherElements{0}, {Floats({2}, {1, 2}), Longs({2})});
  EXPECT_EQ(result.status().code(), absl::StatusCode::kInvalidArgument);
}

}  // namespace
}  // namespace reluserve::engine
