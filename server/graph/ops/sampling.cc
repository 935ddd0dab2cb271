// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The reluserve authors

// Operators that read or write images at computed places.

#include "server/graph/ops/sampling.h"

#include "server/base/checked_math.h"
#include "server/base/status.h"
#include "server/graph/ops/rules.h"
#include "server/graph/ops/window.h"

namespace reluserve::graph {
namespace {

// Extents, strides and pads below this: sums of two products of them fit.
constexpr int64_t kMaxExtent = std::numeric_limits<int32_t>::max();

// A vector with one entry a spatial axis between `low` and kMaxExtent; empty stands for all
// `fallback`.
absl::StatusOr<std::vector<int64_t>> PerAxis(std::string_view name, std::span<const int64_t> given,
                                             size_t axes, int64_t low, int64_t fallback) {
  if (given.empty()) return std::vector<int64_t>(axes, fallback);
  bool fits = given.size() == axes;
  for (int64_t entry : given) fits = fits && entry >= low && entry <= kMaxExtent;
  if (fits) return std::vector<int64_t>(given.begin(), given.end());
  return InvalidArgument("{} is {}, expected {} entries of {} or more", name,
                         Shape(given).ToString(), axes, low);
}

absl::Status RequireFloats(const Operands& operands, std::initializer_list<size_t> indices) {
  for (size_t index : indices) {
    RELUSERVE_RETURN_IF_ERROR(operands.RequireType(index, DataType::kFloat32));
  }
  return absl::OkStatus();
}

}  // namespace

absl::StatusOr<ResolvedCol2Im> ResolveCol2Im(const Col2Im& op, const Shape& x,
                                             std::span<const int64_t> image,
                                             std::span<const int64_t> block) {
  const size_t axes = image.size();
  if (x.rank() != 3 || axes < 1 || axes > static_cast<size_t>(kMaxSpatialAxes)) {
    return InvalidArgument("X has shape {} and image_shape {} entries, expected 3 axes and 1 to {}",
                           x.ToString(), axes, kMaxSpatialAxes);
  }
  ResolvedCol2Im resolved;
  RELUSERVE_ASSIGN_OR_RETURN(resolved.image, PerAxis("image_shape", image, axes, 1, 1));
  RELUSERVE_ASSIGN_OR_RETURN(resolved.block, PerAxis("block_shape", block, axes, 1, 1));
  RELUSERVE_ASSIGN_OR_RETURN(resolved.strides, PerAxis("strides", op.strides, axes, 1, 1));
  RELUSERVE_ASSIGN_OR_RETURN(resolved.dilations, PerAxis("dilations", op.dilations, axes, 1, 1));
  RELUSERVE_ASSIGN_OR_RETURN(resolved.pads_begin, PerAxis("pads", op.pads_begin, axes, 0, 0));
  RELUSERVE_ASSIGN_OR_RETURN(const auto pads_end, PerAxis("pads", op.pads_end, axes, 0, 0));
  std::optional<int64_t> taps = 1;
  std::optional<int64_t> blocks = 1;
  for (size_t i = 0; i < axes; ++i) {
    const int64_t reach = resolved.dilations[i] * (resolved.block[i] - 1) + 1;
    const int64_t room = resolved.image[i] + resolved.pads_begin[i] + pads_end[i] - reach;
    resolved.counts.push_back(room < 0 ? 0 : room / resolved.strides[i] + 1);
    if (taps) taps = CheckedMultiply(*taps, resolved.block[i]);
    if (blocks) blocks = CheckedMultiply(*blocks, resolved.counts[i]);
  }
  if (!taps || !blocks || x[1] % *taps != 0 || x[2] != *blocks || *blocks == 0) {
    return InvalidArgument(
        "X has shape {}, expected channels times a block of {} and {} blocks for an image of {}",
        x.ToString(), Shape(resolved.block).ToString(), Shape(resolved.counts).ToString(),
        Shape(resolved.image).ToString());
  }
  resolved.output = {x[0], x[1] / *taps};
  for (int64_t extent : resolved.image) resolved.output.push_back(extent);
  return resolved;
}

RuleResult InferCol2Im(const Node& node, const Operands& operands) {
  RELUSERVE_RETURN_IF_ERROR(RequireFloats(operands, {0}));
  RELUSERVE_ASSIGN_OR_RETURN(const auto image, operands.Integers(1));
  RELUSERVE_ASSIGN_OR_RETURN(const auto block, operands.Integers(2));
  RELUSERVE_ASSIGN_OR_RETURN(
      const ResolvedCol2Im resolved,
      ResolveCol2Im(std::get<Col2Im>(node.op), operands.shape(0), image, block));
  return OneOutput(operands.type(0), resolved.output);
}

RuleResult InferGridSample(const Node&, const Operands& operands) {
  RELUSERVE_RETURN_IF_ERROR(RequireFloats(operands, {0, 1}));
  const Shape& x = operands.shape(0);
  const Shape& grid = operands.shape(1);
  const int spatial = x.rank() - 2;
  if (spatial < 1 || spatial > kMaxSpatialAxes) {
    return InvalidArgument("X has shape {}, expected 3 to {} axes", x.ToString(),
                           kMaxSpatialAxes + 2);
  }
  if (grid.rank() != x.rank() || grid[0] != x[0] || grid[grid.rank() - 1] != spatial) {
    return InvalidArgument("grid has shape {}, expected {} axes from {} to {}", grid.ToString(),
                           x.rank(), x[0], spatial);
  }
  Shape output = {x[0], x[1]};
  for (int axis = 1; axis + 1 < grid.rank(); ++axis) output.push_back(grid[axis]);
  for (int axis = 2; axis < x.rank(); ++axis) {
    if (x[axis] >= 1 && x[axis] <= kMaxExtent) continue;
    return InvalidArgument("X has shape {}, expected extents of 1 or more", x.ToString());
  }
  return OneOutput(DataType::kFloat32, output);
}

RuleResult InferAffineGrid(const Node&, const Operands& operands) {
  RELUSERVE_RETURN_IF_ERROR(RequireFloats(operands, {0}));
  RELUSERVE_ASSIGN_OR_RETURN(const auto size, operands.Integers(1));
  const auto spatial = static_cast<int64_t>(size.size()) - 2;
  if (spatial != 2 && spatial != 3) {
    return InvalidArgument("size has {} entries, expected 4 or 5", size.size());
  }
  RELUSERVE_RETURN_IF_ERROR(operands.RequireShape(0, Shape{size[0], spatial, spatial + 1}));
  Shape output = {size[0]};
  for (int64_t i = 0; i < spatial; ++i) {
    if (size[i + 2] < 0) {
      return InvalidArgument("size is {}, expected no negative extent", Shape(size).ToString());
    }
    output.push_back(size[i + 2]);
  }
  output.push_back(spatial);
  return OneOutput(DataType::kFloat32, output);
}

RuleResult InferRoiAlign(const Node& node, const Operands& operands) {
  const auto& op = std::get<RoiAlign>(node.op);
  RELUSERVE_RETURN_IF_ERROR(RequireFloats(operands, {0, 1}));
  RELUSERVE_RETURN_IF_ERROR(operands.RequireType(2, DataType::kInt64));
  RELUSERVE_RETURN_IF_ERROR(operands.RequireRank(0, 4));
  RELUSERVE_RETURN_IF_ERROR(operands.RequireRank(1, 2));
  const int64_t count = operands.shape(1)[0];
  RELUSERVE_RETURN_IF_ERROR(operands.RequireShape(1, Shape{count, 4}));
  RELUSERVE_RETURN_IF_ERROR(operands.RequireShape(2, Shape{count}));
  const Shape& x = operands.shape(0);
  if (x[2] < 1 || x[3] < 1) {
    return InvalidArgument("X has shape {}, expected extents of 1 or more", x.ToString());
  }
  return OneOutput(DataType::kFloat32, {count, x[1], op.output_height, op.output_width});
}

}  // namespace reluserve::graph
