// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The reluserve authors

// What watches the server: activation counts, metrics, and the HTTP side that shows them.

#ifndef RELUSERVE_SERVER_INSIGHT_H_
#define RELUSERVE_SERVER_INSIGHT_H_

#include <memory>

#include <absl/status/statusor.h>
#include <grpcpp/server_builder.h>

#include "server/batching/scheduler.h"
#include "server/http/http_server.h"
#include "server/metrics/introspection.h"
#include "server/metrics/model_statistics.h"
#include "server/metrics/observer_list.h"
#include "server/metrics/request_metrics.h"
#include "server/metrics/sparsity_recorder.h"
#include "server/repository/model_repository.h"
#include "server/server_options.h"
#include "server/sparsity/sparsity_store.h"
#include "server/sparsity/state_file.h"

namespace reluserve {

// Outlives the scheduler and the gRPC server, which tell it what happens.
class Insight {
 public:
  // Restores the counts of --state-dir; an error where nothing can be kept there.
  static absl::StatusOr<std::unique_ptr<Insight>> Create(const ServerOptions& options);

  batching::BatchObserver& observer() { return observers_; }
  sparsity::SparsityStore& sparsity() { return sparsity_; }
  metrics::RequestMetrics& requests() { return requests_; }
  metrics::ModelStatistics& statistics() { return statistics_; }

  // Has every call of the server that is built counted and timed.
  void ObserveCalls(grpc::ServerBuilder& builder);

  // Null where it is switched off. All that is given, and this, must outlive it.
  absl::StatusOr<std::unique_ptr<http::HttpServer>> StartHttp(
      const ServerOptions& options, const repository::ModelRepository& repository,
      const batching::Scheduler& scheduler);

 private:
  Insight() = default;

  sparsity::SparsityStore sparsity_;
  metrics::SparsityRecorder recorder_{sparsity_};
  metrics::RequestMetrics requests_;
  metrics::ModelStatistics statistics_;
  metrics::ObserverList observers_{{&recorder_, &requests_, &statistics_}};
  metrics::Introspection introspection_;
  std::unique_ptr<sparsity::StateSaver> saver_;  // last: it saves what is above
};

}  // namespace reluserve

#endif  // RELUSERVE_SERVER_INSIGHT_H_
