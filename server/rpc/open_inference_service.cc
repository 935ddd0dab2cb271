// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The reluserve authors

#include "server/rpc/open_inference_service.h"

#include <memory>
#include <string>
#include <vector>

#include "server/base/status.h"
#include "server/rpc/statistics_codec.h"
#include "server/rpc/unary_call.h"

namespace reluserve::rpc {
namespace {

using grpc::CallbackServerContext;
using grpc::ServerUnaryReactor;
using repository::LoadedModel;

void EncodeSpecs(
    const std::vector<repository::TensorSpec>& specs,
    google::protobuf::RepeatedPtrField<inference::ModelMetadataResponse::TensorMetadata>* target) {
  for (const repository::TensorSpec& spec : specs) {
    auto* metadata = target->Add();
    metadata->set_name(spec.name);
    metadata->set_datatype(std::string(Name(spec.type)));
    metadata->mutable_shape()->Add(spec.shape.begin(), spec.shape.end());
  }
}

struct ServedModel {
  std::string name;
  int64_t version = 0;
};

// The versions that take requests, of one model or of all.
absl::StatusOr<std::vector<ServedModel>> ServedModels(const repository::ModelRepository& repository,
                                                      const std::string& name,
                                                      const std::string& version) {
  std::vector<ServedModel> models;
  if (!name.empty()) {
    RELUSERVE_ASSIGN_OR_RETURN(const std::shared_ptr<const LoadedModel> model,
                               repository.Find(name, version));
    if (!version.empty()) return std::vector<ServedModel>{{name, model->version()}};
  }
  for (const repository::IndexEntry& entry : repository.Index(/*ready_only=*/true)) {
    if (name.empty() || entry.name == name) models.push_back({entry.name, entry.version});
  }
  return models;
}

}  // namespace

ServerUnaryReactor* OpenInferenceService::ServerLive(CallbackServerContext* context,
                                                     const inference::ServerLiveRequest*,
                                                     inference::ServerLiveResponse* response) {
  response->set_live(true);
  return Finish(context, {"ServerLive", "", ""}, absl::OkStatus());
}

ServerUnaryReactor* OpenInferenceService::ServerReady(CallbackServerContext* context,
                                                      const inference::ServerReadyRequest*,
                                                      inference::ServerReadyResponse* response) {
  response->set_ready(repository_.ready());
  return Finish(context, {"ServerReady", "", ""}, absl::OkStatus());
}

ServerUnaryReactor* OpenInferenceService::ModelReady(CallbackServerContext* context,
                                                     const inference::ModelReadyRequest* request,
                                                     inference::ModelReadyResponse* response) {
  const absl::StatusOr<bool> ready = repository_.IsReady(request->name(), request->version());
  response->set_ready(ready.ok() && *ready);
  return Finish(context, {"ModelReady", request->name(), ""}, ready.status());
}

ServerUnaryReactor* OpenInferenceService::ServerMetadata(
    CallbackServerContext* context, const inference::ServerMetadataRequest*,
    inference::ServerMetadataResponse* response) {
  response->set_name("reluserve");
  response->set_version(RELUSERVE_VERSION);
  for (const char* extension : {"classification", "parameters", "binary_tensor_data", "statistics",
                                "schedule_policy", "activation_sparsity"}) {
    response->add_extensions(extension);
  }
  if (shared_memory_.allowed()) response->add_extensions("system_shared_memory");
  return Finish(context, {"ServerMetadata", "", ""}, absl::OkStatus());
}

ServerUnaryReactor* OpenInferenceService::ModelMetadata(
    CallbackServerContext* context, const inference::ModelMetadataRequest* request,
    inference::ModelMetadataResponse* response) {
  const auto model = repository_.Find(request->name(), request->version());
  if (model.ok()) {
    response->set_name((*model)->name());
    response->add_versions(std::to_string((*model)->version()));
    response->set_platform("onnx_reluserve");
    EncodeSpecs((*model)->inputs(), response->mutable_inputs());
    EncodeSpecs((*model)->outputs(), response->mutable_outputs());
  }
  return Finish(context, {"ModelMetadata", request->name(), ""}, model.status());
}

ServerUnaryReactor* OpenInferenceService::ModelStatistics(
    CallbackServerContext* context, const inference::ModelStatisticsRequest* request,
    inference::ModelStatisticsResponse* response) {
  const absl::StatusOr<std::vector<ServedModel>> models =
      ServedModels(repository_, request->name(), request->version());
  for (size_t i = 0; models.ok() && i < models->size(); ++i) {
    const auto& [name, version] = (*models)[i];
    inference::ModelStatistics* message = response->add_model_stats();
    message->set_name(name);
    message->set_version(std::to_string(version));
    EncodeStatistics(statistics_.Get(name, version), *message);
  }
  return Finish(context, {"ModelStatistics", request->name(), ""}, models.status());
}

}  // namespace reluserve::rpc
