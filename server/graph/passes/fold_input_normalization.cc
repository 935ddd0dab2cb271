// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The reluserve authors

#include <fmt/format.h>

#include "server/graph/passes/channel_affine.h"
#include "server/graph/passes/linear_layer.h"
#include "server/graph/passes/passes.h"
#include "server/graph/passes/rewriter.h"

namespace reluserve::graph {
namespace {

bool Fold(Graph& graph, Rewriter& rewriter, Node& node) {
  if (!std::holds_alternative<Conv>(node.op)) return false;
  const Node* normalization = rewriter.ExclusiveProducer(node.inputs[0]);
  if (normalization == nullptr || !std::holds_alternative<BatchNormalization>(normalization->op)) {
    return false;
  }
  const Tensor* scale = graph.ConstantOf(normalization->inputs[1]);
  const std::optional<LinearLayer> layer = LinearLayer::Of(graph, node);
  if (scale == nullptr || !layer) return false;
  const auto affine = AffineOf(graph, *normalization, normalization->inputs[0],
                               {scale->shape().ElementCount(), layer->shape().rank});
  if (!affine) return false;
  std::optional<LayerWeights> weights = layer->PrecededBy(*affine);
  if (!weights) return false;
  SetWeights(graph, rewriter, node, *std::move(weights));
  rewriter.SetOperand(node, 0, normalization->inputs[0]);
  node.absorbed.push_back(fmt::format("{} {}", normalization->op_type, normalization->name));
  return true;
}

}  // namespace

// A convolution takes in the batch normalisation of its operand, where nothing else reads that and
// no zeros are padded to it that would have to be shifted.
absl::StatusOr<int> FoldInputNormalization(Graph& graph, const PassContext&) {
  int changes = 0;
  Rewriter rewriter(graph);
  rewriter.ForEachNode([&](Node& node) {
    if (Fold(graph, rewriter, node)) ++changes;
  });
  rewriter.Finish();
  return changes;
}

}  // namespace reluserve::graph
