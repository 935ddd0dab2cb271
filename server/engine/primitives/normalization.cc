// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The reluserve authors

#include <algorithm>
#include <cmath>
#include <optional>
#include <span>
#include <string_view>
#include <utility>

#include "server/base/status.h"
#include "server/engine/layout.h"
#include "server/engine/primitives/lowering.h"

namespace reluserve::engine {
namespace {

using compat::Desc;
using graph::Node;

// oneDNN normalises tensors of 2 to 5 axes in the layout they come in.
bool HasChannels(const Operand& operand) {
  return operand.describable() && operand.shape.rank() >= 2 && operand.shape.rank() <= 5;
}

// The layout of one number for each channel that spreads over a tensor in layout `desc`, which has
// whole blocks of channels.
Desc ByChannel(const Desc& desc, const Shape& tensor) {
  Shape shape = {1, tensor[1]};
  while (shape.rank() < tensor.rank()) shape.push_back(1);
  const std::optional<int64_t> block = ChannelBlock(desc);
  return block ? BlockedDesc(DataType::kFloat32, shape, *block)
               : PlainDesc(DataType::kFloat32, shape);
}

// What a normalization by known statistics multiplies each channel by and then adds to it:
// scale / sqrt(variance + epsilon), and bias - mean * that.
struct ScaleAndShift {
  Operand scale;
  Operand shift;
};
absl::StatusOr<ScaleAndShift> Fold(const Node& node, PlanBuilder& builder) {
  const auto& normalization = std::get<graph::BatchNormalization>(node.op);
  std::span<const float> statistics[4];
  for (int i = 0; i < 4; ++i) statistics[i] = builder.Known(node.inputs[i + 1])->values<float>();
  const auto& [scale, bias, mean, variance] = statistics;
  const Shape shape = {static_cast<int64_t>(scale.size())};
  RELUSERVE_ASSIGN_OR_RETURN(Tensor factors, Tensor::Allocate(DataType::kFloat32, shape));
  RELUSERVE_ASSIGN_OR_RETURN(Tensor terms, Tensor::Allocate(DataType::kFloat32, shape));
  for (size_t c = 0; c < scale.size(); ++c) {
    const double factor = scale[c] / std::sqrt(double{variance[c]} + normalization.epsilon);
    factors.mutable_values<float>()[c] = static_cast<float>(factor);
    terms.mutable_values<float>()[c] = static_cast<float>(bias[c] - mean[c] * factor);
  }
  return ScaleAndShift{builder.Constant(std::move(factors)), builder.Constant(std::move(terms))};
}

// By multiplication and addition, which may take any activation along. oneDNN's own primitive
// writes large results past the caches, from where the counter and the next layer would have to
// fetch them.
absl::StatusOr<bool> LowerToScaleAndShift(const Node& node, const Operand& source,
                                          PlanBuilder& builder) {
  // oneDNN 2.6 gets the last block wrong where it is not full.
  if (source.shape[1] % ChannelBlock(source.desc).value_or(1) != 0) return false;
  const Desc by_channel = ByChannel(source.desc, source.shape);
  Fused fused;
  dnnl::post_ops ops;
  ops.append_binary(dnnl::algorithm::binary_add, by_channel);
  fused.activation =
      node.activation && !builder.strict() && AppendActivation(node.activation->activation, ops);
  dnnl::primitive_attr attr;
  attr.set_scratchpad_mode(dnnl::scratchpad_mode::user);
  attr.set_post_ops(ops);
  const auto pd =
      compat::MakeBinary(dnnl::algorithm::binary_mul, source.desc, by_channel, source.desc, attr);
  if (!pd || !std::string_view(pd.impl_info_str()).starts_with("jit")) return false;
  RELUSERVE_ASSIGN_OR_RETURN(const ScaleAndShift folded, Fold(node, builder));
  const Operand result = builder.OverwriteOrNew(source);
  StepInfo info = builder.Describe(node, result);
  if (!fused.activation) info.activation.clear();
  builder.AddPrimitive(
      pd, dnnl::binary(pd),
      {{DNNL_ARG_SRC_0, source.slot, source.desc},
       {DNNL_ARG_SRC_1, folded.scale.slot, by_channel},
       {DNNL_ARG_ATTR_MULTIPLE_POST_OP(0) | DNNL_ARG_SRC_1, folded.shift.slot, by_channel},
       {DNNL_ARG_DST, result.slot, result.desc}},
      std::move(info));
  builder.Define(node.outputs[0], result);
  RELUSERVE_RETURN_IF_ERROR(FinishNode(node, fused, builder));
  return true;
}

}  // namespace

absl::StatusOr<bool> LowerBatchNormalization(const Node& node, PlanBuilder& builder) {
  if (!builder.IsFloat(node.inputs[0])) return false;
  for (int operand = 1; operand <= 4; ++operand) {
    if (builder.Known(node.inputs[operand]) == nullptr) return false;
  }
  RELUSERVE_ASSIGN_OR_RETURN(const Operand source, builder.Get(node.inputs[0]));
  if (!HasChannels(source)) return false;
  RELUSERVE_ASSIGN_OR_RETURN(const bool lowered, LowerToScaleAndShift(node, source, builder));
  if (lowered) return true;
  dnnl::primitive_attr attr;
  attr.set_scratchpad_mode(dnnl::scratchpad_mode::user);
  // At inference only ReLU can be fused, and by a flag.
  Fused fused;
  fused.activation = node.activation && !builder.strict() &&
                     node.activation->activation.kind == graph::ActivationKind::kRelu;
  auto flags = dnnl::normalization_flags::use_global_stats | dnnl::normalization_flags::use_scale |
               dnnl::normalization_flags::use_shift;
  if (fused.activation) flags = flags | dnnl::normalization_flags::fuse_norm_relu;
  const auto pd = compat::MakeBatchNormalization(
      source.desc, std::get<graph::BatchNormalization>(node.op).epsilon, flags, attr);
  if (!pd) return false;

  const Operand result = builder.OverwriteOrNew(source);
  std::vector<PrimitiveStep::Argument> arguments = {{DNNL_ARG_SRC, source.slot, source.desc},
                                                    {DNNL_ARG_DST, result.slot, result.desc}};
  constexpr int kRoles[] = {DNNL_ARG_SCALE, DNNL_ARG_SHIFT, DNNL_ARG_MEAN, DNNL_ARG_VARIANCE};
  for (int i = 0; i < 4; ++i) {
    RELUSERVE_ASSIGN_OR_RETURN(const Operand statistics, builder.GetPlain(node.inputs[i + 1]));
    arguments.push_back({kRoles[i], statistics.slot, statistics.desc});
  }
  StepInfo info = builder.Describe(node, result);
  if (!fused.activation) info.activation.clear();
  builder.AddPrimitive(pd, dnnl::batch_normalization_forward(pd), std::move(arguments),
                       std::move(info));
  builder.Define(node.outputs[0], result);
  RELUSERVE_RETURN_IF_ERROR(FinishNode(node, fused, builder));
  return true;
}

absl::StatusOr<bool> LowerLrn(const Node& node, PlanBuilder& builder) {
  const auto& lrn = std::get<graph::Lrn>(node.op);
  // An even window is off-centre, by one way in ONNX and the other in oneDNN.
  if (!builder.IsFloat(node.inputs[0]) || lrn.size % 2 == 0) return false;
  RELUSERVE_ASSIGN_OR_RETURN(const Operand source, builder.Get(node.inputs[0]));
  if (!source.describable() || source.shape.rank() != 4) return false;
  dnnl::primitive_attr attr;
  attr.set_scratchpad_mode(dnnl::scratchpad_mode::user);
  const auto pd = compat::MakeLrn(source.desc, lrn.size, lrn.alpha, lrn.beta, lrn.bias, attr);
  if (!pd) return false;
  const Operand result = builder.New(source.shape, source.desc);
  builder.AddPrimitive(
      pd, dnnl::lrn_forward(pd),
      {{DNNL_ARG_SRC, source.slot, source.desc}, {DNNL_ARG_DST, result.slot, result.desc}},
      builder.Describe(node, result));
  builder.Define(node.outputs[0], result);
  return true;
}

}  // namespace reluserve::engine
