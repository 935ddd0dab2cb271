// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The reluserve authors

#ifndef RELUSERVE_SERVER_RPC_SPARSITY_SERVICE_H_
#define RELUSERVE_SERVER_RPC_SPARSITY_SERVICE_H_

#include <memory>
#include <string>

#include <absl/status/statusor.h>
#include <grpcpp/server_context.h>

#include "proto/reluserve/v1/sparsity_service.grpc.pb.h"
#include "server/repository/model_repository.h"
#include "server/rpc/access_control.h"
#include "server/sparsity/sparsity_store.h"

namespace reluserve::rpc {

// reluserve.v1.SparsityService. Reads what the lanes recorded; computes no model.
class SparsityService final : public v1::SparsityService::CallbackService {
 public:
  // All must outlive the gRPC server.
  SparsityService(const repository::ModelRepository& repository, sparsity::SparsityStore& store,
                  AccessControl& access)
      : repository_(repository), store_(store), access_(access) {}

  // One report, for WatchSparsity and for the dashboard.
  absl::Status Report(const v1::GetSparsityRequest& request, v1::SparsityReport& report) const;

 private:
  struct Counted {
    std::shared_ptr<const repository::LoadedModel> model;
    std::shared_ptr<sparsity::ModelSparsity> counts;
  };
  absl::StatusOr<Counted> Find(const std::string& name, const std::string& version) const;
  absl::Status SetBaseline(const v1::SetBaselineRequest& request,
                           v1::SetBaselineResponse& response) const;
  absl::Status GetDrift(const v1::GetDriftRequest& request, v1::GetDriftResponse& response) const;
  absl::Status ListDeadChannels(const v1::ListDeadChannelsRequest& request,
                                v1::ListDeadChannelsResponse& response) const;
  absl::Status ResetSparsity(const v1::ResetSparsityRequest& request) const;

  grpc::ServerUnaryReactor* GetSparsity(grpc::CallbackServerContext* context,
                                        const v1::GetSparsityRequest* request,
                                        v1::SparsityReport* response) override;
  grpc::ServerWriteReactor<v1::SparsityReport>* WatchSparsity(
      grpc::CallbackServerContext* context, const v1::WatchSparsityRequest* request) override;
  grpc::ServerUnaryReactor* SetBaseline(grpc::CallbackServerContext* context,
                                        const v1::SetBaselineRequest* request,
                                        v1::SetBaselineResponse* response) override;
  grpc::ServerUnaryReactor* GetDrift(grpc::CallbackServerContext* context,
                                     const v1::GetDriftRequest* request,
                                     v1::GetDriftResponse* response) override;
  grpc::ServerUnaryReactor* ListDeadChannels(grpc::CallbackServerContext* context,
                                             const v1::ListDeadChannelsRequest* request,
                                             v1::ListDeadChannelsResponse* response) override;
  grpc::ServerUnaryReactor* ResetSparsity(grpc::CallbackServerContext* context,
                                          const v1::ResetSparsityRequest* request,
                                          v1::ResetSparsityResponse* response) override;

  const repository::ModelRepository& repository_;
  sparsity::SparsityStore& store_;
  AccessControl& access_;
};

}  // namespace reluserve::rpc

#endif  // RELUSERVE_SERVER_RPC_SPARSITY_SERVICE_H_
