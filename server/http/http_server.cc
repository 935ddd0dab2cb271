// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The reluserve authors

#include "server/http/http_server.h"

#include <sys/socket.h>

#include <optional>
#include <thread>
#include <utility>

#include <absl/base/thread_annotations.h>
#include <absl/synchronization/mutex.h>
#include <fmt/format.h>
#include <httplib.h>

#include "server/base/status.h"
#include "server/http/dashboard_files.h"

namespace reluserve::http {
namespace {

// For what is answered at once, beside the threads of open streams.
constexpr int kAnswerThreads = 8;
constexpr size_t kMaxRequestBytes = 1 << 16;

struct HostAndPort {
  std::string host;
  int port = 0;
};

absl::StatusOr<HostAndPort> ParseAddress(const std::string& address) {
  const size_t colon = address.rfind(':');
  const std::string port = colon == std::string::npos ? "" : address.substr(colon + 1);
  const bool digits = !port.empty() && port.size() <= 5 &&
                      port.find_first_not_of("0123456789") == std::string::npos;
  std::string host = address.substr(0, colon == std::string::npos ? 0 : colon);
  if (host.size() >= 2 && host.front() == '[' && host.back() == ']') {
    host = host.substr(1, host.size() - 2);
  }
  if (!digits || host.empty() || std::stoi(port) > 65535) {
    return InvalidArgument("the HTTP address is \"{}\", expected host:port", address);
  }
  return HostAndPort{host, std::stoi(port)};
}

int HttpCode(absl::StatusCode code) {
  switch (code) {
    case absl::StatusCode::kOk:
      return 200;
    case absl::StatusCode::kInvalidArgument:
      return 400;
    case absl::StatusCode::kNotFound:
      return 404;
    default:
      return 503;
  }
}

void SetHeaders(httplib::Response& response) {
  response.set_header("X-Content-Type-Options", "nosniff");
  response.set_header("Cache-Control", "no-cache");
  // The page loads nothing from elsewhere, runs only its own script, and is framed by nobody.
  response.set_header("Content-Security-Policy",
                      "default-src 'none'; script-src 'self'; style-src 'self' 'unsafe-inline'; "
                      "img-src 'self'; connect-src 'self'; frame-ancestors 'none'");
}

void Answer(const absl::Status& status, httplib::Response& response) {
  response.status = HttpCode(status.code());
  if (!status.ok()) response.set_content(std::string(status.message()) + "\n", "text/plain");
}

DashboardQuery QueryOf(const httplib::Request& request) {
  return {request.get_param_value("model"), request.get_param_value("version"),
          request.get_param_value("window"), request.get_param_value("layer")};
}

}  // namespace

class HttpServer::Impl {
 public:
  Impl(const HttpOptions& options, HttpSources sources)
      : options_(options), sources_(std::move(sources)) {
    server_.new_task_queue = [threads = kAnswerThreads + options.max_event_streams] {
      return new httplib::ThreadPool(static_cast<size_t>(threads));
    };
    // Not SO_REUSEPORT: two servers on one port would share its requests.
    server_.set_socket_options([](int socket) {
      const int yes = 1;
      setsockopt(socket, SOL_SOCKET, SO_REUSEADDR, &yes, sizeof(yes));
    });
    server_.set_payload_max_length(kMaxRequestBytes);
    server_.set_read_timeout(5);
    server_.set_keep_alive_timeout(2);
    server_.set_post_routing_handler(
        [](const httplib::Request&, httplib::Response& response) { SetHeaders(response); });
    AddFiles();
    AddHealth();
    AddData();
  }

  ~Impl() {
    {
      absl::MutexLock lock(&mutex_);
      stopping_ = true;
    }
    server_.stop();
    if (listener_.joinable()) listener_.join();
  }

  absl::Status Listen() {
    RELUSERVE_ASSIGN_OR_RETURN(const HostAndPort address, ParseAddress(options_.address));
    port_ = address.port;
    const bool bound = port_ == 0 ? (port_ = server_.bind_to_any_port(address.host)) > 0
                                  : server_.bind_to_port(address.host, port_);
    if (!bound) {
      return absl::UnavailableError(
          fmt::format("cannot listen on --http-address {}: is the address right and the port free?",
                      options_.address));
    }
    listener_ = std::thread([this] { server_.listen_after_bind(); });
    // Until then stop() would do nothing.
    while (!server_.is_running()) std::this_thread::yield();
    return absl::OkStatus();
  }

