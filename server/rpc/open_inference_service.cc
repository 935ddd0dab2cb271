// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The reluserve authors

#include "server/rpc/open_inference_service.h"

#include <memory>
#include <utility>

#include "server/rpc/open_inference_codec.h"
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
  response->add_extensions("activation_sparsity");
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

ServerUnaryReactor* OpenInferenceService::ModelInfer(CallbackServerContext* context,
                                                     const inference::ModelInferRequest* request,
                                                     inference::ModelInferResponse* response) {
  const CallLabel label = {"ModelInfer", request->model_name(), request->id()};
  const auto model = repository_.Find(request->model_name(), request->model_version());
  if (!model.ok()) return Finish(context, label, model.status());
  absl::StatusOr<DecodedRequest> decoded = DecodeRequest(*request, **model);
  if (!decoded.ok()) return Finish(context, label, decoded.status());

  response->set_id(request->id());
  // Shared, as a std::function is copied: the inputs may lie in it.
  auto kept = std::make_shared<const DecodedRequest>(*std::move(decoded));
  batching::InferenceRequest inference;
  inference.model = *model;
  inference.inputs = kept->inputs;
  return InferenceCall::Start(
      context, label, scheduler_, std::move(inference),
      [model = *model, kept, response](const batching::InferenceResult& result) {
        EncodeResponse(result, *model, *kept, *response);
      });
}

}  // namespace reluserve::rpc
