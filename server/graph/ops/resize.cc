// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The reluserve authors

#include "server/graph/ops/resize.h"

#include <algorithm>
#include <cmath>
#include <numeric>

#include "server/base/status.h"
#include "server/graph/ops/axes.h"
#include "server/graph/ops/rules.h"

namespace reluserve::graph {
namespace {

// Larger than any image, and exact in single precision: scaled extents are computed in it.
constexpr float kMaxExtent = 2147483648.0f;

absl::StatusOr<AxisList> ResizedAxes(const Resize& op, int rank) {
  if (!op.axes.empty()) return NormalizeAxes(op.axes, rank);
  AxisList all(static_cast<size_t>(rank));
  std::iota(all.begin(), all.end(), 0);
  return all;
}

// Elements of a float operand of `count` entries; none where it is absent or empty.
absl::StatusOr<std::span<const float>> Floats(const TensorView& operand, const char* name,
                                              size_t count) {
  if (!operand.present() || operand.shape.ElementCount() == 0) return std::span<const float>();
  if (operand.type != DataType::kFloat32 || operand.shape != Shape{static_cast<int64_t>(count)}) {
    return InvalidArgument("{} is {} of shape {}, expected FP32 of shape [{}]", name,
                           Name(operand.type), operand.shape.ToString(), count);
  }
  return operand.values<float>();
}

// rounds halves up, as the aspect ratio policies do.
float RoundHalfUp(float value) { return std::floor(value + 0.5f); }

// Sets the output extent of an axis to `extent`, a whole number computed from its scale.
absl::Status SetExtent(int axis, float extent, const Shape& x, ResolvedResize& result) {
  if (!(extent >= 0.0f && extent < kMaxExtent) || (extent == 0.0f && x[axis] != 0)) {
    return InvalidArgument("axis {} of {} scaled by {} gives {} elements, expected 1 to {}", axis,
                           x.ToString(), result.scales[axis], extent, kMaxExtent - 1.0f);
  }
  result.output[axis] = static_cast<int64_t>(extent);
  return absl::OkStatus();
}

absl::Status ApplyScales(const Resize& op, std::span<const int> axes, std::span<const float> scales,
                         const Shape& x, ResolvedResize& result) {
  for (size_t i = 0; i < axes.size(); ++i) {
    const int axis = axes[i];
    if (!(scales[i] > 0.0f) || !std::isfinite(scales[i])) {
      return InvalidArgument("scales has the entry {}, expected a positive number", scales[i]);
    }
    result.scales[axis] = scales[i];
    if (scales[i] == 1.0f && op.coordinate_mode != CoordinateMode::kTfCropAndResize) continue;
    const float source =
        static_cast<float>(x[axis]) * (result.roi_end[axis] - result.roi_begin[axis]);
    RELUSERVE_RETURN_IF_ERROR(SetExtent(axis, std::floor(source * scales[i]), x, result));
  }
  return absl::OkStatus();
}

absl::Status ApplySizes(const Resize& op, std::span<const int> axes, std::span<const int64_t> sizes,
                        const Shape& x, ResolvedResize& result) {
  for (size_t i = 0; i < axes.size(); ++i) {
    const int axis = axes[i];
    if (sizes[i] < 0 || sizes[i] >= static_cast<int64_t>(kMaxExtent) ||
        (sizes[i] == 0) != (x[axis] == 0)) {
      return InvalidArgument("sizes has the entry {} for axis {} of {}, expected 1 to {}", sizes[i],
                             axis, x.ToString(), static_cast<int64_t>(kMaxExtent) - 1);
    }
    result.output[axis] = sizes[i];
    if (x[axis] != 0) {
      result.scales[axis] = static_cast<float>(sizes[i]) / static_cast<float>(x[axis]);
    }
  }
  if (op.aspect_ratio_policy == AspectRatioPolicy::kStretch || axes.empty()) {
    return absl::OkStatus();
  }
  float common = result.scales[axes[0]];
  for (int axis : axes) {
    common = op.aspect_ratio_policy == AspectRatioPolicy::kNotLarger
                 ? std::min(common, result.scales[axis])
                 : std::max(common, result.scales[axis]);
  }
  for (int axis : axes) {
    result.scales[axis] = common;
    RELUSERVE_RETURN_IF_ERROR(
        SetExtent(axis, RoundHalfUp(common * static_cast<float>(x[axis])), x, result));
  }
  return absl::OkStatus();
}

absl::Status ApplyRegion(std::span<const int> axes, const TensorView& operand,
                         ResolvedResize& result) {
  RELUSERVE_ASSIGN_OR_RETURN(const std::span<const float> roi,
                             Floats(operand, "roi", 2 * axes.size()));
  if (roi.empty()) {
    return InvalidArgument("roi is absent or empty, expected {} entries", 2 * axes.size());
  }
  for (size_t i = 0; i < axes.size(); ++i) {
    result.roi_begin[axes[i]] = roi[i];
    result.roi_end[axes[i]] = roi[i + axes.size()];
  }
  return absl::OkStatus();
}

}  // namespace

absl::StatusOr<ResolvedResize> ResolveResize(const Resize& op, std::span<const TensorView> inputs) {
  const Shape& x = inputs[0].shape;
  const auto rank = static_cast<size_t>(x.rank());
  ResolvedResize result;
  result.scales.assign(rank, 1.0f);
  result.roi_begin.assign(rank, 0.0f);
  result.roi_end.assign(rank, 1.0f);
  result.output = x;
  RELUSERVE_ASSIGN_OR_RETURN(const AxisList axes, ResizedAxes(op, x.rank()));
  if (op.coordinate_mode == CoordinateMode::kTfCropAndResize) {
    RELUSERVE_RETURN_IF_ERROR(ApplyRegion(axes, OperandAt(inputs, 1), result));
  }
  RELUSERVE_ASSIGN_OR_RETURN(const std::span<const float> scales,
                             Floats(OperandAt(inputs, 2), "scales", axes.size()));
  const TensorView sizes_operand = OperandAt(inputs, 3);
  IntegerList sizes;
  if (sizes_operand.present()) {
    RELUSERVE_ASSIGN_OR_RETURN(sizes, ReadIntegers(sizes_operand));
  }
  if (scales.empty() == sizes.empty() && !axes.empty()) {
    return InvalidArgument("scales has {} entries and sizes {}, expected {} in one of the two",
                           scales.size(), sizes.size(), axes.size());
  }
  if (!sizes.empty() && sizes.size() != axes.size()) {
    return InvalidArgument("sizes has {} entries, expected {}", sizes.size(), axes.size());
  }
  RELUSERVE_RETURN_IF_ERROR(sizes.empty() ? ApplyScales(op, axes, scales, x, result)
                                          : ApplySizes(op, axes, sizes, x, result));
  return result;
}

RuleResult InferResize(const Node& node, const Operands& operands) {
  const auto& op = std::get<Resize>(node.op);
  RELUSERVE_RETURN_IF_ERROR(operands.RequireType(
      0, op.mode == ResizeMode::kNearest ? std::span<const DataType>(kNumericTypes) : kFloatTypes));
  RELUSERVE_ASSIGN_OR_RETURN(const ResolvedResize resize, ResolveResize(op, operands.Views()));
  return OneOutput(operands.type(0), resize.output);
}

}  // namespace reluserve::graph
