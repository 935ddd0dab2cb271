// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The reluserve authors

// What the dashboard shows, as JSON.

#ifndef RELUSERVE_SERVER_HTTP_DASHBOARD_DATA_H_
#define RELUSERVE_SERVER_HTTP_DASHBOARD_DATA_H_

#include <string>

#include <absl/status/statusor.h>
#include <absl/time/time.h>

#include "server/http/http_server.h"
#include "server/metrics/introspection.h"
#include "server/metrics/request_metrics.h"
#include "server/sparsity/sparsity_store.h"

namespace reluserve::http {

// One snapshot:
//
//   {"time_ms", "ready", "lanes": {"lanes", "busy", "queued"},
//    "models": [{"name", "version", "ready", "reason", "layers", "load_seconds"}],
//    "traffic": {"requests", "errors", "samples", "latency": {"bounds", "counts"}},
//    "model", "version", "window", "layer",
//    "sparsity", "channels", "drift", "dead"}
//
// `traffic` are totals, latency a histogram whose counts are of calls up to each bound (seconds)
// and at last of all. The last line is only there where a model is ready: messages of
// sparsity_service.proto in protobuf's JSON, `channels` the chosen layer's report, `drift` null
// without a baseline. Drift and dead channels are those that the metrics show: of the last 10
// minutes, and since load.
absl::StatusOr<std::string> DashboardSnapshot(const DashboardQuery& query,
                                              const metrics::Introspection& introspection,
                                              const metrics::RequestMetrics& requests,
                                              sparsity::SparsityStore& store, absl::Time now);

}  // namespace reluserve::http

#endif  // RELUSERVE_SERVER_HTTP_DASHBOARD_DATA_H_
