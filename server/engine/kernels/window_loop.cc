// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The reluserve authors

#include "server/engine/kernels/window_loop.h"

#include <utility>

namespace reluserve::engine::kernels {

SpatialWindow::SpatialWindow(const graph::ResolvedWindow& resolved, const Shape& source) {
  const size_t lacking = axes.size() - resolved.kernel.size();
  for (size_t i = 0; i < resolved.kernel.size(); ++i) {
    axes[lacking + i] = {
        .input = source[static_cast<int>(i) + 2],
        .output = resolved.output[i],
        .kernel = resolved.kernel[i],
        .stride = resolved.strides[i],
        .dilation = resolved.dilations[i],
        .pad_begin = resolved.pads_begin[i],
        .pad_end = resolved.pads_end[i],
    };
  }
}

SpatialWindow SpatialWindow::Transposed() const {
  SpatialWindow transposed = *this;
  for (WindowAxis& axis : transposed.axes) std::swap(axis.input, axis.output);
  return transposed;
}

}  // namespace reluserve::engine::kernels
