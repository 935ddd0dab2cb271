// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The reluserve authors

#include <optional>
#include <string_view>
#include <vector>

#include "server/base/status.h"
#include "server/engine/layout.h"
#include "server/engine/primitives/lowering.h"
#include "server/graph/scalar_quantization.h"

namespace reluserve::engine {
namespace {

using compat::Desc;
using graph::Node;
using graph::ScalarQuantization;

struct Quantizations {
  ScalarQuantization a;
  ScalarQuantization b;
  ScalarQuantization result;
};

std::optional<Quantizations> QuantizationsOf(const Node& node, const PlanBuilder& builder) {
  if (node.inputs.size() < 8 || node.inputs[7] == graph::kNoValue) return std::nullopt;
  const auto a = graph::QuantizationBy(builder.graph(), node.inputs[1], node.inputs[2]);
  const auto b = graph::QuantizationBy(builder.graph(), node.inputs[4], node.inputs[5]);
  const auto result = graph::ResultQuantization(builder.graph(), node);
  if (!a || !b || !result) return std::nullopt;
  return Quantizations{*a, *b, *result};
}

// Sums of scaled codes in units of the result; what the zero points come to is one number to add.
// The activation clamps codes: oneDNN 2.6 goes wrong where two additions are around it.
dnnl::primitive_attr AttributesOf(const Node& node, const Quantizations& by,
                                  std::vector<compat::AttributeArgument>& more) {
  dnnl::primitive_attr attr;
  attr.set_scratchpad_mode(dnnl::scratchpad_mode::user);
  const float a_scale = by.a.scale / by.result.scale;
  const float b_scale = by.b.scale / by.result.scale;
  more = compat::SetSourceScales(a_scale, b_scale, attr);
  const float shift =
      static_cast<float>(by.result.zero_point) - (a_scale * static_cast<float>(by.a.zero_point) +
                                                  b_scale * static_cast<float>(by.b.zero_point));
  dnnl::post_ops ops;
  if (shift != 0.0f) compat::AppendEltwise(ops, dnnl::algorithm::eltwise_linear, 1.0f, shift);
  if (node.activation) {
    const graph::CodeRange range = graph::RangeOf(node.activation->activation, by.result);
    if (range.low != by.result.lowest() || range.high != by.result.highest()) {
      compat::AppendEltwise(ops, dnnl::algorithm::eltwise_clip, static_cast<float>(range.low),
                            static_cast<float>(range.high));
    }
  }
  attr.set_post_ops(ops);
  return attr;
}

}  // namespace

// Only sums of operands of equal shapes.
absl::StatusOr<bool> LowerQLinearBinary(const Node& node, PlanBuilder& builder) {
  const auto kind = std::get<graph::QLinearBinary>(node.op).kind;
  const auto by = QuantizationsOf(node, builder);
  if (kind != graph::BinaryKind::kAdd || !by ||
      builder.fact(node.inputs[0]).shape != builder.fact(node.inputs[3]).shape) {
    return false;
  }
  RELUSERVE_ASSIGN_OR_RETURN(Operand left, builder.Get(node.inputs[0]));
  if (!left.describable()) return false;
  Desc desc = left.desc;
  if (!IsDense(desc)) desc = PlainDesc(left.type, left.shape);
  const auto result_desc = WithType(desc, by->result.type);
  const auto right_desc = WithType(desc, by->b.type);
  if (!result_desc || !right_desc) return false;
  std::vector<compat::AttributeArgument> more;
  const dnnl::primitive_attr attr = AttributesOf(node, *by, more);
  const auto pd =
      compat::MakeBinary(dnnl::algorithm::binary_add, desc, *right_desc, *result_desc, attr);
  if (!pd || std::string_view(pd.impl_info_str()).starts_with("ref")) return false;

  RELUSERVE_ASSIGN_OR_RETURN(left, builder.GetAs(node.inputs[0], desc));
  RELUSERVE_ASSIGN_OR_RETURN(const Operand right, builder.GetAs(node.inputs[3], *right_desc));
  const Operand result = builder.New(left.shape, *result_desc);
  std::vector<PrimitiveStep::Argument> arguments = {{DNNL_ARG_SRC_0, left.slot, left.desc},
                                                    {DNNL_ARG_SRC_1, right.slot, right.desc},
                                                    {DNNL_ARG_DST, result.slot, result.desc}};
  for (const compat::AttributeArgument& argument : more) {
    const Operand scale = builder.Constant(Tensor::Of<float>(Shape{1}, argument.floats));
    arguments.push_back({argument.role, scale.slot, scale.desc});
  }
  builder.AddPrimitive(pd, dnnl::binary(pd), std::move(arguments), builder.Describe(node, result));
  builder.Define(node.outputs[0], result);
  RELUSERVE_RETURN_IF_ERROR(FinishNode(node, {.activation = true}, builder));
  return true;
}

}  // namespace reluserve::engine
