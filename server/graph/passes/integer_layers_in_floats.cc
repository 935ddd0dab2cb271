// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The reluserve authors

#include <cstdint>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "server/graph/passes/passes.h"

namespace reluserve::graph {
namespace {

// Operands of ConvInteger and MatMulInteger.
constexpr size_t kWeights = 1;
constexpr size_t kSourceZeroPoint = 2;
constexpr size_t kWeightsZeroPoint = 3;

ValueId OperandOf(const Node& node, size_t index) {
  return index < node.inputs.size() ? node.inputs[index] : kNoValue;
}

// 8-bit codes as floats; those of a scalar zero point, or of none, taken off.
template <typename T>
std::optional<Tensor> Centered(const Tensor& codes, const Tensor* zero_point) {
  const float zero = zero_point == nullptr ? 0.0f : static_cast<float>(zero_point->values<T>()[0]);
  absl::StatusOr<Tensor> result = Tensor::Allocate(DataType::kFloat32, codes.shape());
  if (!result.ok()) return std::nullopt;
  const auto from = codes.values<T>();
  const auto to = result->mutable_values<float>();
  for (size_t i = 0; i < from.size(); ++i) to[i] = static_cast<float>(from[i]) - zero;
  return *std::move(result);
}

std::optional<Tensor> RealWeights(const Graph& graph, const Node& layer) {
  const Tensor* codes = graph.ConstantOf(layer.inputs[kWeights]);
  const ValueId zero_id = OperandOf(layer, kWeightsZeroPoint);
  const Tensor* zero_point = zero_id == kNoValue ? nullptr : graph.ConstantOf(zero_id);
  if (codes == nullptr || (zero_id != kNoValue && zero_point == nullptr)) return std::nullopt;
  if (zero_point != nullptr &&
      (zero_point->type() != codes->type() || zero_point->shape().ElementCount() != 1)) {
    return std::nullopt;
  }
  if (codes->type() == DataType::kInt8) return Centered<int8_t>(*codes, zero_point);
  if (codes->type() == DataType::kUint8) return Centered<uint8_t>(*codes, zero_point);
  return std::nullopt;
}

// The float operator that computes what the layer does; nothing for other nodes.
std::optional<Op> FloatOperator(const Node& node) {
  if (const auto* conv = std::get_if<ConvInteger>(&node.op)) return Conv{conv->window, conv->group};
  if (std::holds_alternative<MatMulInteger>(node.op)) return MatMul{};
  return std::nullopt;
}

bool CastsToFloat(const Node& node) {
  const auto* cast = std::get_if<Cast>(&node.op);
  return cast != nullptr && cast->to == DataType::kFloat32 && !node.activation;
}

// A layer, which becomes the dequantisation of its source, and the Cast that reads its sums, which
// becomes the layer.
bool Rewrite(Graph& graph, const PassContext& context, Node& layer, Node& cast) {
  const std::optional<Op> op = FloatOperator(layer);
  const ValueId zero_point = OperandOf(layer, kSourceZeroPoint);
  if (!op || zero_point == kNoValue || graph.ConstantOf(zero_point) != nullptr ||
      context.RankOf(graph, zero_point) != 0) {
    return false;
  }
  std::optional<Tensor> weights = RealWeights(graph, layer);
  if (!weights) return false;
  const float one = 1.0f;
  const Tensor scale = Tensor::Of<float>(Shape{1}, {&one, 1}).Reshaped(Shape());
  const auto name = [&](const char* role) { return graph.UniqueValueName(layer.name + role); };
  const ValueId step = graph.AddConstant(name(".step"), scale);
  const ValueId real_weights = graph.AddConstant(name(".weights"), *std::move(weights));
  const ValueId real_source = graph.AddValue(name(".source"));
  cast.op = *op;
  cast.op_type = layer.op_type;
  cast.inputs = {real_source, real_weights};
  layer.op = DequantizeLinear{.axis = 0};
  layer.op_type = "DequantizeLinear";
  layer.inputs = {layer.inputs[0], step, zero_point};
  layer.outputs = {real_source};
  std::swap(layer.name, cast.name);
  return true;
}

}  // namespace

// Networks that are quantised dynamically learn the zero point of a source as they run, which the
// 8-bit layers here have to know before. Their sums are read as floats, which hold 24 bits of them,
// so the sums are made in floats: exact up to 2²⁴, and beyond as close as the float that is read.
absl::StatusOr<int> ComputeIntegerLayersInFloats(Graph& graph, const PassContext& context) {
  int changes = 0;
  const std::vector<int> producers = graph.Producers();
  const std::vector<int> uses = graph.UseCounts();
  for (Node& cast : graph.nodes) {
    if (!CastsToFloat(cast)) continue;
    const ValueId sums = cast.inputs[0];
    if (static_cast<size_t>(sums) >= uses.size() || uses[sums] != 1 || producers[sums] < 0)
      continue;
    if (Rewrite(graph, context, graph.nodes[producers[sums]], cast)) ++changes;
  }
  return changes;
}

}  // namespace reluserve::graph
