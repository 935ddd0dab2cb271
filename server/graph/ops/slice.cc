// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The reluserve authors

#include "server/graph/ops/slice.h"

#include <algorithm>
#include <limits>
#include <numeric>
#include <optional>
#include <string>

#include "server/base/checked_math.h"
#include "server/base/status.h"
#include "server/graph/ops/axes.h"

namespace reluserve::graph {
namespace {

// The elements of integer operand `index`; nothing when it is absent.
absl::StatusOr<std::optional<IntegerList>> OptionalIntegers(std::span<const TensorView> inputs,
                                                            size_t index, const char* name) {
  const TensorView operand = OperandAt(inputs, index);
  if (!operand.present()) return std::nullopt;
  absl::StatusOr<IntegerList> values = ReadIntegers(operand);
  if (!values.ok()) return Annotate(values.status(), name);
  return std::optional(*std::move(values));
}

absl::StatusOr<IntegerList> Integers(std::span<const TensorView> inputs, size_t index,
                                     const char* name) {
  RELUSERVE_ASSIGN_OR_RETURN(std::optional<IntegerList> values,
                             OptionalIntegers(inputs, index, name));
  if (!values) return InvalidArgument("operand {} is absent", name);
  return *std::move(values);
}

// The axes operand, from the front; all axes in order when it is absent.
absl::StatusOr<AxisList> AxesOrAll(std::span<const TensorView> inputs, size_t index) {
  const int rank = inputs[0].shape.rank();
  RELUSERVE_ASSIGN_OR_RETURN(const std::optional<IntegerList> given,
                             OptionalIntegers(inputs, index, "axes"));
  if (given) return NormalizeAxes(*given, rank);
  AxisList all(static_cast<size_t>(rank));
  std::iota(all.begin(), all.end(), 0);
  return all;
}

struct AxisSlice {
  int64_t start = 0;
  int64_t step = 1;
  int64_t count = 0;
};

// Bounds count from the back when negative and are then clamped: to [0, extent] going forwards, to
// [-1, extent-1] going backwards.
AxisSlice SliceAxis(int64_t extent, int64_t start, int64_t end, int64_t step) {
  const int64_t low = step > 0 ? 0 : -1;
  const int64_t high = step > 0 ? extent : extent - 1;
  if (start < 0) start += extent;
  if (end < 0) end += extent;
  start = std::clamp(start, step > 0 ? low : std::min<int64_t>(0, high), high);
  end = std::clamp(end, low, high);
  // The one step that has no positive counterpart reaches no farther than its neighbour.
  step = std::max(step, -std::numeric_limits<int64_t>::max());
  AxisSlice slice;
  const int64_t distance = step > 0 ? end - start : start - end;
  if (distance <= 0) return slice;
  slice.count = (distance - 1) / std::abs(step) + 1;
  slice.start = start;
  // A single element has no next one. Keeping the step small keeps offsets in range.
  if (slice.count > 1) slice.step = step;
  return slice;
}

}  // namespace

absl::StatusOr<ResolvedSlice> ResolveSlice(std::span<const TensorView> inputs) {
  const Shape& x = inputs[0].shape;
  RELUSERVE_ASSIGN_OR_RETURN(const IntegerList starts, Integers(inputs, 1, "starts"));
  RELUSERVE_ASSIGN_OR_RETURN(const IntegerList ends, Integers(inputs, 2, "ends"));
  RELUSERVE_ASSIGN_OR_RETURN(AxisList axes, AxesOrAll(inputs, 3));
  // Without axes the bounds are for the first axes.
  if (!OperandAt(inputs, 3).present() && starts.size() < axes.size()) axes.resize(starts.size());
  RELUSERVE_ASSIGN_OR_RETURN(const std::optional<IntegerList> given_steps,
                             OptionalIntegers(inputs, 4, "steps"));
  const IntegerList steps = given_steps ? *given_steps : IntegerList(axes.size(), 1);
  if (starts.size() != axes.size() || ends.size() != axes.size() || steps.size() != axes.size()) {
    return InvalidArgument("starts, ends and steps have {}, {} and {} entries, expected {} each",
                           starts.size(), ends.size(), steps.size(), axes.size());
  }
  ResolvedSlice result;
  result.starts.assign(static_cast<size_t>(x.rank()), 0);
  result.steps.assign(static_cast<size_t>(x.rank()), 1);
  result.output = x;
  for (size_t i = 0; i < axes.size(); ++i) {
    if (steps[i] == 0) return InvalidArgument("the step along axis {} is 0", axes[i]);
    const AxisSlice slice = SliceAxis(x[axes[i]], starts[i], ends[i], steps[i]);
    result.starts[axes[i]] = slice.start;
    result.steps[axes[i]] = slice.step;
    result.output[axes[i]] = slice.count;
  }
  return result;
}

absl::StatusOr<ResolvedSlice> ResolveCrop(const Crop& op, const Shape& input) {
  if (input.rank() != 4 || op.border.size() != 4 || (op.scale.size() != 2 && !op.scale.empty())) {
    return InvalidArgument(
        "input has shape {}, border {} and scale {} entries, expected 4 axes, 4 and 0 or 2",
        input.ToString(), op.border.size(), op.scale.size());
  }
  ResolvedSlice result;
  result.starts = {0, 0, op.border[1], op.border[0]};
  result.steps.assign(4, 1);
  result.output = input;
  for (int i = 0; i < 2; ++i) {
    const int axis = i + 2;
    const int64_t begin = result.starts[axis];
    const int64_t border_end = op.border[3 - i];
    const int64_t extent = input[axis];
    // Compared so that no hostile border overflows.
    const bool inside = begin >= 0 && begin <= extent && border_end >= 0 && border_end <= extent;
    const int64_t size = !inside            ? -1
                         : op.scale.empty() ? extent - begin - border_end
                                            : op.scale[i];
    if (size < 1 || size > extent - begin) {
      return InvalidArgument("border {} and scale {} leave nothing of, or exceed, an input of {}",
                             Shape(op.border).ToString(), Shape(op.scale).ToString(),
                             input.ToString());
    }
    result.output[axis] = size;
  }
  return result;
}

absl::StatusOr<ResolvedPad> ResolvePad(const Pad& op, std::span<const TensorView> inputs) {
  const Shape& x = inputs[0].shape;
  RELUSERVE_ASSIGN_OR_RETURN(const IntegerList pads, Integers(inputs, 1, "pads"));
  RELUSERVE_ASSIGN_OR_RETURN(const AxisList axes, AxesOrAll(inputs, 3));
  if (pads.size() != 2 * axes.size()) {
    return InvalidArgument("pads has {} entries, expected {} (two for each of {} axes)",
                           pads.size(), 2 * axes.size(), axes.size());
  }
  ResolvedPad result;
  result.begin.assign(static_cast<size_t>(x.rank()), 0);
  result.end.assign(static_cast<size_t>(x.rank()), 0);
  result.output = x;
  for (size_t i = 0; i < axes.size(); ++i) {
    const int axis = axes[i];
    const int64_t begin = pads[i];
    const int64_t end = pads[i + axes.size()];
    std::optional<int64_t> output = CheckedAdd(x[axis], begin);
    if (output) output = CheckedAdd(*output, end);
    if (!output || *output < 0) {
      return InvalidArgument("pads of {} and {} cannot be added to axis {} of {}", begin, end, axis,
                             x.ToString());
    }
    // What negative pads leave is what the other modes repeat.
    const int64_t kept = x[axis] + std::min<int64_t>(begin, 0) + std::min<int64_t>(end, 0);
    if (op.mode != PadMode::kConstant && kept < 1 && *output > 0) {
      return InvalidArgument("pads of {} and {} find nothing to repeat along axis {} of {}", begin,
                             end, axis, x.ToString());
    }
    result.begin[axis] = begin;
    result.end[axis] = end;
    result.output[axis] = *output;
  }
  return result;
}

absl::StatusOr<ResolvedPad> ResolveCenterCropPad(const CenterCropPad& op,
                                                 std::span<const TensorView> inputs) {
  const Shape& x = inputs[0].shape;
  RELUSERVE_ASSIGN_OR_RETURN(const IntegerList shape, Integers(inputs, 1, "shape"));
  IntegerList given(op.axes.begin(), op.axes.end());
  if (given.empty()) {
    for (int axis = 0; axis < x.rank(); ++axis) given.push_back(axis);
  }
  RELUSERVE_ASSIGN_OR_RETURN(const AxisList axes, NormalizeAxes(given, x.rank()));
  if (shape.size() != axes.size()) {
    return InvalidArgument("shape has {} entries, expected {}", shape.size(), axes.size());
  }
  ResolvedPad result;
  result.begin.assign(static_cast<size_t>(x.rank()), 0);
  result.end.assign(static_cast<size_t>(x.rank()), 0);
  result.output = x;
  for (size_t i = 0; i < axes.size(); ++i) {
    const int axis = axes[i];
    if (shape[i] < 0) return InvalidArgument("shape asks for {} elements", shape[i]);
    const int64_t added = shape[i] - x[axis];
    result.begin[axis] = added / 2;
    result.end[axis] = added - added / 2;
    result.output[axis] = shape[i];
  }
  return result;
}

}  // namespace reluserve::graph
