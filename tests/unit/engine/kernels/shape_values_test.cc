// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The reluserve authors

// Tests shape_values.cc.

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/unit/engine/kernels/run_kernel.h"

namespace reluserve::engine {
namespace {

using ::testing::ElementsAre;

TEST(ShapeOfTest, WholeAndPart) {
  const Tensor x = Tensor::Allocate(DataType::kFloat32, {2, 3, 4}).value();
  const auto shape = [&](const graph::ShapeOf& op) { return ElementsOf<int64_t>(RunOne(op, {x})); };
  EXPECT_THAT(shape({}), ElementsAre(2, 3, 4));
  EXPECT_THAT(shape({.start = 1}), ElementsAre(3, 4));
  EXPECT_THAT(shape({.start = -2, .end = -1}), ElementsAre(3));
  EXPECT_THAT(shape({.start = -10, .end = 2}), ElementsAre(2, 3));
  EXPECT_THAT(shape({.start = 5}), ElementsAre());
}

TEST(SizeTest, CountsElements) {
  const Tensor x = Tensor::Allocate(DataType::kUint8, {2, 3, 4}).value();
  EXPECT_THAT(ElementsOf<int64_t>(RunOne(graph::Size{}, {x})), ElementsAre(24));
  EXPECT_THAT(ElementsOf<int64_t>(RunOne(graph::Size{}, {Scalar(1.0f)})), ElementsAre(1));
}

TEST(ConstantOfShapeTest, EveryElementSize) {
  const auto fill = [](const Tensor& value) {
    return RunOne(graph::ConstantOfShape{value}, {Longs({2, 2})});
  };
  EXPECT_THAT(ElementsOf<float>(fill(Floats({1}, {2.5f}))), ElementsAre(2.5f, 2.5f, 2.5f, 2.5f));
  EXPECT_THAT(ElementsOf<int64_t>(fill(Longs({-3}))), ElementsAre(-3, -3, -3, -3));
  EXPECT_THAT(ElementsOf<int8_t>(fill(Make<int8_t>({1}, {-3}))), ElementsAre(-3, -3, -3, -3));
  // No extents at all make a scalar.
  EXPECT_THAT(ElementsOf<float>(RunOne(graph::ConstantOfShape{Floats({1}, {7})}, {Longs({})})),
              ElementsAre(7));
}

TEST(RangeTest, UpAndDown) {
  EXPECT_THAT(ElementsOf<int64_t>(RunOne(
                  graph::Range{}, {Scalar<int64_t>(10), Scalar<int64_t>(3), Scalar<int64_t>(-3)})),
              ElementsAre(10, 7, 4));
  EXPECT_THAT(ElementsOf<float>(RunOne(graph::Range{}, {Scalar(1.0f), Scalar(3.0f), Scalar(0.5f)})),
              ElementsAre(1, 1.5f, 2, 2.5f));
}

// A running sum of 0.1f would be off by 1e-2 at the end.
TEST(RangeTest, RoundingErrorsDoNotAddUp) {
  const Tensor y = RunOne(graph::Range{}, {Scalar(0.0f), Scalar(10000.0f), Scalar(0.1f)});
  ASSERT_EQ(y.shape(), (Shape{100000}));
  EXPECT_NEAR(y.values<float>()[99999], 9999.9f, 1e-3f);
}

}  // namespace
}  // namespace reluserve::engine
