// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The reluserve authors

#include "server/insight.h"

#include <string>
#include <utility>
#include <vector>

#include <absl/time/clock.h>
#include <spdlog/spdlog.h>

#include "server/base/status.h"
#include "server/batching/cpu_grant.h"
#include "server/http/dashboard_data.h"
#include "server/metrics/collector.h"
#include "server/rpc/call_metrics.h"

namespace reluserve {
namespace {

metrics::Introspection Introspect(const repository::ModelRepository& repository,
                                  const batching::Scheduler& scheduler) {
  metrics::Introspection introspection;
  introspection.models = [&repository] {
    std::vector<metrics::ModelState> models;
    for (const repository::IndexEntry& entry : repository.Index()) {
      models.push_back({entry.name, entry.version, entry.model, entry.reason});
    }
    return models;
  };
  introspection.lanes = [&scheduler] {
    const batching::SchedulerLoad load = scheduler.load();
    return metrics::LaneState{load.lanes, load.busy, load.queued};
  };
  introspection.ready = [&repository] { return repository.ready(); };
  introspection.cpus_granted = batching::GetCpuGrant().cpus();
  return introspection;
}

}  // namespace

absl::StatusOr<std::unique_ptr<Insight>> Insight::Create(const ServerOptions& options) {
  std::unique_ptr<Insight> insight(new Insight);
  if (options.state_dir.empty()) return insight;
  RELUSERVE_ASSIGN_OR_RETURN(
      insight->saver_,
      sparsity::StateSaver::Start(options.state_dir, absl::Seconds(options.state_interval_s),
                                  insight->sparsity_));
  return insight;
}

void Insight::ObserveCalls(grpc::ServerBuilder& builder) {
  std::vector<std::unique_ptr<grpc::experimental::ServerInterceptorFactoryInterface>> interceptors;
  interceptors.push_back(rpc::CallMetrics(requests_));
  builder.experimental().SetInterceptorCreators(std::move(interceptors));
}

absl::StatusOr<std::unique_ptr<http::HttpServer>> Insight::StartHttp(
    const ServerOptions& options, const repository::ModelRepository& repository,
    const batching::Scheduler& scheduler) {
  if (options.http_address == "off") return nullptr;
  introspection_ = Introspect(repository, scheduler);
  const auto collector = std::make_shared<metrics::Collector>(introspection_, requests_, sparsity_);
  http::HttpSources sources;
  sources.metrics = [collector] { return collector->Text(); };
  sources.ready = introspection_.ready;
  sources.model_ready = [&repository](const std::string& model, const std::string& version) {
    return repository.IsReady(model, version);
  };
  sources.dashboard = [this](const http::DashboardQuery& query) {
    return http::DashboardSnapshot(query, introspection_, requests_, sparsity_, absl::Now());
  };
  http::HttpOptions http_options;
  http_options.address = options.http_address;
  RELUSERVE_ASSIGN_OR_RETURN(auto server,
                             http::HttpServer::Start(http_options, std::move(sources)));
  spdlog::info("http_listening address={} port={}", options.http_address, server->port());
  return server;
}

}  // namespace reluserve
