// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The reluserve authors

#include "client/load/request_set.h"

#include <algorithm>
#include <filesystem>
#include <random>
#include <system_error>

#include <grpcpp/support/slice.h>

#include "server/base/status.h"
#include "server/image/decode.h"
#include "server/image/preprocess.h"

namespace reluserve::load {
namespace {

void AddTensor(v1::Tensor tensor, inference::ModelInferRequest* request) {
  inference::ModelInferRequest::InferInputTensor* input = request->add_inputs();
  input->set_name(tensor.name());
  input->set_datatype(tensor.datatype());
  *input->mutable_shape() = tensor.shape();
  request->add_raw_input_contents(std::move(*tensor.mutable_data()));
}

inference::ModelInferRequest EmptyRequest(const inference::ModelMetadataResponse& model,
                                          const std::string& version, const InputOptions& options) {
  inference::ModelInferRequest request;
  request.set_model_name(model.name());
  request.set_model_version(version);
  if (!options.sparsity.empty()) {
    (*request.mutable_parameters())["sparsity"].set_string_param(options.sparsity);
  }
  return request;
}

absl::StatusOr<v1::Tensor> TensorOf(std::string file, const client::InputSpec& spec,
                                    const client::InputShapes& shapes) {
  if (client::IsImage(file)) return TensorFromImage(file, spec, shapes);
  return client::TensorFromFile(std::move(file), spec, shapes);
}

absl::Status AddFile(const std::string& path, const client::InputSpec& spec,
                     const client::InputShapes& shapes, inference::ModelInferRequest* request) {
  RELUSERVE_ASSIGN_OR_RETURN(std::string file, client::ReadFile(path));
  absl::StatusOr<v1::Tensor> tensor = TensorOf(std::move(file), spec, shapes);
  if (!tensor.ok()) return Annotate(tensor.status(), path);
  AddTensor(*std::move(tensor), request);
  return absl::OkStatus();
}

absl::StatusOr<std::vector<inference::ModelInferRequest>> RequestsFromFiles(
    const inference::ModelMetadataResponse& model, const std::string& version,
    const InputOptions& options) {
  if (model.inputs_size() != 1) {
    return InvalidArgument("model \"{}\" has {} inputs, give a file for each: --input NAME=FILE",
                           model.name(), model.inputs_size());
  }
  std::vector<inference::ModelInferRequest> requests;
  int64_t bytes = 0;
  for (const std::string& path : options.files) {
    RELUSERVE_ASSIGN_OR_RETURN(const std::vector<std::string> files, ExpandPath(path));
    for (const std::string& file : files) {
      requests.push_back(EmptyRequest(model, version, options));
      RELUSERVE_RETURN_IF_ERROR(AddFile(file, model.inputs(0), options.shapes, &requests.back()));
      bytes += static_cast<int64_t>(requests.back().raw_input_contents(0).size());
      if (bytes > kMaxPreparedBytes) {
        return ResourceExhausted("the files up to {} are more input than a run can hold ({} bytes)",
                                 file, kMaxPreparedBytes);
      }
    }
  }
  return requests;
}

absl::StatusOr<std::vector<inference::ModelInferRequest>> MadeUpRequests(
    const inference::ModelMetadataResponse& model, const std::string& version,
    const InputOptions& options) {
  std::mt19937_64 generator(options.seed);
  std::vector<inference::ModelInferRequest> requests;
  for (int i = 0; i < (options.zeros ? 1 : options.variants); ++i) {
    requests.push_back(EmptyRequest(model, version, options));
    for (const client::InputSpec& spec : model.inputs()) {
      RELUSERVE_ASSIGN_OR_RETURN(
          v1::Tensor tensor, client::RandomTensor(spec, options.shapes, options.batch, generator));
      if (options.zeros) std::fill(tensor.mutable_data()->begin(), tensor.mutable_data()->end(), 0);
      AddTensor(std::move(tensor), &requests.back());
    }
  }
  return requests;
}

int64_t SamplesOf(const inference::ModelInferRequest& request,
                  const inference::ModelMetadataResponse& model) {
  if (model.inputs_size() == 0 || request.inputs_size() == 0) return 1;
  const bool batched = model.inputs(0).shape_size() > 0 && model.inputs(0).shape(0) < 0;
  return batched && request.inputs(0).shape_size() > 0 ? request.inputs(0).shape(0) : 1;
}

}  // namespace

absl::StatusOr<std::vector<std::string>> ExpandPath(const std::string& path) {
  std::error_code error;
  if (!std::filesystem::exists(path, error)) return NotFound("no such file or directory: {}", path);
  if (!std::filesystem::is_directory(path, error)) return std::vector<std::string>{path};
  std::vector<std::string> files;
  for (std::filesystem::directory_iterator entry(path, error), end; !error && entry != end;
       entry.increment(error)) {
    std::error_code ignored;
    if (entry->path().filename().string().starts_with('.')) continue;
    if (entry->is_regular_file(ignored)) files.push_back(entry->path().string());
  }
  if (error) return absl::UnavailableError(fmt::format("{}: {}", path, error.message()));
  if (files.empty()) return InvalidArgument("directory {} has no files", path);
  std::sort(files.begin(), files.end());
  return files;
}

absl::StatusOr<v1::Tensor> TensorFromImage(const std::string& file, const client::InputSpec& spec,
                                           const client::InputShapes& shapes) {
  RELUSERVE_ASSIGN_OR_RETURN(const Shape shape, client::PlannedShape(spec, shapes, 1));
  constexpr int64_t kMaxSide = 8192;
  const bool fits = spec.datatype() == "FP32" && shape.rank() == 4 && shape[0] == 1 &&
                    (shape[1] == 1 || shape[1] == 3) && shape[2] > 0 && shape[2] <= kMaxSide &&
                    shape[3] > 0 && shape[3] <= kMaxSide;
  if (!fits) {
    return InvalidArgument(
        "an image cannot be input \"{}\", {} {}, expected FP32 [1,C,H,W] with 1 or 3 channels",
        spec.name(), spec.datatype(), shape.ToString());
  }
  RELUSERVE_ASSIGN_OR_RETURN(const image::Image image, image::DecodeImage(file));
  std::vector<float> elements(static_cast<size_t>(shape[1] * shape[2] * shape[3]));
  image::Preprocessing how;
  how.channels = static_cast<int>(shape[1]);
  how.height = static_cast<int>(shape[2]);
  how.width = static_cast<int>(shape[3]);
  image::Preprocess(image, how, elements.data());
  v1::Tensor tensor;
  tensor.set_name(spec.name());
  tensor.set_datatype(spec.datatype());
  for (const int64_t extent : shape.dims()) tensor.add_shape(extent);
  tensor.set_data(elements.data(), elements.size() * sizeof(float));
  return tensor;
}

absl::StatusOr<std::vector<inference::ModelInferRequest>> MakeRequests(
    const inference::ModelMetadataResponse& model, const std::string& version,
    const InputOptions& options) {
  RELUSERVE_RETURN_IF_ERROR(client::CheckShapeNames(options.shapes, model));
  if (!options.files.empty()) return RequestsFromFiles(model, version, options);
  if (options.named_files.empty()) return MadeUpRequests(model, version, options);
  std::vector<inference::ModelInferRequest> requests = {EmptyRequest(model, version, options)};
  for (const auto& [name, path] : options.named_files) {
    RELUSERVE_ASSIGN_OR_RETURN(const client::InputSpec spec, client::FindInput(name, model));
    RELUSERVE_RETURN_IF_ERROR(AddFile(path, spec, options.shapes, &requests.front()));
  }
  return requests;
}

absl::StatusOr<PreparedModel> Prepare(const inference::ModelMetadataResponse& model,
                                      const std::string& version, const InputOptions& options) {
  RELUSERVE_ASSIGN_OR_RETURN(const std::vector<inference::ModelInferRequest> requests,
                             MakeRequests(model, version, options));
  PreparedModel prepared;
  prepared.name = model.name();
  prepared.version = version;
  int64_t bytes = 0;
  for (const inference::ModelInferRequest& request : requests) {
    const std::string serialised = request.SerializeAsString();
    bytes += static_cast<int64_t>(serialised.size());
    if (bytes > kMaxPreparedBytes) {
      return ResourceExhausted(
          "model \"{}\": {} requests are more input than a run can hold ({} "
          "bytes)",
          model.name(), requests.size(), kMaxPreparedBytes);
    }
    const grpc::Slice slice(serialised);
    prepared.requests.emplace_back(&slice, 1);
    prepared.samples.push_back(SamplesOf(request, model));
  }
  return prepared;
}

}  // namespace reluserve::load
