// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The reluserve authors

#ifndef RELUSERVE_SERVER_RPC_OPEN_INFERENCE_SERVICE_H_
#define RELUSERVE_SERVER_RPC_OPEN_INFERENCE_SERVICE_H_

#include <grpcpp/server_context.h>

#include "proto/open_inference.grpc.pb.h"
#include "server/batching/scheduler.h"
#include "server/repository/model_repository.h"

namespace reluserve::rpc {

// inference.GRPCInferenceService, by gRPC's callback API: handlers run on gRPC's threads and
// compute nothing there.
class OpenInferenceService final : public inference::GRPCInferenceService::CallbackService {
 public:
  // Both must outlive the gRPC server.
  OpenInferenceService(const repository::ModelRepository& repository,
                       batching::Scheduler& scheduler)
      : repository_(repository), scheduler_(scheduler) {}

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

  const repository::ModelRepository& repository_;
  batching::Scheduler& scheduler_;
};

}  // namespace reluserve::rpc

#endif  // RELUSERVE_SERVER_RPC_OPEN_INFERENCE_SERVICE_H_
