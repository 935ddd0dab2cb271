// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The reluserve authors

#include "server/rpc/image_contents.h"

#include <algorithm>
#include <utility>

#include "server/base/status.h"
#include "server/image/decode.h"
#include "server/image/preprocess.h"

namespace reluserve::rpc {
namespace {

using repository::LoadedModel;

absl::Status CheckCount(const LoadedModel& model, size_t count) {
  const int most = model.batchable() ? std::max(1, model.batching().max_batch_size) : 1;
  if (count >= 1 && count <= static_cast<size_t>(most)) return absl::OkStatus();
  return InvalidArgument("the request has {} images, expected 1 to {}, which model \"{}\" takes",
                         count, most, model.name());
}

absl::Status DecodeInto(std::string_view file, const image::Preprocessing& how, float* target) {
  RELUSERVE_ASSIGN_OR_RETURN(const image::Image picture, image::DecodeImage(file));
  image::Preprocess(picture, how, target);
  return absl::OkStatus();
}

}  // namespace

absl::Status CheckTakesImages(const LoadedModel& model) {
  if (model.image_input()) return absl::OkStatus();
  return InvalidArgument(
      "model \"{}\" cannot take an image: that needs one FP32 input of 1 or 3 channels and known "
      "height and width; send tensors",
      model.name());
}

absl::StatusOr<ImageInputs> TakeImages(const LoadedModel& model,
                                       std::vector<std::string_view> files) {
  RELUSERVE_RETURN_IF_ERROR(CheckTakesImages(model));
  RELUSERVE_RETURN_IF_ERROR(CheckCount(model, files.size()));
  Shape shape = model.OneSampleShape(0);
  const int64_t elements = shape.ElementCount();
  if (model.batchable()) shape[0] = static_cast<int64_t>(files.size());
  RELUSERVE_ASSIGN_OR_RETURN(Tensor input, Tensor::Allocate(DataType::kFloat32, shape));
  ImageInputs images;
  images.views = {input.view()};
  images.prepare = [files = std::move(files), how = *model.image_input(), elements,
                    input]() mutable -> absl::Status {
    float* target = input.mutable_values<float>().data();
    for (size_t i = 0; i < files.size(); ++i, target += elements) {
      const absl::Status status = DecodeInto(files[i], how, target);
      if (files.size() == 1) return status;
      RELUSERVE_RETURN_IF_ERROR(Annotate(status, fmt::format("image {}", i)));
    }
    return absl::OkStatus();
  };
  return images;
}

}  // namespace reluserve::rpc
