// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The reluserve authors

#ifndef RELUSERVE_SERVER_RPC_PREDICTION_SERVICE_H_
#define RELUSERVE_SERVER_RPC_PREDICTION_SERVICE_H_

#include <grpcpp/server_context.h>

#include "proto/reluserve/v1/prediction.grpc.pb.h"
#include "server/batching/scheduler.h"
#include "server/metrics/model_statistics.h"
#include "server/metrics/request_metrics.h"
#include "server/repository/model_repository.h"
#include "server/rpc/access_control.h"
#include "server/rpc/prepared_inference.h"

namespace reluserve::rpc {

// reluserve.v1.PredictionService.
class PredictionService final : public v1::PredictionService::CallbackService {
 public:
  // All must outlive the gRPC server.
  PredictionService(const repository::ModelRepository& repository, batching::Scheduler& scheduler,
                    metrics::RequestMetrics& requests, metrics::ModelStatistics& statistics,
                    AccessControl& access)
      : repository_(repository),
        scheduler_(scheduler),
        requests_(requests),
        statistics_(statistics),
        access_(access) {}

 private:
  grpc::ServerUnaryReactor* Predict(grpc::CallbackServerContext* context,
                                    const v1::PredictRequest* request,
                                    v1::PredictResponse* response) override;
  grpc::ServerBidiReactor<v1::PredictRequest, v1::PredictStreamResponse>* PredictStream(
      grpc::CallbackServerContext* context) override;

  // Finds the model and decodes; the messages have to stay until the request is answered.
  absl::StatusOr<PreparedInference> Prepare(const v1::PredictRequest& request,
                                            v1::PredictResponse& response);

  const repository::ModelRepository& repository_;
  batching::Scheduler& scheduler_;
  metrics::RequestMetrics& requests_;
  metrics::ModelStatistics& statistics_;
  AccessControl& access_;
};

}  // namespace reluserve::rpc

#endif  // RELUSERVE_SERVER_RPC_PREDICTION_SERVICE_H_
