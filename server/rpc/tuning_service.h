// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The reluserve authors

#ifndef RELUSERVE_SERVER_RPC_TUNING_SERVICE_H_
#define RELUSERVE_SERVER_RPC_TUNING_SERVICE_H_

#include <grpcpp/server_context.h>

#include "proto/reluserve/v1/tuning.grpc.pb.h"
#include "server/repository/model_repository.h"
#include "server/repository/worker.h"
#include "server/rpc/access_control.h"

namespace reluserve::rpc {

// reluserve.v1.TuningService. The engine measures (engine/tuner.h), on a thread of its own with as
// many OpenMP threads as a lane has.
class TuningService final : public v1::TuningService::CallbackService {
 public:
  // Both must outlive the gRPC server.
  TuningService(const repository::ModelRepository& repository, AccessControl& access,
                int threads_per_lane)
      : repository_(repository), access_(access), worker_(threads_per_lane) {}

 private:
  grpc::ServerWriteReactor<v1::TuneResponse>* Tune(grpc::CallbackServerContext* context,
                                                   const v1::TuneRequest* request) override;

  const repository::ModelRepository& repository_;
  AccessControl& access_;
  repository::Worker worker_;
};

}  // namespace reluserve::rpc

#endif  // RELUSERVE_SERVER_RPC_TUNING_SERVICE_H_
