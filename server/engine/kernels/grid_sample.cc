// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The reluserve authors

#include <algorithm>
#include <array>
#include <cmath>
#include <cstdint>
#include <limits>

#include <absl/container/inlined_vector.h>

#include "server/engine/kernels/dispatch.h"
#include "server/engine/kernels/kernel_list.h"
#include "server/engine/kernels/parallel.h"

namespace reluserve::engine::kernels {
namespace {

using graph::GridPadding;
using graph::ResizeMode;

// Stands for a place outside the image that counts as zero.
constexpr int64_t kOutside = -1;
constexpr float kCubicCoefficient = -0.75f;
// Farther from the image than this nothing changes any more, and integers hold it.
constexpr float kFar = 1e9f;

// Elements of one axis that are read, with their weights.
struct Tap {
  int64_t position;
  float weight;
};
using Taps = absl::InlinedVector<Tap, 4>;

// From [-1, 1] to the axis: the corners are the centres of the outermost elements, or their edges.
float Denormalized(float coordinate, int64_t extent, bool align_corners) {
  const auto length = static_cast<float>(extent);
  if (align_corners) return (coordinate + 1.0f) / 2.0f * (length - 1.0f);
  return ((coordinate + 1.0f) * length - 1.0f) / 2.0f;
}

// The element of the axis that stands at `position`.
int64_t Placed(const graph::GridSample& op, int64_t position, int64_t extent) {
  if (position >= 0 && position < extent) return position;
  switch (op.padding) {
    case GridPadding::kZeros:
      return kOutside;
    case GridPadding::kBorder:
      return std::clamp<int64_t>(position, 0, extent - 1);
    case GridPadding::kReflection: {
      // There and back: between the outermost centres without repeating them, or between edges.
      if (op.align_corners && extent == 1) return 0;
      const int64_t period = op.align_corners ? 2 * (extent - 1) : 2 * extent;
      const int64_t phase = (position % period + period) % period;
      const int64_t back = op.align_corners ? period - phase : period - 1 - phase;
      return std::min(phase, back);
    }
  }
  return kOutside;
}

// Weights of the four elements around a place that lies `t` behind the second.
std::array<float, 4> CubicWeights(float t) {
  constexpr float a = kCubicCoefficient;
  const auto near = [](float d) { return ((a + 2.0f) * d - (a + 3.0f)) * d * d + 1.0f; };
  const auto far = [](float d) { return ((a * d - 5.0f * a) * d + 8.0f * a) * d - 4.0f * a; };
  return {far(t + 1.0f), near(t), near(1.0f - t), far(2.0f - t)};
}

Taps TapsOf(const graph::GridSample& op, float coordinate, int64_t extent) {
  float x = Denormalized(coordinate, extent, op.align_corners);
  // NaN has no place; it makes what is read there NaN.
  if (std::isnan(x)) return {{0, std::numeric_limits<float>::quiet_NaN()}};
  x = std::clamp(x, -kFar, kFar);
  Taps taps;
  const auto add = [&](float position, float weight) {
    if (weight != 0.0f) {
      taps.push_back({Placed(op, static_cast<int64_t>(position), extent), weight});
    }
  };
  const float floor = std::floor(x);
  switch (op.mode) {
    case ResizeMode::kNearest:
      add(std::nearbyint(x), 1.0f);
      break;
    case ResizeMode::kLinear:
      add(floor, 1.0f - (x - floor));
      add(floor + 1.0f, x - floor);
      break;
    case ResizeMode::kCubic: {
      const std::array<float, 4> weights = CubicWeights(x - floor);
      for (int i = 0; i < 4; ++i) add(floor + static_cast<float>(i - 1), weights[i]);
      break;
    }
  }
  return taps;
}

// All combinations of taps of the axes, as offsets in a channel; those outside left out.
using Reads = absl::InlinedVector<Tap, 16>;

Reads ReadsAt(const graph::GridSample& op, const float* place, const Shape& x) {
  Reads reads = {{0, 1.0f}};
  for (int axis = 2; axis < x.rank(); ++axis) {
    // The grid has the last spatial axis first.
    const Taps taps = TapsOf(op, place[x.rank() - 1 - axis], x[axis]);
    Reads next;
    for (const Tap& read : reads) {
      for (const Tap& tap : taps) {
        if (tap.position == kOutside) continue;
        next.push_back({read.position * x[axis] + tap.position, read.weight * tap.weight});
      }
    }
    reads = std::move(next);
  }
  return reads;
}

}  // namespace

absl::Status GridSample(const graph::Node& node, Inputs inputs, Outputs outputs) {
  const auto& op = std::get<graph::GridSample>(node.op);
  const Shape& x = inputs[0].shape;
  const Shape& y = outputs[0].shape;
  const int64_t channels = x[1];
  const int64_t image = x.ElementCount(2, x.rank());
  const int64_t places = y.ElementCount(2, y.rank());
  const int spatial = x.rank() - 2;
  ParallelRanges(x[0] * places, channels * (int64_t{4} << spatial),
                 [&](int64_t begin, int64_t end) {
                   for (int64_t i = begin; i < end; ++i) {
                     const Reads reads = ReadsAt(op, Elements<float>(inputs[1]) + i * spatial, x);
                     const int64_t first = i / places * channels;
                     for (int64_t c = first; c < first + channels; ++c) {
                       const float* source = Elements<float>(inputs[0]) + c * image;
                       float sum = 0.0f;
                       for (const Tap& read : reads) sum += read.weight * source[read.position];
                       Elements<float>(outputs[0])[c * places + i % places] = sum;
                     }
                   }
                 });
  return absl::OkStatus();
}

absl::Status AffineGrid(const graph::Node& node, Inputs inputs, Outputs outputs) {
  const bool align_corners = std::get<graph::AffineGrid>(node.op).align_corners;
  const Shape& grid = outputs[0].shape;
  const int spatial = grid.rank() - 2;
  // From the first centre to the last, or from edge to edge.
  const auto coordinate = [&](int64_t position, int64_t extent) {
    if (align_corners && extent == 1) return 0.0;
    const double steps = static_cast<double>(align_corners ? extent - 1 : extent);
    return (2.0 * static_cast<double>(position) + (align_corners ? 0.0 : 1.0)) / steps - 1.0;
  };
  const int64_t places = grid.ElementCount(1, grid.rank() - 1);
  ParallelRanges(grid[0] * places, 16, [&](int64_t begin, int64_t end) {
    for (int64_t i = begin; i < end; ++i) {
      std::array<double, 4> point = {0, 0, 0, 1};  // the last spatial axis first
      int64_t rest = i % places;
      for (int axis = spatial; axis >= 1; --axis) {
        point[spatial - axis] = coordinate(rest % grid[axis], grid[axis]);
        rest /= grid[axis];
      }
      point[spatial] = 1.0;
      const float* row = Elements<float>(inputs[0]) + i / places * spatial * (spatial + 1);
      for (int64_t j = 0; j < spatial; ++j, row += spatial + 1) {
        double sum = 0.0;
        for (int k = 0; k <= spatial; ++k) sum += row[k] * point[k];
        Elements<float>(outputs[0])[i * spatial + j] = static_cast<float>(sum);
      }
    }
  });
  return absl::OkStatus();
}

}  // namespace reluserve::engine::kernels