  int port() const { return port_; }

 private:
  void AddFiles() {
    for (const DashboardFile& file : DashboardFiles()) {
      server_.Get(file.path, [&file](const httplib::Request&, httplib::Response& response) {
        response.set_content(file.content.data(), file.content.size(), file.type);
      });
    }
  }

  void AddHealth() {
    server_.Get("/v2/health/live", [](const httplib::Request&, httplib::Response&) {});
    server_.Get("/v2/health/ready", [this](const httplib::Request&, httplib::Response& response) {
      Answer(sources_.ready() ? absl::OkStatus() : absl::UnavailableError("not ready"), response);
    });
    server_.Get(R"(/v2/models/([^/]+)(?:/versions/([^/]+))?/ready)",
                [this](const httplib::Request& request, httplib::Response& response) {
                  const auto ready =
                      sources_.model_ready(request.matches[1].str(), request.matches[2].str());
                  if (!ready.ok()) return Answer(ready.status(), response);
                  Answer(*ready ? absl::OkStatus() : absl::UnavailableError("not ready"), response);
                });
  }

  void AddData() {
    server_.Get("/metrics", [this](const httplib::Request&, httplib::Response& response) {
      response.set_content(sources_.metrics(), "text/plain; version=0.0.4; charset=utf-8");
    });
    server_.Get("/api/dashboard",
                [this](const httplib::Request& request, httplib::Response& response) {
                  const auto snapshot = sources_.dashboard(QueryOf(request));
                  if (!snapshot.ok()) return Answer(snapshot.status(), response);
                  response.set_content(*snapshot, "application/json");
                });
    server_.Get("/api/events",
                [this](const httplib::Request& request, httplib::Response& response) {
                  StartEvents(QueryOf(request), response);
                });
  }

  void StartEvents(const DashboardQuery& query, httplib::Response& response) {
    {
      absl::MutexLock lock(&mutex_);
      if (streams_ >= options_.max_event_streams) {
        return Answer(absl::UnavailableError("too many dashboards are open"), response);
      }
      ++streams_;
    }
    response.set_chunked_content_provider(
        "text/event-stream",
        [this, query, first = true](size_t, httplib::DataSink& sink) mutable {
          if (!first && !WaitForNext()) {
            sink.done();
            return true;
          }
          first = false;
          return SendEvent(query, sink);
        },
        [this](bool) {
          absl::MutexLock lock(&mutex_);
          --streams_;
        });
  }

  // Whether there is to be another event.
  bool WaitForNext() {
    absl::MutexLock lock(&mutex_);
    return !mutex_.AwaitWithTimeout(absl::Condition(&stopping_), options_.event_interval);
  }

  bool SendEvent(const DashboardQuery& query, httplib::DataSink& sink) const {
    const auto snapshot = sources_.dashboard(query);
    const std::string event =
        snapshot.ok() ? fmt::format("data: {}\n\n", *snapshot)
                      : fmt::format("event: problem\ndata: {}\n\n",
                                    DashboardProblem(std::string(snapshot.status().message())));
    return sink.write(event.data(), event.size());
  }

  const HttpOptions options_;
  const HttpSources sources_;
  absl::Mutex mutex_;
  bool stopping_ ABSL_GUARDED_BY(mutex_) = false;
  int streams_ ABSL_GUARDED_BY(mutex_) = 0;
  httplib::Server server_;
  int port_ = 0;
  std::thread listener_;
};

absl::StatusOr<std::unique_ptr<HttpServer>> HttpServer::Start(const HttpOptions& options,
                                                              HttpSources sources) {
  auto impl = std::make_unique<Impl>(options, std::move(sources));
  RELUSERVE_RETURN_IF_ERROR(impl->Listen());
  return std::unique_ptr<HttpServer>(new HttpServer(std::move(impl)));
}

HttpServer::HttpServer(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}
HttpServer::~HttpServer() = default;

int HttpServer::port() const { return impl_->port(); }

}  // namespace reluserve::http
