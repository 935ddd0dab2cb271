// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The reluserve authors

#include <algorithm>
#include <string_view>
#include <utility>
#include <vector>

#include "server/base/status.h"
#include "server/engine/layout.h"
#include "server/engine/primitives/lowering.h"
#include "server/engine/primitives/window_args.h"
#include "server/engine/primitives/winograd.h"
#include "server/graph/ops/window.h"

namespace reluserve::engine {
namespace {

using compat::Desc;
using graph::kNoValue;
using graph::Node;

// Both kinds take batch, channels, and 1 to 3 spatial axes.
bool HasSpatialRank(const Shape& shape) { return shape.rank() >= 3 && shape.rank() <= 5; }

// What a convolution or its transpose needs besides its geometry.
struct Operands {
  Operand source;
  Desc source_any;
  Desc weights_plain;  // how the constant lies, as oneDNN's [group,] output, input, kernel...
  Desc weights_any;
  Desc bias;  // zero descriptor where there is none
  Desc result_any;
};

// Transposed-convolution weights [C, M/group, kernel...] in oneDNN's order of axes, which puts the
// outputs first: the memory stays, the strides change places.
Desc TransposedWeights(const Shape& weights, int64_t group, Shape* logical) {
  const Shape strides = RowMajorStrides(weights);
  Shape order_strides;
  *logical = {};
  if (group > 1) {
    logical->push_back(group);
    order_strides.push_back(weights[0] / group * strides[0]);
  }
  logical->push_back(weights[1]);
  order_strides.push_back(strides[1]);
  logical->push_back(weights[0] / group);
  order_strides.push_back(strides[0]);
  for (int axis = 2; axis < weights.rank(); ++axis) {
    logical->push_back(weights[axis]);
    order_strides.push_back(strides[axis]);
  }
  return StridedDesc(DataType::kFloat32, *logical, order_strides);
}

absl::StatusOr<Operands> GetOperands(const Node& node, PlanBuilder& builder) {
  Operands operands;
  RELUSERVE_ASSIGN_OR_RETURN(operands.source, builder.Get(node.inputs[0]));
  operands.source_any = AnyDesc(DataType::kFloat32, operands.source.shape);
  operands.result_any = AnyDesc(DataType::kFloat32, builder.fact(node.outputs[0]).shape);
  if (node.inputs.size() > 2 && node.inputs[2] != kNoValue) {
    operands.bias = PlainDesc(DataType::kFloat32, builder.fact(node.inputs[2]).shape);
  }
  return operands;
}

bool CanLower(const Node& node, const PlanBuilder& builder) {
  const Shape& source = builder.fact(node.inputs[0]).shape;
  const Shape& weights = builder.fact(node.inputs[1]).shape;
  const Shape& result = builder.fact(node.outputs[0]).shape;
  return builder.IsFloat(node.inputs[0]) && HasSpatialRank(source) &&
         Describable(DataType::kFloat32, source) && Describable(DataType::kFloat32, weights) &&
         Describable(DataType::kFloat32, result);
}

// Appends the primitive once its descriptor is chosen: weights packed as it wants them, the source
// converted where it lies otherwise, and the residual, where fused, as the memory it adds to.
template <typename Primitive, typename PrimitiveDesc>
absl::Status AddWithWeights(const Node& node, const PrimitiveDesc& pd, const Operands& operands,
                            Fused fused, PlanBuilder& builder) {
  RELUSERVE_ASSIGN_OR_RETURN(const Operand source, builder.GetAs(node.inputs[0], pd.src_desc()));
  RELUSERVE_ASSIGN_OR_RETURN(
      const Operand weights,
      builder.Weights(node.inputs[1], operands.weights_plain, pd.weights_desc()));
  const Shape& shape = builder.fact(node.outputs[0]).shape;
  Operand result;
  if (fused.residual) {
    RELUSERVE_ASSIGN_OR_RETURN(result, builder.TakeAs(*node.residual, pd.dst_desc(), source.slot));
  } else {
    result = builder.New(shape, pd.dst_desc());
  }
  std::vector<PrimitiveStep::Argument> arguments = {{DNNL_ARG_SRC, source.slot, source.desc},
                                                    {DNNL_ARG_WEIGHTS, weights.slot, weights.desc},
                                                    {DNNL_ARG_DST, result.slot, result.desc}};
  if (!compat::IsZero(operands.bias)) {
    RELUSERVE_ASSIGN_OR_RETURN(const Operand bias,
                               builder.Weights(node.inputs[2], operands.bias, pd.bias_desc()));
    arguments.push_back({DNNL_ARG_BIAS, bias.slot, bias.desc});
  }
  StepInfo info = builder.Describe(node, result);
  if (!fused.activation) info.activation.clear();
  info.macs = MultiplyAccumulates(node, builder);
  builder.AddPrimitive(pd, Primitive(pd), std::move(arguments), std::move(info));
  builder.Define(node.outputs[0], result);
  return FinishNode(node, fused, builder);
}

// Blocked as Winograd's kernels have it, if that is a layout of such shapes.
Desc InBlocks(const Shape& shape) {
  // oneDNN reads the few channels of a picture where they lie.
  constexpr int64_t kFew = 4;
  return shape[1] < kFew ? PlainDesc(DataType::kFloat32, shape)
                         : BlockedDesc(DataType::kFloat32, shape, kWinogradBlock);
}

// The direct convolution; where the network's layers lie in blocks, in these if there is a kernel
// for it, and else in the layout that oneDNN likes best.
dnnl::convolution_forward::primitive_desc MakeDirect(const Operands& operands, const Shape& result,
                                                     bool in_blocks,
                                                     const compat::WindowArgs& window,
                                                     const dnnl::primitive_attr& attr) {
  constexpr auto kDirect = dnnl::algorithm::convolution_direct;
  if (in_blocks) {
    const auto pd = compat::MakeConvolution(
        kDirect, InBlocks(operands.source.shape), operands.weights_any, operands.bias,
        BlockedDesc(DataType::kFloat32, result, kWinogradBlock), window, attr);
    if (pd && std::string_view(pd.impl_info_str()).starts_with("jit")) return pd;
  }
  return compat::MakeConvolution(kDirect, operands.source_any, operands.weights_any, operands.bias,
                                 operands.result_any, window, attr);
}

Shape OneSample(Shape shape) {
  shape[0] = 1;
  return shape;
}

// Whether Winograd's primitive for a batch is the one for a sample, going over the samples with the
// same weights: then it reads these once for all. oneDNN has another variant, with the weights
// rearranged, for some batches, and one that keeps all samples between its steps, which is slower.
bool IsOfOneSample(const dnnl::convolution_forward::primitive_desc& batch,
                   const dnnl::convolution_forward::primitive_desc& one) {
  return one && std::string_view(batch.impl_info_str()) == one.impl_info_str() &&
         batch.weights_desc() == one.weights_desc() &&
         batch.scratchpad_desc().get_size() < 2 * one.scratchpad_desc().get_size();
}

}  // namespace

Shape GroupedWeights(const Shape& weights, int64_t group) {
  if (group == 1) return weights;
  Shape grouped = {group, weights[0] / group};
  for (int axis = 1; axis < weights.rank(); ++axis) grouped.push_back(weights[axis]);
  return grouped;
}

bool PacksWell(const Desc& given, const Desc& packed) {
  constexpr size_t kSmall = size_t{1} << 20;
  return packed.get_size() <= std::max(kSmall, 4 * given.get_size());
}

absl::StatusOr<bool> LowerConvolution(const Node& node, PlanBuilder& builder) {
  if (!CanLower(node, builder)) return false;
  RELUSERVE_ASSIGN_OR_RETURN(const bool depthwise, LowerDepthwise(node, builder));
  if (depthwise) return true;
  const auto& conv = std::get<graph::Conv>(node.op);
  const Shape& result_shape = builder.fact(node.outputs[0]).shape;
  RELUSERVE_ASSIGN_OR_RETURN(const compat::WindowArgs window, ConvolutionWindow(node, builder));
  RELUSERVE_ASSIGN_OR_RETURN(Operands operands, GetOperands(node, builder));
  const Shape weights = GroupedWeights(builder.fact(node.inputs[1]).shape, conv.group);
  operands.weights_plain = PlainDesc(DataType::kFloat32, weights);
  operands.weights_any = AnyDesc(DataType::kFloat32, weights);

  // Residual sum first, then the activation: the order in which the post-ops are applied.
  Fused fused;
  dnnl::post_ops ops;
  if (node.residual && builder.fact(*node.residual).shape == result_shape) {
    ops.append_sum();
    fused.residual = true;
  }
  const bool activation_can_follow = fused.residual || !node.residual;
  if (node.activation && activation_can_follow && !builder.strict()) {
    fused.activation = AppendActivation(node.activation->activation, ops);
  }
  dnnl::primitive_attr attr;
  attr.set_scratchpad_mode(dnnl::scratchpad_mode::user);
  attr.set_post_ops(ops);
  if (const WinogradChoice* choice = builder.WinogradOf(node)) {
    const int tile = choice->fixed ? choice->tile : WinogradTile(weights, result_shape);
    const auto pd = MakeWinograd(operands.source.shape, weights, operands.bias, result_shape,
                                 window, attr, tile);
    if (pd) {
      const bool alike =
          IsOfOneSample(pd, MakeWinograd(OneSample(operands.source.shape), weights, operands.bias,
                                         OneSample(result_shape), window, attr, tile));
      if (!alike) {
        RELUSERVE_ASSIGN_OR_RETURN(const bool lowered, builder.LowerBySample(node));
        if (lowered) return true;
      }
      RELUSERVE_RETURN_IF_ERROR(
          AddWithWeights<dnnl::convolution_forward>(node, pd, operands, fused, builder));
      return true;
    }
  }
  const auto pd = MakeDirect(operands, result_shape, builder.in_blocks(), window, attr);
  if (!pd || !PacksWell(operands.weights_plain, pd.weights_desc())) return false;
  RELUSERVE_RETURN_IF_ERROR(
      AddWithWeights<dnnl::convolution_forward>(node, pd, operands, fused, builder));
  return true;
}

absl::StatusOr<bool> LowerDeconvolution(const Node& node, PlanBuilder& builder) {
  if (!CanLower(node, builder)) return false;
  const auto& conv = std::get<graph::ConvTranspose>(node.op);
  RELUSERVE_ASSIGN_OR_RETURN(const compat::WindowArgs window, DeconvolutionWindow(node, builder));
  RELUSERVE_ASSIGN_OR_RETURN(Operands operands, GetOperands(node, builder));
  Shape weights;
  operands.weights_plain =
      TransposedWeights(builder.fact(node.inputs[1]).shape, conv.group, &weights);
  operands.weights_any = AnyDesc(DataType::kFloat32, weights);

  Fused fused;
  const dnnl::primitive_attr attr = MakeAttributes(node, builder, fused);
  const auto pd = compat::MakeDeconvolution(operands.source_any, operands.weights_any,
                                            operands.bias, operands.result_any, window, attr);
  if (!pd || !PacksWell(operands.weights_plain, pd.weights_desc())) return false;
  RELUSERVE_RETURN_IF_ERROR(
      AddWithWeights<dnnl::deconvolution_forward>(node, pd, operands, fused, builder));
  return true;
}

}  // namespace reluserve::engine
