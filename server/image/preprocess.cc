// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The reluserve authors

#include "server/image/preprocess.h"

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <vector>

namespace reluserve::image {
namespace {

// Where a target position falls between two source positions.
struct Sample {
  int low = 0;
  int high = 0;
  float weight = 0.0f;  // of `high`
  bool outside = false;
};

// `target` positions over so many source pixels from the middle of the source: more than there are
// where `span` is larger than `source`.
std::vector<Sample> Samples(int source, double span, int target) {
  std::vector<Sample> samples(static_cast<size_t>(target));
  const double begin = (source - span) / 2;
  for (int i = 0; i < target; ++i) {
    const double position = begin + (i + 0.5) * span / target - 0.5;
    const double inside = std::clamp(position, 0.0, source - 1.0);
    const int low = static_cast<int>(std::floor(inside));
    samples[static_cast<size_t>(i)] = {low, std::min(low + 1, source - 1),
                                       static_cast<float>(inside - low),
                                       position < -0.5 || position > source - 0.5};
  }
  return samples;
}

struct Grid {
  std::vector<Sample> rows;
  std::vector<Sample> columns;
};

Grid MakeGrid(const Image& image, const Preprocessing& how) {
  double height = image.height;
  double width = image.width;
  const double rows_per_pixel = static_cast<double>(image.height) / how.height;
  const double columns_per_pixel = static_cast<double>(image.width) / how.width;
  // Source pixels to one of the input, where the proportions stay.
  double step = 0;
  if (how.resize == Preprocessing::Resize::kCrop) {
    step = how.shorter_side > 0
               ? static_cast<double>(std::min(image.height, image.width)) / how.shorter_side
               : std::min(rows_per_pixel, columns_per_pixel);
  } else if (how.resize == Preprocessing::Resize::kPad) {
    step = std::max(rows_per_pixel, columns_per_pixel);
  }
  if (step > 0) {
    height = step * how.height;
    width = step * how.width;
  }
  return {Samples(image.height, height, how.height), Samples(image.width, width, how.width)};
}

// One channel of a pixel as the model sees it, 0..255. `channel` counts from red.
float Value(const Image& image, int channels, int channel, int y, int x) {
  const uint8_t* pixel = &image.pixels[(static_cast<size_t>(y) * static_cast<size_t>(image.width) +
                                        static_cast<size_t>(x)) *
                                       static_cast<size_t>(image.channels)];
  if (image.channels == 1) return pixel[0];
  if (channels == 1) {
    return 0.299f * static_cast<float>(pixel[0]) + 0.587f * static_cast<float>(pixel[1]) +
           0.114f * static_cast<float>(pixel[2]);
  }
  return pixel[channel];
}

float Interpolated(const Image& image, int channels, int channel, const Sample& row,
                   const Sample& column) {
  if (row.outside || column.outside) return 0.0f;
  const auto value = [&](int y, int x) { return Value(image, channels, channel, y, x); };
  const float top =
      std::lerp(value(row.low, column.low), value(row.low, column.high), column.weight);
  const float bottom =
      std::lerp(value(row.high, column.low), value(row.high, column.high), column.weight);
  return std::lerp(top, bottom, row.weight);
}

}  // namespace

void Preprocess(const Image& image, const Preprocessing& how, float* target) {
  const Grid grid = MakeGrid(image, how);
  const size_t pixels = grid.rows.size() * grid.columns.size();
  const auto channels = static_cast<size_t>(how.channels);
  for (int channel = 0; channel < how.channels; ++channel) {
    const auto place = static_cast<size_t>(channel);
    const int from_red = how.bgr && how.channels == 3 ? 2 - channel : channel;
    float* element = target + (how.planar ? place * pixels : place);
    for (const Sample& row : grid.rows) {
      for (const Sample& column : grid.columns) {
        const float value = Interpolated(image, how.channels, from_red, row, column);
        *element = (value * how.scale - how.mean[place]) / how.deviation[place];
        element += how.planar ? 1 : channels;
      }
    }
  }
}

}  // namespace reluserve::image
