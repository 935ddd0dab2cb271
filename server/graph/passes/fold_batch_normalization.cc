// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The reluserve authors

#include <optional>
#include <vector>

#include "server/graph/passes/channel_affine.h"
#include "server/graph/passes/linear_layer.h"
#include "server/graph/passes/passes.h"
#include "server/graph/passes/rewriter.h"

namespace reluserve::graph {
namespace {

class Folder {
 public:
  Folder(Graph& graph, const PassContext& context)
      : graph_(graph), context_(context), rewriter_(graph) {}

  int Run() {
    int changes = 0;
    rewriter_.ForEachNode([&](Node& node) {
      const bool folded = std::holds_alternative<BatchNormalization>(node.op)
                              ? FoldIntoNormalization(node)
                              : FoldIntoLayer(node);
      if (folded) ++changes;
    });
    rewriter_.Finish();
    return changes;
  }

 private:
  // The nodes that read a result one after the other, each alone, and are affine by channel; and
  // what they do together.
  struct Chain {
    std::vector<const Node*> nodes;
    ChannelAffine affine;
  };

  Chain ReadersOf(const Node& node, const ChannelShape& shape) {
    Chain chain = {{}, ChannelAffine::Identity(shape.channels)};
    ValueId result = node.outputs[0];
    while (const Node* reader = rewriter_.OnlyReader(result)) {
      const auto affine = AffineOf(graph_, *reader, result, shape);
      if (!affine) break;
      chain.nodes.push_back(reader);
      chain.affine = chain.affine.Then(*affine);
      result = reader->outputs[0];
    }
    return chain;
  }

  bool FoldIntoLayer(Node& node) {
    const std::optional<LinearLayer> layer = LinearLayer::Of(graph_, node);
    if (!layer) return false;
    const Chain chain = ReadersOf(node, layer->shape());
    if (chain.nodes.empty()) return false;
    std::optional<LayerWeights> weights = layer->FollowedBy(chain.affine);
    if (!weights) return false;
    SetWeights(graph_, rewriter_, node, *std::move(weights));
    for (const Node* reader : chain.nodes) rewriter_.MergeReader(node, *reader);
    return true;
  }

  bool FoldIntoNormalization(Node& node) {
    const Tensor* scale = graph_.ConstantOf(node.inputs[1]);
    const std::optional<int> rank = context_.RankOf(graph_, node.inputs[0]);
    if (scale == nullptr || !rank || node.activation) return false;
    const ChannelShape shape = {scale->shape().ElementCount(), *rank};
    const auto old_scale = PerChannel(graph_, node.inputs[1], {shape.channels, 2});
    const auto old_bias = PerChannel(graph_, node.inputs[2], {shape.channels, 2});
    if (!old_scale || !old_bias) return false;
    const Chain chain = ReadersOf(node, shape);
    if (chain.nodes.empty()) return false;
    // y = normalised · scale + bias is itself affine.
    const ChannelAffine total = ChannelAffine{*old_scale, *old_bias}.Then(chain.affine);
    const std::optional<Tensor> new_scale = ToFloats(total.scale);
    const std::optional<Tensor> new_bias = ToFloats(total.shift);
    if (!new_scale || !new_bias) return false;
    SetConstant(node, 1, ".scale", *new_scale);
    SetConstant(node, 2, ".bias", *new_bias);
    for (const Node* reader : chain.nodes) rewriter_.MergeReader(node, *reader);
    return true;
  }

  void SetConstant(Node& node, size_t operand, const char* role, const Tensor& tensor) {
    const std::string name = graph_.UniqueValueName(node.name + role);
    rewriter_.SetOperand(node, operand, graph_.AddConstant(name, tensor));
  }

  Graph& graph_;
  const PassContext& context_;
  Rewriter rewriter_;
};

}  // namespace

// A layer that is linear in constant weights takes in what follows it and is affine in each
// channel: batch normalisation, the scale and shift that older networks have in nodes of their own,
// a bias that is added. Where there is no such layer, as after a concatenation, a batch
// normalisation takes in the scale and shift. All that one layer takes in is put together in double
// precision and rounded once.
absl::StatusOr<int> FoldBatchNormalization(Graph& graph, const PassContext& context) {
  return Folder(graph, context).Run();
}

}  // namespace reluserve::graph
