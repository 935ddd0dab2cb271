// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The reluserve authors

#include <algorithm>

#include "tests/support/reference_ops.h"

namespace reluserve::test_support {
namespace {

// What of `window`'s vector `entries` holds for an axis, `missing` where it is empty.
int64_t Entry(const std::vector<int64_t>& entries, size_t axis, int64_t missing) {
  return entries.empty() ? missing : entries[axis];
}

int64_t CeilDivide(int64_t a, int64_t b) { return (a + b - 1) / b; }

bool IsSame(graph::AutoPad auto_pad) {
  return auto_pad == graph::AutoPad::kSameUpper || auto_pad == graph::AutoPad::kSameLower;
}

// Splits padding over both ends; the odd one goes to the end, or to the beginning.
void SplitPadding(int64_t total, bool odd_at_end, SlidingAxis& axis) {
  axis.pad_begin = odd_at_end ? total / 2 : total - total / 2;
  axis.pad_end = total - axis.pad_begin;
}

void SetOutput(SlidingAxis& axis, graph::AutoPad auto_pad, bool ceil_mode) {
  const int64_t reach = (axis.kernel - 1) * axis.dilation + 1;
  if (IsSame(auto_pad)) {
    axis.output = CeilDivide(axis.input, axis.stride);
    const int64_t total = (axis.output - 1) * axis.stride + reach - axis.input;
    SplitPadding(std::max<int64_t>(total, 0), auto_pad == graph::AutoPad::kSameUpper, axis);
    return;
  }
  const int64_t room = axis.input + axis.pad_begin + axis.pad_end - reach;
  axis.output = (ceil_mode ? CeilDivide(room, axis.stride) : room / axis.stride) + 1;
  // A window that starts behind the input and its padding before is not taken.
  if (ceil_mode && (axis.output - 1) * axis.stride >= axis.input + axis.pad_begin) --axis.output;
}

SlidingAxis AxisWithoutOutput(const graph::Window& window, size_t index, int64_t kernel,
                              int64_t input) {
  SlidingAxis axis;
  axis.input = input;
  axis.kernel = kernel;
  axis.stride = Entry(window.strides, index, 1);
  axis.dilation = Entry(window.dilations, index, 1);
  if (window.auto_pad == graph::AutoPad::kNotSet) {
    axis.pad_begin = Entry(window.pads_begin, index, 0);
    axis.pad_end = Entry(window.pads_end, index, 0);
  }
  return axis;
}

SlidingAxis TransposedAxis(const graph::ConvTranspose& op, size_t index, int64_t kernel,
                           int64_t input) {
  SlidingAxis axis = AxisWithoutOutput(op.window, index, kernel, input);
  const int64_t natural = axis.stride * (input - 1) + Entry(op.output_padding, index, 0) +
                          (kernel - 1) * axis.dilation + 1;
  if (op.output_shape.empty() && !IsSame(op.window.auto_pad)) {
    axis.output = natural - axis.pad_begin - axis.pad_end;
    return axis;
  }
  axis.output = Entry(op.output_shape, index, input * axis.stride);
  SplitPadding(natural - axis.output, op.window.auto_pad == graph::AutoPad::kSameUpper, axis);
  return axis;
}

}  // namespace

std::vector<SlidingAxis> Slide(const graph::Window& window, const std::vector<int64_t>& kernel,
                               const Shape& x, bool ceil_mode) {
  std::vector<SlidingAxis> axes;
  for (size_t i = 0; i < kernel.size(); ++i) {
    axes.push_back(AxisWithoutOutput(window, i, kernel[i], x[static_cast<int>(i) + 2]));
    SetOutput(axes.back(), window.auto_pad, ceil_mode);
  }
  return axes;
}

std::vector<SlidingAxis> SlideTransposed(const graph::ConvTranspose& op,
                                         const std::vector<int64_t>& kernel, const Shape& x) {
  std::vector<SlidingAxis> axes;
  for (size_t i = 0; i < kernel.size(); ++i) {
    axes.push_back(TransposedAxis(op, i, kernel[i], x[static_cast<int>(i) + 2]));
  }
  return axes;
}

std::vector<int64_t> SpatialExtents(const Shape& shape) {
  return {shape.dims().begin() + 2, shape.dims().end()};
}

}  // namespace reluserve::test_support
