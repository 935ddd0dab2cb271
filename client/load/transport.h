// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The reluserve authors

#ifndef RELUSERVE_CLIENT_LOAD_TRANSPORT_H_
#define RELUSERVE_CLIENT_LOAD_TRANSPORT_H_

#include <atomic>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <thread>
#include <vector>

#include <absl/status/status.h>
#include <grpcpp/completion_queue.h>
#include <grpcpp/generic/generic_stub.h>
#include <grpcpp/support/byte_buffer.h>

#include "client/load/duration.h"
#include "client/security.h"

namespace reluserve::load {

// Sends ModelInfer requests that are bytes already and takes answers as bytes: nothing is
// serialised or parsed while a load runs. One thread waits for all answers. Start() is thread-safe.
// What is virtual is so for whoever wants to watch what goes in and out, as tests do.
class Transport {
 public:
  struct Options {
    std::vector<std::string> endpoints;  // host:port, or any name that gRPC resolves
    int connections = 1;                 // to each endpoint; requests take them in turn
    client::Security security;
  };

  // `on_complete` is called with the slot of an attempt and its outcome, on the transport's thread;
  // it may call Start().
  using OnComplete = std::function<void(uint32_t slot, const absl::Status& status)>;

  explicit Transport(const Options& options);
  // No attempt may be under way.
  virtual ~Transport();
  Transport(const Transport&) = delete;
  Transport& operator=(const Transport&) = delete;

  // Who is told of attempts that are started from now on. Only while none is under way.
  virtual void set_on_complete(OnComplete on_complete) { on_complete_ = std::move(on_complete); }

  // Starts an attempt at an endpoint, by its number, that ends after `timeout` at the latest.
  virtual void Start(uint32_t slot, int endpoint, const grpc::ByteBuffer& request,
                     Nanoseconds timeout);

 private:
  struct Call;

  void Poll();

  const std::string token_;
  std::vector<std::vector<std::unique_ptr<grpc::GenericStub>>> stubs_;  // by endpoint, connection
  std::atomic<uint32_t> turn_{0};
  OnComplete on_complete_;
  grpc::CompletionQueue queue_;
  std::thread poller_;
};

}  // namespace reluserve::load

#endif  // RELUSERVE_CLIENT_LOAD_TRANSPORT_H_
