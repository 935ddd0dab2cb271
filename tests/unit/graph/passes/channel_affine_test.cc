// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The reluserve authors

#include "server/graph/passes/channel_affine.h"

#include <limits>
#include <optional>
#include <string>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/support/graph_builder.h"

namespace reluserve::graph {
namespace {

using ::testing::DoubleNear;
using ::testing::ElementsAre;

class ChannelAffineTest : public ::testing::Test {
 protected:
  ValueId Floats(const Shape& shape, const std::vector<float>& values) {
    return net_.Constant(Tensor::Of<float>(shape, values));
  }

  // What the last node makes of x, a value [N,2,H,W].
  std::optional<ChannelAffine> OfLastNode() {
    const Graph graph = net_.Build({});
    return AffineOf(graph, graph.nodes.back(), x_, {2, 4});
  }
  std::optional<ChannelAffine> OfBinary(BinaryKind kind, ValueId a, ValueId b) {
    net_.Add(Binary{kind}, {a, b});
    return OfLastNode();
  }

  test_support::GraphBuilder net_;
  const ValueId x_ = net_.Input("x", {-1, 2, 3, 3});
};

TEST_F(ChannelAffineTest, OfBatchNormalization) {
  net_.Add(BatchNormalization{.epsilon = 1.0f},
           {x_, Floats({2}, {2.0f, 3.0f}), Floats({2}, {0.5f, 1.0f}), Floats({2}, {1.0f, -4.0f}),
            Floats({2}, {3.0f, 8.0f})});
  const auto affine = OfLastNode();
  ASSERT_TRUE(affine.has_value());
  EXPECT_THAT(affine->scale, ElementsAre(DoubleNear(1.0, 1e-15), DoubleNear(1.0, 1e-15)));
  EXPECT_THAT(affine->shift, ElementsAre(DoubleNear(-0.5, 1e-15), DoubleNear(5.0, 1e-15)));
}

TEST_F(ChannelAffineTest, OfSums) {
  auto affine = OfBinary(BinaryKind::kAdd, Floats({2, 1, 1}, {1.0f, 2.0f}), x_);
  ASSERT_TRUE(affine.has_value());
  EXPECT_THAT(affine->scale, ElementsAre(1.0, 1.0));
  EXPECT_THAT(affine->shift, ElementsAre(1.0, 2.0));
  EXPECT_FALSE(affine->scales());
  EXPECT_TRUE(affine->shifts());
}

TEST_F(ChannelAffineTest, OfDifferencesEitherWay) {
  auto affine = OfBinary(BinaryKind::kSub, x_, Floats({}, {3.0f}));
  ASSERT_TRUE(affine.has_value());
  EXPECT_THAT(affine->scale, ElementsAre(1.0, 1.0));
  EXPECT_THAT(affine->shift, ElementsAre(-3.0, -3.0));
}

TEST_F(ChannelAffineTest, OfDifferencesTheOtherWay) {
  auto affine = OfBinary(BinaryKind::kSub, Floats({1, 1, 1, 1}, {3.0f}), x_);
  ASSERT_TRUE(affine.has_value());
  EXPECT_THAT(affine->scale, ElementsAre(-1.0, -1.0));
  EXPECT_THAT(affine->shift, ElementsAre(3.0, 3.0));
}

TEST_F(ChannelAffineTest, OfProducts) {
  auto affine = OfBinary(BinaryKind::kMul, x_, Floats({1, 2, 1, 1}, {1.0f, -2.0f}));
  ASSERT_TRUE(affine.has_value());
  EXPECT_THAT(affine->scale, ElementsAre(1.0, -2.0));
  EXPECT_THAT(affine->shift, ElementsAre(0.0, 0.0));
  EXPECT_TRUE(affine->scales());
  EXPECT_FALSE(affine->shifts());
}

TEST_F(ChannelAffineTest, OfQuotients) {
  auto affine = OfBinary(BinaryKind::kDiv, x_, Floats({2, 1, 1}, {4.0f, 0.5f}));
  ASSERT_TRUE(affine.has_value());
  EXPECT_THAT(affine->scale, ElementsAre(0.25, 2.0));
  EXPECT_THAT(affine->shift, ElementsAre(0.0, 0.0));
}

TEST_F(ChannelAffineTest, NotAQuotientOverIt) {
  EXPECT_FALSE(OfBinary(BinaryKind::kDiv, Floats({1}, {1.0f}), x_).has_value());
}

TEST_F(ChannelAffineTest, NotAQuotientByZero) {
  EXPECT_FALSE(OfBinary(BinaryKind::kDiv, x_, Floats({2, 1, 1}, {1.0f, 0.0f})).has_value());
}

TEST_F(ChannelAffineTest, NotTwoValues) {
  EXPECT_FALSE(OfBinary(BinaryKind::kAdd, x_, net_.Input("y", {-1, 2, 3, 3})).has_value());
}

TEST_F(ChannelAffineTest, NotANodeWithAnActivation) {
  net_.Add(Binary{BinaryKind::kAdd}, {x_, Floats({1}, {1.0f})});
  Graph graph = net_.Build({});
  graph.nodes[0].activation = FusedActivation();
  EXPECT_FALSE(AffineOf(graph, graph.nodes[0], x_, {2, 4}).has_value());
}

// Normalised is the mean, say, and not the image.
TEST_F(ChannelAffineTest, NotAParameterOfNormalization) {
  const ValueId y = net_.Input("y", {2});
  const ValueId ones = Floats({2}, {1.0f, 1.0f});
  net_.Add(BatchNormalization{}, {x_, ones, ones, y, ones});
  const Graph graph = net_.Build({});
  EXPECT_FALSE(AffineOf(graph, graph.nodes[0], y, {2, 4}).has_value());
  EXPECT_FALSE(AffineOf(graph, graph.nodes[0], x_, {2, 4}).has_value());
}

struct PerChannelRow {
  Shape constant;
  ChannelShape shape;
  bool fits;
};

TEST_F(ChannelAffineTest, WhichConstantsArePerChannel) {
  const std::vector<PerChannelRow> rows = {
      {{3}, {3, 2}, true},           {{1, 3}, {3, 2}, true},     {{3, 1, 1}, {3, 4}, true},
      {{1, 3, 1, 1}, {3, 4}, true},  {{}, {3, 4}, true},         {{1}, {3, 4}, true},
      {{1, 1, 1, 1}, {3, 4}, true},  {{3}, {3, 4}, false},       {{3, 1}, {3, 4}, false},
      {{3, 1}, {3, 2}, false},       {{3, 1, 1}, {4, 4}, false}, {{3, 2, 1}, {3, 4}, false},
      {{2, 3, 1, 1}, {3, 4}, false}, {{3, 1, 1}, {1, 4}, false}, {{1, 1, 1}, {3, 2}, false},
      {{0}, {3, 2}, false},          {{0}, {0, 2}, false},       {{1, 1, 2}, {1, 3}, false},
  };
  for (const PerChannelRow& row : rows) {
    const ValueId id = Floats(row.constant, std::vector<float>(row.constant.ElementCount(), 0.5f));
    const Graph graph = net_.Build({});
    const auto values = PerChannel(graph, id, row.shape);
    EXPECT_EQ(values.has_value(), row.fits) << row.constant.ToString();
    if (values) {
      EXPECT_EQ(*values, ChannelValues(row.shape.channels, 0.5));
    }
  }
}

TEST_F(ChannelAffineTest, PerChannelConstantsAreFloats) {
  const ValueId id = net_.Constant(std::vector<int64_t>{1, 2, 3});
  const Graph graph = net_.Build({});
  EXPECT_FALSE(PerChannel(graph, id, {3, 2}).has_value());
  EXPECT_FALSE(PerChannel(graph, x_, {3, 2}).has_value());
  EXPECT_FALSE(PerChannel(graph, kNoValue, {3, 2}).has_value());
}

TEST_F(ChannelAffineTest, OneAfterTheOther) {
  const ChannelAffine first = {{2.0, 1.0}, {1.0, 0.0}};
  const ChannelAffine second = {{3.0, 0.0}, {-1.0, 5.0}};
  const ChannelAffine both = first.Then(second);
  EXPECT_THAT(both.scale, ElementsAre(6.0, 0.0));
  EXPECT_THAT(both.shift, ElementsAre(2.0, 5.0));
  EXPECT_FALSE(ChannelAffine::Identity(2).scales());
  EXPECT_FALSE(ChannelAffine::Identity(2).shifts());
}

TEST_F(ChannelAffineTest, ToFloatsRefusesWhatDoesNotFit) {
  const auto tensor = ToFloats({0.5, -2.0});
  ASSERT_TRUE(tensor.has_value());
  EXPECT_EQ(tensor->shape(), Shape({2}));
  EXPECT_THAT(tensor->values<float>(), ElementsAre(0.5f, -2.0f));
  EXPECT_FALSE(ToFloats({1.0, 1e39}).has_value());
  EXPECT_FALSE(ToFloats({std::numeric_limits<double>::quiet_NaN()}).has_value());
}

}  // namespace
}  // namespace reluserve::graph
