// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The reluserve authors

#include <limits>
#include <optional>
#include <utility>

#include "server/base/status.h"
#include "server/engine/layout.h"
#include "server/engine/primitives/lowering.h"
#include "server/engine/primitives/window_args.h"

namespace reluserve::engine {
namespace {

using compat::Desc;
using graph::kNoValue;
using graph::Node;

// Bounds that the activation keeps results between; nothing where it does other things, too.
std::optional<std::pair<float, float>> BoundsOf(const graph::Activation& activation) {
  switch (activation.kind) {
    case graph::ActivationKind::kRelu:
      return {{0.0f, std::numeric_limits<float>::infinity()}};
    case graph::ActivationKind::kClip:
      return {{activation.alpha, activation.beta}};
    default:
      return std::nullopt;
  }
}

// The convolution as our kernel has it; nothing where it is another.
std::optional<DepthwiseShape> DepthwiseShapeOf(const graph::Conv& conv, const Shape& source,
                                               const Shape& weights, const Shape& result,
                                               const compat::WindowArgs& window) {
  const bool fits = source.rank() == 4 && weights.rank() == 4 && conv.group == source[1] &&
                    weights[0] == source[1] && source[1] % kDepthwiseBlock == 0 &&
                    weights[2] == 3 && weights[3] == 3 && window.dilations[0] == 0 &&
                    window.dilations[1] == 0 && window.strides[0] == window.strides[1] &&
                    (window.strides[0] == 1 || window.strides[0] == 2);
  if (!fits) return std::nullopt;
  DepthwiseShape shape;
  shape.samples = source[0];
  shape.channels = source[1];
  shape.height = source[2];
  shape.width = source[3];
  shape.result_height = result[2];
  shape.result_width = result[3];
  shape.stride = window.strides[0];
  shape.pad_top = window.pads_begin[0];
  shape.pad_left = window.pads_begin[1];
  return shape;
}

}  // namespace

bool IsDepthwise(const Node& node, const Shape& source) {
  const auto* conv = std::get_if<graph::Conv>(&node.op);
  return conv != nullptr && source.rank() == 4 && conv->group == source[1] &&
         source[1] % kDepthwiseBlock == 0;
}

absl::StatusOr<bool> LowerDepthwise(const Node& node, PlanBuilder& builder) {
  if (!builder.in_blocks() || builder.strict() || builder.is_sample() || node.residual ||
      !node.activation || builder.Known(node.inputs[1]) == nullptr ||
      !IsDepthwise(node, builder.fact(node.inputs[0]).shape)) {
    return false;
  }
  const auto bounds = BoundsOf(node.activation->activation);
  const Shape& source_shape = builder.fact(node.inputs[0]).shape;
  const Shape& weights_shape = builder.fact(node.inputs[1]).shape;
  const Shape& result_shape = builder.fact(node.outputs[0]).shape;
  RELUSERVE_ASSIGN_OR_RETURN(const compat::WindowArgs window, ConvolutionWindow(node, builder));
  std::optional<DepthwiseShape> shape = DepthwiseShapeOf(
      std::get<graph::Conv>(node.op), source_shape, weights_shape, result_shape, window);
  if (!shape || !bounds) return false;
  shape->low = bounds->first;
  shape->high = bounds->second;

  DepthwiseStep step;
  step.shape = *shape;
  RELUSERVE_ASSIGN_OR_RETURN(
      const Operand source,
      builder.GetAs(node.inputs[0],
                    BlockedDesc(DataType::kFloat32, source_shape, kDepthwiseBlock)));
  const Shape grouped = GroupedWeights(weights_shape, shape->channels);
  const Desc packed(compat::Dims(grouped.dims().begin(), grouped.dims().end()),
                    dnnl::memory::data_type::f32, dnnl::memory::format_tag::Goihw16g);
  RELUSERVE_ASSIGN_OR_RETURN(
      const Operand weights,
      builder.Weights(node.inputs[1], PlainDesc(DataType::kFloat32, grouped), packed));
  if (node.inputs.size() > 2 && node.inputs[2] != kNoValue) {
    RELUSERVE_ASSIGN_OR_RETURN(const Operand bias, builder.GetPlain(node.inputs[2]));
    step.bias = bias.slot;
  }
  const Operand result =
      builder.New(result_shape, BlockedDesc(DataType::kFloat32, result_shape, kDepthwiseBlock));
  step.source = source.slot;
  step.weights = weights.slot;
  step.result = result.slot;
  StepInfo info = builder.Describe(node, result);
  info.macs = MultiplyAccumulates(node, builder);
  builder.AddDepthwise(std::move(step), std::move(info));
  builder.Define(node.outputs[0], result);
  return true;
}

}  // namespace reluserve::engine
