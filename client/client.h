// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The reluserve authors

// A C++ client of reluserve: one call, one RPC, errors as absl::Status.

#ifndef RELUSERVE_CLIENT_CLIENT_H_
#define RELUSERVE_CLIENT_CLIENT_H_

#include <chrono>
#include <functional>
#include <memory>
#include <string>

#include <absl/status/status.h>
#include <absl/status/statusor.h>

#include "client/security.h"
#include "client/stream.h"
#include "proto/health.grpc.pb.h"
#include "proto/open_inference.grpc.pb.h"
#include "proto/reluserve/v1/model.grpc.pb.h"
#include "proto/reluserve/v1/prediction.grpc.pb.h"
#include "proto/reluserve/v1/profile.grpc.pb.h"
#include "proto/reluserve/v1/sparsity_service.grpc.pb.h"
#include "proto/reluserve/v1/tuning.grpc.pb.h"

namespace reluserve::client {

using PredictStream = Stream<v1::PredictRequest, v1::PredictStreamResponse>;
using InferStream = Stream<inference::ModelInferRequest, inference::ModelStreamInferResponse>;

// Speaks to one server over one channel. The channel connects at the first call
// and again whenever it broke. Thread-safe.
//
// Every call blocks until the answer is there or the timeout has passed. Errors have the code and
// the message of the server; UNAVAILABLE is also what a call gets where no server can be reached,
// and DEADLINE_EXCEEDED where the timeout passed first. Messages may be of any size that gRPC can
// carry.
class Client {
 public:
  // `address` is host:port, or any other name that gRPC resolves, as "unix:/run/reluserve.sock".
  // `timeout` is for each call.
  Client(const std::string& address, std::chrono::milliseconds timeout,
         const Security& security = {});

  // reluserve.v1
  absl::StatusOr<v1::PredictResponse> Predict(const v1::PredictRequest& request) const;
  // The timeout is for the whole of the stream.
  std::unique_ptr<PredictStream> OpenPredictStream() const;
  absl::StatusOr<v1::ListModelsResponse> ListModels() const;
  absl::StatusOr<v1::DescribeModelResponse> DescribeModel(
      const v1::DescribeModelRequest& request) const;

  absl::StatusOr<v1::SparsityReport> GetSparsity(const v1::GetSparsityRequest& request) const;
  // Calls `visit` with each report until it answers false (OK), or until the stream ends by an
  // error. Without a timeout.
  absl::Status WatchSparsity(const v1::WatchSparsityRequest& request,
                             const std::function<bool(const v1::SparsityReport&)>& visit) const;
  absl::StatusOr<v1::SetBaselineResponse> SetBaseline(const v1::SetBaselineRequest& request) const;
  absl::StatusOr<v1::GetDriftResponse> GetDrift(const v1::GetDriftRequest& request) const;
  absl::StatusOr<v1::ListDeadChannelsResponse> ListDeadChannels(
      const v1::ListDeadChannelsRequest& request) const;
  absl::Status ResetSparsity(const v1::ResetSparsityRequest& request) const;

  absl::Status StartProfile(const std::string& name, const std::string& version = "") const;
  absl::Status StopProfile(const std::string& name, const std::string& version = "") const;
  absl::StatusOr<v1::Profile> GetProfile(const std::string& name,
                                         const std::string& version = "") const;

  // Calls `visit` with each report on how it gets on. Without a timeout. DATA_LOSS where the stream
  // ends without a result.
  absl::StatusOr<v1::TuneResult> Tune(
      const v1::TuneRequest& request,
      const std::function<void(const v1::TuneProgress&)>& visit) const;

  // The Open Inference Protocol. An empty version is the newest that is served.
  absl::StatusOr<bool> ServerLive() const;
  absl::StatusOr<bool> ServerReady() const;
  absl::StatusOr<bool> ModelReady(const std::string& name, const std::string& version = "") const;
  absl::StatusOr<inference::ServerMetadataResponse> ServerMetadata() const;
  absl::StatusOr<inference::ModelMetadataResponse> ModelMetadata(
      const std::string& name, const std::string& version = "") const;
  absl::StatusOr<inference::ModelInferResponse> ModelInfer(
      const inference::ModelInferRequest& request) const;
  std::unique_ptr<InferStream> OpenInferStream() const;
  absl::StatusOr<inference::ModelConfigResponse> ModelConfig(const std::string& name,
                                                             const std::string& version = "") const;
  // Of all models and versions that are served where the names are empty.
  absl::StatusOr<inference::ModelStatisticsResponse> ModelStatistics(
      const std::string& name = "", const std::string& version = "") const;

  absl::StatusOr<inference::RepositoryIndexResponse> RepositoryIndex(bool ready_only = false) const;
  // Both wait until it is done: within the timeout.
  absl::Status LoadModel(const inference::RepositoryModelLoadRequest& request) const;
  absl::Status UnloadModel(const std::string& name) const;

  // Change what the request names, and answer with all settings.
  absl::StatusOr<inference::TraceSettingResponse> TraceSetting(
      const inference::TraceSettingRequest& request) const;
  absl::StatusOr<inference::LogSettingsResponse> LogSettings(
      const inference::LogSettingsRequest& request) const;

  // Shared memory of the server's machine (proto/model_administration.proto).
  absl::StatusOr<inference::SystemSharedMemoryStatusResponse> SharedMemoryStatus(
      const std::string& name = "") const;
  absl::Status RegisterSharedMemory(
      const inference::SystemSharedMemoryRegisterRequest& request) const;
  absl::Status UnregisterSharedMemory(const std::string& name) const;

  // The status of a service or model by gRPC's health protocol; of the whole server for "".
  // NOT_FOUND: the server knows no such name.
  absl::StatusOr<grpc::health::v1::HealthCheckResponse::ServingStatus> CheckHealth(
      const std::string& service) const;

  // What every call has in common.
  struct CallSettings {
    std::chrono::milliseconds timeout;
    std::string token;
  };

 private:
  CallSettings settings_;
  std::unique_ptr<v1::PredictionService::Stub> prediction_;
  std::unique_ptr<v1::ModelService::Stub> models_;
  std::unique_ptr<v1::SparsityService::Stub> sparsity_;
  std::unique_ptr<v1::ProfileService::Stub> profile_;
  std::unique_ptr<v1::TuningService::Stub> tuning_;
  std::unique_ptr<inference::GRPCInferenceService::Stub> inference_;
  std::unique_ptr<grpc::health::v1::Health::Stub> health_;
};

}  // namespace reluserve::client

#endif  // RELUSERVE_CLIENT_CLIENT_H_
