// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The reluserve authors

// Conv and ConvTranspose; and the channels of every convolution.

#include "server/base/status.h"
#include "server/graph/ops/rules.h"
#include "server/graph/ops/window.h"

namespace reluserve::graph {
namespace {

// Channels come in `group` equal, non-empty groups.
absl::Status CheckGroups(std::string_view what, int64_t channels, int64_t group) {
  if (group < 1) return InvalidArgument("group is {}, expected at least 1", group);
  if (channels < 1 || channels % group != 0) {
    return InvalidArgument("{} {} channels, expected a positive multiple of the {} groups", what,
                           channels, group);
  }
  return absl::OkStatus();
}

Shape WithChannels(const Shape& x, int64_t channels, const ResolvedWindow& window) {
  Shape output{x[0], channels};
  for (int64_t extent : window.output) output.push_back(extent);
  return output;
}

absl::Status CheckTypesAndBias(const Operands& operands, int64_t channels) {
  RELUSERVE_RETURN_IF_ERROR(operands.RequireType(0, kFloatTypes));
  RELUSERVE_RETURN_IF_ERROR(operands.RequireSameType(1, 0));
  if (!operands.Has(2)) return absl::OkStatus();
  RELUSERVE_RETURN_IF_ERROR(operands.RequireSameType(2, 0));
  return operands.RequireShape(2, Shape{channels});
}

}  // namespace

absl::StatusOr<Shape> ConvolutionOutput(const Window& window, int64_t group, const Shape& x,
                                        const Shape& weights) {
  RELUSERVE_ASSIGN_OR_RETURN(const ResolvedWindow resolved, ResolveConvolution(window, x, weights));
  RELUSERVE_RETURN_IF_ERROR(CheckGroups("input has", x[1], group));
  RELUSERVE_RETURN_IF_ERROR(CheckGroups("weights make", weights[0], group));
  if (x[1] / group != weights[1]) {
    return InvalidArgument("weights expect {} input channels{}, input has {}", weights[1],
                           group == 1 ? "" : fmt::format(" in each of {} groups", group),
                           x[1] / group);
  }
  return WithChannels(x, weights[0], resolved);
}

RuleResult InferConv(const Node& node, const Operands& operands) {
  const auto& op = std::get<Conv>(node.op);
  RELUSERVE_ASSIGN_OR_RETURN(
      const Shape output,
      ConvolutionOutput(op.window, op.group, operands.shape(0), operands.shape(1)));
  RELUSERVE_RETURN_IF_ERROR(CheckTypesAndBias(operands, output[1]));
  return OneOutput(operands.type(0), output);
}

RuleResult InferConvTranspose(const Node& node, const Operands& operands) {
  const auto& op = std::get<ConvTranspose>(node.op);
  const Shape& x = operands.shape(0);
  const Shape& weights = operands.shape(1);
  RELUSERVE_ASSIGN_OR_RETURN(const ResolvedWindow window, ResolveConvTranspose(op, x, weights));
  RELUSERVE_RETURN_IF_ERROR(CheckGroups("input has", x[1], op.group));
  if (weights[0] != x[1]) {
    return InvalidArgument("weights expect {} input channels, input has {}", weights[0], x[1]);
  }
  if (weights[1] < 1) {
    return InvalidArgument("weights have shape {}, expected output channels", weights.ToString());
  }
  // As group divides weights[0], the product is at most that of the weights' first two extents.
  const int64_t channels = weights[1] * op.group;
  RELUSERVE_RETURN_IF_ERROR(CheckTypesAndBias(operands, channels));
  return OneOutput(operands.type(0), WithChannels(x, channels, window));
}

}  // namespace reluserve::graph
