// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The reluserve authors

#ifndef RELUSERVE_SERVER_RPC_PROFILE_SERVICE_H_
#define RELUSERVE_SERVER_RPC_PROFILE_SERVICE_H_

#include <grpcpp/server_context.h>

#include "proto/reluserve/v1/profile.grpc.pb.h"
#include "server/repository/model_repository.h"
#include "server/rpc/access_control.h"

namespace reluserve::rpc {

// reluserve.v1.ProfileService. The engine measures (engine/profiler.h); this switches it on and off
// and reads it.
class ProfileService final : public v1::ProfileService::CallbackService {
 public:
  // Both must outlive the gRPC server.
  ProfileService(const repository::ModelRepository& repository, AccessControl& access)
      : repository_(repository), access_(access) {}

 private:
  grpc::ServerUnaryReactor* StartProfile(grpc::CallbackServerContext* context,
                                         const v1::StartProfileRequest* request,
                                         v1::StartProfileResponse* response) override;
  grpc::ServerUnaryReactor* StopProfile(grpc::CallbackServerContext* context,
                                        const v1::StopProfileRequest* request,
                                        v1::StopProfileResponse* response) override;
  grpc::ServerUnaryReactor* GetProfile(grpc::CallbackServerContext* context,
                                       const v1::GetProfileRequest* request,
                                       v1::Profile* response) override;

  const repository::ModelRepository& repository_;
  AccessControl& access_;
};

}  // namespace reluserve::rpc

#endif  // RELUSERVE_SERVER_RPC_PROFILE_SERVICE_H_
