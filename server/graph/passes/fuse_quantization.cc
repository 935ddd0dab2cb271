// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The reluserve authors

#include <algorithm>
#include <string>
#include <utility>

#include "server/graph/passes/channel_affine.h"
#include "server/graph/passes/dequantized.h"
#include "server/graph/passes/passes.h"
#include "server/graph/passes/rewriter.h"
#include "server/graph/scalar_quantization.h"

namespace reluserve::graph {
namespace {

// Operands of QLinearConv and QLinearMatMul.
constexpr size_t kWeights = 3;
constexpr size_t kWeightsScale = 4;
constexpr size_t kWeightsZeroPoint = 5;
constexpr size_t kResultScale = 6;
constexpr size_t kResultZeroPoint = 7;
constexpr size_t kBias = 8;

bool Has(const Node& node, size_t operand) {
  return operand < node.inputs.size() && node.inputs[operand] != kNoValue;
}

bool IsQuantizedLayer(const Node& node) {
  return std::holds_alternative<QLinearConv>(node.op) ||
         std::holds_alternative<QLinearMatMul>(node.op);
}

// A quantised layer whose result is still float, and nothing done to it.
bool GivesFloats(const Node& node) {
  return IsQuantizedLayer(node) && !Has(node, kResultScale) && !node.activation && !node.residual;
}

// Whether the elements of the result are some of those of the first operand, or the largest of
// some: then it makes no difference whether they are codes. A Concat does so with all operands.
bool SelectsElements(const Node& node) {
  if (const auto* pool = std::get_if<Pool>(&node.op)) {
    return pool->kind == PoolKind::kMax && node.outputs.size() == 1;
  }
  if (const auto* resize = std::get_if<Resize>(&node.op)) {
    return resize->mode == ResizeMode::kNearest &&
           resize->coordinate_mode != CoordinateMode::kTfCropAndResize;
  }
  return std::holds_alternative<Reshape>(node.op) || std::holds_alternative<Flatten>(node.op) ||
         std::holds_alternative<Squeeze>(node.op) || std::holds_alternative<Unsqueeze>(node.op) ||
         std::holds_alternative<Transpose>(node.op) || std::holds_alternative<Slice>(node.op) ||
         std::holds_alternative<Concat>(node.op) || std::holds_alternative<DepthToSpace>(node.op) ||
         std::holds_alternative<SpaceToDepth>(node.op);
}

// The matrix [columns, rows] of a matrix [rows, columns].
std::optional<Tensor> Transposed(const Tensor& matrix) {
  const int64_t rows = matrix.shape()[0];
  const int64_t columns = matrix.shape()[1];
  absl::StatusOr<Tensor> result = Tensor::Allocate(DataType::kInt8, {columns, rows});
  if (!result.ok()) return std::nullopt;
  const auto from = matrix.values<int8_t>();
  const auto to = result->mutable_values<int8_t>();
  for (int64_t r = 0; r < rows; ++r) {
    for (int64_t c = 0; c < columns; ++c) to[c * rows + r] = from[r * columns + c];
  }
  return *std::move(result);
}

Tensor Zero(DataType type) {
  if (type == DataType::kInt8) return Tensor::Of<int8_t>(Shape{1}, std::vector<int8_t>{0});
  return Tensor::Of<uint8_t>(Shape{1}, std::vector<uint8_t>{0});
}

Tensor Floats(const std::vector<float>& values) {
  return Tensor::Of<float>({static_cast<int64_t>(values.size())}, values);
}

class Fuser {
 public:
  Fuser(Graph& graph, const PassContext& context)
      : graph_(graph), context_(context), rewriter_(graph) {}

  int Run() {
    int changes = 0;
    rewriter_.ForEachNode([&](Node& node) {
      if (FuseOperands(node) || FuseAffine(node) || FuseResult(node) || MakeSigned(node)) ++changes;
    });
    rewriter_.Finish();
    return changes;
  }

 private:
  // A layer of dequantised operands becomes one of their codes, with a float result.
  bool FuseOperands(Node& node) {
    if (node.residual || node.activation) return false;
    if (const auto* conv = std::get_if<Conv>(&node.op)) {
      return FuseLayer(node, QLinearConv{conv->window, conv->group}, /*channel_axis=*/0);
    }
    if (const auto* gemm = std::get_if<Gemm>(&node.op)) {
      if (gemm->alpha != 1.0f || gemm->transpose_a || (gemm->beta != 1.0f && Has(node, 2))) {
        return false;
      }
      return FuseLayer(node, QLinearMatMul{}, gemm->transpose_b ? 0 : 1);
    }
    if (std::holds_alternative<MatMul>(node.op)) return FuseLayer(node, QLinearMatMul{}, 1);
    return false;
  }

