// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The reluserve authors

// From pixels to what an image network takes.

#ifndef RELUSERVE_SERVER_IMAGE_PREPROCESS_H_
#define RELUSERVE_SERVER_IMAGE_PREPROCESS_H_

#include <array>
#include <cstdint>

#include "server/image/decode.h"

namespace reluserve::image {

// How pictures of any size become a network's input of one size.
struct Preprocessing {
  enum class Resize : uint8_t {
    kStretch,  // all of the picture, whatever becomes of its proportions
    kCrop,     // in proportion, so that the input is covered; what sticks out is cut off evenly
    kPad,      // in proportion, all of it in the middle; black around it
  };

  // Of the input. `channels` is 1 or 3.
  int channels = 3;
  int height = 0;
  int width = 0;
  // Channel by channel, as ONNX has it; or the channels of a pixel side by side.
  bool planar = true;
  // Whether blue comes first; of 3 channels.
  bool bgr = false;
  Resize resize = Resize::kStretch;
  // With kCrop, the length that the shorter side is brought to before the input's size is cut out
  // of the middle; where that is less than the input's, black is around it. 0: just enough to
  // cover.
  int shorter_side = 0;
  // An element is (byte * scale - mean) / deviation, the latter two by channel in the input's
  // order.
  float scale = 1.0f / 255.0f;
  std::array<float, 3> mean = {0, 0, 0};
  std::array<float, 3> deviation = {1, 1, 1};
};

// Writes channels * height * width floats. Colour becomes grey by BT.601 luma, 0.299 R + 0.587 G +
// 0.114 B; grey is repeated. Sampled bilinearly with half-pixel centres, the border pixels
// continued outwards; a picture of the input's own size keeps exactly its bytes.
void Preprocess(const Image& image, const Preprocessing& how, float* target);

}  // namespace reluserve::image

#endif  // RELUSERVE_SERVER_IMAGE_PREPROCESS_H_
