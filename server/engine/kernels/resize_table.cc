// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The reluserve authors

#include "server/engine/kernels/resize_table.h"

#include <algorithm>
#include <cmath>

namespace reluserve::engine::kernels {
namespace {

using graph::CoordinateMode;
using graph::NearestMode;
using graph::ResizeMode;

// The input coordinate of output position `x`, by the formulas of ONNX's Resize. In single
// precision, as scales are given in it: 2 / 0.6666667f is then 3, where in double precision it
// would fall short of 3 and choose another pixel.
float OriginalCoordinate(CoordinateMode mode, const ResizeAxis& axis, int64_t position) {
  const auto x = static_cast<float>(position);
  const auto input = static_cast<float>(axis.input);
  const auto output = static_cast<float>(axis.output);
  switch (mode) {
    case CoordinateMode::kHalfPixel:
      return (x + 0.5f) / axis.scale - 0.5f;
    case CoordinateMode::kHalfPixelSymmetric: {
      const float adjustment = output / (axis.scale * input);
      return input / 2.0f * (1.0f - adjustment) + (x + 0.5f) / axis.scale - 0.5f;
    }
    case CoordinateMode::kPytorchHalfPixel:
      return axis.output > 1 ? (x + 0.5f) / axis.scale - 0.5f : 0.0f;
    case CoordinateMode::kAlignCorners:
      return axis.output > 1 ? x * (input - 1.0f) / (output - 1.0f) : 0.0f;
    case CoordinateMode::kAsymmetric:
      return x / axis.scale;
    case CoordinateMode::kTfHalfPixelForNearest:
      return (x + 0.5f) / axis.scale;
    case CoordinateMode::kTfCropAndResize:
      if (axis.output == 1) return 0.5f * (axis.roi_begin + axis.roi_end) * (input - 1.0f);
      return axis.roi_begin * (input - 1.0f) +
             x * (axis.roi_end - axis.roi_begin) * (input - 1.0f) / (output - 1.0f);
  }
  return x;
}

// Converts to an index within the input. NaN, of a region of interest, becomes 0.
int64_t ClampToInput(const ResizeAxis& axis, float coordinate) {
  if (!(coordinate > 0.0f)) return 0;
  if (coordinate >= static_cast<float>(axis.input - 1)) return axis.input - 1;
  return static_cast<int64_t>(coordinate);
}

float RoundCoordinate(NearestMode mode, float x) {
  switch (mode) {
    case NearestMode::kRoundPreferFloor:
      return std::ceil(x - 0.5f);
    case NearestMode::kRoundPreferCeil:
      return std::floor(x + 0.5f);
    case NearestMode::kFloor:
      return std::floor(x);
    case NearestMode::kCeil:
      return std::ceil(x);
  }
  return x;
}

// The interpolation kernels: a triangle, and the cubic convolution of R. Keys (1981), equation 4.
double Triangle(double x) { return std::max(0.0, 1.0 - std::fabs(x)); }
double Cubic(double x, double a) {
  const double d = std::fabs(x);
  if (d <= 1.0) return ((a + 2.0) * d - (a + 3.0)) * d * d + 1.0;
  if (d < 2.0) return ((a * d - 5.0 * a) * d + 8.0 * a) * d - 4.0 * a;
  return 0.0;
}

}  // namespace

bool IsIdentity(const graph::Resize& op, const ResizeAxis& axis) {
  return axis.input == axis.output && axis.scale == 1.0f &&
         op.coordinate_mode != CoordinateMode::kTfCropAndResize &&
         op.coordinate_mode != CoordinateMode::kTfHalfPixelForNearest;
}

std::vector<bool> OutsideTable(const graph::Resize& op, const ResizeAxis& axis) {
  if (op.coordinate_mode != CoordinateMode::kTfCropAndResize) return {};
  std::vector<bool> outside(static_cast<size_t>(axis.output));
  for (int64_t i = 0; i < axis.output; ++i) {
    const float x = OriginalCoordinate(op.coordinate_mode, axis, i);
    outside[i] = !(x >= 0.0f && x <= static_cast<float>(axis.input - 1));
  }
  return outside;
}

std::vector<int64_t> NearestTable(const graph::Resize& op, const ResizeAxis& axis) {
  std::vector<int64_t> table(static_cast<size_t>(axis.output));
  for (int64_t i = 0; i < axis.output; ++i) {
    const float x = OriginalCoordinate(op.coordinate_mode, axis, i);
    table[i] = ClampToInput(axis, RoundCoordinate(op.nearest_mode, x));
  }
  return table;
}

WeightTable MakeWeightTable(const graph::Resize& op, const ResizeAxis& axis) {
  const bool cubic = op.mode == ResizeMode::kCubic;
  const double support = cubic ? 2.0 : 1.0;
  // Antialiasing stretches the kernel over the input positions that shrink into one.
  const double stretch = op.antialias ? std::min(1.0, static_cast<double>(axis.scale)) : 1.0;
  // Taps lie at [first, 2 - first) from the input position at or before the coordinate. No kernel
  // has to reach farther than over the whole input.
  const double reach = std::min(support / stretch, support * static_cast<double>(axis.input));
  const auto first = static_cast<int64_t>(std::floor(-reach)) + 1;
  WeightTable table;
  table.taps = 2 - 2 * first;
  table.positions.resize(static_cast<size_t>(axis.output * table.taps));
  table.weights.resize(table.positions.size());
  std::vector<double> weights(static_cast<size_t>(table.taps));
  for (int64_t i = 0; i < axis.output; ++i) {
    // Coordinates far outside would all read the edge; the bounds keep the arithmetic in range.
    const double x = std::clamp<double>(OriginalCoordinate(op.coordinate_mode, axis, i), -support,
                                        static_cast<double>(axis.input) + support);
    const double base = std::floor(x);
    double sum = 0.0;
    for (int64_t tap = 0; tap < table.taps; ++tap) {
      const int64_t position = static_cast<int64_t>(base) + first + tap;
      const double distance = (base + static_cast<double>(first + tap) - x) * stretch;
      double weight = cubic ? Cubic(distance, op.cubic_coefficient) : Triangle(distance);
      if (op.exclude_outside && (position < 0 || position >= axis.input)) weight = 0.0;
      weights[tap] = weight;
      sum += weight;
      table.positions[i * table.taps + tap] = std::clamp<int64_t>(position, 0, axis.input - 1);
    }
    for (int64_t tap = 0; tap < table.taps; ++tap) {
      table.weights[i * table.taps + tap] = static_cast<float>(weights[tap] / sum);
    }
  }
  return table;
}

}  // namespace reluserve::engine::kernels
