// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The reluserve authors

#include "server/graph/passes/dequantized.h"

#include <algorithm>
#include <cmath>

namespace reluserve::graph {
namespace {

ValueId OperandOf(const Node& node, size_t index) {
  return index < node.inputs.size() ? node.inputs[index] : kNoValue;
}

// The node that dequantises `id`, not by blocks.
const Node* DequantizerOf(Rewriter& rewriter, ValueId id) {
  const Node* node = rewriter.Producer(id);
  if (node == nullptr || node->activation) return nullptr;
  const auto* op = std::get_if<DequantizeLinear>(&node->op);
  return op != nullptr && op->block_size == 0 ? node : nullptr;
}

bool AllEqual(const Tensor& codes, int32_t value) {
  const auto equal = [&](auto span) {
    return std::all_of(span.begin(), span.end(), [&](auto code) { return code == value; });
  };
  switch (codes.type()) {
    case DataType::kInt8:
      return equal(codes.values<int8_t>());
    case DataType::kUint8:
      return equal(codes.values<uint8_t>());
    case DataType::kInt32:
      return equal(codes.values<int32_t>());
    default:
      return false;
  }
}

// A constant scale that is one positive number or one for each of `entries` along `axis`.
const Tensor* ScaleAlong(const Graph& graph, const Node& dequantizer, int rank, int axis,
                         int64_t entries) {
  const Tensor* scale = graph.ConstantOf(dequantizer.inputs[1]);
  if (scale == nullptr || scale->type() != DataType::kFloat32) return nullptr;
  const auto steps = scale->values<float>();
  if (!std::all_of(steps.begin(), steps.end(),
                   [](float step) { return std::isfinite(step) && step > 0.0f; })) {
    return nullptr;
  }
  if (steps.size() == 1) return scale;
  int64_t along = std::get<DequantizeLinear>(dequantizer.op).axis;
  if (along < 0) along += rank;
  return along == axis && scale->shape() == Shape{entries} ? scale : nullptr;
}

}  // namespace

std::optional<DequantizedValue> DequantizedAt(const Graph& graph, Rewriter& rewriter,
                                              const PassContext& context, ValueId id) {
  const Node* node = DequantizerOf(rewriter, id);
  if (node == nullptr || graph.ConstantOf(node->inputs[0]) != nullptr) return std::nullopt;
  const std::optional<DataType> type = context.TypeOf(graph, node->inputs[0]);
  const ValueId zero_point = OperandOf(*node, 2);
  const auto quantization = QuantizationBy(graph, node->inputs[1], zero_point);
  if (!quantization || (type != DataType::kInt8 && type != DataType::kUint8)) return std::nullopt;
  DequantizedValue value = {node->inputs[0], node->inputs[1], zero_point, *quantization};
  value.quantization.type = *type;
  return value;
}

std::optional<Tensor> SignedCodes(const Graph& graph, ValueId codes, ValueId zero_point) {
  const Tensor* tensor = graph.ConstantOf(codes);
  const Tensor* zero = graph.ConstantOf(zero_point);
  if (tensor == nullptr || (zero_point != kNoValue && zero == nullptr)) return std::nullopt;
  if (tensor->type() == DataType::kInt8) {
    if (zero != nullptr && !AllEqual(*zero, 0)) return std::nullopt;
    return *tensor;
  }
  if (tensor->type() != DataType::kUint8 || zero == nullptr || !AllEqual(*zero, 128)) {
    return std::nullopt;
  }
  absl::StatusOr<Tensor> result = Tensor::Allocate(DataType::kInt8, tensor->shape());
  if (!result.ok()) return std::nullopt;
  const auto from = tensor->values<uint8_t>();
  std::transform(from.begin(), from.end(), result->mutable_values<int8_t>().begin(),
                 [](uint8_t code) { return static_cast<int8_t>(code - 128); });
  return *std::move(result);
}

std::optional<DequantizedWeights> WeightsAt(const Graph& graph, Rewriter& rewriter, ValueId id,
                                            int axis) {
  const Node* node = DequantizerOf(rewriter, id);
  if (node == nullptr) return std::nullopt;
  std::optional<Tensor> codes = SignedCodes(graph, node->inputs[0], OperandOf(*node, 2));
  if (!codes || codes->shape().rank() <= axis) return std::nullopt;
  const Tensor* scale = ScaleAlong(graph, *node, codes->shape().rank(), axis, codes->shape()[axis]);
  if (scale == nullptr) return std::nullopt;
  return DequantizedWeights{*std::move(codes),
                            scale->Reshaped(Shape{scale->shape().ElementCount()})};
}

std::optional<std::vector<float>> BiasAt(const Graph& graph, Rewriter& rewriter, ValueId id,
                                         int64_t channels) {
  if (const Tensor* bias = graph.ConstantOf(id)) {
    if (bias->type() != DataType::kFloat32 || bias->shape().rank() == 0 ||
        bias->shape().ElementCount() != channels ||
        bias->shape()[bias->shape().rank() - 1] != channels) {
      return std::nullopt;
    }
    const auto values = bias->values<float>();
    return std::vector<float>(values.begin(), values.end());
  }
  const Node* node = DequantizerOf(rewriter, id);
  if (node == nullptr) return std::nullopt;
  const Tensor* codes = graph.ConstantOf(node->inputs[0]);
  const Tensor* zero = graph.ConstantOf(OperandOf(*node, 2));
  if (codes == nullptr || codes->type() != DataType::kInt32 || codes->shape() != Shape{channels} ||
      (zero != nullptr && !AllEqual(*zero, 0)) ||
      (zero == nullptr && OperandOf(*node, 2) != kNoValue)) {
    return std::nullopt;
  }
  const Tensor* scale = ScaleAlong(graph, *node, 1, 0, channels);
  if (scale == nullptr) return std::nullopt;
  const auto steps = scale->values<float>();
  std::vector<float> bias;
  for (int64_t c = 0; c < channels; ++c) {
    bias.push_back(static_cast<float>(codes->values<int32_t>()[c]) *
                   steps[steps.size() == 1 ? 0 : c]);
  }
  return bias;
}

}  // namespace reluserve::graph
