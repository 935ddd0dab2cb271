// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The reluserve authors

// PNG and JPEG files to pixels.

#ifndef RELUSERVE_SERVER_IMAGE_DECODE_H_
#define RELUSERVE_SERVER_IMAGE_DECODE_H_

#include <cstdint>
#include <string_view>
#include <vector>

#include <absl/status/statusor.h>

namespace reluserve::image {

// 8-bit pixels, row by row from the top, the channels of a pixel side by side.
struct Image {
  int width = 0;
  int height = 0;
  int channels = 0;             // 1 (grey) or 3 (red, green, blue)
  std::vector<uint8_t> pixels;  // height * width * channels
};

// Decodes a whole file. Grey files give one channel, all others three; transparent pixels are laid
// over black; 16-bit samples are brought down to 8. INVALID_ARGUMENT for anything that is no PNG or
// JPEG, is damaged, or has a side of over 8,192 pixels or over 64 Mi pixels, which is checked
// before memory is taken.
absl::StatusOr<Image> DecodeImage(std::string_view bytes);

}  // namespace reluserve::image

#endif  // RELUSERVE_SERVER_IMAGE_DECODE_H_
