// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The reluserve authors

#include "server/graph/scalar_quantization.h"

#include <limits>
#include <vector>

#include <gtest/gtest.h>

#include "tests/support/graph_builder.h"

namespace reluserve::graph {
namespace {

constexpr float kInfinity = std::numeric_limits<float>::infinity();

TEST(ScalarQuantizationTest, RoundsHalvesToEvenAndSaturates) {
  const ScalarQuantization codes = {0.5f, 10, DataType::kUint8};
  EXPECT_EQ(codes.Quantize(0.0f), 10);
  EXPECT_EQ(codes.Quantize(0.25f), 10);  // 0.5 codes
  EXPECT_EQ(codes.Quantize(0.75f), 12);  // 1.5 codes
  EXPECT_EQ(codes.Quantize(-100.0f), 0);
  EXPECT_EQ(codes.Quantize(kInfinity), 255);
  EXPECT_EQ(codes.Quantize(-kInfinity), 0);
  EXPECT_FALSE(codes.rectifies());
  EXPECT_TRUE((ScalarQuantization{1.0f, 0, DataType::kUint8}.rectifies()));
  EXPECT_TRUE((ScalarQuantization{1.0f, -128, DataType::kInt8}.rectifies()));
  EXPECT_FALSE((ScalarQuantization{1.0f, 0, DataType::kInt8}.rectifies()));
}

TEST(ScalarQuantizationTest, ActivationsClampCodes) {
  const ScalarQuantization codes = {0.5f, 10, DataType::kUint8};
  const CodeRange relu = RangeOf(Activation{}, codes);
  EXPECT_EQ(relu.low, 10);
  EXPECT_EQ(relu.high, 255);
  const CodeRange relu6 = RangeOf({ActivationKind::kClip, 0.0f, 6.0f}, codes);
  EXPECT_EQ(relu6.low, 10);
  EXPECT_EQ(relu6.high, 22);
  EXPECT_TRUE(Clamps({ActivationKind::kClip, -1.0f, 1.0f}));
  EXPECT_FALSE(Clamps({ActivationKind::kClip, 1.0f, -1.0f}));
  EXPECT_FALSE(Clamps({ActivationKind::kLeakyRelu, 0.1f}));
}

class ResultQuantizationTest : public ::testing::Test {
 protected:
  ValueId Scale(float value) {
    return net_.Constant(Tensor::Of<float>(Shape{1}, std::vector<float>{value}));
  }
  ValueId Zero(int8_t value) {
    return net_.Constant(Tensor::Of<int8_t>(Shape{1}, std::vector<int8_t>{value}));
  }
  std::optional<ScalarQuantization> Of(ValueId scale, ValueId zero_point) {
    const ValueId x = net_.Input("x", {-1, 4});
    std::vector<ValueId> operands = {x, scale};
    if (zero_point != kNoValue) operands.push_back(zero_point);
    const Graph graph = net_.Build({net_.Add(QuantizeLinear{}, operands)});
    return ResultQuantization(graph, graph.nodes[0]);
  }

  test_support::GraphBuilder net_;
};

TEST_F(ResultQuantizationTest, IsThatOfTheOperands) {
  EXPECT_EQ(Of(Scale(0.5f), Zero(-3)), (ScalarQuantization{0.5f, -3, DataType::kInt8}));
}

TEST_F(ResultQuantizationTest, IsUnsignedFromZeroByDefault) {
  EXPECT_EQ(Of(Scale(0.5f), kNoValue), (ScalarQuantization{0.5f, 0, DataType::kUint8}));
}

TEST_F(ResultQuantizationTest, NeedsOnePositiveFiniteScale) {
  EXPECT_EQ(Of(Scale(0.0f), Zero(0)), std::nullopt);
  EXPECT_EQ(Of(Scale(-1.0f), Zero(0)), std::nullopt);
  EXPECT_EQ(Of(Scale(kInfinity), Zero(0)), std::nullopt);
  EXPECT_EQ(Of(net_.Constant(Tensor::Of<float>(Shape{4}, std::vector<float>(4, 1.0f))), kNoValue),
            std::nullopt);
}

TEST_F(ResultQuantizationTest, NeedsConstants) {
  EXPECT_EQ(Of(net_.Input("scale", {1}), kNoValue), std::nullopt);
}

}  // namespace
}  // namespace reluserve::graph
