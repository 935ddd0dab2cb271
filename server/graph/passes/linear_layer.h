// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The reluserve authors

#ifndef RELUSERVE_SERVER_GRAPH_PASSES_LINEAR_LAYER_H_
#define RELUSERVE_SERVER_GRAPH_PASSES_LINEAR_LAYER_H_

#include <optional>

#include "server/graph/graph.h"
#include "server/graph/passes/channel_affine.h"
#include "server/graph/passes/rewriter.h"

namespace reluserve::graph {

// What a layer is to compute with; what is absent stays as it is.
struct LayerWeights {
  std::optional<Tensor> weights;
  std::optional<Tensor> bias;  // [channels]
};

// A Conv, ConvTranspose or Gemm with constant float weights, a bias that is constant for each
// channel (or none), and nothing fused into it. A view of a node and its constants, to be used
// before either changes.
class LinearLayer {
 public:
  // Nothing where the node is no such layer.
  static std::optional<LinearLayer> Of(const Graph& graph, const Node& node);

  // Of its result.
  const ChannelShape& shape() const { return shape_; }

  // The weights with which the layer gives affine(y) where it gives y. Nothing where one is not
  // finite as a float, or there is no memory for them.
  std::optional<LayerWeights> FollowedBy(const ChannelAffine& affine) const;

  // The weights with which the layer, a Conv, gives for x what it gives for affine(x). Nothing for
  // the same reasons, and where it pads affine(x) with zeros that a shift should have been added
  // to.
  std::optional<LayerWeights> PrecededBy(const ChannelAffine& affine) const;

 private:
  LinearLayer(const Node& node, const Tensor& weights, ChannelShape shape)
      : node_(&node), weights_(&weights), shape_(shape) {}

  const Node* node_;
  const Tensor* weights_;
  ChannelShape shape_;
  std::optional<ChannelValues> bias_;
};

// Lets the layer `node` compute with `weights`: new constants, as others may read the old ones.
void SetWeights(Graph& graph, Rewriter& rewriter, Node& node, LayerWeights weights);

}  // namespace reluserve::graph

#endif  // RELUSERVE_SERVER_GRAPH_PASSES_LINEAR_LAYER_H_
