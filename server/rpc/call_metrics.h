// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The reluserve authors

#ifndef RELUSERVE_SERVER_RPC_CALL_METRICS_H_
#define RELUSERVE_SERVER_RPC_CALL_METRICS_H_

#include <memory>

#include <grpcpp/support/server_interceptor.h>

#include "server/metrics/request_metrics.h"

namespace reluserve::rpc {

// Counts and times every call of every service, by method and status code: also those that are
// refused before a handler of ours has seen them through. `metrics` must outlive the gRPC server.
std::unique_ptr<grpc::experimental::ServerInterceptorFactoryInterface> CallMetrics(
    metrics::RequestMetrics& metrics);

}  // namespace reluserve::rpc

#endif  // RELUSERVE_SERVER_RPC_CALL_METRICS_H_
