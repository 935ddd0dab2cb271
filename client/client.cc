// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The reluserve authors

#include "client/client.h"

#include <memory>

#include <grpcpp/channel.h>
#include <grpcpp/client_context.h>
#include <grpcpp/create_channel.h>

namespace reluserve::client {
namespace {

std::shared_ptr<grpc::Channel> CreateChannel(const std::string& address, const Security& security) {
  constexpr int kUnlimited = -1;
  grpc::ChannelArguments arguments;
  arguments.SetMaxReceiveMessageSize(kUnlimited);
  arguments.SetMaxSendMessageSize(kUnlimited);
  return grpc::CreateCustomChannel(address, CreateCredentials(security), arguments);
}

void SetUp(const Client::CallSettings& settings, grpc::ClientContext& context) {
  context.set_deadline(std::chrono::system_clock::now() + settings.timeout);
  Authorize(settings.token, context);
}

// The two libraries number the codes alike.
absl::Status ToStatus(const grpc::Status& status) {
  return absl::Status(static_cast<absl::StatusCode>(status.error_code()), status.error_message());
}

// One blocking call of `method`, a member of the stub.
template <typename Service, typename Request, typename Response>
absl::StatusOr<Response> Call(Service& stub,
                              grpc::Status (Service::*method)(grpc::ClientContext*, const Request&,
                                                              Response*),
                              const Request& request, const Client::CallSettings& settings) {
  grpc::ClientContext context;
  SetUp(settings, context);
  Response response;
  const grpc::Status status = (stub.*method)(&context, request, &response);
  if (!status.ok()) return ToStatus(status);
  return response;
}

// Opens a stream of `method`, a member of the stub.
template <typename Service, typename Request, typename Response>
std::unique_ptr<Stream<Request, Response>> Open(
    Service& stub,
    std::unique_ptr<grpc::ClientReaderWriter<Request, Response>> (Service::*method)(
        grpc::ClientContext*),
    const Client::CallSettings& settings) {
  auto context = std::make_unique<grpc::ClientContext>();
  SetUp(settings, *context);
  auto call = (stub.*method)(context.get());
  return std::make_unique<Stream<Request, Response>>(std::move(context), std::move(call));
}

template <typename Request>
Request ForModel(const std::string& name, const std::string& version) {
  Request request;
  request.set_model_name(name);
  request.set_model_version(version);
  return request;
}

}  // namespace

Client::Client(const std::string& address, std::chrono::milliseconds timeout,
               const Security& security)
    : settings_{timeout, security.token} {
  const std::shared_ptr<grpc::Channel> channel = CreateChannel(address, security);
  prediction_ = v1::PredictionService::NewStub(channel);
  models_ = v1::ModelService::NewStub(channel);
  sparsity_ = v1::SparsityService::NewStub(channel);
  profile_ = v1::ProfileService::NewStub(channel);
  tuning_ = v1::TuningService::NewStub(channel);
  inference_ = inference::GRPCInferenceService::NewStub(channel);
  health_ = grpc::health::v1::Health::NewStub(channel);
}

absl::StatusOr<v1::PredictResponse> Client::Predict(const v1::PredictRequest& request) const {
  return Call(*prediction_, &v1::PredictionService::Stub::Predict, request, settings_);
}

std::unique_ptr<PredictStream> Client::OpenPredictStream() const {
  return Open(*prediction_, &v1::PredictionService::Stub::PredictStream, settings_);
}

absl::StatusOr<v1::ListModelsResponse> Client::ListModels() const {
  return Call(*models_, &v1::ModelService::Stub::ListModels, v1::ListModelsRequest(), settings_);
}

absl::StatusOr<v1::DescribeModelResponse> Client::DescribeModel(
    const v1::DescribeModelRequest& request) const {
  return Call(*models_, &v1::ModelService::Stub::DescribeModel, request, settings_);
}

absl::StatusOr<v1::SparsityReport> Client::GetSparsity(
    const v1::GetSparsityRequest& request) const {
  return Call(*sparsity_, &v1::SparsityService::Stub::GetSparsity, request, settings_);
}

absl::Status Client::WatchSparsity(
    const v1::WatchSparsityRequest& request,
    const std::function<bool(const v1::SparsityReport&)>& visit) const {
  grpc::ClientContext context;
  Authorize(settings_.token, context);
  const auto reader = sparsity_->WatchSparsity(&context, request);
  v1::SparsityReport report;
  bool stopped = false;
  while (!stopped && reader->Read(&report)) stopped = !visit(report);
  if (stopped) context.TryCancel();
  const grpc::Status status = reader->Finish();
  return stopped ? absl::OkStatus() : ToStatus(status);
}

absl::StatusOr<v1::TuneResult> Client::Tune(
    const v1::TuneRequest& request,
    const std::function<void(const v1::TuneProgress&)>& visit) const {
  grpc::ClientContext context;
  Authorize(settings_.token, context);
  const auto reader = tuning_->Tune(&context, request);
  v1::TuneResponse response;
  std::optional<v1::TuneResult> result;
  while (reader->Read(&response)) {
    if (response.has_progress()) visit(response.progress());
    if (response.has_result()) result = response.result();
  }
  const grpc::Status status = reader->Finish();
  if (!status.ok()) return ToStatus(status);
  if (!result) return absl::DataLossError("the server ended the tuning without a result");
  return *std::move(result);
}

absl::StatusOr<v1::SetBaselineResponse> Client::SetBaseline(
    const v1::SetBaselineRequest& request) const {
  return Call(*sparsity_, &v1::SparsityService::Stub::SetBaseline, request, settings_);
}

absl::StatusOr<v1::GetDriftResponse> Client::GetDrift(const v1::GetDriftRequest& request) const {
  return Call(*sparsity_, &v1::SparsityService::Stub::GetDrift, request, settings_);
}

absl::StatusOr<v1::ListDeadChannelsResponse> Client::ListDeadChannels(
    const v1::ListDeadChannelsRequest& request) const {
  return Call(*sparsity_, &v1::SparsityService::Stub::ListDeadChannels, request, settings_);
}

absl::Status Client::ResetSparsity(const v1::ResetSparsityRequest& request) const {
  return Call(*sparsity_, &v1::SparsityService::Stub::ResetSparsity, request, settings_).status();
}

absl::Status Client::StartProfile(const std::string& name, const std::string& version) const {
  return Call(*profile_, &v1::ProfileService::Stub::StartProfile,
              ForModel<v1::StartProfileRequest>(name, version), settings_)
      .status();
}

absl::Status Client::StopProfile(const std::string& name, const std::string& version) const {
  return Call(*profile_, &v1::ProfileService::Stub::StopProfile,
              ForModel<v1::StopProfileRequest>(name, version), settings_)
      .status();
}

absl::StatusOr<v1::Profile> Client::GetProfile(const std::string& name,
                                               const std::string& version) const {
  return Call(*profile_, &v1::ProfileService::Stub::GetProfile,
              ForModel<v1::GetProfileRequest>(name, version), settings_);
}

absl::StatusOr<bool> Client::ServerLive() const {
  const auto response = Call(*inference_, &inference::GRPCInferenceService::Stub::ServerLive,
                             inference::ServerLiveRequest(), settings_);
  if (!response.ok()) return response.status();
  return response->live();
}

absl::StatusOr<bool> Client::ServerReady() const {
  const auto response = Call(*inference_, &inference::GRPCInferenceService::Stub::ServerReady,
                             inference::ServerReadyRequest(), settings_);
  if (!response.ok()) return response.status();
  return response->ready();
}

absl::StatusOr<bool> Client::ModelReady(const std::string& name, const std::string& version) const {
  inference::ModelReadyRequest request;
  request.set_name(name);
  request.set_version(version);
  const auto response =
      Call(*inference_, &inference::GRPCInferenceService::Stub::ModelReady, request, settings_);
  if (!response.ok()) return response.status();
  return response->ready();
}

absl::StatusOr<inference::ServerMetadataResponse> Client::ServerMetadata() const {
  return Call(*inference_, &inference::GRPCInferenceService::Stub::ServerMetadata,
              inference::ServerMetadataRequest(), settings_);
}

absl::StatusOr<inference::ModelMetadataResponse> Client::ModelMetadata(
    const std::string& name, const std::string& version) const {
  inference::ModelMetadataRequest request;
  request.set_name(name);
  request.set_version(version);
  return Call(*inference_, &inference::GRPCInferenceService::Stub::ModelMetadata, request,
              settings_);
}

absl::StatusOr<inference::ModelInferResponse> Client::ModelInfer(
    const inference::ModelInferRequest& request) const {
  return Call(*inference_, &inference::GRPCInferenceService::Stub::ModelInfer, request, settings_);
}

std::unique_ptr<InferStream> Client::OpenInferStream() const {
  return Open(*inference_, &inference::GRPCInferenceService::Stub::ModelStreamInfer, settings_);
}

absl::StatusOr<inference::ModelConfigResponse> Client::ModelConfig(
    const std::string& name, const std::string& version) const {
  inference::ModelConfigRequest request;
  request.set_name(name);
  request.set_version(version);
  return Call(*inference_, &inference::GRPCInferenceService::Stub::ModelConfig, request, settings_);
}

absl::StatusOr<inference::RepositoryIndexResponse> Client::RepositoryIndex(bool ready_only) const {
  inference::RepositoryIndexRequest request;
  request.set_ready(ready_only);
  return Call(*inference_, &inference::GRPCInferenceService::Stub::RepositoryIndex, request,
              settings_);
}

absl::Status Client::LoadModel(const inference::RepositoryModelLoadRequest& request) const {
  return Call(*inference_, &inference::GRPCInferenceService::Stub::RepositoryModelLoad, request,
              settings_)
      .status();
}

absl::Status Client::UnloadModel(const std::string& name) const {
  inference::RepositoryModelUnloadRequest request;
  request.set_model_name(name);
  return Call(*inference_, &inference::GRPCInferenceService::Stub::RepositoryModelUnload, request,
              settings_)
      .status();
}

absl::StatusOr<inference::TraceSettingResponse> Client::TraceSetting(
    const inference::TraceSettingRequest& request) const {
  return Call(*inference_, &inference::GRPCInferenceService::Stub::TraceSetting, request,
              settings_);
}

absl::StatusOr<inference::LogSettingsResponse> Client::LogSettings(
    const inference::LogSettingsRequest& request) const {
  return Call(*inference_, &inference::GRPCInferenceService::Stub::LogSettings, request, settings_);
}

absl::StatusOr<inference::ModelStatisticsResponse> Client::ModelStatistics(
    const std::string& name, const std::string& version) const {
  inference::ModelStatisticsRequest request;
  request.set_name(name);
  request.set_version(version);
  return Call(*inference_, &inference::GRPCInferenceService::Stub::ModelStatistics, request,
              settings_);
}

absl::StatusOr<inference::SystemSharedMemoryStatusResponse> Client::SharedMemoryStatus(
    const std::string& name) const {
  inference::SystemSharedMemoryStatusRequest request;
  request.set_name(name);
  return Call(*inference_, &inference::GRPCInferenceService::Stub::SystemSharedMemoryStatus,
              request, settings_);
}

absl::Status Client::RegisterSharedMemory(
    const inference::SystemSharedMemoryRegisterRequest& request) const {
  return Call(*inference_, &inference::GRPCInferenceService::Stub::SystemSharedMemoryRegister,
              request, settings_)
      .status();
}

absl::Status Client::UnregisterSharedMemory(const std::string& name) const {
  inference::SystemSharedMemoryUnregisterRequest request;
  request.set_name(name);
  return Call(*inference_, &inference::GRPCInferenceService::Stub::SystemSharedMemoryUnregister,
              request, settings_)
      .status();
}

absl::StatusOr<grpc::health::v1::HealthCheckResponse::ServingStatus> Client::CheckHealth(
    const std::string& service) const {
  grpc::health::v1::HealthCheckRequest request;
  request.set_service(service);
  const auto response = Call(*health_, &grpc::health::v1::Health::Stub::Check, request, settings_);
  if (!response.ok()) return response.status();
  return response->status();
}

}  // namespace reluserve::client