  bool FuseLayer(Node& node, Op op, int channel_axis) {
    const auto source = DequantizedAt(graph_, rewriter_, context_, node.inputs[0]);
    auto weights = WeightsAt(graph_, rewriter_, node.inputs[1], channel_axis);
    const bool is_matrix = std::holds_alternative<QLinearMatMul>(op);
    if (!source || !weights || (is_matrix && weights->codes.shape().rank() != 2)) return false;
    const int64_t channels = weights->codes.shape()[channel_axis];
    std::optional<std::vector<float>> bias;
    if (Has(node, 2)) {
      bias = BiasAt(graph_, rewriter_, node.inputs[2], channels);
      if (!bias) return false;
    }
    if (is_matrix && channel_axis == 0) {
      std::optional<Tensor> transposed = Transposed(weights->codes);
      if (!transposed) return false;
      weights->codes = *std::move(transposed);
    }
    node.op = std::move(op);
    rewriter_.SetOperand(node, 0, source->codes);
    rewriter_.SetOperand(node, 1, source->scale);
    rewriter_.SetOperand(node, 2, ZeroPointOr(source->zero_point, source->quantization.type));
    SetConstant(node, kWeights, ".weights", std::move(weights->codes));
    SetConstant(node, kWeightsScale, ".weights_scale", std::move(weights->scale));
    SetConstant(node, kWeightsZeroPoint, ".weights_zero_point", Zero(DataType::kInt8));
    if (bias) SetConstant(node, kBias, ".bias", Floats(*bias));
    return true;
  }

  // A normalisation, or a bias, of what such a layer gives goes into its scales and bias.
  bool FuseAffine(Node& node) {
    if (!GivesFloats(node)) return false;
    const Node* reader = rewriter_.OnlyReader(node.outputs[0]);
    const Tensor* scale = graph_.ConstantOf(node.inputs[kWeightsScale]);
    const Tensor* step = graph_.ConstantOf(node.inputs[1]);
    const auto rank = context_.RankOf(graph_, node.outputs[0]);
    const Tensor* weights = graph_.ConstantOf(node.inputs[kWeights]);
    if (reader == nullptr || scale == nullptr || step == nullptr || weights == nullptr || !rank ||
        step->shape().ElementCount() != 1) {
      return false;
    }
    const bool is_matrix = std::holds_alternative<QLinearMatMul>(node.op);
    if (is_matrix && *rank != 2) return false;
    const int64_t channels = weights->shape()[is_matrix ? 1 : 0];
    const auto affine = AffineOf(graph_, *reader, node.outputs[0], {channels, *rank});
    if (!affine ||
        std::find(affine->scale.begin(), affine->scale.end(), 0.0) != affine->scale.end()) {
      return false;
    }
    const auto old_bias = RealBias(node, *scale, *step, channels);
    if (!old_bias) return false;
    ChannelValues scales, bias;
    for (int64_t c = 0; c < channels; ++c) {
      scales.push_back(ScaleOf(*scale, c) * affine->scale[c]);
      bias.push_back((*old_bias)[c] * affine->scale[c] + affine->shift[c]);
    }
    auto new_scale = ToFloats(scales);
    auto new_bias = ToFloats(bias);
    if (!new_scale || !new_bias) return false;
    SetConstant(node, kWeightsScale, ".weights_scale", *std::move(new_scale));
    SetConstant(node, kBias, ".bias", *std::move(new_bias));
    rewriter_.MergeReader(node, *reader);
    return true;
  }

  static double ScaleOf(const Tensor& scale, int64_t channel) {
    const auto steps = scale.values<float>();
    return steps[steps.size() == 1 ? 0 : channel];
  }

  std::optional<ChannelValues> RealBias(const Node& node, const Tensor& scale, const Tensor& step,
                                        int64_t channels) const {
    ChannelValues bias(channels, 0.0);
    if (!Has(node, kBias)) return bias;
    const Tensor* given = graph_.ConstantOf(node.inputs[kBias]);
    if (given == nullptr) return std::nullopt;
    for (int64_t c = 0; c < channels; ++c) {
      bias[c] =
          given->type() == DataType::kFloat32
              ? given->values<float>()[c]
              : double{step.values<float>()[0]} * ScaleOf(scale, c) * given->values<int32_t>()[c];
    }
    return bias;
  }

