// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The reluserve authors

// Tests pad.cc.

#include <cstdint>

#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/support/random_tensor.h"
#include "tests/support/values.h"
#include "tests/unit/engine/kernels/run_kernel.h"

namespace reluserve::engine {
namespace {

using ::testing::ElementsAre;
using enum graph::PadMode;

std::vector<float> PadRow(graph::PadMode mode, int64_t begin, int64_t end) {
  return ElementsOf<float>(
      RunOne(graph::Pad{mode}, {Floats({4}, {1, 2, 3, 4}), Longs({begin, end}), Scalar(9.0f)}));
}

TEST(PadTest, Modes) {
  EXPECT_THAT(PadRow(kConstant, 2, 1), ElementsAre(9, 9, 1, 2, 3, 4, 9));
  EXPECT_THAT(PadRow(kEdge, 2, 1), ElementsAre(1, 1, 1, 2, 3, 4, 4));
  EXPECT_THAT(PadRow(kReflect, 3, 2), ElementsAre(4, 3, 2, 1, 2, 3, 4, 3, 2));
  EXPECT_THAT(PadRow(kWrap, 2, 5), ElementsAre(3, 4, 1, 2, 3, 4, 1, 2, 3, 4, 1));
}

TEST(PadTest, NegativePadsRemoveElements) {
  EXPECT_THAT(PadRow(kConstant, -1, 2), ElementsAre(2, 3, 4, 9, 9));
  EXPECT_THAT(PadRow(kConstant, -1, -2), ElementsAre(2));
  // What is removed on one side is not there to be reflected on the other.
  EXPECT_THAT(PadRow(kReflect, -2, 1), ElementsAre(3, 4, 3));
  EXPECT_THAT(PadRow(kEdge, 2, -3), ElementsAre(1, 1, 1));
}

TEST(PadTest, WithoutAValueZerosAndOnlyOnTheAxesNamed) {
  const Tensor x = Make<int64_t>({1, 2}, {5, 6});
  EXPECT_THAT(ElementsOf<int64_t>(RunOne(graph::Pad{}, {x, Longs({1, 0, 0, 1})})),
              ElementsAre(0, 0, 0, 5, 6, 0));
  EXPECT_THAT(
      ElementsOf<int64_t>(RunOne(graph::Pad{}, {x, Longs({1, 2}), std::nullopt, Longs({-1})})),
      ElementsAre(0, 5, 6, 0, 0));
}

// Four axes at once, axis by axis: what pads one axis is independent of the others.
TEST(PadTest, FourAxesAgainstOneAfterTheOther) {
  for (const graph::PadMode mode : {kConstant, kReflect, kEdge, kWrap}) {
    test_support::Random random(static_cast<uint64_t>(mode));
    SCOPED_TRACE(fmt::format("seed {}", static_cast<int>(mode)));
    const Tensor x = test_support::RandomFloats({3, 4, 9, 8}, 1, 2, random);
    const int64_t begin[] = {1, -1, 4, 0};
    const int64_t end[] = {0, 2, 3, -2};
    const Tensor y =
        RunOne(graph::Pad{mode}, {x, Longs({1, -1, 4, 0, 0, 2, 3, -2}), Scalar(-1.0f)});
    Tensor expected = x;
    for (int64_t axis = 0; axis < 4; ++axis) {
      expected = RunOne(graph::Pad{mode},
                        {expected, Longs({begin[axis], end[axis]}), Scalar(-1.0f), Longs({axis})});
    }
    EXPECT_EQ(y.shape(), expected.shape());
    EXPECT_EQ(ElementsOf<float>(y), ElementsOf<float>(expected));
  }
}

TEST(CenterCropPadTest, EachAxisByItself) {
  const Tensor x = Floats({2, 3}, {1, 2, 3, 4, 5, 6});
  const auto centred = [&](const std::vector<int64_t>& shape, const std::vector<int64_t>& axes) {
    return ElementsOf<float>(RunOne(graph::CenterCropPad{axes}, {x, Longs(shape)}));
  };
  EXPECT_THAT(centred({2, 3}, {}), testing::ElementsAre(1, 2, 3, 4, 5, 6));
  // Of an odd number of elements the larger half goes, or comes, at the end.
  EXPECT_THAT(centred({1, 2}, {}), testing::ElementsAre(1, 2));
  EXPECT_THAT(centred({3, 1}, {}), testing::ElementsAre(2, 5, 0));
  EXPECT_THAT(centred({6}, {-1}), testing::ElementsAre(0, 1, 2, 3, 0, 0, 0, 4, 5, 6, 0, 0));
  EXPECT_THAT(centred({1, 4}, {1, 0}), testing::ElementsAre(0, 2, 5, 0));
  EXPECT_FALSE(RunMany(graph::CenterCropPad{{0, 0}}, {x, Longs({1, 1})}).ok());
  EXPECT_FALSE(RunMany(graph::CenterCropPad{}, {x, Longs({1})}).ok());
  EXPECT_FALSE(RunMany(graph::CenterCropPad{}, {x, Longs({1, -1})}).ok());
}

}  // namespace
}  // namespace reluserve::engine
