// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The reluserve authors

// A window sliding over the spatial axes of a plane (one channel of one sample), taken apart so
// that the innermost loop runs along a row of outputs, whatever the kernel's size.

#ifndef RELUSERVE_SERVER_ENGINE_KERNELS_WINDOW_LOOP_H_
#define RELUSERVE_SERVER_ENGINE_KERNELS_WINDOW_LOOP_H_

#include <algorithm>
#include <array>
#include <cstdint>

#include "server/graph/ops/window.h"
#include "server/tensor/shape.h"

namespace reluserve::engine::kernels {

// One spatial axis. Output o's tap k reads input o·stride - pad + k·dilation.
struct WindowAxis {
  int64_t input = 1;
  int64_t output = 1;
  int64_t kernel = 1;
  int64_t stride = 1;
  int64_t dilation = 1;
  int64_t pad_begin = 0;
  int64_t pad_end = 0;
};

struct IndexRange {
  int64_t begin;
  int64_t end;
};

// ceil(a / b) for b > 0.
constexpr int64_t CeilDivide(int64_t a, int64_t b) { return a > 0 ? (a - 1) / b + 1 : -(-a / b); }

// The taps of output `o` that read inside the input.
inline IndexRange InsideTaps(const WindowAxis& axis, int64_t o) {
  const int64_t start = o * axis.stride - axis.pad_begin;
  const int64_t begin = std::clamp<int64_t>(CeilDivide(-start, axis.dilation), 0, axis.kernel);
  const int64_t end = std::clamp(CeilDivide(axis.input - start, axis.dilation), begin, axis.kernel);
  return {begin, end};
}

// The outputs whose tap `k` reads inside the input.
inline IndexRange OutputsOfTap(const WindowAxis& axis, int64_t k) {
  const int64_t shift = axis.pad_begin - k * axis.dilation;
  const int64_t begin = std::clamp<int64_t>(CeilDivide(shift, axis.stride), 0, axis.output);
  const int64_t end = std::clamp(CeilDivide(axis.input + shift, axis.stride), begin, axis.output);
  return {begin, end};
}

// Depth, height, width; those a tensor lacks have one element.
struct SpatialWindow {
  // A window over `source` [N,C,spatial...].
  SpatialWindow(const graph::ResolvedWindow& resolved, const Shape& source);

  // The same window seen from the other side: what it read is its result, as in a transposed
  // convolution.
  SpatialWindow Transposed() const;

  std::array<WindowAxis, graph::kMaxSpatialAxes> axes;

  int64_t input_size() const { return axes[0].input * axes[1].input * axes[2].input; }
  int64_t output_size() const { return axes[0].output * axes[1].output * axes[2].output; }
  int64_t output_rows() const { return axes[0].output * axes[1].output; }
  int64_t taps() const { return axes[0].kernel * axes[1].kernel * axes[2].kernel; }

  // For one row of outputs (output_rows() of them, depth outermost), calls body(tap, offset,
  // outputs) for each tap, in row-major order, that reads inside the input for some of the row's
  // outputs: output i of [outputs.begin, outputs.end) reads plane[offset + (i -
  // outputs.begin)·stride].
  template <typename Body>
  void ForEachTap(int64_t row, const Body& body) const {
    const auto& [depth, height, width] = axes;
    const int64_t z = row / height.output;
    const int64_t y = row % height.output;
    const IndexRange depth_taps = InsideTaps(depth, z);
    const IndexRange height_taps = InsideTaps(height, y);
    for (int64_t i = depth_taps.begin; i < depth_taps.end; ++i) {
      const int64_t source_z = z * depth.stride - depth.pad_begin + i * depth.dilation;
      for (int64_t j = height_taps.begin; j < height_taps.end; ++j) {
        const int64_t source_y = y * height.stride - height.pad_begin + j * height.dilation;
        for (int64_t k = 0; k < width.kernel; ++k) {
          const IndexRange outputs = OutputsOfTap(width, k);
          if (outputs.begin == outputs.end) continue;
          const int64_t source_x =
              outputs.begin * width.stride - width.pad_begin + k * width.dilation;
          body((i * height.kernel + j) * width.kernel + k,
               (source_z * height.input + source_y) * width.input + source_x, outputs);
        }
      }
    }
  }

  // The transposed walk, of a transposed convolution, in which this window's output is read and its
  // input written. For one row of its input (depth outermost), calls body(tap, offset, outputs, x)
  // for each tap that connects some of the row to outputs: element x + (i - outputs.begin)·stride
  // of the row takes a part from plane[offset + i - outputs.begin] for i in [outputs.begin,
  // outputs.end).
  template <typename Body>
  void ForEachTransposedTap(int64_t row, const Body& body) const {
    const auto& [depth, height, width] = axes;
    const int64_t z = row / height.input;
    const int64_t y = row % height.input;
    for (int64_t i = 0; i < depth.kernel; ++i) {
      const int64_t source_z = OutputReading(depth, z, i);
      if (source_z < 0) continue;
      for (int64_t j = 0; j < height.kernel; ++j) {
        const int64_t source_y = OutputReading(height, y, j);
        if (source_y < 0) continue;
        for (int64_t k = 0; k < width.kernel; ++k) {
          const IndexRange outputs = OutputsOfTap(width, k);
          if (outputs.begin == outputs.end) continue;
          body((i * height.kernel + j) * width.kernel + k,
               (source_z * height.output + source_y) * width.output + outputs.begin, outputs,
               outputs.begin * width.stride - width.pad_begin + k * width.dilation);
        }
      }
    }
  }

 private:
  // The output whose tap `k` reads input `position`, or -1 where there is none.
  static int64_t OutputReading(const WindowAxis& axis, int64_t position, int64_t k) {
    const int64_t distance = position + axis.pad_begin - k * axis.dilation;
    if (distance < 0 || distance % axis.stride != 0) return -1;
    const int64_t output = distance / axis.stride;
    return output < axis.output ? output : -1;
  }
};

}  // namespace reluserve::engine::kernels

#endif  // RELUSERVE_SERVER_ENGINE_KERNELS_WINDOW_LOOP_H_
