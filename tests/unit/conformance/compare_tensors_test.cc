// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The reluserve authors

#include "tests/conformance/compare_tensors.h"

#include <limits>
#include <string>
#include <vector>

#include <gtest/gtest.h>

namespace reluserve::conformance {
namespace {

template <typename T>
Tensor Row(std::vector<T> values) {
  return Tensor::Of<T>({static_cast<int64_t>(values.size())}, values);
}

constexpr float kNaN = std::numeric_limits<float>::quiet_NaN();
constexpr float kInfinity = std::numeric_limits<float>::infinity();
constexpr Tolerance kHundredth = {.relative = 0.01, .absolute = 0.1};

TEST(CompareTensorsTest, FloatsMayDifferByTheTolerance) {
  EXPECT_EQ(DifferenceOf(Row<float>({0, 100}), Row<float>({0.09f, 101}), kHundredth), "");
  EXPECT_EQ(DifferenceOf(Row<float>({0, 100}), Row<float>({0.2f, 102}), kHundredth),
            "2 of the 2 elements differ, the first at 0: 0.2, expected 0");
  EXPECT_EQ(DifferenceOf(Row<float>({kNaN, kInfinity}), Row<float>({kNaN, kInfinity}), {}), "");
  EXPECT_NE(DifferenceOf(Row<float>({kNaN}), Row<float>({1}), kHundredth), "");
  EXPECT_NE(DifferenceOf(Row<float>({1}), Row<float>({kNaN}), kHundredth), "");
  EXPECT_NE(DifferenceOf(Row<float>({kInfinity}), Row<float>({-kInfinity}), kHundredth), "");
}

TEST(CompareTensorsTest, QuantisedIntegersMayDifferByOne) {
  EXPECT_EQ(DifferenceOf(Row<uint8_t>({7}), Row<uint8_t>({8}), {}), "");
  EXPECT_NE(DifferenceOf(Row<uint8_t>({7}), Row<uint8_t>({9}), {}), "");
  // 255 and 0 are neighbours only to those who wrap.
  EXPECT_NE(DifferenceOf(Row<uint8_t>({255}), Row<uint8_t>({0}), {}), "");
  EXPECT_NE(DifferenceOf(Row<int8_t>({127}), Row<int8_t>({-128}), {}), "");
}

Tensor Half(uint16_t bits) {
  Tensor tensor = Tensor::Allocate(DataType::kFloat16, Shape{1}).value();
  tensor.mutable_values<uint16_t>()[0] = bits;
  return tensor;
}

TEST(CompareTensorsTest, HalvesMayDifferByTheirLastPlace) {
  constexpr Tolerance kTight = {.relative = 1e-6, .absolute = 0.0};
  EXPECT_EQ(DifferenceOf(Half(0x3c01), Half(0x3c02), kTight), "");
  EXPECT_NE(DifferenceOf(Half(0x3c01), Half(0x3c04), kTight), "");
  EXPECT_NE(DifferenceOf(Half(0x3c01), Half(0xbc01), kTight), "");
  EXPECT_NE(DifferenceOf(Half(0x3c01), Half(0x3c02), {}), "");
}

TEST(CompareTensorsTest, OtherIntegersTypesAndShapesMustBeEqual) {
  EXPECT_NE(DifferenceOf(Row<int64_t>({7}), Row<int64_t>({8}), kHundredth), "");
  EXPECT_NE(DifferenceOf(Row<int32_t>({100}), Row<int32_t>({101}), kHundredth), "");
  EXPECT_EQ(DifferenceOf(Row<int64_t>({7}), Row<int32_t>({7}), {}), "type INT32, expected INT64");
  EXPECT_EQ(DifferenceOf(Row<float>({7}), Row<float>({7, 7}), {}), "shape [2], expected [1]");
}

TEST(CompareTensorsTest, SaysWhenThereIsLittleToCompare) {
  EXPECT_EQ(WhyVacuous(Row<int64_t>({3, 3})), "all elements are 3");
  EXPECT_EQ(WhyVacuous(Row<float>({3, 4})), "");
}

}  // namespace
}  // namespace reluserve::conformance
