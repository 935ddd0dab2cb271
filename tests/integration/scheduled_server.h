// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The reluserve authors

#ifndef RELUSERVE_TESTS_INTEGRATION_SCHEDULED_SERVER_H_
#define RELUSERVE_TESTS_INTEGRATION_SCHEDULED_SERVER_H_

#include <chrono>
#include <functional>
#include <map>
#include <memory>
#include <string>

#include <grpcpp/server.h>
#include <grpcpp/support/status.h>

namespace reluserve::integration {

// What becomes of a request.
struct ScheduledAnswer {
  std::chrono::nanoseconds delay{0};  // from its arrival
  grpc::Status status;
};

// What became of one, by the server's own clock.
struct ServedRequest {
  std::chrono::steady_clock::time_point arrived;
  std::chrono::steady_clock::time_point answered;
};

// A server of the Open Inference Protocol, in this process, that computes nothing: it answers every
// ModelInfer after a time that is known beforehand. Its model "scheduled" takes FP32 [-1,4]; any
// other name is NOT_FOUND. It offers no statistics.
class ScheduledServer {
 public:
  // Called with the number of a request, in the order of arrival, and the time since the first
  // arrived; from gRPC's threads, one at a time.
  using Schedule =
      std::function<ScheduledAnswer(int64_t number, std::chrono::nanoseconds since_first)>;

  explicit ScheduledServer(Schedule schedule);
  ~ScheduledServer();

  // host:port, on a free port of this machine's own address.
  const std::string& address() const { return address_; }

  // How many requests arrived.
  int64_t arrived() const;

  // Those that came with an id of their own and were answered, by that id.
  std::map<std::string, ServedRequest> served() const;

 private:
  class Service;

  std::unique_ptr<Service> service_;
  std::unique_ptr<grpc::Server> server_;
  std::string address_;
};

}  // namespace reluserve::integration

#endif  // RELUSERVE_TESTS_INTEGRATION_SCHEDULED_SERVER_H_
