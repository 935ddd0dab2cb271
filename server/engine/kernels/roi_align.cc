// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The reluserve authors

#include <algorithm>
#include <array>
#include <cmath>
#include <cstdint>

#include "server/base/status.h"
#include "server/engine/kernels/kernel_list.h"
#include "server/engine/kernels/parallel.h"

namespace reluserve::engine::kernels {
namespace {

// Regions that are larger than the image by more than this factor are refused: their cells would
// take any number of samples.
constexpr float kLargestRegion = 4.0f;

// One axis of a region: where it begins in the image, how long its cells are, and how many samples
// each has.
struct RegionAxis {
  float begin = 0.0f;
  float cell = 0.0f;
  int64_t samples = 0;
};

RegionAxis AxisOf(const graph::RoiAlign& op, float low, float high, int64_t cells) {
  const float offset = op.half_pixel ? 0.5f : 0.0f;
  RegionAxis axis;
  axis.begin = low * op.spatial_scale - offset;
  float length = high * op.spatial_scale - offset - axis.begin;
  if (!op.half_pixel) length = std::max(length, 1.0f);
  axis.cell = length / static_cast<float>(cells);
  axis.samples = op.sampling_ratio > 0
                     ? op.sampling_ratio
                     : std::max<int64_t>(static_cast<int64_t>(std::ceil(axis.cell)), 0);
  return axis;
}

// The two elements between which a sample lies; weights of 0 outside the image.
struct Between {
  std::array<int64_t, 2> positions = {0, 0};
  std::array<float, 2> weights = {0.0f, 0.0f};
};

Between PlaceOf(float x, int64_t extent) {
  if (!(x >= -1.0f && x <= static_cast<float>(extent))) return {};
  x = std::max(x, 0.0f);
  const auto low = std::min(static_cast<int64_t>(x), extent - 1);
  if (low == extent - 1) return {{low, low}, {1.0f, 0.0f}};
  const float behind = x - static_cast<float>(low);
  return {{low, low + 1}, {1.0f - behind, behind}};
}

// One cell of one channel.
class Cell {
 public:
  explicit Cell(bool max) : max_(max) {}

  void Include(const float* image, int64_t width, const Between& y, const Between& x) {
    ++count_;
    float sample = 0.0f;
    for (int i = 0; i < 2; ++i) {
      for (int j = 0; j < 2; ++j) {
        const float weight = y.weights[i] * x.weights[j];
        const float part =
            weight == 0.0f ? 0.0f : weight * image[y.positions[i] * width + x.positions[j]];
        // ONNX defines the maximum over the weighted elements, not over the samples.
        sample = max_ ? ((i | j) == 0 ? part : std::max(sample, part)) : sample + part;
      }
    }
    result_ = max_ ? (count_ == 1 ? sample : std::max(result_, sample)) : result_ + sample;
  }
  float Result() const {
    return max_ || count_ == 0 ? result_ : result_ / static_cast<float>(count_);
  }

 private:
  bool max_;
  int64_t count_ = 0;
  float result_ = 0.0f;
};

absl::Status CheckRegions(const graph::Node& node, Inputs inputs) {
  const auto& op = std::get<graph::RoiAlign>(node.op);
  const Shape& x = inputs[0].shape;
  const float* roi = Elements<float>(inputs[1]);
  const int64_t* image = Elements<int64_t>(inputs[2]);
  for (int64_t i = 0; i < inputs[1].shape[0]; ++i, roi += 4) {
    if (image[i] < 0 || image[i] >= x[0]) {
      return InvalidArgument("{}: region {} is of image {}, there are {}", node.op_type, i,
                             image[i], x[0]);
    }
    for (int side = 0; side < 4; ++side) {
      const auto extent = static_cast<float>(x[side % 2 == 0 ? 3 : 2]);
      if (std::fabs(roi[side] * op.spatial_scale) <= kLargestRegion * extent) continue;
      return InvalidArgument("{}: region {} reaches to {}, the image has an extent of {}",
                             node.op_type, i, roi[side] * op.spatial_scale, extent);
    }
  }
  return absl::OkStatus();
}

}  // namespace

absl::Status RoiAlign(const graph::Node& node, Inputs inputs, Outputs outputs) {
  RELUSERVE_RETURN_IF_ERROR(CheckRegions(node, inputs));
  const auto& op = std::get<graph::RoiAlign>(node.op);
  const Shape& x = inputs[0].shape;
  const Shape& y = outputs[0].shape;
  const int64_t cells = y[2] * y[3];
  ParallelRanges(y[0] * y[1], cells * 16, [&](int64_t begin, int64_t end) {
    for (int64_t i = begin; i < end; ++i) {
      const float* roi = Elements<float>(inputs[1]) + i / y[1] * 4;
      const RegionAxis rows = AxisOf(op, roi[1], roi[3], y[2]);
      const RegionAxis columns = AxisOf(op, roi[0], roi[2], y[3]);
      const int64_t channel = Elements<int64_t>(inputs[2])[i / y[1]] * x[1] + i % y[1];
      const float* image = Elements<float>(inputs[0]) + channel * x[2] * x[3];
      const auto place = [](const RegionAxis& axis, int64_t cell, int64_t sample, int64_t extent) {
        const float part = (static_cast<float>(sample) + 0.5f) * axis.cell;
        return PlaceOf(axis.begin + static_cast<float>(cell) * axis.cell +
                           part / static_cast<float>(axis.samples),
                       extent);
      };
      for (int64_t at = 0; at < cells; ++at) {
        Cell cell(op.max);
        for (int64_t r = 0; r < rows.samples; ++r) {
          const Between row = place(rows, at / y[3], r, x[2]);
          for (int64_t c = 0; c < columns.samples; ++c) {
            cell.Include(image, x[3], row, place(columns, at % y[3], c, x[3]));
          }
        }
        Elements<float>(outputs[0])[i * cells + at] = cell.Result();
      }
    }
  });
  return absl::OkStatus();
}

}  // namespace reluserve::engine::kernels
