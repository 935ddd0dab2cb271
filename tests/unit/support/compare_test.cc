// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The reluserve authors

#include "tests/support/compare.h"

#include <limits>
#include <vector>

#include <gtest/gtest.h>

namespace reluserve::test_support {
namespace {

Values Row(std::vector<double> elements) {
  Values values({static_cast<int64_t>(elements.size())});
  values.elements = std::move(elements);
  return values;
}

TEST(CompareTest, MistrustsDataThatAgreesWithEverything) {
  EXPECT_EQ(WhyVacuous(std::vector<double>{}), "no elements");
  EXPECT_EQ(WhyVacuous(std::vector<double>{0}), "100% of the elements are 0");
  EXPECT_EQ(WhyVacuous(std::vector<double>{2, 2}), "all elements are 2");
  std::vector<double> dead(100, 0.0);
  dead[7] = 1.0;
  EXPECT_EQ(WhyVacuous(dead), "99% of the elements are 0");
  EXPECT_EQ(WhyVacuous(std::vector<double>{0, 0, 1}), "");
  EXPECT_EQ(WhyVacuous(std::vector<double>{2}), "");
}

TEST(CompareTest, MeasuresErrorsAgainstTheLargestElement) {
  EXPECT_TRUE(Near(Row({0, 100}), std::vector<float>{0.9f, 100}, 0.01));
  EXPECT_FALSE(Near(Row({0, 100}), std::vector<float>{1.1f, 100}, 0.01));
  EXPECT_FALSE(Near(Row({0, 100}), std::vector<float>{0}, 0.01));
}

TEST(CompareTest, NonFiniteElementsMustAgree) {
  constexpr double kInfinity = std::numeric_limits<double>::infinity();
  constexpr double kNaN = std::numeric_limits<double>::quiet_NaN();
  constexpr float kFloatNaN = std::numeric_limits<float>::quiet_NaN();
  EXPECT_TRUE(Near(Row({1, kInfinity, kNaN}), std::vector<float>{1, INFINITY, kFloatNaN}, 0.0));
  EXPECT_FALSE(Near(Row({1, kInfinity}), std::vector<float>{1, 1e30f}, 1.0));
  EXPECT_FALSE(Near(Row({1, kNaN}), std::vector<float>{1, 2}, 1.0));
  EXPECT_FALSE(Near(Row({1, 2}), std::vector<float>{1, kFloatNaN}, 1.0));
}

ReferenceLayer Layer(std::vector<int64_t> inactive, std::vector<int64_t> uncertain) {
  ReferenceLayer layer;
  layer.name = "relu";
  layer.shape = {1, 2, 4};
  layer.inactive = std::move(inactive);
  layer.saturated = {0, 0};
  layer.non_finite = {0, 0};
  layer.uncertain = std::move(uncertain);
  return layer;
}

sparsity::LayerCounts Counts(std::vector<uint32_t> inactive) {
  sparsity::LayerCounts counts;
  counts.shape = {1, 2, 4};
  counts.inactive = std::move(inactive);
  counts.saturated = {0, 0};
  counts.non_finite = {0, 0};
  return counts;
}

TEST(CompareTest, CountsMustAgreeToTheUncertainElement) {
  EXPECT_TRUE(SameCounts(Layer({1, 3}, {0, 0}), Counts({1, 3})));
  EXPECT_FALSE(SameCounts(Layer({1, 3}, {0, 0}), Counts({1, 2})));
  EXPECT_FALSE(SameCounts(Layer({1, 3}, {0, 0}), Counts({3, 1})));
  EXPECT_TRUE(SameCounts(Layer({1, 3}, {0, 1}), Counts({1, 2})));
  EXPECT_FALSE(SameCounts(Layer({1, 3}, {0, 1}), Counts({1, 1})));
  EXPECT_FALSE(SameCounts(Layer({1, 3}, {0, 0}), Counts({1})));
}

TEST(CompareTest, MistrustsADeadLayer) {
  EXPECT_EQ(WhyVacuous(Layer({0, 0}, {0, 0})), "all elements are active");
  EXPECT_EQ(WhyVacuous(Layer({4, 4}, {0, 0})), "all elements are inactive or saturated");
  EXPECT_EQ(WhyVacuous(Layer({4, 3}, {0, 0})), "");
}

}  // namespace
}  // namespace reluserve::test_support
