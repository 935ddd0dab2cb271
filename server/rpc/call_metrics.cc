// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The reluserve authors

#include "server/rpc/call_metrics.h"

#include <absl/time/clock.h>
#include <absl/time/time.h>

namespace reluserve::rpc {
namespace {

using grpc::experimental::InterceptionHookPoints;
using grpc::experimental::InterceptorBatchMethods;
using grpc::experimental::ServerRpcInfo;

// One call. gRPC calls it in turn, never at the same time.
class CallTimer final : public grpc::experimental::Interceptor {
 public:
  CallTimer(const ServerRpcInfo& info, metrics::RequestMetrics& metrics)
      : method_(info.method()),
        unary_(info.type() == ServerRpcInfo::Type::UNARY),
        metrics_(metrics),
        start_(absl::Now()) {}

  // A call that ends without an answer was cancelled.
  ~CallTimer() override { Record(absl::StatusCode::kCancelled); }

  void Intercept(InterceptorBatchMethods* methods) override {
    if (methods->QueryInterceptionHookPoint(InterceptionHookPoints::PRE_SEND_STATUS)) {
      // The two libraries number the codes alike.
      Record(static_cast<absl::StatusCode>(methods->GetSendStatus().error_code()));
    }
    methods->Proceed();
  }

 private:
  void Record(absl::StatusCode code) {
    if (recorded_) return;
    recorded_ = true;
    metrics_.OnCall(method_, code, absl::Now() - start_, unary_);
  }

  const char* const method_;  // the service's, which outlives its calls
  const bool unary_;
  metrics::RequestMetrics& metrics_;
  const absl::Time start_;
  bool recorded_ = false;
};

class CallTimers final : public grpc::experimental::ServerInterceptorFactoryInterface {
 public:
  explicit CallTimers(metrics::RequestMetrics& metrics) : metrics_(metrics) {}
  grpc::experimental::Interceptor* CreateServerInterceptor(ServerRpcInfo* info) override {
    return new CallTimer(*info, metrics_);
  }

 private:
  metrics::RequestMetrics& metrics_;
};

}  // namespace

std::unique_ptr<grpc::experimental::ServerInterceptorFactoryInterface> CallMetrics(
    metrics::RequestMetrics& metrics) {
  return std::make_unique<CallTimers>(metrics);
}

}  // namespace reluserve::rpc