  // Quantising the result of a node is done by the node, where it can.
  bool FuseResult(Node& quantize) {
    const auto quantization = ResultQuantization(graph_, quantize);
    if (!std::holds_alternative<QuantizeLinear>(quantize.op) || !quantization) return false;
    if (const auto same = DequantizedAt(graph_, rewriter_, context_, quantize.inputs[0])) {
      return same->quantization == *quantization && !quantize.activation &&
             rewriter_.Bypass(quantize, same->codes);
    }
    Node* maker = rewriter_.ExclusiveProducer(quantize.inputs[0]);
    if (maker == nullptr) return false;
    const Node* clamp = nullptr;
    if (const auto* activation = std::get_if<Activation>(&maker->op)) {
      clamp = maker;
      maker = Clamps(*activation) ? rewriter_.ExclusiveProducer(clamp->inputs[0]) : nullptr;
    }
    if (maker == nullptr || maker->activation || maker->residual) return false;
    if (clamp == nullptr && SelectsElements(*maker)) {
      return FuseSelection(*maker, quantize, *quantization);
    }
    if (!GivesFloats(*maker) && !FuseAddition(*maker, *quantization)) return false;
    rewriter_.SetOperand(*maker, kResultScale, quantize.inputs[1]);
    rewriter_.SetOperand(
        *maker, kResultZeroPoint,
        ZeroPointOr(Has(quantize, 2) ? quantize.inputs[2] : kNoValue, quantization->type));
    maker->activation = quantize.activation;
    if (clamp != nullptr) {
      maker->activation =
          FusedActivation{std::get<Activation>(clamp->op), clamp->name, clamp->op_type};
      rewriter_.MergeReader(*maker, *clamp);
    }
    rewriter_.MergeReader(*maker, quantize);
    return true;
  }

  // Makes an addition of dequantised values one of their codes, whose result is yet to be told.
  bool FuseAddition(Node& add, const ScalarQuantization& result) {
    const auto* binary = std::get_if<Binary>(&add.op);
    if (binary == nullptr || binary->kind != BinaryKind::kAdd ||
        !context_.HaveSameShape(graph_, add.inputs[0], add.inputs[1])) {
      return false;
    }
    const auto a = DequantizedAt(graph_, rewriter_, context_, add.inputs[0]);
    const auto b = DequantizedAt(graph_, rewriter_, context_, add.inputs[1]);
    if (!a || !b || a->quantization.type != result.type || b->quantization.type != result.type) {
      return false;
    }
    add.op = QLinearBinary{BinaryKind::kAdd};
    size_t operand = 0;
    for (const DequantizedValue& value : {*a, *b}) {
      rewriter_.SetOperand(add, operand++, value.codes);
      rewriter_.SetOperand(add, operand++, value.scale);
      rewriter_.SetOperand(add, operand++, ZeroPointOr(value.zero_point, result.type));
    }
    return true;
  }

  // What selects elements selects codes, where their quantisation stays the same.
  bool FuseSelection(Node& select, const Node& quantize, const ScalarQuantization& result) {
    const size_t operands = std::holds_alternative<Concat>(select.op) ? select.inputs.size() : 1;
    std::vector<ValueId> codes;
    for (size_t i = 0; i < operands; ++i) {
      const auto value = DequantizedAt(graph_, rewriter_, context_, select.inputs[i]);
      if (!value || !(value->quantization == result)) return false;
      codes.push_back(value->codes);
    }
    for (size_t i = 0; i < operands; ++i) rewriter_.SetOperand(select, i, codes[i]);
    rewriter_.MergeReader(select, quantize);
    return true;
  }

  // Weights of uint8 that are int8 with 128 added.
  bool MakeSigned(Node& node) {
    const bool is_integer = std::holds_alternative<ConvInteger>(node.op) ||
                            std::holds_alternative<MatMulInteger>(node.op);
    if (!is_integer && !IsQuantizedLayer(node)) return false;
    const size_t weights = is_integer ? 1 : kWeights;
    const size_t zero_point = is_integer ? 3 : kWeightsZeroPoint;
    const Tensor* given = graph_.ConstantOf(node.inputs[weights]);
    if (given == nullptr || given->type() != DataType::kUint8 || !Has(node, zero_point)) {
      return false;
    }
    auto codes = SignedCodes(graph_, node.inputs[weights], node.inputs[zero_point]);
    if (!codes) return false;
    SetConstant(node, weights, ".weights", *std::move(codes));
    SetConstant(node, zero_point, ".weights_zero_point", Zero(DataType::kInt8));
    return true;
  }

  ValueId ZeroPointOr(ValueId zero_point, DataType type) {
    if (zero_point != kNoValue) return zero_point;
    return graph_.AddConstant(graph_.UniqueValueName("zero_point"), Zero(type));
  }

  void SetConstant(Node& node, size_t operand, const std::string& role, Tensor tensor) {
    const std::string name = graph_.UniqueValueName(node.name + role);
    rewriter_.SetOperand(node, operand, graph_.AddConstant(name, std::move(tensor)));
  }

  Graph& graph_;
  const PassContext& context_;
  Rewriter rewriter_;
};

}  // namespace

// Networks quantised with QuantizeLinear and DequantizeLinear around each layer are computed with
// the codes themselves: a layer of dequantised operands whose result is quantised, with a ReLU in
// between or without, becomes its QLinear operator. What fits no pattern stays in floats. A ReLU or
// Clip keeps its name, and counts codes: an element is inactive where its code is that of zero.
//
// For CPUs whose sums of 8-bit products are exact: the engine leaves the pass out on others.
// Results may differ by one code from those in floats, where those are rounded the other way.
absl::StatusOr<int> FuseQuantization(Graph& graph, const PassContext& context) {
  return Fuser(graph, context).Run();
}

}  // namespace reluserve::graph
