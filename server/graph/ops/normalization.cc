// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The reluserve authors

#include "server/base/status.h"
#include "server/graph/ops/axes.h"
#include "server/graph/ops/broadcast.h"
#include "server/graph/ops/rules.h"

namespace reluserve::graph {
namespace {

// X is real and has batch and channels; every other operand has one entry a channel.
absl::Status CheckPerChannel(const Operands& operands, int min_rank) {
  RELUSERVE_RETURN_IF_ERROR(operands.RequireType(0, kFloatTypes));
  RELUSERVE_RETURN_IF_ERROR(operands.RequireMinRank(0, min_rank));
  for (size_t i = 1; i < operands.count(); ++i) {
    RELUSERVE_RETURN_IF_ERROR(operands.RequireSameType(i, 0));
    RELUSERVE_RETURN_IF_ERROR(operands.RequireShape(i, Shape{operands.shape(0)[1]}));
  }
  return absl::OkStatus();
}

RuleResult SameAsInput(const Operands& operands) {
  return OneOutput(operands.type(0), operands.shape(0));
}

}  // namespace

RuleResult InferBatchNormalization(const Node&, const Operands& operands) {
  RELUSERVE_RETURN_IF_ERROR(CheckPerChannel(operands, 2));
  return SameAsInput(operands);
}

RuleResult InferInstanceNormalization(const Node&, const Operands& operands) {
  RELUSERVE_RETURN_IF_ERROR(CheckPerChannel(operands, 3));
  return SameAsInput(operands);
}

RuleResult InferGroupNormalization(const Node& node, const Operands& operands) {
  const int64_t groups = std::get<GroupNormalization>(node.op).num_groups;
  RELUSERVE_RETURN_IF_ERROR(operands.RequireType(0, kFloatTypes));
  RELUSERVE_RETURN_IF_ERROR(operands.RequireMinRank(0, 3));
  const int64_t channels = operands.shape(0)[1];
  if (groups < 1 || channels < 1 || channels % groups != 0) {
    return InvalidArgument("input has {} channels, expected a positive multiple of num_groups = {}",
                           channels, groups);
  }
  const Shape& scale = operands.shape(1);
  if (scale != Shape{channels} && scale != Shape{groups}) {
    return InvalidArgument("scale has shape {}, expected [{}] (channels) or [{}] (groups)",
                           scale.ToString(), channels, groups);
  }
  RELUSERVE_RETURN_IF_ERROR(operands.RequireSameType(1, 0));
  RELUSERVE_RETURN_IF_ERROR(operands.RequireSameType(2, 0));
  RELUSERVE_RETURN_IF_ERROR(operands.RequireShape(2, scale));
  return SameAsInput(operands);
}

RuleResult InferLayerNormalization(const Node& node, const Operands& operands) {
  const Shape& x = operands.shape(0);
  RELUSERVE_RETURN_IF_ERROR(operands.RequireType(0, kFloatTypes));
  RELUSERVE_ASSIGN_OR_RETURN(const int first,
                             operands.Axis(0, std::get<LayerNormalization>(node.op).axis));
  for (size_t i = 1; i < operands.count(); ++i) {
    if (!operands.Has(i)) continue;
    RELUSERVE_RETURN_IF_ERROR(operands.RequireSameType(i, 0));
    if (!BroadcastsTo(operands.shape(i), x)) {
      return InvalidArgument("{} has shape {}, expected one that broadcasts to {}",
                             operands.NameOf(i), operands.shape(i).ToString(), x.ToString());
    }
  }
  Shape statistics = x;
  for (int axis = first; axis < x.rank(); ++axis) statistics[axis] = 1;
  const OperandInfo statistic{operands.type(0), statistics, std::nullopt};
  return std::vector<OperandInfo>{{operands.type(0), x, std::nullopt}, statistic, statistic};
}

RuleResult InferLpNormalization(const Node& node, const Operands& operands) {
  const auto& op = std::get<LpNormalization>(node.op);
  RELUSERVE_RETURN_IF_ERROR(operands.RequireType(0, kFloatTypes));
  RELUSERVE_RETURN_IF_ERROR(operands.Axis(0, op.axis).status());
  if (op.p != 1 && op.p != 2) return InvalidArgument("p is {}, expected 1 or 2", op.p);
  return SameAsInput(operands);
}

RuleResult InferMeanVarianceNormalization(const Node& node, const Operands& operands) {
  RELUSERVE_RETURN_IF_ERROR(operands.RequireType(0, kFloatTypes));
  RELUSERVE_RETURN_IF_ERROR(
      NormalizeAxes(std::get<MeanVarianceNormalization>(node.op).axes, operands.shape(0).rank())
          .status());
  return SameAsInput(operands);
}

RuleResult InferLrn(const Node& node, const Operands& operands) {
  const int64_t size = std::get<Lrn>(node.op).size;
  RELUSERVE_RETURN_IF_ERROR(operands.RequireType(0, kFloatTypes));
  RELUSERVE_RETURN_IF_ERROR(operands.RequireMinRank(0, 2));
  if (size < 1) return InvalidArgument("size is {}, expected at least 1", size);
  return SameAsInput(operands);
}

}  // namespace reluserve::graph
