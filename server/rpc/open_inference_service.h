// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The reluserve authors

#ifndef RELUSERVE_SERVER_RPC_OPEN_INFERENCE_SERVICE_H_
#define RELUSERVE_SERVER_RPC_OPEN_INFERENCE_SERVICE_H_

#include <grpcpp/server_context.h>

#include "proto/open_inference.grpc.pb.h"
#include "server/batching/scheduler.h"
#include "server/metrics/model_statistics.h"
#include "server/metrics/request_metrics.h"
#include "server/repository/model_repository.h"
#include "server/rpc/access_control.h"
#include "server/rpc/log_settings.h"
#include "server/rpc/prepared_inference.h"
#include "server/rpc/shared_memory_regions.h"
#include "server/rpc/trace_settings.h"

namespace reluserve::rpc {

// inference.GRPCInferenceService, by gRPC's callback API: handlers run on gRPC's threads and
// compute nothing there. Its files go by concern: open_inference_service.cc (server and models),
// open_inference_infer.cc, open_inference_shared_memory.cc, open_inference_administration.cc. All
// calls but those for readiness and liveness, which probes make, ask AccessControl first.
class OpenInferenceService final : public inference::GRPCInferenceService::CallbackService {
 public:
  // All must outlive the gRPC server.
  struct Parts {
    repository::ModelRepository& repository;
    batching::Scheduler& scheduler;
    metrics::RequestMetrics& requests;
    metrics::ModelStatistics& statistics;
    SharedMemoryRegions& shared_memory;
    AccessControl& access;
    rpc::LogSettings& log_settings;
  };
  explicit OpenInferenceService(const Parts& parts)
      : repository_(parts.repository),
        scheduler_(parts.scheduler),
        requests_(parts.requests),
        statistics_(parts.statistics),
        shared_memory_(parts.shared_memory),
        access_(parts.access),
        log_settings_(parts.log_settings) {}

 private:
  grpc::ServerUnaryReactor* ServerLive(grpc::CallbackServerContext* context,
                                       const inference::ServerLiveRequest* request,
                                       inference::ServerLiveResponse* response) override;
  grpc::ServerUnaryReactor* ServerReady(grpc::CallbackServerContext* context,
                                        const inference::ServerReadyRequest* request,
                                        inference::ServerReadyResponse* response) override;
  grpc::ServerUnaryReactor* ModelReady(grpc::CallbackServerContext* context,
                                       const inference::ModelReadyRequest* request,
                                       inference::ModelReadyResponse* response) override;
  grpc::ServerUnaryReactor* ServerMetadata(grpc::CallbackServerContext* context,
                                           const inference::ServerMetadataRequest* request,
                                           inference::ServerMetadataResponse* response) override;
  grpc::ServerUnaryReactor* ModelMetadata(grpc::CallbackServerContext* context,
                                          const inference::ModelMetadataRequest* request,
                                          inference::ModelMetadataResponse* response) override;
  grpc::ServerUnaryReactor* ModelInfer(grpc::CallbackServerContext* context,
                                       const inference::ModelInferRequest* request,
                                       inference::ModelInferResponse* response) override;
  grpc::ServerBidiReactor<inference::ModelInferRequest, inference::ModelStreamInferResponse>*
  ModelStreamInfer(grpc::CallbackServerContext* context) override;
  grpc::ServerUnaryReactor* ModelConfig(grpc::CallbackServerContext* context,
                                        const inference::ModelConfigRequest* request,
                                        inference::ModelConfigResponse* response) override;
  grpc::ServerUnaryReactor* RepositoryIndex(grpc::CallbackServerContext* context,
                                            const inference::RepositoryIndexRequest* request,
                                            inference::RepositoryIndexResponse* response) override;
  grpc::ServerUnaryReactor* RepositoryModelLoad(
      grpc::CallbackServerContext* context, const inference::RepositoryModelLoadRequest* request,
      inference::RepositoryModelLoadResponse* response) override;
  grpc::ServerUnaryReactor* RepositoryModelUnload(
      grpc::CallbackServerContext* context, const inference::RepositoryModelUnloadRequest* request,
      inference::RepositoryModelUnloadResponse* response) override;
  grpc::ServerUnaryReactor* TraceSetting(grpc::CallbackServerContext* context,
                                         const inference::TraceSettingRequest* request,
                                         inference::TraceSettingResponse* response) override;
  grpc::ServerUnaryReactor* LogSettings(grpc::CallbackServerContext* context,
                                        const inference::LogSettingsRequest* request,
                                        inference::LogSettingsResponse* response) override;
  grpc::ServerUnaryReactor* ModelStatistics(grpc::CallbackServerContext* context,
                                            const inference::ModelStatisticsRequest* request,
                                            inference::ModelStatisticsResponse* response) override;
  grpc::ServerUnaryReactor* SystemSharedMemoryStatus(
      grpc::CallbackServerContext* context,
      const inference::SystemSharedMemoryStatusRequest* request,
      inference::SystemSharedMemoryStatusResponse* response) override;
  grpc::ServerUnaryReactor* SystemSharedMemoryRegister(
      grpc::CallbackServerContext* context,
      const inference::SystemSharedMemoryRegisterRequest* request,
      inference::SystemSharedMemoryRegisterResponse* response) override;
  grpc::ServerUnaryReactor* SystemSharedMemoryUnregister(
      grpc::CallbackServerContext* context,
      const inference::SystemSharedMemoryUnregisterRequest* request,
      inference::SystemSharedMemoryUnregisterResponse* response) override;
  grpc::ServerUnaryReactor* CudaSharedMemoryStatus(
      grpc::CallbackServerContext* context, const inference::CudaSharedMemoryStatusRequest* request,
      inference::CudaSharedMemoryStatusResponse* response) override;
  grpc::ServerUnaryReactor* CudaSharedMemoryRegister(
      grpc::CallbackServerContext* context,
      const inference::CudaSharedMemoryRegisterRequest* request,
      inference::CudaSharedMemoryRegisterResponse* response) override;
  grpc::ServerUnaryReactor* CudaSharedMemoryUnregister(
      grpc::CallbackServerContext* context,
      const inference::CudaSharedMemoryUnregisterRequest* request,
      inference::CudaSharedMemoryUnregisterResponse* response) override;

  // Finds the model and decodes; the messages have to stay until the request is answered.
  absl::StatusOr<PreparedInference> Prepare(const inference::ModelInferRequest& request,
                                            inference::ModelInferResponse& response);

  repository::ModelRepository& repository_;
  batching::Scheduler& scheduler_;
  metrics::RequestMetrics& requests_;
  metrics::ModelStatistics& statistics_;
  SharedMemoryRegions& shared_memory_;
  AccessControl& access_;
  rpc::LogSettings& log_settings_;
  TraceSettings trace_settings_;
};

}  // namespace reluserve::rpc

#endif  // RELUSERVE_SERVER_RPC_OPEN_INFERENCE_SERVICE_H_
