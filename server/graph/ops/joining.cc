// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The reluserve authors

// Operators that put tensors together, take one apart, or repeat it.

#include <algorithm>

#include "server/base/checked_math.h"
#include "server/base/status.h"
#include "server/graph/ops/broadcast.h"
#include "server/graph/ops/rules.h"

namespace reluserve::graph {
namespace {

// The extents of `count` parts of an axis, equal but for the last.
absl::StatusOr<std::vector<int64_t>> EqualParts(int64_t extent, int64_t count) {
  const int64_t size = extent / count + (extent % count != 0 ? 1 : 0);
  // size·(count-1) is below extent + count.
  const int64_t last = extent - size * (count - 1);
  if (last < 0) {
    return InvalidArgument("an axis of extent {} cannot be split into {} equal parts", extent,
                           count);
  }
  std::vector<int64_t> parts(static_cast<size_t>(count), size);
  parts.back() = last;
  return parts;
}

absl::StatusOr<std::vector<int64_t>> PartsOf(const Node& node, const Operands& operands,
                                             int64_t extent) {
  if (!operands.Has(1)) return EqualParts(extent, static_cast<int64_t>(node.outputs.size()));
  RELUSERVE_ASSIGN_OR_RETURN(std::vector<int64_t> parts, operands.Integers(1));
  int64_t rest = extent;
  bool fits = parts.size() == node.outputs.size();
  for (int64_t part : parts) {
    fits = fits && part >= 0 && part <= rest;
    if (fits) rest -= part;
  }
  if (!fits || rest != 0) {
    return InvalidArgument("sizes are {}, expected {} parts that add up to {}",
                           Shape(parts).ToString(), node.outputs.size(), extent);
  }
  return parts;
}

}  // namespace

RuleResult InferConcat(const Node& node, const Operands& operands) {
  RELUSERVE_ASSIGN_OR_RETURN(const int axis, operands.Axis(0, std::get<Concat>(node.op).axis));
  Shape output = operands.shape(0);
  for (size_t i = 1; i < operands.count(); ++i) {
    RELUSERVE_RETURN_IF_ERROR(operands.RequireSameType(i, 0));
    RELUSERVE_RETURN_IF_ERROR(operands.RequireRank(i, output.rank()));
    Shape expected = operands.shape(0);
    expected[axis] = operands.shape(i)[axis];
    RELUSERVE_RETURN_IF_ERROR(operands.RequireShape(i, expected));
    const std::optional<int64_t> sum = CheckedAdd(output[axis], expected[axis]);
    if (!sum) return InvalidArgument("the extents along axis {} overflow when added", axis);
    output[axis] = *sum;
  }
  return OneOutput(operands.type(0), output);
}

RuleResult InferSplit(const Node& node, const Operands& operands) {
  RELUSERVE_ASSIGN_OR_RETURN(const int axis, operands.Axis(0, std::get<Split>(node.op).axis));
  Shape shape = operands.shape(0);
  RELUSERVE_ASSIGN_OR_RETURN(const std::vector<int64_t> parts,
                             PartsOf(node, operands, shape[axis]));
  std::vector<OperandInfo> outputs;
  for (int64_t part : parts) {
    shape[axis] = part;
    outputs.push_back({operands.type(0), shape, std::nullopt});
  }
  return outputs;
}

RuleResult InferExpand(const Node&, const Operands& operands) {
  RELUSERVE_ASSIGN_OR_RETURN(const std::vector<int64_t> wanted, operands.Integers(1));
  const Shape target(wanted);
  if (std::any_of(wanted.begin(), wanted.end(), [](int64_t extent) { return extent < 0; })) {
    return InvalidArgument("shape is {}, expected extents of 0 or more", target.ToString());
  }
  RELUSERVE_ASSIGN_OR_RETURN(const Shape output, BroadcastShapes(operands.shape(0), target));
  return OneOutput(operands.type(0), output);
}

RuleResult InferTile(const Node&, const Operands& operands) {
  RELUSERVE_ASSIGN_OR_RETURN(const std::vector<int64_t> repeats, operands.Integers(1));
  Shape output = operands.shape(0);
  if (repeats.size() != output.dims().size()) {
    return InvalidArgument("repeats has {} entries, expected {} (one an axis)", repeats.size(),
                           output.rank());
  }
  for (int axis = 0; axis < output.rank(); ++axis) {
    const std::optional<int64_t> extent = CheckedMultiply(output[axis], repeats[axis]);
    if (repeats[axis] < 0 || !extent) {
      return InvalidArgument("axis {} of {} cannot be repeated {} times", axis,
                             operands.shape(0).ToString(), repeats[axis]);
    }
    output[axis] = *extent;
  }
  return OneOutput(operands.type(0), output);
}

}  // namespace reluserve::graph
