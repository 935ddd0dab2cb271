// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The reluserve authors

// The HTTP side of the server: metrics, health and the dashboard. Nothing is inferred here, and
// nothing can be changed.
//
//   GET /                                  the dashboard, with its files beside it
//   GET /metrics                           Prometheus's text format
//   GET /v2/health/live, /v2/health/ready  200, or 503 where not ready
//   GET /v2/models/<m>[/versions/<v>]/ready  200, 503, or 404
//   GET /api/dashboard?...                 one snapshot for the dashboard, as JSON
//   GET /api/events?...                    the same every second, as server-sent events

#ifndef RELUSERVE_SERVER_HTTP_HTTP_SERVER_H_
#define RELUSERVE_SERVER_HTTP_HTTP_SERVER_H_

#include <functional>
#include <memory>
#include <string>

#include <absl/status/statusor.h>
#include <absl/time/time.h>

namespace reluserve::http {

// What the dashboard is to show; empty fields choose.
struct DashboardQuery {
  std::string model;    // empty: the first that is ready
  std::string version;  // empty: the newest
  std::string window;   // "1m", "10m", "1h"; "load" or empty: since load
  std::string layer;    // whose channels to show; empty: none
};

// Where answers come from. All are set, thread-safe, and return at once.
struct HttpSources {
  std::function<std::string()> metrics;
  std::function<bool()> ready;
  // NOT_FOUND for a model that there is not.
  std::function<absl::StatusOr<bool>(const std::string& model, const std::string& version)>
      model_ready;
  // JSON. INVALID_ARGUMENT or NOT_FOUND for a query that makes no sense.
  std::function<absl::StatusOr<std::string>(const DashboardQuery&)> dashboard;
};

struct HttpOptions {
  // host:port, as "0.0.0.0:8000" or "[::]:8000"; port 0 takes a free one.
  std::string address;
  // Dashboards that may be open at once; more are refused with 503. Each holds a thread.
  int max_event_streams = 16;
  absl::Duration event_interval = absl::Seconds(1);
};

// Serves on threads of its own. Thread-safe.
class HttpServer {
 public:
  // INVALID_ARGUMENT for an address that is none; UNAVAILABLE where it cannot be listened on.
  static absl::StatusOr<std::unique_ptr<HttpServer>> Start(const HttpOptions& options,
                                                           HttpSources sources);
  // Ends open streams and waits for what is being answered.
  ~HttpServer();

  // What it listens on.
  int port() const;

 private:
  class Impl;
  explicit HttpServer(std::unique_ptr<Impl> impl);
  const std::unique_ptr<Impl> impl_;
};

}  // namespace reluserve::http

#endif  // RELUSERVE_SERVER_HTTP_HTTP_SERVER_H_
