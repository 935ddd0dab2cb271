// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The reluserve authors

#include <optional>
#include <string_view>
#include <utility>

#include "server/base/status.h"
#include "server/engine/layout.h"
#include "server/engine/primitives/lowering.h"

namespace reluserve::engine {
namespace {

using compat::Desc;
using graph::BinaryKind;
using graph::Node;

std::optional<dnnl::algorithm> AlgorithmOf(BinaryKind kind) {
  switch (kind) {
    case BinaryKind::kAdd:
      return dnnl::algorithm::binary_add;
    case BinaryKind::kSub:
      return dnnl::algorithm::binary_sub;
    case BinaryKind::kMul:
      return dnnl::algorithm::binary_mul;
    case BinaryKind::kDiv:
      return dnnl::algorithm::binary_div;
    default:
      return std::nullopt;
  }
}

bool Commutes(BinaryKind kind) { return kind == BinaryKind::kAdd || kind == BinaryKind::kMul; }

}  // namespace

// Only operands of equal shapes: broadcasts take our own kernel, as oneDNN has fast code for few of
// them.
absl::StatusOr<bool> LowerBinary(const Node& node, PlanBuilder& builder) {
  const auto kind = std::get<graph::Binary>(node.op).kind;
  const std::optional<dnnl::algorithm> algorithm = AlgorithmOf(kind);
  const graph::OperandInfo& a = builder.fact(node.inputs[0]);
  const graph::OperandInfo& b = builder.fact(node.inputs[1]);
  if (!algorithm || a.type != DataType::kFloat32 || a.shape != b.shape) return false;
  graph::ValueId first = node.inputs[0];
  graph::ValueId second = node.inputs[1];
  RELUSERVE_ASSIGN_OR_RETURN(Operand left, builder.Get(first));
  RELUSERVE_ASSIGN_OR_RETURN(const Operand other, builder.Get(second));
  if (!left.describable()) return false;
  // A blocked layout is worth keeping: the next convolution wants it.
  Desc desc = left.desc;
  if (!ChannelBlock(left.desc) && ChannelBlock(other.desc)) {
    desc = other.desc;
    if (Commutes(kind)) std::swap(first, second);
  }
  Fused fused;
  const dnnl::primitive_attr attr = MakeAttributes(node, builder, fused);
  const auto pd = compat::MakeBinary(*algorithm, desc, desc, desc, attr);
  if (!pd || std::string_view(pd.impl_info_str()).starts_with("ref")) return false;

  RELUSERVE_ASSIGN_OR_RETURN(left, builder.GetAs(first, desc));
  RELUSERVE_ASSIGN_OR_RETURN(const Operand right, builder.GetAs(second, desc));
  const Operand result = builder.New(left.shape, desc);
  StepInfo info = builder.Describe(node, result);
  if (!fused.activation) info.activation.clear();
  builder.AddPrimitive(pd, dnnl::binary(pd),
                       {{DNNL_ARG_SRC_0, left.slot, desc},
                        {DNNL_ARG_SRC_1, right.slot, desc},
                        {DNNL_ARG_DST, result.slot, desc}},
                       std::move(info));
  builder.Define(node.outputs[0], result);
  RELUSERVE_RETURN_IF_ERROR(FinishNode(node, fused, builder));
  return true;
}

}  // namespace reluserve::engine
