// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The reluserve authors

#include <algorithm>
#include <cmath>
#include <optional>
#include <utility>
#include <vector>

#include "server/graph/passes/passes.h"
#include "server/graph/passes/per_channel.h"

namespace reluserve::graph {
namespace {

// y = scale·x + shift for each channel.
struct Affine {
  ChannelValues scale;
  ChannelValues shift;
};

bool AllFinite(const ChannelValues& values) {
  return std::all_of(values.begin(), values.end(),
                     [](double value) { return std::isfinite(value); });
}

// At inference y = (x - mean) / sqrt(variance + epsilon) · gamma + beta
// (https://onnx.ai/onnx/operators/onnx__BatchNormalization.html).
std::optional<Affine> AffineOfBatchNormalization(const Graph& graph, const Node& node) {
  ChannelValues operands[4];
  for (int i = 0; i < 4; ++i) {
    const Tensor* constant = graph.ConstantOf(node.inputs[i + 1]);
    if (constant == nullptr || constant->type() != DataType::kFloat32) return std::nullopt;
    operands[i] = ToDoubles(*constant);
  }
  const auto& [gamma, beta, mean, variance] = operands;
  const double epsilon = std::get<BatchNormalization>(node.op).epsilon;
  Affine affine;
  for (size_t c = 0; c < gamma.size(); ++c) {
    affine.scale.push_back(gamma[c] / std::sqrt(variance[c] + epsilon));
    affine.shift.push_back(beta[c] - mean[c] * affine.scale[c]);
  }
  if (!AllFinite(affine.scale) || !AllFinite(affine.shift)) return std::nullopt;
  return affine;
}

// A binary node with a constant operand; `side` is the operand that is not.
std::optional<Affine> AffineOfBinary(const Graph& graph, const Node& node, int rank,
                                     int64_t channels, int* side) {
  const auto kind = std::get<Binary>(node.op).kind;
  *side = graph.ConstantOf(node.inputs[1]) != nullptr ? 0 : 1;
  const auto constant = PerChannelConstant(graph, node.inputs[1 - *side], rank, channels);
  if (!constant) return std::nullopt;
  Affine affine = {ChannelValues(channels, 1.0), ChannelValues(channels, 0.0)};
  for (int64_t c = 0; c < channels; ++c) {
    const double value = (*constant)[c];
    switch (kind) {
      case BinaryKind::kAdd:
        affine.shift[c] = value;
        break;
      case BinaryKind::kSub:
        affine.scale[c] = *side == 0 ? 1.0 : -1.0;
        affine.shift[c] = *side == 0 ? -value : value;
        break;
      case BinaryKind::kMul:
        affine.scale[c] = value;
        break;
      case BinaryKind::kDiv:
        if (*side == 1) return std::nullopt;
        affine.scale[c] = 1.0 / value;
        break;
      default:
        return std::nullopt;
    }
  }
  if (!AllFinite(affine.scale)) return std::nullopt;
  return affine;
}

// Looks at one graph; made anew after every change.
class Folder {
 public:
  Folder(Graph& graph, const PassContext& context)
      : graph_(graph), context_(context), producers_(graph.Producers()), uses_(graph.UseCounts()) {}

  // Folds node `index` into a neighbour; true when it is then to be erased.
  bool Fold(int index) {
    const Node& node = graph_.nodes[index];
    if (node.activation || node.residual) return false;
    if (std::holds_alternative<BatchNormalization>(node.op)) {
      return FoldNormalization(index);
    }
    if (std::holds_alternative<Binary>(node.op)) return FoldBinary(index);
    return false;
  }

 private:
  bool FoldNormalization(int index) {
    const Node& node = graph_.nodes[index];
    const std::optional<Affine> affine = AffineOfBatchNormalization(graph_, node);
    if (!affine) return false;
    const auto layer = LinearLayerMaking(graph_, node.inputs[0], producers_, uses_);
    if (layer && static_cast<size_t>(layer->channels) == affine->scale.size() &&
        ScaleAndShift(graph_, *layer, affine->scale, affine->shift)) {
      TakeOver(layer->node, index);
      return true;
    }
    return FoldForward(index, *affine);
  }

  bool FoldBinary(int index) {
    const Node& node = graph_.nodes[index];
    for (ValueId operand : node.inputs) {
      const auto layer = LinearLayerMaking(graph_, operand, producers_, uses_);
      int side = 0;
      if (layer) {
        const auto affine = AffineOfBinary(graph_, node, layer->rank, layer->channels, &side);
        if (affine && node.inputs[side] == operand &&
            ScaleAndShift(graph_, *layer, affine->scale, affine->shift)) {
          TakeOver(layer->node, index);
          return true;
        }
      } else if (FoldIntoNormalization(index, operand)) {
        return true;
      }
    }
    return false;
  }

