// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The reluserve authors

// Operators of onnxruntime's own domain, as its quantiser and its optimiser write them into files:
// each as the ones it stands for. A quantised one is the operator on real numbers, between
// DequantizeLinear and QuantizeLinear; passes then bring it back to codes where that is exact.

#include "server/onnx/ops/importers.h"
#include "server/onnx/ops/window.h"

namespace reluserve::onnx_import {
namespace {

using graph::Activation;
using graph::ActivationKind;
using graph::kNoValue;
using graph::ValueId;

// Input `first`, whose scale and zero point follow, as real numbers.
ValueId Real(NodeContext& node, int first, int64_t axis = 0) {
  if (node.Input(first + 1) == kNoValue) {
    node.Fail("operand {} is absent, expected the scale of operand {}", first + 1, first);
  }
  return node.EmitStep("real", graph::DequantizeLinear{.axis = axis},
                       {node.Input(first), node.Input(first + 1), node.Input(first + 2)});
}

// The node itself, on real operands, and its outcome in the scale and zero point at `scale` and the
// operand after that. Without zero point it is of the type of operand `like`.
void EmitQuantized(NodeContext& node, graph::Op op, std::vector<ValueId> operands, int scale,
                   int like = 0) {
  const ValueId zero_point = node.Input(scale + 1);
  const auto type = node.Facts(zero_point == kNoValue ? node.Input(like) : zero_point).type;
  if (node.Input(scale) == kNoValue) {
    node.Fail("operand {} is absent, expected the scale of the result", scale);
  }
  if (!type) node.Refuse("the type of its result cannot be told from the file");
  const ValueId real = node.EmitCore("result", std::move(op), std::move(operands));
  node.EmitAfter("quantize", graph::QuantizeLinear{.to = type.value_or(DataType::kUint8)},
                 {real, node.Input(scale), zero_point});
}

void RefuseChannelsLast(NodeContext& node) {
  if (node.Flag("channels_last", false)) node.Refuse("attribute \"channels_last\" is 1");
}

// Attribute activation, absent where nothing is fused, with its parameters.
std::optional<Activation> FusedActivation(NodeContext& node, const std::vector<float>& params) {
  if (!node.Has("activation")) return std::nullopt;
  Activation op;
  op.kind =
      node.Choice<ActivationKind>("activation", {{"Relu", ActivationKind::kRelu},
                                                 {"LeakyRelu", ActivationKind::kLeakyRelu},
                                                 {"Clip", ActivationKind::kClip},
                                                 {"Sigmoid", ActivationKind::kSigmoid},
                                                 {"Tanh", ActivationKind::kTanh},
                                                 {"HardSigmoid", ActivationKind::kHardSigmoid},
                                                 {"HardSwish", ActivationKind::kHardSwish}});
  const bool one = op.kind == ActivationKind::kLeakyRelu;
  const bool two = op.kind == ActivationKind::kClip || op.kind == ActivationKind::kHardSigmoid;
  const size_t expected = two ? 2 : one ? 1 : 0;
  if (params.size() != expected) {
    node.Fail("the activation has {} parameters, expected {}", params.size(), expected);
    return op;
  }
  if (expected > 0) op.alpha = params[0];
  if (expected > 1) op.beta = params[1];
  return op;
}

}  // namespace

void ImportQLinearAveragePool(NodeContext& node) {
  RefuseChannelsLast(node);
  EmitQuantized(node,
                graph::Pool{.kind = graph::PoolKind::kAverage,
                            .window = ReadWindow(node),
                            .ceil_mode = node.Flag("ceil_mode", false),
                            .count_include_pad = node.Flag("count_include_pad", false)},
                {Real(node, 0)}, 3);
}

void ImportQLinearGlobalAveragePool(NodeContext& node) {
  RefuseChannelsLast(node);
  graph::Pool op;
  op.kind = graph::PoolKind::kAverage;
  op.global = true;
  EmitQuantized(node, op, {Real(node, 0)}, 3);
}

void ImportQLinearLeakyRelu(NodeContext& node) {
  EmitQuantized(node, Activation{ActivationKind::kLeakyRelu, node.Float("alpha", 0.01f)},
                {Real(node, 0)}, 3);
}

void ImportQLinearSigmoid(NodeContext& node) {
  EmitQuantized(node, Activation{ActivationKind::kSigmoid}, {Real(node, 0)}, 3);
}

// Attribute opset tells which of ONNX's two Softmax operators it was.
void ImportQLinearSoftmax(NodeContext& node) {
  const bool flatten = node.Int("opset", 13) < 13;
  EmitQuantized(node, graph::Softmax{.axis = node.Axis("axis", -1), .flatten = flatten},
                {Real(node, 0)}, 3);
}

void ImportQLinearReduceMean(NodeContext& node) {
  const ValueId real = Real(node, 0);
  EmitQuantized(
      node,
      graph::Reduce{.kind = graph::ReduceKind::kMean, .keep_dims = node.Flag("keepdims", true)},
      {real, node.InputOrAttribute(5, "axes")}, 3);
}

// The scale and zero point of the result come first.
void ImportQLinearConcat(NodeContext& node) {
  std::vector<ValueId> parts;
  for (int first = 2; node.Input(first) != kNoValue; first += 3) {
    parts.push_back(Real(node, first));
  }
  EmitQuantized(node, graph::Concat{.axis = node.Axis("axis", 0)}, std::move(parts), 0, 2);
}

void ImportQLinearWhere(NodeContext& node) {
  const ValueId yes = Real(node, 1);
  const ValueId no = Real(node, 4);
  EmitQuantized(node, graph::Where{}, {node.Input(0), yes, no}, 7, 1);
}

// The bias has the scale of the products. Without a scale of the result that stays real.
void ImportQGemm(NodeContext& node) {
  const bool transpose_b = node.Flag("transB", false);
  const float alpha = node.Float("alpha", 1.0f);
  const graph::Gemm op = {.alpha = alpha,
                          .beta = alpha,
                          .transpose_a = node.Flag("transA", false),
                          .transpose_b = transpose_b};
  std::vector<ValueId> operands = {Real(node, 0), Real(node, 3, transpose_b ? 0 : 1)};
  if (node.Input(6) != kNoValue) {
    const ValueId scale = node.EmitStep("scale", graph::Binary{graph::BinaryKind::kMul},
                                        {node.Input(1), node.Input(4)});
    const ValueId bias = node.EmitStep("bias", graph::Cast{DataType::kFloat32}, {node.Input(6)});
    operands.push_back(
        node.EmitStep("bias", graph::Binary{graph::BinaryKind::kMul}, {bias, scale}));
  }
  if (node.Input(7) == kNoValue) return node.Emit(op, std::move(operands));
  EmitQuantized(node, op, std::move(operands), 7);
}

// A convolution, to which Z is added before the activation.
void ImportFusedConv(NodeContext& node) {
  const std::optional<Activation> activation =
      FusedActivation(node, node.Floats("activation_params"));
  const graph::Conv conv = {ReadWindow(node), node.IntBetween("group", 1, 1, kMaxExtent)};
  std::vector<ValueId> operands = {node.Input(0), node.Input(1), node.Input(2)};
  const ValueId addend = node.Input(3);
  if (!activation && addend == kNoValue) return node.Emit(conv, std::move(operands));
  const ValueId sum = node.EmitStep("conv", conv, std::move(operands));
  if (addend == kNoValue) return node.Emit(*activation, {sum});
  const graph::Binary add = {graph::BinaryKind::kAdd};
  if (!activation) return node.Emit(add, {sum, addend});
  node.Emit(*activation, {node.EmitStep("sum", add, {sum, addend})});
}

// A dense layer with an activation.
void ImportFusedGemm(NodeContext& node) {
  std::vector<float> params;
  for (const char* name : {"activation_alpha", "activation_beta", "activation_gamma"}) {
    if (node.Has(name)) params.push_back(node.Float(name, 0.0f));
  }
  const std::optional<Activation> activation = FusedActivation(node, params);
  const graph::Gemm gemm = {.alpha = node.Float("alpha", 1.0f),
                            .beta = node.Float("beta", 1.0f),
                            .transpose_a = node.Flag("transA", false),
                            .transpose_b = node.Flag("transB", false)};
  std::vector<ValueId> operands = {node.Input(0), node.Input(1), node.Input(2)};
  if (!activation) return node.Emit(gemm, std::move(operands));
  node.Emit(*activation, {node.EmitStep("gemm", gemm, std::move(operands))});
}

void ImportQuickGelu(NodeContext& node) {
  node.Emit(Activation{ActivationKind::kSwish, node.Float("alpha", 1.702f)});
}

}  // namespace reluserve::onnx_import
