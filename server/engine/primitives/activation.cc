// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The reluserve authors

#include <utility>
#include <vector>

#include "server/base/status.h"
#include "server/engine/layout.h"
#include "server/engine/primitives/lowering.h"
#include "server/graph/scalar_quantization.h"

namespace reluserve::engine {
namespace {

using dnnl::algorithm;
using graph::Activation;
using graph::ActivationKind;

// One eltwise of oneDNN. Two in a row make up some activations.
struct Eltwise {
  algorithm function;
  float alpha = 0.0f;
  float beta = 0.0f;
};

// Activations as sequences of eltwise; empty where oneDNN has no exact form.
std::vector<Eltwise> EltwisesOf(const Activation& activation) {
  const float alpha = activation.alpha;
  const float beta = activation.beta;
  switch (activation.kind) {
    case ActivationKind::kRelu:
      return {{algorithm::eltwise_relu}};
    case ActivationKind::kLeakyRelu:
      return {{algorithm::eltwise_relu, alpha}};
    case ActivationKind::kClip:
      return {{algorithm::eltwise_clip, alpha, beta}};
    case ActivationKind::kElu:
      return {{algorithm::eltwise_elu, alpha}};
    case ActivationKind::kSelu:
      return {{algorithm::eltwise_elu, alpha}, {algorithm::eltwise_linear, beta}};
    case ActivationKind::kSigmoid:
      return {{algorithm::eltwise_logistic}};
    case ActivationKind::kTanh:
      return {{algorithm::eltwise_tanh}};
    case ActivationKind::kHardSigmoid:
      return {{algorithm::eltwise_linear, alpha, beta}, {algorithm::eltwise_clip, 0.0f, 1.0f}};
    case ActivationKind::kHardSwish:
      return {{algorithm::eltwise_hardswish, compat::kHardSwishAlpha, compat::kHardSwishBeta}};
    case ActivationKind::kMish:
      return {{algorithm::eltwise_mish}};
    case ActivationKind::kGelu:
      return {{algorithm::eltwise_gelu_erf}};
    case ActivationKind::kGeluTanh:
      return {{algorithm::eltwise_gelu_tanh}};
    case ActivationKind::kSwish:
      return {{algorithm::eltwise_swish, alpha}};
    case ActivationKind::kThresholdedRelu:
    case ActivationKind::kCelu:
    case ActivationKind::kSoftplus:
    case ActivationKind::kSoftsign:
    case ActivationKind::kShrink:
      return {};
  }
  return {};
}

// Whether the activation is one eltwise. Of two in a row the second would be a post-op of the
// first, which oneDNN 2.6 computes wrongly on small tensors.
bool HasPrimitive(const Activation& activation) { return EltwisesOf(activation).size() == 1; }

// Appends such an activation from `source` to `target`, which lies alike and may be the same
// memory. False where oneDNN has none for the layout.
bool AddActivationPrimitive(const graph::Node& node, const Activation& activation,
                            const Operand& source, const Operand& target, PlanBuilder& builder) {
  const Eltwise eltwise = EltwisesOf(activation)[0];
  dnnl::primitive_attr attr;
  attr.set_scratchpad_mode(dnnl::scratchpad_mode::user);
  const auto pd =
      compat::MakeEltwise(eltwise.function, source.desc, eltwise.alpha, eltwise.beta, attr);
  if (!pd) return false;
  builder.AddPrimitive(
      pd, dnnl::eltwise_forward(pd),
      {{DNNL_ARG_SRC, source.slot, source.desc}, {DNNL_ARG_DST, target.slot, target.desc}},
      builder.Describe(node, target));
  return true;
}

Tensor CodeTensor(DataType type, int32_t code) {
  if (type == DataType::kInt8) {
    return Tensor::Of<int8_t>(Shape{1}, std::vector<int8_t>{static_cast<int8_t>(code)});
  }
  return Tensor::Of<uint8_t>(Shape{1}, std::vector<uint8_t>{static_cast<uint8_t>(code)});
}

// The same for a quantised result: its codes are clamped.
absl::Status ClampCodes(const graph::Node& node, PlanBuilder& builder) {
  const auto quantization = graph::ResultQuantization(builder.graph(), node);
  const Activation& activation = node.activation->activation;
  if (!quantization || !graph::Clamps(activation)) {
    return Internal("activation \"{}\" was fused into a quantised result that it does not clamp",
                    node.activation->layer_name);
  }
  const graph::CodeRange range = graph::RangeOf(activation, *quantization);
  const auto fold = [&](graph::VariadicKind kind, int32_t bound) -> absl::Status {
    graph::Node clamp;
    clamp.name = node.activation->layer_name;
    clamp.op_type = node.activation->op_type;
    clamp.op = graph::Variadic{kind};
    RELUSERVE_ASSIGN_OR_RETURN(const Operand codes, builder.GetPlain(node.outputs[0]));
    const Operand operands[] = {codes, builder.Constant(CodeTensor(quantization->type, bound))};
    const Operand result = builder.New(codes.type, codes.shape);
    RELUSERVE_RETURN_IF_ERROR(builder.AddKernel(clamp, operands, {&result, 1}));
    builder.Define(node.outputs[0], result);
    return absl::OkStatus();
  };
  if (range.low != quantization->lowest()) {
    RELUSERVE_RETURN_IF_ERROR(fold(graph::VariadicKind::kMax, range.low));
  }
  if (range.high != quantization->highest()) {
    RELUSERVE_RETURN_IF_ERROR(fold(graph::VariadicKind::kMin, range.high));
  }
  return absl::OkStatus();
}

// Applies the fused activation of `node` to its result, which nobody has read yet.
absl::Status ApplyFusedActivation(const graph::Node& node, PlanBuilder& builder) {
  if (!builder.IsFloat(node.outputs[0])) return ClampCodes(node, builder);
  graph::Node alone;
  alone.name = node.activation->layer_name;
  alone.op_type = node.activation->op_type;
  alone.op = node.activation->activation;
  const Activation& activation = node.activation->activation;
  RELUSERVE_ASSIGN_OR_RETURN(Operand operand, builder.Get(node.outputs[0]));
  if (!builder.strict() && operand.describable() && HasPrimitive(activation) &&
      AddActivationPrimitive(alone, activation, operand, operand, builder)) {
    return absl::OkStatus();
  }
  RELUSERVE_ASSIGN_OR_RETURN(operand, builder.GetPlain(node.outputs[0]));
  const Operand result = builder.New(operand.type, operand.shape);
  RELUSERVE_RETURN_IF_ERROR(builder.AddKernel(alone, {&operand, 1}, {&result, 1}));
  builder.Define(node.outputs[0], result);
  return absl::OkStatus();
}

}  // namespace

bool AppendActivation(const Activation& activation, dnnl::post_ops& ops) {
  const std::vector<Eltwise> eltwises = EltwisesOf(activation);
  for (const Eltwise& eltwise : eltwises) {
    compat::AppendEltwise(ops, eltwise.function, eltwise.alpha, eltwise.beta);
  }
  return !eltwises.empty();
}

void AppendClamp(const Activation& activation, float scale, dnnl::post_ops& ops) {
  if (activation.kind == ActivationKind::kRelu) {
    compat::AppendEltwise(ops, algorithm::eltwise_relu, 0.0f, 0.0f);
  } else {
    compat::AppendEltwise(ops, algorithm::eltwise_clip, activation.alpha / scale,
                          activation.beta / scale);
  }
}

dnnl::primitive_attr MakeAttributes(const graph::Node& node, const PlanBuilder& builder,
                                    Fused& fused) {
  dnnl::primitive_attr attr;
  attr.set_scratchpad_mode(dnnl::scratchpad_mode::user);
  dnnl::post_ops ops;
  fused.activation =
      node.activation && !builder.strict() && AppendActivation(node.activation->activation, ops);
  attr.set_post_ops(ops);
  return attr;
}

absl::Status FinishNode(const graph::Node& node, Fused fused, PlanBuilder& builder) {
  const graph::ValueId id = node.outputs[0];
  if (node.residual && !fused.residual) {
    RELUSERVE_ASSIGN_OR_RETURN(const Operand result, builder.GetPlain(id));
    RELUSERVE_ASSIGN_OR_RETURN(const Operand residual, builder.GetPlain(*node.residual));
    graph::Node add;
    add.name = node.name;
    add.op_type = "Add";
    add.op = graph::Binary{graph::BinaryKind::kAdd};
    const Operand sum = builder.New(result.type, result.shape);
    const Operand operands[] = {result, residual};
    RELUSERVE_RETURN_IF_ERROR(builder.AddKernel(add, operands, {&sum, 1}));
    builder.Define(id, sum);
  }
  if (node.activation && !fused.activation) {
    RELUSERVE_RETURN_IF_ERROR(ApplyFusedActivation(node, builder));
  }
  return absl::OkStatus();
}

absl::StatusOr<bool> LowerActivation(const graph::Node& node, PlanBuilder& builder) {
  const auto& activation = std::get<Activation>(node.op);
  if (builder.strict() || !builder.IsFloat(node.inputs[0]) || !HasPrimitive(activation)) {
    return false;
  }
  RELUSERVE_ASSIGN_OR_RETURN(const Operand source, builder.Get(node.inputs[0]));
  if (!source.describable()) return false;
  const Operand target = builder.OverwriteOrNew(source);
  if (!AddActivationPrimitive(node, activation, source, target, builder)) return false;
  builder.Define(node.outputs[0], target);
  return true;
}

}  // namespace reluserve::engine
