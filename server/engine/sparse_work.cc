// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The reluserve authors

#include "server/engine/sparse_work.h"

#include <algorithm>
#include <optional>
#include <type_traits>
#include <utility>

#include "server/engine/activation_layers.h"
#include "server/engine/kernels/kernel.h"

namespace reluserve::engine {
namespace {

using graph::Graph;
using graph::Node;
using graph::OperandInfo;
using graph::ValueId;
using Facts = std::vector<OperandInfo>;

template <typename T, typename... Options>
constexpr bool kIsOneOf = (std::is_same_v<T, Options> || ...);

// Extents after the first of a weight tensor [M, C/group, kernel...]: what one element sums over.
int64_t WeightsPerOutput(const Shape& weights) {
  return weights.rank() == 0 ? 0 : weights.ElementCount(1, weights.rank());
}

// The number of multiply-accumulates of a node; 0 for one that is no convolution or product.
int64_t MacsOf(const Node& node, const Facts& facts) {
  const auto shape = [&](size_t input) -> const Shape& { return facts[node.inputs[input]].shape; };
  const int64_t results = facts[node.outputs[0]].shape.ElementCount();
  return std::visit(
      [&](const auto& op) -> int64_t {
        using T = std::decay_t<decltype(op)>;
        if constexpr (kIsOneOf<T, graph::Conv, graph::ConvInteger>) {
          return results * WeightsPerOutput(shape(1));
        } else if constexpr (kIsOneOf<T, graph::QLinearConv>) {
          return results * WeightsPerOutput(shape(3));
        } else if constexpr (kIsOneOf<T, graph::ConvTranspose>) {
          // Each element of the input is multiplied with [M/group, kernel...] weights.
          return shape(0).ElementCount() * WeightsPerOutput(shape(1));
        } else if constexpr (kIsOneOf<T, graph::Gemm>) {
          return results * shape(0)[op.transpose_a ? 0 : 1];
        } else if constexpr (kIsOneOf<T, graph::MatMul, graph::MatMulInteger,
                                      graph::QLinearMatMul>) {
          return shape(0).rank() == 0 ? 0 : results * shape(0)[shape(0).rank() - 1];
        } else {
          return 0;
        }
      },
      node.op);
}

bool MovesElements(const graph::Op& op) {
  return std::visit(
      [](const auto& alternative) {
        return kIsOneOf<std::decay_t<decltype(alternative)>, graph::Identity, graph::Reshape,
                        graph::Flatten, graph::Transpose, graph::Squeeze, graph::Unsqueeze,
                        graph::DepthToSpace, graph::SpaceToDepth, graph::QuantizeLinear,
                        graph::DequantizeLinear>;
      },
      op);
}

bool InactiveIsZero(const graph::Activation& activation) {
  switch (activation.kind) {
    case graph::ActivationKind::kRelu:
    case graph::ActivationKind::kThresholdedRelu:
    case graph::ActivationKind::kShrink:
      return true;
    case graph::ActivationKind::kClip:
    case graph::ActivationKind::kLeakyRelu:
      return activation.alpha == 0.0f;
    default:
      return false;
  }
}

// The same of the activation that a node ends with, which it has.
bool InactiveIsZero(const Node& node) {
  if (node.activation) return InactiveIsZero(node.activation->activation);
  const auto* activation = std::get_if<graph::Activation>(&node.op);
  return activation != nullptr && InactiveIsZero(*activation);
}

// Finds what an operand consists of.
class Tracer {
 public:
  Tracer(const Graph& graph, const Facts& facts, std::span<const sparsity::LayerInfo> layers)
      : graph_(graph),
        facts_(facts),
        producers_(graph.Producers()),
        layer_of_node_(graph.nodes.size()),
        zeros_(layers.size()) {
    for (size_t i = 0; i < graph.nodes.size(); ++i) {
      const auto layer = ActivationLayerOf(graph, graph.nodes[i]);
      if (!layer) continue;
      const auto found = std::find_if(
          layers.begin(), layers.end(),
          [&](const sparsity::LayerInfo& info) { return info.name == layer->info.name; });
      if (found == layers.end()) continue;
      const auto number = static_cast<size_t>(found - layers.begin());
      layer_of_node_[i] = number;
      zeros_[number] = InactiveIsZero(graph.nodes[i]);
    }
  }

  // Appends the activation layers among what makes `id`, which is `share` of the operand.
  void Trace(ValueId id, double share, std::vector<SparseWork::Source>& sources) const {
    const int producer = id == graph::kNoValue ? -1 : producers_[static_cast<size_t>(id)];
    if (producer < 0 || share <= 0.0) return;
    const Node& node = graph_.nodes[static_cast<size_t>(producer)];
    if (const auto& layer = layer_of_node_[static_cast<size_t>(producer)]) {
      if (zeros_[*layer]) sources.push_back({*layer, share});
      return;
    }
    if (MovesElements(node.op)) return Trace(node.inputs[0], share, sources);
    if (!std::holds_alternative<graph::Concat>(node.op)) return;
    const auto whole = static_cast<double>(facts_[id].shape.ElementCount());
    if (whole <= 0.0) return;
    for (const ValueId part : node.inputs) {
      const auto elements = static_cast<double>(facts_[part].shape.ElementCount());
      Trace(part, share * elements / whole, sources);
    }
  }

  const std::vector<bool>& inactive_is_zero() const { return zeros_; }

 private:
  const Graph& graph_;
  const Facts& facts_;
  const std::vector<int> producers_;
  // Number of the layer that a node is or ends with.
  std::vector<std::optional<size_t>> layer_of_node_;
  std::vector<bool> zeros_;  // by layer
};

}  // namespace

ModelWork WorkOf(const Graph& graph, const Facts& facts,
                 std::span<const sparsity::LayerInfo> layers) {
  const Tracer tracer(graph, facts, layers);
  ModelWork result;
  result.inactive_is_zero = tracer.inactive_is_zero();
  for (const Node& node : graph.nodes) {
    SparseWork work{node.name, node.op_type, MacsOf(node, facts), {}};
    result.macs += work.macs;
    if (work.macs == 0) continue;
    tracer.Trace(node.inputs[0], 1.0, work.sources);
    if (!work.sources.empty()) result.readers.push_back(std::move(work));
  }
  return result;
}

ModelWork WorkOf(const CompiledModel& model) {
  std::vector<Shape> inputs = model.shapes().probe_inputs;
  for (size_t i = 0; i < inputs.size(); ++i) {
    if (model.shapes().batchable && model.graph().inputs[i].dims[0].symbolic()) inputs[i][0] = 1;
  }
  const auto facts = graph::InferShapes(model.graph(), inputs, EvaluateNode);
  return facts.ok() ? WorkOf(model.graph(), *facts, model.layers()) : ModelWork();
}

}  // namespace reluserve::engine