  // Older networks scale and shift in nodes of their own after normalising.
  bool FoldIntoNormalization(int index, ValueId operand) {
    const Node& node = graph_.nodes[index];
    if (operand == kNoValue || producers_[operand] < 0 || uses_[operand] != 1) return false;
    const int producer = producers_[operand];
    const Node& normalization = graph_.nodes[producer];
    if (!std::holds_alternative<BatchNormalization>(normalization.op) || normalization.activation) {
      return false;
    }
    const Tensor* gamma = graph_.ConstantOf(normalization.inputs[1]);
    const Tensor* beta = graph_.ConstantOf(normalization.inputs[2]);
    if (gamma == nullptr || beta == nullptr || gamma->type() != DataType::kFloat32) return false;
    const Shape* shape = context_.ShapeOf(graph_, operand);
    if (shape == nullptr) return false;
    int side = 0;
    const auto affine =
        AffineOfBinary(graph_, node, shape->rank(), gamma->shape().ElementCount(), &side);
    if (!affine || node.inputs[side] != operand) return false;
    ChannelValues new_gamma = ToDoubles(*gamma);
    ChannelValues new_beta = ToDoubles(*beta);
    for (size_t c = 0; c < new_gamma.size(); ++c) {
      new_gamma[c] *= affine->scale[c];
      new_beta[c] = new_beta[c] * affine->scale[c] + affine->shift[c];
    }
    const auto gamma_tensor = ToFloats(new_gamma, gamma->shape());
    const auto beta_tensor = ToFloats(new_beta, beta->shape());
    if (!gamma_tensor || !beta_tensor) return false;
    const std::string name = normalization.name;
    const ValueId gamma_id =
        graph_.AddConstant(graph_.UniqueValueName(name + ".scale"), *gamma_tensor);
    const ValueId beta_id =
        graph_.AddConstant(graph_.UniqueValueName(name + ".bias"), *beta_tensor);
    graph_.nodes[producer].inputs[1] = gamma_id;
    graph_.nodes[producer].inputs[2] = beta_id;
    TakeOver(producer, index);
    return true;
  }

  // Into the convolution that alone reads the normalised value. Padding comes after normalising, so
  // a padded border would not be shifted: exact only without padding, or without a shift.
  bool FoldForward(int index, const Affine& affine) {
    const ValueId result = graph_.nodes[index].outputs[0];
    if (uses_[result] != 1) return false;
    const auto reader =
        std::find_if(graph_.nodes.begin(), graph_.nodes.end(), [&](const Node& node) {
          return !node.inputs.empty() && node.inputs[0] == result &&
                 std::holds_alternative<Conv>(node.op);
        });
    if (reader == graph_.nodes.end() || !FoldsBefore(*reader, affine)) return false;
    reader->inputs[0] = graph_.nodes[index].inputs[0];
    reader->absorbed.push_back(graph_.nodes[index].op_type + " " + graph_.nodes[index].name);
    return true;
  }

  bool FoldsBefore(Node& conv, const Affine& affine) {
    const Tensor* weights = graph_.ConstantOf(conv.inputs[1]);
    const bool has_bias = conv.inputs.size() > 2 && conv.inputs[2] != kNoValue;
    const Tensor* bias = has_bias ? graph_.ConstantOf(conv.inputs[2]) : nullptr;
    if (weights == nullptr || weights->type() != DataType::kFloat32 ||
        (has_bias && bias == nullptr)) {
      return false;
    }
    const auto& op = std::get<Conv>(conv.op);
    if (IsPadded(op.window) && std::any_of(affine.shift.begin(), affine.shift.end(),
                                           [](double shift) { return shift != 0.0; })) {
      return false;
    }
    const Shape& shape = weights->shape();
    const auto channels = static_cast<int64_t>(affine.scale.size());
    if (shape.rank() < 3 || shape[1] * op.group != channels || shape[0] % op.group != 0)
      return false;
    ChannelValues new_bias(shape[0], 0.0);
    if (has_bias) new_bias = ToDoubles(*bias);
    ChannelValues scaled = ToDoubles(*weights);
    const int64_t kernel = shape.ElementCount(2, shape.rank());
    for (int64_t i = 0; i < static_cast<int64_t>(scaled.size()); ++i) {
      const int64_t output = i / kernel / shape[1];
      const int64_t group = output / (shape[0] / op.group);
      const int64_t channel = group * shape[1] + i / kernel % shape[1];
      new_bias[output] += scaled[i] * affine.shift[channel];
      scaled[i] *= affine.scale[channel];
    }
    const auto weights_tensor = ToFloats(scaled, shape);
    const auto bias_tensor = ToFloats(new_bias, Shape{shape[0]});
    if (!weights_tensor || !bias_tensor) return false;
    const ValueId weights_id =
        graph_.AddConstant(graph_.UniqueValueName(conv.name + ".weights"), *weights_tensor);
    const ValueId bias_id =
        graph_.AddConstant(graph_.UniqueValueName(conv.name + ".bias"), *bias_tensor);
    conv.inputs.resize(3, kNoValue);
    conv.inputs[1] = weights_id;
    conv.inputs[2] = bias_id;
    return true;
  }

  static bool IsPadded(const Window& window) {
    const auto is_padding = [](int64_t pad) { return pad != 0; };
    return window.auto_pad == AutoPad::kSameUpper || window.auto_pad == AutoPad::kSameLower ||
           std::any_of(window.pads_begin.begin(), window.pads_begin.end(), is_padding) ||
           std::any_of(window.pads_end.begin(), window.pads_end.end(), is_padding);
  }

  // `keeper` makes what the folded node made.
  void TakeOver(int keeper, int folded) {
    const Node& node = graph_.nodes[folded];
    graph_.nodes[keeper].outputs[0] = node.outputs[0];
    graph_.nodes[keeper].absorbed.push_back(node.op_type + " " + node.name);
  }

  Graph& graph_;
  const PassContext& context_;
  const std::vector<int> producers_;
  const std::vector<int> uses_;
};

}  // namespace

// Batch normalisation, and scaling or shifting by channel, after a Conv, ConvTranspose or Gemm or
// after another normalisation: into that. Batch normalisation before a Conv, where exact: into its
// weights. Computed in double and rounded once.
absl::StatusOr<int> FoldBatchNormalization(Graph& graph, const PassContext& context) {
  int changes = 0;
  for (size_t i = 0; i < graph.nodes.size();) {
    if (Folder(graph, context).Fold(static_cast<int>(i))) {
      graph.nodes.erase(graph.nodes.begin() + static_cast<std::ptrdiff_t>(i));
      ++changes;
    } else {
      ++i;
    }
  }
  return changes;
}

}  // namespace reluserve::graph
