// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The reluserve authors

// Activations with parameters, and Softmax. Those without parameters need no more than their table
// row.

#include <optional>
#include <vector>

#include "server/onnx/ops/alignment.h"
#include "server/onnx/ops/importers.h"

namespace reluserve::onnx_import {
namespace {

using graph::Activation;
using graph::ActivationKind;

void EmitSoftmax(NodeContext& node, bool log) {
  const bool flatten = node.opset() < 13;
  node.Emit(
      graph::Softmax{.axis = node.Axis("axis", flatten ? 1 : -1), .flatten = flatten, .log = log});
}

// The number that operand `id` is, where it is constant and broadcasting it does not change the
// shape of `other`.
std::optional<float> Number(const NodeContext& node, graph::ValueId id, graph::ValueId other) {
  const Tensor* constant = node.Constant(id);
  if (constant == nullptr || constant->type() != DataType::kFloat32 ||
      constant->shape().ElementCount() != 1) {
    return std::nullopt;
  }
  const int rank = constant->shape().rank();
  if (rank > 0 && rank > node.Facts(other).rank.value_or(0)) return std::nullopt;
  return constant->values<float>()[0];
}

// What Max(x, other) is where that is an activation of x: a ReLU written as the larger of x and 0,
// a leaky one as the larger of x and a part of x.
std::optional<Activation> RectifierOf(const NodeContext& node, graph::ValueId x,
                                      graph::ValueId other) {
  if (const auto bound = Number(node, other, x)) {
    if (*bound != 0.0f) return std::nullopt;
    return Activation{ActivationKind::kRelu};
  }
  const graph::Node* producer = node.Producer(other);
  const auto* product = producer != nullptr ? std::get_if<graph::Binary>(&producer->op) : nullptr;
  if (product == nullptr || product->kind != graph::BinaryKind::kMul) return std::nullopt;
  for (const size_t side : {0, 1}) {
    const auto slope = Number(node, producer->inputs[1 - side], x);
    if (producer->inputs[side] == x && slope && *slope > 0.0f && *slope < 1.0f) {
      return Activation{ActivationKind::kLeakyRelu, *slope};
    }
  }
  return std::nullopt;
}

// A maximum of maxima is one of all their operands, so that each branch of a Maxout which a program
// computes two at a time is seen. The maxima in between stay for whoever else reads them.
std::vector<graph::ValueId> AllOperands(const NodeContext& node) {
  constexpr size_t kMostOperands = 64;
  std::vector<graph::ValueId> operands;
  for (int i = 0; i < node.input_count(); ++i) {
    const graph::Node* producer = node.Producer(node.Input(i));
    const auto* inner = producer != nullptr ? std::get_if<graph::Variadic>(&producer->op) : nullptr;
    if (inner != nullptr && inner->kind == graph::VariadicKind::kMax &&
        operands.size() + producer->inputs.size() <= kMostOperands) {
      operands.insert(operands.end(), producer->inputs.begin(), producer->inputs.end());
    } else {
      operands.push_back(node.Input(i));
    }
  }
  return operands;
}

}  // namespace

// Exporters from frameworks without these activations write it so. Any other maximum of computed
// values is a Maxout, which the engine finds.
void ImportMax(NodeContext& node) {
  if (node.input_count() == 2) {
    for (const int side : {0, 1}) {
      const graph::ValueId x = node.Input(side);
      if (const auto rectifier = RectifierOf(node, x, node.Input(1 - side))) {
        return node.Emit(*rectifier, {x});
      }
    }
  }
  node.Emit(graph::Variadic{graph::VariadicKind::kMax}, AllOperands(node));
}

void ImportLeakyRelu(NodeContext& node) {
  node.Emit(Activation{ActivationKind::kLeakyRelu, node.Float("alpha", 0.01f)});
}

// Until opset 6 the slope has one entry a channel, or one for all.
void ImportPRelu(NodeContext& node) {
  const graph::ValueId slope = node.Input(1);
  const Tensor* constant = node.Constant(slope);
  const bool one_for_all = constant != nullptr && constant->shape().ElementCount() == 1;
  if (node.opset() >= 7 || one_for_all) return node.Emit(graph::PRelu{});
  node.Emit(graph::PRelu{}, {node.Input(0), AlignAt(node, 1, node.Input(0), slope)});
}

void ImportThresholdedRelu(NodeContext& node) {
  node.Emit(Activation{ActivationKind::kThresholdedRelu, node.Float("alpha", 1.0f)});
}

void ImportElu(NodeContext& node) {
  node.Emit(Activation{ActivationKind::kElu, node.Float("alpha", 1.0f)});
}

// The defaults gained digits with opset 6.
void ImportSelu(NodeContext& node) {
  const bool rounded = node.opset() < 6;
  node.Emit(Activation{ActivationKind::kSelu,
                       node.Float("alpha", rounded ? 1.6732f : 1.67326319217681884765625f),
                       node.Float("gamma", rounded ? 1.0507f : 1.05070102214813232421875f)});
}

void ImportCelu(NodeContext& node) {
  const float alpha = node.Float("alpha", 1.0f);
  if (alpha == 0.0f) node.Fail("attribute \"alpha\" is 0, by which Celu would divide");
  node.Emit(Activation{ActivationKind::kCelu, alpha});
}

void ImportHardSigmoid(NodeContext& node) {
  node.Emit(Activation{ActivationKind::kHardSigmoid, node.Float("alpha", 0.2f),
                       node.Float("beta", 0.5f)});
}

void ImportGelu(NodeContext& node) {
  node.Emit(Activation{node.Choice<ActivationKind>(
      "approximate", {{"none", ActivationKind::kGelu}, {"tanh", ActivationKind::kGeluTanh}})});
}

void ImportSwish(NodeContext& node) {
  node.Emit(Activation{ActivationKind::kSwish, node.Float("alpha", 1.0f)});
}

void ImportShrink(NodeContext& node) {
  node.Emit(
      Activation{ActivationKind::kShrink, node.Float("lambd", 0.5f), node.Float("bias", 0.0f)});
}

void ImportSoftmax(NodeContext& node) { EmitSoftmax(node, /*log=*/false); }

void ImportLogSoftmax(NodeContext& node) { EmitSoftmax(node, /*log=*/true); }

}  // namespace reluserve::onnx_import
