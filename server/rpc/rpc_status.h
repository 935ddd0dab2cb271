// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The reluserve authors

#ifndef RELUSERVE_SERVER_RPC_RPC_STATUS_H_
#define RELUSERVE_SERVER_RPC_RPC_STATUS_H_

#include <string_view>

#include <absl/status/status.h>
#include <grpcpp/support/status.h>

namespace reluserve::rpc {

// The one place where our codes become gRPC's: they have the same names and numbers. The message is
// kept to one line and a length that every client takes.
grpc::Status ToGrpcStatus(const absl::Status& status);

// "INVALID_ARGUMENT", as gRPC's own tools print it.
std::string_view CodeName(grpc::StatusCode code);

}  // namespace reluserve::rpc

#endif  // RELUSERVE_SERVER_RPC_RPC_STATUS_H_
