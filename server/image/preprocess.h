// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The reluserve authors

// From pixels to what an image network takes.

#ifndef RELUSERVE_SERVER_IMAGE_PREPROCESS_H_
#define RELUSERVE_SERVER_IMAGE_PREPROCESS_H_

#include "server/image/decode.h"

namespace reluserve::image {

// Writes channels * height * width floats in 0..1, channel by channel (planar). `channels` is 1 or
// 3: colour becomes grey by BT.601 luma, 0.299 R + 0.587 G + 0.114 B; grey is repeated. Resized
// bilinearly with half-pixel centres, the border pixels continued outwards; at the image's own size
// every value is exactly its byte / 255.
void ToPlanarFloats(const Image& image, int channels, int height, int width, float* target);

}  // namespace reluserve::image

#endif  // RELUSERVE_SERVER_IMAGE_PREPROCESS_H_
