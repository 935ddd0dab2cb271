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
};

std::vector<Sample> Samples(int source, int target) {
  std::vector<Sample> samples(static_cast<size_t>(target));
  const double scale = static_cast<double>(source) / target;
  for (int i = 0; i < target; ++i) {
    const double position = std::clamp((i + 0.5) * scale - 0.5, 0.0, source - 1.0);
    const int low = static_cast<int>(std::floor(position));
    samples[static_cast<size_t>(i)] = {low, std::min(low + 1, source - 1),
                                       static_cast<float>(position - low)};
  }
  return samples;
}

// One channel of a pixel as the model sees it, 0..255.
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

}  // namespace

void ToPlanarFloats(const Image& image, int channels, int height, int width, float* target) {
  const std::vector<Sample> rows = Samples(image.height, height);
  const std::vector<Sample> columns = Samples(image.width, width);
  for (int channel = 0; channel < channels; ++channel) {
    const auto value = [&](int y, int x) { return Value(image, channels, channel, y, x); };
    for (const Sample& row : rows) {
      for (const Sample& column : columns) {
        const float top =
            std::lerp(value(row.low, column.low), value(row.low, column.high), column.weight);
        const float bottom =
            std::lerp(value(row.high, column.low), value(row.high, column.high), column.weight);
        *target++ = std::lerp(top, bottom, row.weight) / 255.0f;
      }
    }
  }
}

}  // namespace reluserve::image
