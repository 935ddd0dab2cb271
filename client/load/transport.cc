// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The reluserve authors

#include "client/load/transport.h"

#include <chrono>

#include <grpc/grpc.h>
#include <grpcpp/channel.h>
#include <grpcpp/client_context.h>
#include <grpcpp/create_channel.h>

namespace reluserve::load {
namespace {

constexpr char kMethod[] = "/inference.GRPCInferenceService/ModelInfer";

std::shared_ptr<grpc::Channel> CreateChannel(const std::string& endpoint, int connection,
                                             const client::Security& security) {
  constexpr int kUnlimited = -1;
  grpc::ChannelArguments arguments;
  arguments.SetMaxReceiveMessageSize(kUnlimited);
  arguments.SetMaxSendMessageSize(kUnlimited);
  // Without an argument that differs, channels to one address share a connection.
  arguments.SetInt("reluctl.connection", connection);
  // A server that comes back is found soon, not after gRPC's usual minutes.
  arguments.SetInt(GRPC_ARG_INITIAL_RECONNECT_BACKOFF_MS, 100);
  arguments.SetInt(GRPC_ARG_MIN_RECONNECT_BACKOFF_MS, 100);
  arguments.SetInt(GRPC_ARG_MAX_RECONNECT_BACKOFF_MS, 1000);
  // Retries are the driver's: it counts them.
  arguments.SetInt(GRPC_ARG_ENABLE_RETRIES, 0);
  return grpc::CreateCustomChannel(endpoint, CreateCredentials(security), arguments);
}

}  // namespace

struct Transport::Call {
  uint32_t slot = 0;
  grpc::ClientContext context;
  grpc::ByteBuffer response;
  grpc::Status status;
  std::unique_ptr<grpc::GenericClientAsyncResponseReader> reader;
};

Transport::Transport(const Options& options) : token_(options.security.token) {
  for (const std::string& endpoint : options.endpoints) {
    stubs_.emplace_back();
    for (int i = 0; i < options.connections; ++i) {
      stubs_.back().push_back(
          std::make_unique<grpc::GenericStub>(CreateChannel(endpoint, i, options.security)));
    }
  }
  poller_ = std::thread([this] { Poll(); });
}

Transport::~Transport() {
  queue_.Shutdown();
  poller_.join();
}

void Transport::Start(uint32_t slot, int endpoint, const grpc::ByteBuffer& request,
                      Nanoseconds timeout) {
  auto call = std::make_unique<Call>();
  call->slot = slot;
  call->context.set_deadline(std::chrono::system_clock::now() +
                             std::chrono::duration_cast<std::chrono::microseconds>(timeout));
  client::Authorize(token_, call->context);
  const auto& connections = stubs_[endpoint];
  const size_t connection =
      connections.size() == 1 ? 0
                              : turn_.fetch_add(1, std::memory_order_relaxed) % connections.size();
  call->reader =
      connections[connection]->PrepareUnaryCall(&call->context, kMethod, request, &queue_);
  call->reader->StartCall();
  Call* tag = call.release();  // Poll() takes it back
  tag->reader->Finish(&tag->response, &tag->status, tag);
}

void Transport::Poll() {
  void* tag = nullptr;
  bool ok = false;
  while (queue_.Next(&tag, &ok)) {
    const std::unique_ptr<Call> call(static_cast<Call*>(tag));
    // The two libraries number the codes alike.
    const absl::Status status(static_cast<absl::StatusCode>(call->status.error_code()),
                              call->status.error_message());
    on_complete_(call->slot, status);
  }
}

}  // namespace reluserve::load
