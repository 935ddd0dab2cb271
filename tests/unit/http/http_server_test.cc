// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The reluserve authors

#include "server/http/http_server.h"

#include <atomic>
#include <string>
#include <thread>

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <httplib.h>

namespace reluserve::http {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;

class HttpServerTest : public ::testing::Test {
 protected:
  void SetUp() override {
    HttpSources sources;
    sources.metrics = [] { return std::string("some_metric 1\n"); };
    sources.ready = [this] { return ready_.load(); };
    sources.model_ready = [](const std::string& model,
                             const std::string& version) -> absl::StatusOr<bool> {
      if (model != "digits") return absl::NotFoundError("no model " + model);
      return version != "2";
    };
    sources.dashboard = [this](const DashboardQuery& query) -> absl::StatusOr<std::string> {
      if (query.window == "never") return absl::InvalidArgumentError("window is \"never\"");
      return "{\"number\":" + std::to_string(++snapshots_) + ",\"model\":\"" + query.model + "\"}";
    };
    HttpOptions options;
    options.address = "127.0.0.1:0";
    options.max_event_streams = 1;
    options.event_interval = absl::Milliseconds(1);
    auto server = HttpServer::Start(options, std::move(sources));
    ASSERT_TRUE(server.ok()) << server.status();
    server_ = *std::move(server);
    client_ = std::make_unique<httplib::Client>("127.0.0.1", server_->port());
  }

  int CodeOf(const std::string& path) {
    const auto result = client_->Get(path);
    return result ? result->status : -1;
  }

  std::atomic<bool> ready_ = true;
  std::atomic<int> snapshots_ = 0;
  std::unique_ptr<HttpServer> server_;
  std::unique_ptr<httplib::Client> client_;
};

TEST_F(HttpServerTest, ServesMetrics) {
  const auto result = client_->Get("/metrics");
  ASSERT_TRUE(result);
  EXPECT_EQ(result->body, "some_metric 1\n");
  EXPECT_THAT(result->get_header_value("Content-Type"), HasSubstr("version=0.0.4"));
}

TEST_F(HttpServerTest, TellsHealth) {
  EXPECT_EQ(CodeOf("/v2/health/live"), 200);
  EXPECT_EQ(CodeOf("/v2/health/ready"), 200);
  ready_ = false;
  EXPECT_EQ(CodeOf("/v2/health/live"), 200);
  EXPECT_EQ(CodeOf("/v2/health/ready"), 503);
  EXPECT_EQ(CodeOf("/v2/models/digits/ready"), 200);
  EXPECT_EQ(CodeOf("/v2/models/digits/versions/1/ready"), 200);
  EXPECT_EQ(CodeOf("/v2/models/digits/versions/2/ready"), 503);
  EXPECT_EQ(CodeOf("/v2/models/nobody/ready"), 404);
  EXPECT_EQ(CodeOf("/v2/models/ready"), 404);
}

TEST_F(HttpServerTest, ServesTheDashboardWithoutAnythingFromElsewhere) {
  for (const char* path : {"/", "/dashboard.css", "/dashboard.js", "/icon.svg"}) {
    const auto result = client_->Get(path);
    ASSERT_TRUE(result) << path;
    EXPECT_EQ(result->status, 200) << path;
    EXPECT_GT(result->body.size(), 100u) << path;
    EXPECT_THAT(result->body, Not(HasSubstr("https://"))) << path;
    EXPECT_THAT(result->get_header_value("Content-Security-Policy"),
                HasSubstr("default-src 'none'"));
  }
  EXPECT_EQ(CodeOf("/../server.cc"), 404);
  EXPECT_EQ(CodeOf("/nothing"), 404);
}

TEST_F(HttpServerTest, AnswersSnapshotsAndTheirErrors) {
  const auto result = client_->Get("/api/dashboard?model=a%20b");
  ASSERT_TRUE(result);
  EXPECT_EQ(result->body, "{\"number\":1,\"model\":\"a b\"}");
  EXPECT_EQ(CodeOf("/api/dashboard?window=never"), 400);
}

TEST_F(HttpServerTest, StreamsEventsUntilTheClientGoes) {
  std::string received;
  const auto read = [&](const char* data, size_t size) {
    received.append(data, size);
    // While this stream is open there is no place for another.
    httplib::Client other("127.0.0.1", server_->port());
    const auto refused = other.Get("/api/events");
    EXPECT_TRUE(refused && refused->status == 503);
    return received.find("\"number\":3") == std::string::npos;
  };
  client_->Get("/api/events", read);
  EXPECT_THAT(received, HasSubstr("data: {\"number\":1,\"model\":\"\"}\n\n"));
  EXPECT_THAT(received, HasSubstr("data: {\"number\":3"));
}

TEST_F(HttpServerTest, StopsAlthoughAStreamIsOpen) {
  bool stopped = false;
  std::thread stopper;
  client_->Get("/api/events", [&](const char*, size_t) {
    if (!stopped) stopper = std::thread([this] { server_.reset(); });
    stopped = true;
    return true;
  });
  ASSERT_TRUE(stopper.joinable());
  stopper.join();
}

TEST(HttpServerAddressTest, RefusesWhatIsNoAddress) {
  for (const char* address : {"", "8000", "localhost", "localhost:", ":8000", "host:http",
                              "127.0.0.1:65536", "127.0.0.1:123456"}) {
    HttpOptions options;
    options.address = address;
    EXPECT_EQ(HttpServer::Start(options, {}).status().code(), absl::StatusCode::kInvalidArgument)
        << address;
  }
}

TEST_F(HttpServerTest, SaysThatThePortIsTaken) {
  HttpOptions options;
  options.address = "127.0.0.1:" + std::to_string(server_->port());
  const auto second = HttpServer::Start(options, {});
  EXPECT_EQ(second.status().code(), absl::StatusCode::kUnavailable);
  EXPECT_THAT(std::string(second.status().message()), HasSubstr(options.address));
}

}  // namespace
}  // namespace reluserve::http
