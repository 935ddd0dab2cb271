// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The reluserve authors

#include "server/engine/sparse_work.h"

#include <gtest/gtest.h>

#include "server/engine/activation_layers.h"
#include "server/engine/kernels/kernel.h"
#include "tests/support/graph_builder.h"

namespace reluserve::engine {
namespace {

using graph::Activation;
using graph::ActivationKind;
using graph::Conv;
using graph::Graph;
using graph::ValueId;
using test_support::GraphBuilder;

Tensor Zeros(std::initializer_list<int64_t> extents) {
  return *Tensor::Allocate(DataType::kFloat32, Shape(extents));
}

std::vector<graph::OperandInfo> FactsOf(const Graph& graph, const Shape& input) {
  const std::vector<Shape> shapes = {input};
  auto facts = graph::InferShapes(graph, shapes, EvaluateNode);
  EXPECT_TRUE(facts.ok()) << facts.status();
  return *std::move(facts);
}

std::vector<sparsity::LayerInfo> LayersOf(const Graph& graph) {
  std::vector<sparsity::LayerInfo> layers;
  for (const graph::Node& node : graph.nodes) {
    if (const auto layer = ActivationLayerOf(graph, node)) layers.push_back(layer->info);
  }
  return layers;
}

TEST(SparseWorkTest, CountsTheMacsOfEachOperator) {
  GraphBuilder builder;
  const ValueId x = builder.Input("x", {-1, 4, 8, 8});
  const ValueId relu = builder.Add(Activation{ActivationKind::kRelu}, {x}, "relu");
  // Without padding: 6x6 positions, 6 channels, each of 2 channels (2 groups) times 3x3.
  const ValueId conv =
      builder.Add(Conv{.group = 2}, {relu, builder.Constant(Zeros({6, 2, 3, 3}))}, "conv");
  const ValueId flat = builder.Add(graph::Flatten{}, {relu}, "flat");
  const ValueId gemm = builder.Add(graph::Gemm{.transpose_b = true},
                                   {flat, builder.Constant(Zeros({10, 256}))}, "gemm");
  const Graph graph = builder.Build({conv, gemm});
  const auto facts = FactsOf(graph, {3, 4, 8, 8});

  const ModelWork model = WorkOf(graph, facts, LayersOf(graph));
  const std::vector<SparseWork>& work = model.readers;
  ASSERT_EQ(work.size(), 2u);
  EXPECT_EQ(work[0].node, "conv");
  EXPECT_EQ(work[0].macs, 3 * 6 * 36 * 2 * 9);
  EXPECT_EQ(work[1].node, "gemm");
  EXPECT_EQ(work[1].macs, 3 * 256 * 10);
  for (const SparseWork& reader : work) {
    ASSERT_EQ(reader.sources.size(), 1u);
    EXPECT_EQ(reader.sources[0].layer, 0u);
    EXPECT_EQ(reader.sources[0].share, 1.0);
  }
  EXPECT_EQ(model.macs, work[0].macs + work[1].macs);
}

TEST(SparseWorkTest, LeavesOutWhatReadsNoZeros) {
  GraphBuilder builder;
  const ValueId x = builder.Input("x", {-1, 4, 8, 8});
  const Tensor weights = Zeros({4, 4, 1, 1});
  const ValueId first = builder.Add(Conv{}, {x, builder.Constant(weights)}, "first");
  const ValueId leaky = builder.Add(Activation{ActivationKind::kLeakyRelu, 0.1f}, {first}, "leaky");
  const ValueId second = builder.Add(Conv{}, {leaky, builder.Constant(weights)}, "second");
  const ValueId relu = builder.Add(Activation{ActivationKind::kRelu}, {second}, "relu");
  graph::Pool pool;
  pool.window.kernel = {2, 2};
  const ValueId pooled = builder.Add(pool, {relu}, "pooled");
  const ValueId third = builder.Add(Conv{}, {pooled, builder.Constant(weights)}, "third");
  const Graph graph = builder.Build({third});
  const auto facts = FactsOf(graph, {1, 4, 8, 8});

  const ModelWork work = WorkOf(graph, facts, LayersOf(graph));
  EXPECT_TRUE(work.readers.empty());
  EXPECT_EQ(work.macs, 2 * 64 * 16 + 7 * 7 * 16);
  EXPECT_EQ(work.inactive_is_zero, std::vector<bool>({false, true}));
}

TEST(SparseWorkTest, FollowsConcatenationsByShare) {
  GraphBuilder builder;
  const ValueId x = builder.Input("x", {-1, 2, 4, 4});
  const ValueId a = builder.Add(Activation{ActivationKind::kRelu}, {x}, "a");
  const ValueId b = builder.Add(Activation{ActivationKind::kClip, 0.0f, 6.0f}, {x}, "b");
  const ValueId inner = builder.Add(graph::Concat{1}, {a, b}, "inner");
  const ValueId outer = builder.Add(graph::Concat{1}, {inner, x, b}, "outer");
  const ValueId conv = builder.Add(Conv{}, {outer, builder.Constant(Zeros({1, 8, 1, 1}))}, "conv");
  const Graph graph = builder.Build({conv});

  const std::vector<SparseWork> work =
      WorkOf(graph, FactsOf(graph, {1, 2, 4, 4}), LayersOf(graph)).readers;
  ASSERT_EQ(work.size(), 1u);
  std::vector<double> shares(2, 0.0);
  for (const auto& source : work[0].sources) shares.at(source.layer) += source.share;
  EXPECT_DOUBLE_EQ(shares[0], 0.25);
  EXPECT_DOUBLE_EQ(shares[1], 0.5);
}

}  // namespace
}  // namespace reluserve::engine
