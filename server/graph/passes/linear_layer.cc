// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The reluserve authors

#include "server/graph/passes/linear_layer.h"

#include <algorithm>
#include <cmath>
#include <string>
#include <utility>
#include <vector>

namespace reluserve::graph {
namespace {

// Where the elements of weights that belong to one channel lie: the weights seen as
// [groups, repeats, channels, run], the channel being group · channels + channel in the group.
struct ChannelLayout {
  int64_t groups = 1;
  int64_t repeats = 1;
  int64_t channels = 0;  // of a group
  int64_t run = 1;       // neighbouring elements

  // Calls visit(channel, offset) for each run of elements, in the order of the offsets.
  template <typename Visitor>
  void ForEachRun(Visitor visit) const {
    int64_t offset = 0;
    for (int64_t group = 0; group < groups; ++group) {
      for (int64_t repeat = 0; repeat < repeats; ++repeat) {
        for (int64_t channel = 0; channel < channels; ++channel, offset += run) {
          visit(group * channels + channel, offset);
        }
      }
    }
  }
};

// For the channels of the result; nothing where weights of this shape do not fit the operator.
std::optional<ChannelLayout> OutputChannels(const Op& op, const Shape& weights) {
  if (std::holds_alternative<Conv>(op)) {  // [M, C/group, kernel...]
    if (weights.rank() < 3) return std::nullopt;
    return ChannelLayout{1, 1, weights[0], weights.ElementCount(1, weights.rank())};
  }
  if (const auto* transposed = std::get_if<ConvTranspose>(&op)) {  // [C, M/group, kernel...]
    const int64_t group = transposed->group;
    if (weights.rank() < 3 || group < 1 || weights[0] % group != 0) return std::nullopt;
    return ChannelLayout{group, weights[0] / group, weights[1],
                         weights.ElementCount(2, weights.rank())};
  }
  const auto* gemm = std::get_if<Gemm>(&op);
  if (gemm == nullptr || weights.rank() != 2) return std::nullopt;
  if (gemm->transpose_b) return ChannelLayout{1, 1, weights[0], weights[1]};
  return ChannelLayout{1, weights[0], weights[1], 1};
}

std::optional<Tensor> Scaled(const Tensor& weights, const ChannelLayout& layout,
                             const ChannelValues& scale) {
  absl::StatusOr<Tensor> scaled = Tensor::Allocate(DataType::kFloat32, weights.shape());
  if (!scaled.ok()) return std::nullopt;
  const std::span<const float> from = weights.values<float>();
  const std::span<float> to = scaled->mutable_values<float>();
  bool finite = true;
  layout.ForEachRun([&](int64_t channel, int64_t offset) {
    for (int64_t i = offset; i < offset + layout.run; ++i) {
      to[i] = static_cast<float>(from[i] * scale[channel]);
      finite = finite && std::isfinite(to[i]);
    }
  });
  if (!finite) return std::nullopt;
  return *std::move(scaled);
}

bool Pads(const Window& window) {
  const auto is_padding = [](int64_t pad) { return pad != 0; };
  return window.auto_pad == AutoPad::kSameUpper || window.auto_pad == AutoPad::kSameLower ||
         std::any_of(window.pads_begin.begin(), window.pads_begin.end(), is_padding) ||
         std::any_of(window.pads_end.begin(), window.pads_end.end(), is_padding);
}

}  // namespace

std::optional<LinearLayer> LinearLayer::Of(const Graph& graph, const Node& node) {
  if (node.residual || node.activation || node.inputs.size() < 2) return std::nullopt;
  const Tensor* weights = graph.ConstantOf(node.inputs[1]);
  if (weights == nullptr || weights->type() != DataType::kFloat32) return std::nullopt;
  const std::optional<ChannelLayout> layout = OutputChannels(node.op, weights->shape());
  if (!layout) return std::nullopt;
  LinearLayer layer(node, *weights, {layout->groups * layout->channels, weights->shape().rank()});
  if (node.inputs.size() > 2 && node.inputs[2] != kNoValue) {
    // Biases are vectors, or broadcast to the matrix that a Gemm gives.
    layer.bias_ = PerChannel(graph, node.inputs[2], {layer.shape_.channels, 2});
    if (!layer.bias_) return std::nullopt;
    if (const auto* gemm = std::get_if<Gemm>(&node.op)) {
      for (double& bias : *layer.bias_) bias *= gemm->beta;
    }
  }
  return layer;
}

std::optional<LayerWeights> LinearLayer::FollowedBy(const ChannelAffine& affine) const {
  LayerWeights result;
  if (affine.scales()) {
    const ChannelLayout layout = *OutputChannels(node_->op, weights_->shape());
    result.weights = Scaled(*weights_, layout, affine.scale);
    if (!result.weights) return std::nullopt;
  }
  if (!bias_ && !affine.shifts()) return result;
  ChannelValues bias = bias_.value_or(ChannelValues(shape_.channels, 0.0));
  for (size_t c = 0; c < bias.size(); ++c) bias[c] = bias[c] * affine.scale[c] + affine.shift[c];
  result.bias = ToFloats(bias);
  if (!result.bias) return std::nullopt;
  return result;
}

std::optional<LayerWeights> LinearLayer::PrecededBy(const ChannelAffine& affine) const {
  const auto* conv = std::get_if<Conv>(&node_->op);
  if (conv == nullptr || (Pads(conv->window) && affine.shifts())) return std::nullopt;
  const Shape& shape = weights_->shape();
  const auto channels = static_cast<int64_t>(affine.scale.size());
  if (conv->group < 1 || shape[0] % conv->group != 0 || channels != shape[1] * conv->group) {
    return std::nullopt;
  }
  const ChannelLayout layout = {conv->group, shape[0] / conv->group, shape[1],
                                shape.ElementCount(2, shape.rank())};
  LayerWeights result;
  result.weights = Scaled(*weights_, layout, affine.scale);
  if (!result.weights) return std::nullopt;
  if (!bias_ && !affine.shifts()) return result;
  // The shift goes through the convolution: an output gets that of each input times its weight.
  ChannelValues bias = bias_.value_or(ChannelValues(shape_.channels, 0.0));
  const std::span<const float> weights = weights_->values<float>();
  layout.ForEachRun([&](int64_t channel, int64_t offset) {
    double& sum = bias[offset / (layout.channels * layout.run)];
    for (int64_t i = offset; i < offset + layout.run; ++i) {
      sum += weights[i] * affine.shift[channel];
    }
  });
  result.bias = ToFloats(bias);
  if (!result.bias) return std::nullopt;
  return result;
}

void SetWeights(Graph& graph, Rewriter& rewriter, Node& node, LayerWeights weights) {
  const auto set = [&](size_t operand, const char* role, std::optional<Tensor> tensor) {
    if (!tensor) return;
    const std::string name = graph.UniqueValueName(node.name + role);
    rewriter.SetOperand(node, operand, graph.AddConstant(name, *std::move(tensor)));
  };
  const bool has_new_bias = weights.bias.has_value();
  set(1, ".weights", std::move(weights.weights));
  set(2, ".bias", std::move(weights.bias));
  auto* gemm = std::get_if<Gemm>(&node.op);
  if (gemm != nullptr && has_new_bias) gemm->beta = 1.0f;
}

}  // namespace reluserve::graph
