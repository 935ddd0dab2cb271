// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The reluserve authors

#include "server/graph/ops/window.h"

#include <algorithm>
#include <span>
#include <string_view>

#include "server/base/status.h"

namespace reluserve::graph {
namespace {

// Far beyond any real window, and small enough that sums of a few products of two of them fit.
constexpr int64_t kMaxExtent = int64_t{1} << 31;

std::vector<int64_t> SpatialExtents(const Shape& shape) {
  const auto dims = shape.dims().subspan(2);
  return {dims.begin(), dims.end()};
}

absl::Status CheckRange(std::string_view what, std::span<const int64_t> values, int64_t low) {
  for (int64_t value : values) {
    if (value < low || value > kMaxExtent) {
      return InvalidArgument("{} has the entry {}, expected {} to {}", what, value, low,
                             kMaxExtent);
    }
  }
  return absl::OkStatus();
}

// The attribute, or as many defaults as there are spatial axes.
absl::StatusOr<std::vector<int64_t>> Filled(std::string_view what,
                                            const std::vector<int64_t>& given, size_t axes,
                                            int64_t standard, int64_t low) {
  if (given.empty()) return std::vector<int64_t>(axes, standard);
  if (given.size() != axes) {
    return InvalidArgument("{} has {} entries, expected {} (one a spatial axis)", what,
                           given.size(), axes);
  }
  RELUSERVE_RETURN_IF_ERROR(CheckRange(what, given, low));
  return given;
}

// Everything but the automatic padding and the output.
absl::StatusOr<ResolvedWindow> Explicit(const Window& window, const std::vector<int64_t>& kernel,
                                        size_t axes) {
  ResolvedWindow result;
  RELUSERVE_ASSIGN_OR_RETURN(result.kernel, Filled("kernel_shape", kernel, axes, 1, 1));
  RELUSERVE_ASSIGN_OR_RETURN(result.strides, Filled("strides", window.strides, axes, 1, 1));
  RELUSERVE_ASSIGN_OR_RETURN(result.dilations, Filled("dilations", window.dilations, axes, 1, 1));
  RELUSERVE_ASSIGN_OR_RETURN(result.pads_begin, Filled("pads", window.pads_begin, axes, 0, 0));
  RELUSERVE_ASSIGN_OR_RETURN(result.pads_end, Filled("pads", window.pads_end, axes, 0, 0));
  if (window.auto_pad != AutoPad::kNotSet) {
    result.pads_begin.assign(axes, 0);
    result.pads_end.assign(axes, 0);
  }
  return result;
}

absl::Status CheckSource(const Shape& source) {
  if (source.rank() < 3) {
    return InvalidArgument(
        "input has shape {}, expected batch, channels and at least one spatial axis",
        source.ToString());
  }
  if (source.rank() > 2 + kMaxSpatialAxes) {
    return Unimplemented("input has shape {}, at most {} spatial axes are supported",
                         source.ToString(), kMaxSpatialAxes);
  }
  return CheckRange("input shape", source.dims(), 0);
}

int64_t CeilDivide(int64_t a, int64_t b) { return (a + b - 1) / b; }

// How far a kernel reaches, from its first tap to its last.
int64_t Reach(const ResolvedWindow& window, size_t axis) {
  return (window.kernel[axis] - 1) * window.dilations[axis] + 1;
}

// Splits what SAME padding needs on one axis; the odd one goes to the end for SAME_UPPER.
void SplitPadding(int64_t total, AutoPad auto_pad, int64_t& begin, int64_t& end) {
  begin = auto_pad == AutoPad::kSameLower ? total - total / 2 : total / 2;
  end = total - begin;
}

bool IsSame(AutoPad auto_pad) {
  return auto_pad == AutoPad::kSameUpper || auto_pad == AutoPad::kSameLower;
}

// Pads and output extents of a window that moves over the source.
absl::Status Slide(const std::vector<int64_t>& extents, AutoPad auto_pad, bool ceil_mode,
                   ResolvedWindow& window) {
  for (size_t axis = 0; axis < extents.size(); ++axis) {
    const int64_t extent = extents[axis];
    const int64_t stride = window.strides[axis];
    const int64_t reach = Reach(window, axis);
    if (IsSame(auto_pad)) {
      const int64_t output = CeilDivide(extent, stride);
      const int64_t total = std::max<int64_t>(0, (output - 1) * stride + reach - extent);
      SplitPadding(total, auto_pad, window.pads_begin[axis], window.pads_end[axis]);
    }
    const int64_t padded = extent + window.pads_begin[axis] + window.pads_end[axis];
    if (extent == 0 || padded < reach) {
      return InvalidArgument(
          "the window reaches over {} positions of spatial axis {}, which has {} ({} with padding)",
          reach, axis, extent, padded);
    }
    int64_t output = (padded - reach) / stride + 1;
    if (ceil_mode) {
      output = CeilDivide(padded - reach, stride) + 1;
      // A window that would start in the padding at the end is left out.
      if ((output - 1) * stride >= extent + window.pads_begin[axis]) --output;
    }
    window.output.push_back(output);
  }
  return absl::OkStatus();
}

}  // namespace

absl::StatusOr<ResolvedWindow> ResolveConvolution(const Window& window, const Shape& source,
                                                  const Shape& weights) {
  RELUSERVE_RETURN_IF_ERROR(CheckSource(source));
  if (weights.rank() != source.rank()) {
    return InvalidArgument("weights have shape {}, expected {} axes as the input {} has",
                           weights.ToString(), source.rank(), source.ToString());
  }
  const std::vector<int64_t> kernel = SpatialExtents(weights);
  if (!window.kernel.empty() && window.kernel != kernel) {
    return InvalidArgument("kernel_shape is {}, but the weights have shape {}",
                           Shape(window.kernel).ToString(), weights.ToString());
  }
  RELUSERVE_ASSIGN_OR_RETURN(ResolvedWindow result, Explicit(window, kernel, kernel.size()));
  RELUSERVE_RETURN_IF_ERROR(
      Slide(SpatialExtents(source), window.auto_pad, /*ceil_mode=*/false, result));
  return result;
}

absl::StatusOr<ResolvedWindow> ResolveConvTranspose(const ConvTranspose& op, const Shape& source,
                                                    const Shape& weights) {
  RELUSERVE_RETURN_IF_ERROR(CheckSource(source));
  if (weights.rank() != source.rank()) {
    return InvalidArgument("weights have shape {}, expected {} axes as the input {} has",
                           weights.ToString(), source.rank(), source.ToString());
  }
  const std::vector<int64_t> kernel = SpatialExtents(weights);
  const size_t axes = kernel.size();
  if (!op.window.kernel.empty() && op.window.kernel != kernel) {
    return InvalidArgument("kernel_shape is {}, but the weights have shape {}",
                           Shape(op.window.kernel).ToString(), weights.ToString());
  }
  RELUSERVE_ASSIGN_OR_RETURN(ResolvedWindow result, Explicit(op.window, kernel, axes));
  RELUSERVE_ASSIGN_OR_RETURN(const std::vector<int64_t> extra,
                             Filled("output_padding", op.output_padding, axes, 0, 0));
  std::vector<int64_t> wanted = op.output_shape;
  // The spatial extents alone, or the whole shape.
  if (wanted.size() == axes + 2) wanted.erase(wanted.begin(), wanted.begin() + 2);
  if (!wanted.empty()) {
    RELUSERVE_ASSIGN_OR_RETURN(wanted, Filled("output_shape", wanted, axes, 1, 1));
  }
  for (size_t axis = 0; axis < axes; ++axis) {
    const int64_t extent = source[static_cast<int>(axis) + 2];
    const int64_t stride = result.strides[axis];
    const int64_t natural = stride * (extent - 1) + extra[axis] + Reach(result, axis);
    int64_t output = natural - result.pads_begin[axis] - result.pads_end[axis];
    if (!wanted.empty() || IsSame(op.window.auto_pad)) {
      output = wanted.empty() ? extent * stride : wanted[axis];
      // SAME_UPPER puts the odd one at the end; without auto_pad it goes to the beginning, as in
      // SAME_LOWER. More output than the window reaches takes a negative pad at the end.
      const int64_t total = natural - output;
      const AutoPad rule =
          op.window.auto_pad == AutoPad::kSameUpper ? AutoPad::kSameUpper : AutoPad::kSameLower;
      SplitPadding(std::max<int64_t>(total, 0), rule, result.pads_begin[axis],
                   result.pads_end[axis]);
      if (total < 0) result.pads_end[axis] = total;
    }
    if (extent == 0 || output < 1) {
      return InvalidArgument("spatial axis {} of the output would have {} positions", axis, output);
    }
    result.output.push_back(output);
  }
  return result;
}

absl::StatusOr<ResolvedWindow> ResolvePool(const Pool& op, const Shape& source) {
  RELUSERVE_RETURN_IF_ERROR(CheckSource(source));
  const std::vector<int64_t> extents = SpatialExtents(source);
  if (op.global) {
    Window everything;
    RELUSERVE_ASSIGN_OR_RETURN(ResolvedWindow result,
                               Explicit(everything, extents, extents.size()));
    result.output.assign(extents.size(), 1);
    return result;
  }
  if (op.window.kernel.empty()) return InvalidArgument("kernel_shape is missing");
  RELUSERVE_ASSIGN_OR_RETURN(ResolvedWindow result,
                             Explicit(op.window, op.window.kernel, extents.size()));
  RELUSERVE_RETURN_IF_ERROR(Slide(extents, op.window.auto_pad, op.ceil_mode, result));
  for (size_t axis = 0; axis < extents.size(); ++axis) {
    const int64_t reach = Reach(result, axis);
    if (result.pads_begin[axis] >= reach || result.pads_end[axis] >= reach) {
      return InvalidArgument(
          "pads on spatial axis {} are {} and {}, expected less than the window's {} positions",
          axis, result.pads_begin[axis], result.pads_end[axis], reach);
    }
  }
  return result;
}

absl::StatusOr<ResolvedWindow> ResolveUnpool(const Window& window, const Shape& source) {
  RELUSERVE_RETURN_IF_ERROR(CheckSource(source));
  if (window.kernel.empty()) return InvalidArgument("kernel_shape is missing");
  const std::vector<int64_t> extents = SpatialExtents(source);
  RELUSERVE_ASSIGN_OR_RETURN(ResolvedWindow result,
                             Explicit(window, window.kernel, extents.size()));
  for (size_t axis = 0; axis < extents.size(); ++axis) {
    const int64_t output = (extents[axis] - 1) * result.strides[axis] + Reach(result, axis) -
                           result.pads_begin[axis] - result.pads_end[axis];
    if (extents[axis] == 0 || output < 1) {
      return InvalidArgument("spatial axis {} of the output would have {} positions", axis, output);
    }
    result.output.push_back(output);
  }
  return result;
}

}  // namespace reluserve::graph
