// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The reluserve authors

#ifndef RELUSERVE_SERVER_RPC_PREDICTION_SERVICE_H_
#define RELUSERVE_SERVER_RPC_PREDICTION_SERVICE_H_

#include <grpcpp/server_context.h>

#include "proto/reluserve/v1/prediction.grpc.pb.h"
#include "server/batching/scheduler.h"
#include "server/repository/model_repository.h"

namespace reluserve::rpc {

// reluserve.v1.PredictionService.
class PredictionService final : public v1::PredictionService::CallbackService {
 public:
  // Both must outlive the gRPC server.
  PredictionService(const repository::ModelRepository& repository, batching::Scheduler& scheduler)
      : repository_(repository), scheduler_(scheduler) {}

 private:
  grpc::ServerUnaryReactor* Predict(grpc::CallbackServerContext* context,
                                    const v1::PredictRequest* request,
                                    v1::PredictResponse* response) override;

  const repository::ModelRepository& repository_;
  batching::Scheduler& scheduler_;
};

}  // namespace reluserve::rpc

#endif  // RELUSERVE_SERVER_RPC_PREDICTION_SERVICE_H_
