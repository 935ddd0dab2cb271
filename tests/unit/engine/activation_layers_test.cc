// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The reluserve authors

#include "server/engine/activation_layers.h"

#include <limits>
#include <vector>

#include <gtest/gtest.h>

#include "tests/support/graph_builder.h"

namespace reluserve::engine {
namespace {

using graph::Activation;
using graph::ActivationKind;
using sparsity::CountRule;
using test_support::GraphBuilder;

constexpr float kInfinity = std::numeric_limits<float>::infinity();

struct Row {
  Activation activation;
  bool is_layer;
  CountRule::Inactive inactive = CountRule::Inactive::kNotPositive;
  bool count_input = false;
  float saturated_low = -kInfinity;
  float saturated_high = kInfinity;
};

TEST(ActivationLayersTest, CountsEachKindByItsDefinition) {
  constexpr auto kNone = CountRule::Inactive::kNone;
  constexpr auto kNotPositive = CountRule::Inactive::kNotPositive;
  const std::vector<Row> rows = {
      {{ActivationKind::kRelu}, true},
      {{ActivationKind::kLeakyRelu, 0.1f}, true},
      {{ActivationKind::kLeakyRelu, 0.0f}, true},
      // Both signs of the input give the same sign of the output: only the input tells.
      {{ActivationKind::kLeakyRelu, -0.1f}, true, kNotPositive, true},
      {{ActivationKind::kElu, -1.0f}, true, kNotPositive, true},
      {{ActivationKind::kThresholdedRelu, -1.0f}, true, CountRule::Inactive::kZero},
      {{ActivationKind::kClip, 0.0f, 6.0f}, true, kNotPositive, false, -kInfinity, 6.0f},
      {{ActivationKind::kClip, 0.0f, kInfinity}, true},
      {{ActivationKind::kClip, 0.0f, std::numeric_limits<float>::max()}, true},
      {{ActivationKind::kClip, -1.0f, 1.0f}, true, kNone, false, -1.0f, 1.0f},
      {{ActivationKind::kClip, 1e-8f, kInfinity}, false},
      {{ActivationKind::kClip, std::numeric_limits<float>::lowest(), 5.0f}, false},
      {{ActivationKind::kHardSigmoid, 0.2f, 0.5f}, true, kNone, false, 0.0f, 1.0f},
  };
  for (const Row& row : rows) {
    SCOPED_TRACE(graph::Name(row.activation.kind));
    GraphBuilder builder;
    const auto x = builder.Input("x", {-1, 4});
    const graph::Graph graph = builder.Build({builder.Add(row.activation, {x}, "layer")});
    const auto layer = ActivationLayerOf(graph, graph.nodes[0]);
    ASSERT_EQ(layer.has_value(), row.is_layer);
    if (!row.is_layer) continue;
    EXPECT_EQ(layer->info.name, "layer");
    EXPECT_EQ(layer->info.rule.inactive, row.inactive);
    EXPECT_EQ(layer->count_input, row.count_input);
    EXPECT_EQ(layer->info.rule.saturated_low, row.saturated_low);
    EXPECT_EQ(layer->info.rule.saturated_high, row.saturated_high);
  }
}

TEST(ActivationLayersTest, PReluWithANegativeSlopeIsCountedByItsInput) {
  for (const float slope : {0.25f, 0.0f, -0.25f}) {
    GraphBuilder builder;
    const auto x = builder.Input("x", {-1, 2});
    const std::vector<float> slopes = {0.5f, slope};
    const auto constant = builder.Constant(Tensor::Of<float>({2}, slopes));
    const graph::Graph graph = builder.Build({builder.Add(graph::PRelu{}, {x, constant}, "prelu")});
    const auto layer = ActivationLayerOf(graph, graph.nodes[0]);
    ASSERT_TRUE(layer);
    EXPECT_EQ(layer->count_input, slope < 0) << slope;
  }
}

TEST(ActivationLayersTest, RulesOnCodesFollowThoseOnNumbers) {
  const graph::ScalarQuantization codes = {0.1f, 20, DataType::kUint8};
  const auto relu = OnCodes({CountRule::Inactive::kNotPositive}, codes);
  EXPECT_FALSE(relu.is_signed);
  EXPECT_EQ(relu.inactive_low, 0);
  EXPECT_EQ(relu.inactive_high, 20);
  EXPECT_GT(relu.saturated_high, 255);
  EXPECT_LT(relu.saturated_low, 0);
  const auto relu6 = OnCodes({CountRule::Inactive::kNotPositive, -kInfinity, 6.0f}, codes);
  EXPECT_EQ(relu6.saturated_high, 80);
  const auto zero =
      OnCodes({CountRule::Inactive::kZero}, graph::ScalarQuantization{0.1f, -7, DataType::kInt8});
  EXPECT_TRUE(zero.is_signed);
  EXPECT_EQ(zero.inactive_low, -7);
  EXPECT_EQ(zero.inactive_high, -7);
  const auto tanh = OnCodes({CountRule::Inactive::kNone, -1.0f, 1.0f}, codes);
  EXPECT_GT(tanh.inactive_low, tanh.inactive_high);
  EXPECT_EQ(tanh.saturated_low, 10);
  EXPECT_EQ(tanh.saturated_high, 30);
}

}  // namespace
}  // namespace reluserve::engine
