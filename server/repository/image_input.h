// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The reluserve authors

// How pictures are brought to a model's input, from its configuration. `parameters` hold it, which
// Triton's tools leave alone:
//
//   parameters { key: "image_mean" value { string_value: "0.485,0.456,0.406" } }
//
//   image_color           RGB (default) or BGR: the order of the input's three channels
//   image_resize          stretch (default), crop or pad
//   image_resize_shorter  with crop: the length of the shorter side before the middle is cut out
//   image_scale           what bytes are multiplied with: a number or a fraction; default 1/255
//   image_mean            then subtracted: one number, or one a channel; default 0
//   image_std             then divided by; default 1
//
// Where the channels are is the input's `format`, or follows from its shape.

#ifndef RELUSERVE_SERVER_REPOSITORY_IMAGE_INPUT_H_
#define RELUSERVE_SERVER_REPOSITORY_IMAGE_INPUT_H_

#include <optional>
#include <string_view>

#include <absl/status/statusor.h>

#include "proto/model_config.pb.h"
#include "server/image/preprocess.h"

namespace reluserve::repository {

// Whether a key of `parameters` is one of those above.
bool IsImageParameter(std::string_view key);

// For a complete configuration. Nothing where the model takes no picture: that needs one FP32 input
// with 1 or 3 channels and known height and width, besides a batch. INVALID_ARGUMENT naming
// parameter, value and what was expected; also where there are parameters for such a model.
absl::StatusOr<std::optional<image::Preprocessing>> ImageInput(
    const inference::ModelConfig& config);

}  // namespace reluserve::repository

#endif  // RELUSERVE_SERVER_REPOSITORY_IMAGE_INPUT_H_
