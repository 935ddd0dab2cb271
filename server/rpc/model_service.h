// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The reluserve authors

#ifndef RELUSERVE_SERVER_RPC_MODEL_SERVICE_H_
#define RELUSERVE_SERVER_RPC_MODEL_SERVICE_H_

#include <grpcpp/server_context.h>

#include "proto/reluserve/v1/model.grpc.pb.h"
#include "server/repository/model_repository.h"
#include "server/rpc/access_control.h"

namespace reluserve::rpc {

// reluserve.v1.ModelService. Describing a model may make a plan, for which it waits on gRPC's
// thread; it is for people, not for load.
class ModelService final : public v1::ModelService::CallbackService {
 public:
  // Repository and access control must outlive the gRPC server. Plans are described as made for
  // lanes of so many threads.
  ModelService(const repository::ModelRepository& repository, int threads_per_lane,
               AccessControl& access)
      : repository_(repository), threads_per_lane_(threads_per_lane), access_(access) {}

 private:
  grpc::ServerUnaryReactor* ListModels(grpc::CallbackServerContext* context,
                                       const v1::ListModelsRequest* request,
                                       v1::ListModelsResponse* response) override;
  grpc::ServerUnaryReactor* DescribeModel(grpc::CallbackServerContext* context,
                                          const v1::DescribeModelRequest* request,
                                          v1::DescribeModelResponse* response) override;

  const repository::ModelRepository& repository_;
  const int threads_per_lane_;
  AccessControl& access_;
};

}  // namespace reluserve::rpc

#endif  // RELUSERVE_SERVER_RPC_MODEL_SERVICE_H_
