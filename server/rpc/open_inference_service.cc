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

// What is true of every server; the names are Triton's, but for the last.
constexpr const char* kExtensions[] = {"classification",
                                       "model_repository",
                                       "schedule_policy",
                                       "model_configuration",
                                       "binary_tensor_data",
                                       "parameters",
                                       "statistics",
                                       "trace",
                                       "logging",
                                       "activation_sparsity"};

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

absl::Status EncodeMetadata(const repository::ModelRepository& repository,
                            const inference::ModelMetadataRequest& request,
                            inference::ModelMetadataResponse& response) {
  RELUSERVE_ASSIGN_OR_RETURN(const std::shared_ptr<const LoadedModel> model,
                             repository.Find(request.name(), request.version()));
  RELUSERVE_ASSIGN_OR_RETURN(const std::vector<ServedModel> versions,
                             ServedModels(repository, request.name(), request.version()));
  response.set_name(model->name());
  // Newest first.
  for (auto each = versions.rbegin(); each != versions.rend(); ++each) {
    response.add_versions(std::to_string(each->version));
  }
  response.set_platform("onnx_reluserve");
  EncodeSpecs(model->inputs(), response.mutable_inputs());
  EncodeSpecs(model->outputs(), response.mutable_outputs());
  return absl::OkStatus();
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
  const absl::Status status = access_.Check(*context, Permission::kUse);
  if (status.ok()) {
    response->set_name("reluserve");
    response->set_version(RELUSERVE_VERSION);
    for (const char* extension : kExtensions) response->add_extensions(extension);
    if (shared_memory_.allowed()) response->add_extensions("system_shared_memory");
  }
  return Finish(context, {"ServerMetadata", "", ""}, status);
}

ServerUnaryReactor* OpenInferenceService::ModelMetadata(
    CallbackServerContext* context, const inference::ModelMetadataRequest* request,
    inference::ModelMetadataResponse* response) {
  const CallLabel label = {"ModelMetadata", request->name(), ""};
  absl::Status status = access_.Check(*context, Permission::kUse);
  if (status.ok()) status = EncodeMetadata(repository_, *request, *response);
  return Finish(context, label, status);
}

ServerUnaryReactor* OpenInferenceService::ModelConfig(CallbackServerContext* context,
                                                      const inference::ModelConfigRequest* request,
                                                      inference::ModelConfigResponse* response) {
  const CallLabel label = {"ModelConfig", request->name(), ""};
  const absl::Status allowed = access_.Check(*context, Permission::kUse);
  if (!allowed.ok()) return Finish(context, label, allowed);
  const auto model = repository_.Find(request->name(), request->version());
  if (model.ok()) *response->mutable_config() = (*model)->config();
  return Finish(context, label, model.status());
}

ServerUnaryReactor* OpenInferenceService::ModelStatistics(
    CallbackServerContext* context, const inference::ModelStatisticsRequest* request,
    inference::ModelStatisticsResponse* response) {
  const CallLabel label = {"ModelStatistics", request->name(), ""};
  const absl::Status allowed = access_.Check(*context, Permission::kUse);
  if (!allowed.ok()) return Finish(context, label, allowed);
  const absl::StatusOr<std::vector<ServedModel>> models =
      ServedModels(repository_, request->name(), request->version());
  for (size_t i = 0; models.ok() && i < models->size(); ++i) {
    const auto& [name, version] = (*models)[i];
    inference::ModelStatistics* message = response->add_model_stats();
    message->set_name(name);
    message->set_version(std::to_string(version));
    EncodeStatistics(statistics_.Get(name, version), *message);
  }
  return Finish(context, label, models.status());
}

}  // namespace reluserve::rpc
