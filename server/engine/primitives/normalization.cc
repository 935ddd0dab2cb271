// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The reluserve authors

#include <algorithm>
#include <utility>

#include "server/base/status.h"
#include "server/engine/layout.h"
#include "server/engine/primitives/lowering.h"

namespace reluserve::engine {
namespace {

using graph::Node;

// oneDNN normalises tensors of 2 to 5 axes in the layout they come in.
bool HasChannels(const Operand& operand) {
  return operand.describable() && operand.shape.rank() >= 2 && operand.shape.rank() <= 5;
}

}  // namespace

absl::StatusOr<bool> LowerBatchNormalization(const Node& node, PlanBuilder& builder) {
  if (!builder.IsFloat(node.inputs[0])) return false;
  for (int operand = 1; operand <= 4; ++operand) {
    if (builder.Known(node.inputs[operand]) == nullptr) return false;
  }
  RELUSERVE_ASSIGN_OR_RETURN(const Operand source, builder.Get(node.inputs[0]));
  if (!HasChannels(source)) return false;
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
