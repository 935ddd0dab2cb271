// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The reluserve authors

#include "server/graph/passes/linear_layer.h"

#include <optional>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/support/graph_builder.h"

namespace reluserve::graph {
namespace {

using ::testing::ElementsAre;

class LinearLayerTest : public ::testing::Test {
 protected:
  // 1, 2, 3, ...
  ValueId Counting(const Shape& shape) {
    std::vector<float> values;
    for (int64_t i = 0; i < shape.ElementCount(); ++i) values.push_back(static_cast<float>(i + 1));
    return net_.Constant(Tensor::Of<float>(shape, values));
  }

  // The layer that the last node is. The graph lives as long as the test.
  std::optional<LinearLayer> LastNode() {
    graph_ = net_.Build({});
    return LinearLayer::Of(graph_, graph_.nodes.back());
  }

  test_support::GraphBuilder net_;
  Graph graph_;
  const ValueId x_ = net_.Input("x", {-1, 4, 3, 3});
};

TEST_F(LinearLayerTest, ConvScalesRowsOfItsWeights) {
  net_.Add(Conv{}, {x_, Counting({2, 4, 1, 1}), Counting({2})});
  const auto layer = LastNode();
  ASSERT_TRUE(layer.has_value());
  EXPECT_EQ(layer->shape().channels, 2);
  EXPECT_EQ(layer->shape().rank, 4);
  const auto folded = layer->FollowedBy({{2.0, -1.0}, {0.5, 0.0}});
  ASSERT_TRUE(folded.has_value());
  EXPECT_THAT(folded->weights->values<float>(), ElementsAre(2, 4, 6, 8, -5, -6, -7, -8));
  EXPECT_THAT(folded->bias->values<float>(), ElementsAre(2.5f, -2.0f));
}

// Weights [4 inputs, 2 outputs of a group]: of two groups, inputs 0 and 1 make outputs 0 and 1.
TEST_F(LinearLayerTest, GroupedConvTransposeScalesByGroup) {
  net_.Add(ConvTranspose{.group = 2}, {x_, Counting({4, 2, 1, 1})});
  const auto layer = LastNode();
  ASSERT_TRUE(layer.has_value());
  EXPECT_EQ(layer->shape().channels, 4);
  const auto folded = layer->FollowedBy({{1.0, 10.0, 100.0, 1000.0}, {0.0, 0.0, 0.0, 0.0}});
  ASSERT_TRUE(folded.has_value());
  EXPECT_THAT(folded->weights->values<float>(), ElementsAre(1, 20, 3, 40, 500, 6000, 700, 8000));
  EXPECT_FALSE(folded->bias.has_value());
}

TEST_F(LinearLayerTest, GemmScalesColumnsOrRows) {
  const ValueId matrix = net_.Input("matrix", {-1, 3});
  net_.Add(Gemm{}, {matrix, Counting({3, 2})});
  const auto plain = LastNode();
  ASSERT_TRUE(plain.has_value());
  EXPECT_THAT(plain->FollowedBy({{1.0, 10.0}, {0.0, 0.0}})->weights->values<float>(),
              ElementsAre(1, 20, 3, 40, 5, 60));
}

TEST_F(LinearLayerTest, TransposedGemmScalesRows) {
  const ValueId matrix = net_.Input("matrix", {-1, 3});
  net_.Add(Gemm{.beta = 4.0f, .transpose_b = true}, {matrix, Counting({2, 3}), Counting({2})});
  const auto layer = LastNode();
  ASSERT_TRUE(layer.has_value());
  const auto folded = layer->FollowedBy({{1.0, 10.0}, {0.0, 1.0}});
  EXPECT_THAT(folded->weights->values<float>(), ElementsAre(1, 2, 3, 40, 50, 60));
  EXPECT_THAT(folded->bias->values<float>(), ElementsAre(4, 81));
}

// Two groups of two inputs each: output 0 reads inputs 0 and 1, output 1 reads inputs 2 and 3.
TEST_F(LinearLayerTest, PrecededScalesInputsOfAGroup) {
  net_.Add(Conv{.group = 2}, {x_, Counting({2, 2, 1, 1}), Counting({2})});
  const auto layer = LastNode();
  ASSERT_TRUE(layer.has_value());
  const auto folded = layer->PrecededBy({{1.0, 10.0, 100.0, 1000.0}, {0.5, 0.0, 0.0, 2.0}});
  ASSERT_TRUE(folded.has_value());
  EXPECT_THAT(folded->weights->values<float>(), ElementsAre(1, 20, 300, 4000));
  EXPECT_THAT(folded->bias->values<float>(), ElementsAre(1.5f, 10.0f));
}

// Channels of another number than the weights have inputs.
TEST_F(LinearLayerTest, PrecededRefusesWhatDoesNotFit) {
  net_.Add(Conv{}, {x_, Counting({2, 4, 1, 1})});
  EXPECT_FALSE(LastNode()->PrecededBy(ChannelAffine::Identity(3)).has_value());
}

TEST_F(LinearLayerTest, PrecededIsForConvolutionsOnly) {
  net_.Add(Gemm{}, {net_.Input("matrix", {-1, 3}), Counting({3, 2})});
  EXPECT_FALSE(LastNode()->PrecededBy(ChannelAffine::Identity(3)).has_value());
}

TEST_F(LinearLayerTest, RefusesWhatIsNotFinite) {
  net_.Add(Conv{}, {x_, Counting({1, 4, 1, 1}), Counting({1})});
  const auto layer = LastNode();
  EXPECT_FALSE(layer->FollowedBy({{1e39}, {0.0}}).has_value());
  EXPECT_FALSE(layer->FollowedBy({{1.0}, {1e39}}).has_value());
  EXPECT_FALSE(layer->PrecededBy({{1.0, 1.0, 1.0, 1e39}, {0.0, 0.0, 0.0, 0.0}}).has_value());
  EXPECT_FALSE(layer->PrecededBy({{1.0, 1.0, 1.0, 1.0}, {0.0, 0.0, 0.0, 1e39}}).has_value());
}

TEST_F(LinearLayerTest, OtherNodesAreNone) {
  const ValueId weights = Counting({2, 4, 1, 1});
  net_.Add(Conv{}, {x_, weights});
  Graph graph = net_.Build({});
  Node& conv = graph.nodes[0];
  ASSERT_TRUE(LinearLayer::Of(graph, conv).has_value());
  conv.residual = x_;
  EXPECT_FALSE(LinearLayer::Of(graph, conv).has_value());
  conv.residual.reset();
  conv.activation = FusedActivation();
  EXPECT_FALSE(LinearLayer::Of(graph, conv).has_value());
  conv.activation.reset();
  conv.inputs[1] = x_;
  EXPECT_FALSE(LinearLayer::Of(graph, conv).has_value());
  conv.inputs = {x_, weights, x_};
  EXPECT_FALSE(LinearLayer::Of(graph, conv).has_value());
  conv.inputs = {x_, weights};
  conv.op = MatMul{};
  EXPECT_FALSE(LinearLayer::Of(graph, conv).has_value());
}

TEST_F(LinearLayerTest, WeightsThatDoNotFitTheOperatorAreNone) {
  net_.Add(ConvTranspose{.group = 3}, {x_, Counting({4, 1, 1, 1})});
  EXPECT_FALSE(LastNode().has_value());
}

}  // namespace
}  // namespace reluserve::graph
