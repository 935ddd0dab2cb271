// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The reluserve authors

#include "server/engine/primitives/window_args.h"

#include <algorithm>

#include "server/base/status.h"

namespace reluserve::engine {

compat::WindowArgs ToWindowArgs(const graph::ResolvedWindow& window, const Shape& source) {
  compat::WindowArgs args;
  args.strides.assign(window.strides.begin(), window.strides.end());
  args.pads_begin.assign(window.pads_begin.begin(), window.pads_begin.end());
  for (size_t i = 0; i < window.kernel.size(); ++i) {
    args.dilations.push_back(window.dilations[i] - 1);
    const int64_t reach = (window.output[i] - 1) * window.strides[i] +
                          (window.kernel[i] - 1) * window.dilations[i] + 1;
    // ceil_mode lets the last window reach beyond the padding the model gives.
    const int64_t needed = reach - source[static_cast<int>(i) + 2] - window.pads_begin[i];
    args.pads_end.push_back(std::max(window.pads_end[i], needed));
  }
  return args;
}

absl::StatusOr<compat::WindowArgs> ConvolutionWindow(const graph::Window& window,
                                                     const Shape& source, const Shape& weights) {
  RELUSERVE_ASSIGN_OR_RETURN(const graph::ResolvedWindow resolved,
                             graph::ResolveConvolution(window, source, weights));
  return ToWindowArgs(resolved, source);
}

absl::StatusOr<compat::WindowArgs> ConvolutionWindow(const graph::Node& node,
                                                     const PlanBuilder& builder) {
  return ConvolutionWindow(std::get<graph::Conv>(node.op).window,
                           builder.fact(node.inputs[0]).shape, builder.fact(node.inputs[1]).shape);
}

absl::StatusOr<compat::WindowArgs> DeconvolutionWindow(const graph::Node& node,
                                                       const PlanBuilder& builder) {
  const Shape& source = builder.fact(node.inputs[0]).shape;
  RELUSERVE_ASSIGN_OR_RETURN(
      const graph::ResolvedWindow window,
      graph::ResolveConvTranspose(std::get<graph::ConvTranspose>(node.op), source,
                                  builder.fact(node.inputs[1]).shape));
  compat::WindowArgs args;
  args.strides.assign(window.strides.begin(), window.strides.end());
  args.pads_begin.assign(window.pads_begin.begin(), window.pads_begin.end());
  for (size_t i = 0; i < window.kernel.size(); ++i) {
    args.dilations.push_back(window.dilations[i] - 1);
    // What output_padding adds at the end, oneDNN knows as less padding.
    const int64_t reach = (source[static_cast<int>(i) + 2] - 1) * window.strides[i] +
                          (window.kernel[i] - 1) * window.dilations[i] + 1;
    args.pads_end.push_back(reach - window.output[i] - window.pads_begin[i]);
  }
  return args;
}

int64_t MultiplyAccumulates(const graph::Node& node, const PlanBuilder& builder) {
  const Shape& weights = builder.fact(node.inputs[1]).shape;
  const bool transposed = std::holds_alternative<graph::ConvTranspose>(node.op);
  const Shape& walked = builder.fact(transposed ? node.inputs[0] : node.outputs[0]).shape;
  const int64_t positions = walked.ElementCount(2, walked.rank());
  return walked[0] * positions * weights.ElementCount();
}

}  // namespace reluserve::engine
