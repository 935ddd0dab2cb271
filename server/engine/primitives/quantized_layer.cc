// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The reluserve authors

#include "server/engine/primitives/quantized_layer.h"

#include <algorithm>
#include <cstdlib>
#include <string_view>
#include <utility>

#include "server/base/status.h"
#include "server/engine/layout.h"
#include "server/engine/primitives/lowering.h"
#include "server/graph/scalar_quantization.h"

namespace reluserve::engine {
namespace {

using compat::Desc;
using graph::kNoValue;
using graph::Node;
using graph::ValueId;

ValueId OperandOf(const Node& node, size_t index) {
  return index < node.inputs.size() ? node.inputs[index] : kNoValue;
}

// The one zero point of a tensor, 0 where it is absent; nothing where it is not known or differs
// from place to place.
std::optional<int32_t> ZeroPointOf(ValueId id, const PlanBuilder& builder) {
  if (id == kNoValue) return 0;
  const Tensor* tensor = builder.Known(id);
  if (tensor == nullptr || tensor->shape().ElementCount() < 1) return std::nullopt;
  const auto uniform = [](auto codes) -> std::optional<int32_t> {
    const bool same =
        std::all_of(codes.begin(), codes.end(), [&](auto code) { return code == codes[0]; });
    return same ? std::optional<int32_t>(codes[0]) : std::nullopt;
  };
  return tensor->type() == DataType::kInt8 ? uniform(tensor->values<int8_t>())
                                           : uniform(tensor->values<uint8_t>());
}

// A scale for every channel, 1 where it is absent; empty where it is not known.
std::vector<float> ScalesOf(ValueId id, const PlanBuilder& builder) {
  if (id == kNoValue) return {1.0f};
  const Tensor* tensor = builder.Known(id);
  if (tensor == nullptr) return {};
  const auto scales = tensor->values<float>();
  return {scales.begin(), scales.end()};
}

// The bias in the unit that the primitive adds it in. `unit` gives that of the sums of a channel.
template <typename Unit>
std::vector<float> BiasInUnits(const Tensor& bias, float result_scale, const Unit& unit) {
  std::vector<float> result;
  for (int64_t channel = 0; channel < bias.shape().ElementCount(); ++channel) {
    float value = 0.0f;
    if (bias.type() == DataType::kInt32) {
      value = static_cast<float>(bias.values<int32_t>()[channel]);
      if (!compat::kBiasInSums) value *= unit(channel) / result_scale;
    } else {
      value = bias.values<float>()[channel];
      value /= compat::kBiasInSums ? unit(channel) : result_scale;
    }
    result.push_back(value);
  }
  return result;
}

dnnl::primitive_attr AttributesOf(const Node& node, const QuantizedGeometry& geometry,
                                  const QuantizedArithmetic& arithmetic, const PlanBuilder& builder,
                                  Fused& fused, std::vector<compat::AttributeArgument>& more) {
  dnnl::primitive_attr attr;
  attr.set_scratchpad_mode(dnnl::scratchpad_mode::user);
  more = compat::SetRequantization(arithmetic.requantization, geometry.group > 1, attr);
  dnnl::post_ops ops;
  if (node.activation && arithmetic.result_type == DataType::kFloat32) {
    fused.activation = AppendActivation(node.activation->activation, ops);
  } else if (node.activation) {
    fused.activation = true;
    // Where no code is below zero, converting to codes is the ReLU.
    const bool is_relu = node.activation->activation.kind == graph::ActivationKind::kRelu;
    const auto quantization = graph::ResultQuantization(builder.graph(), node);
    if (!is_relu || !quantization || !quantization->rectifies()) {
      AppendClamp(node.activation->activation, arithmetic.result_scale, ops);
    }
  }
  attr.set_post_ops(ops);
  return attr;
}

// The source in the layout that the primitive reads, under the shape that it sees it in.
absl::StatusOr<Operand> SourceFor(ValueId id, const Shape& shape, const Desc& wanted,
                                  PlanBuilder& builder) {
  if (builder.fact(id).shape == shape) return builder.GetAs(id, wanted);
  RELUSERVE_ASSIGN_OR_RETURN(const Operand plain, builder.GetPlain(id));
  if (LiesPlain(wanted)) return builder.View(plain, shape, wanted);
  return builder.Convert(builder.View(plain, shape, PlainDesc(plain.type, shape)), wanted);
}

absl::Status DefineResult(const Node& node, const Operand& result, PlanBuilder& builder) {
  const Shape& shape = builder.fact(node.outputs[0]).shape;
  if (shape == result.shape) {
    builder.Define(node.outputs[0], result);
    return absl::OkStatus();
  }
  Operand plain = result;
  if (!LiesPlain(result.desc)) {
    RELUSERVE_ASSIGN_OR_RETURN(plain,
                               builder.Convert(result, PlainDesc(result.type, result.shape)));
  }
  builder.Define(node.outputs[0], builder.View(plain, shape, PlainDesc(result.type, shape)));
  return absl::OkStatus();
}

template <typename T>
PrimitiveStep::Argument ConstantArgument(int role, const std::vector<T>& values,
                                         PlanBuilder& builder) {
  const Shape shape = {static_cast<int64_t>(values.size())};
  const Operand operand = builder.Constant(Tensor::Of<T>(shape, values));
  return {role, operand.slot, operand.desc};
}

}  // namespace

QuantizedOperands QLinearOperands(const Node& node) {
  return {node.inputs[0], node.inputs[1],     node.inputs[2],     node.inputs[3],    node.inputs[4],
          node.inputs[5], OperandOf(node, 6), OperandOf(node, 7), OperandOf(node, 8)};
}

QuantizedOperands IntegerOperands(const Node& node) {
  QuantizedOperands operands;
  operands.source = node.inputs[0];
  operands.weights = node.inputs[1];
  operands.source_zero_point = OperandOf(node, 2);
  operands.weights_zero_point = OperandOf(node, 3);
  return operands;
}

std::optional<QuantizedArithmetic> ArithmeticOf(const QuantizedOperands& operands, int64_t channels,
                                                DataType result_type, const PlanBuilder& builder) {
  const Tensor* weights = builder.Known(operands.weights);
  const auto source_zero_point = ZeroPointOf(operands.source_zero_point, builder);
  const auto weights_zero_point = ZeroPointOf(operands.weights_zero_point, builder);
  const auto result_zero_point = ZeroPointOf(operands.result_zero_point, builder);
  const std::vector<float> source_scale = ScalesOf(operands.source_scale, builder);
  const std::vector<float> weights_scale = ScalesOf(operands.weights_scale, builder);
  const std::vector<float> result_scale = ScalesOf(operands.result_scale, builder);
  const auto count = static_cast<int64_t>(weights_scale.size());
  const bool has_bias = operands.bias != kNoValue;
  if (!compat::HasExactInt8() || weights == nullptr || weights->type() != DataType::kInt8 ||
      weights_zero_point != 0 || !source_zero_point || !result_zero_point ||
      source_scale.size() != 1 || result_scale.size() != 1 || (count != 1 && count != channels) ||
      (has_bias && builder.Known(operands.bias) == nullptr)) {
    return std::nullopt;
  }
  QuantizedArithmetic arithmetic;
  arithmetic.source_type = builder.fact(operands.source).type;
  arithmetic.result_type = result_type;
  arithmetic.result_scale = result_scale[0];
  const auto unit = [&](int64_t channel) {
    return source_scale[0] * weights_scale[count == 1 ? 0 : channel];
  };
  for (int64_t i = 0; i < count; ++i) {
    arithmetic.requantization.scales.push_back(unit(i) / result_scale[0]);
  }
  arithmetic.requantization.source_zero_point = *source_zero_point;
  arithmetic.requantization.result_zero_point = *result_zero_point;
  if (has_bias) {
    arithmetic.bias = BiasInUnits(*builder.Known(operands.bias), result_scale[0], unit);
  }
  return arithmetic;
}

bool SumsFitFloat(const Tensor& weights, int64_t channels, int64_t terms, int64_t stride) {
  constexpr int64_t kLargestFactor = 255;  // of a source without its zero point
  constexpr int64_t kLargestExact = int64_t{1} << 24;
  const auto codes = weights.values<int8_t>();
  for (int64_t channel = 0; channel < channels; ++channel) {
    const int64_t begin = stride == 1 ? channel * terms : channel;
    int64_t magnitude = 0;
    for (int64_t i = 0; i < terms; ++i) {
      magnitude += std::abs(static_cast<int>(codes[begin + i * stride]));
    }
    if (magnitude > kLargestExact / kLargestFactor) return false;
  }
  return true;
}

absl::StatusOr<bool> AddQuantizedLayer(const Node& node, const QuantizedOperands& operands,
                                       const QuantizedGeometry& geometry,
                                       const QuantizedArithmetic& arithmetic,
                                       PlanBuilder& builder) {
  Fused fused;
  std::vector<compat::AttributeArgument> more;
  const dnnl::primitive_attr attr = AttributesOf(node, geometry, arithmetic, builder, fused, more);
  const Shape weights_shape = GroupedWeights(geometry.weights, geometry.group);
  Desc bias;
  if (!arithmetic.bias.empty()) {
    bias = PlainDesc(DataType::kFloat32, Shape{static_cast<int64_t>(arithmetic.bias.size())});
  }
  const auto pd = compat::MakeConvolution(
      dnnl::algorithm::convolution_direct, AnyDesc(arithmetic.source_type, geometry.source),
      AnyDesc(DataType::kInt8, weights_shape), bias,
      AnyDesc(arithmetic.result_type, geometry.result), geometry.window, attr);
  if (!pd || std::string_view(pd.impl_info_str()).starts_with("ref") ||
      !PacksWell(geometry.weights_given, pd.weights_desc())) {
    return false;
  }
  RELUSERVE_ASSIGN_OR_RETURN(const Operand source,
                             SourceFor(operands.source, geometry.source, pd.src_desc(), builder));
  RELUSERVE_ASSIGN_OR_RETURN(
      const Operand weights,
      builder.Weights(operands.weights, geometry.weights_given, pd.weights_desc()));
  const Operand result = builder.New(geometry.result, pd.dst_desc());
  std::vector<PrimitiveStep::Argument> arguments = {{DNNL_ARG_SRC, source.slot, source.desc},
                                                    {DNNL_ARG_WEIGHTS, weights.slot, weights.desc},
                                                    {DNNL_ARG_DST, result.slot, result.desc}};
  if (!arithmetic.bias.empty()) {
    arguments.push_back(ConstantArgument(DNNL_ARG_BIAS, arithmetic.bias, builder));
  }
  for (const compat::AttributeArgument& argument : more) {
    arguments.push_back(argument.floats.empty()
                            ? ConstantArgument(argument.role, argument.integers, builder)
                            : ConstantArgument(argument.role, argument.floats, builder));
  }
  StepInfo info = builder.Describe(node, result);
  if (!fused.activation) info.activation.clear();
  info.macs = geometry.result[0] * geometry.result.ElementCount(2, geometry.result.rank()) *
              geometry.weights.ElementCount();
  builder.AddPrimitive(pd, dnnl::convolution_forward(pd), std::move(arguments), std::move(info));
  RELUSERVE_RETURN_IF_ERROR(DefineResult(node, result, builder));
  RELUSERVE_RETURN_IF_ERROR(FinishNode(node, fused, builder));
  return true;
}

}  // namespace reluserve::engine
