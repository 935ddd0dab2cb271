// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The reluserve authors

#ifndef RELUSERVE_SERVER_RPC_LISTENER_H_
#define RELUSERVE_SERVER_RPC_LISTENER_H_

#include <string>

#include <absl/status/status.h>
#include <grpcpp/server_builder.h>

#include "server/rpc/server_credentials.h"

namespace reluserve::rpc {

// How gRPC listens and speaks.
struct ListenerOptions {
  std::string address;  // host:port
  TlsFiles tls;
  // Requests larger than this end with RESOURCE_EXHAUSTED, which names both sizes. MiB, 1 to 2047.
  int max_message_mib = 64;
  // Of answers whose calls do not ask for another: "identity", "gzip" or "deflate".
  std::string response_compression = "identity";
  // A connection without traffic for so many seconds is pinged, and closed when the ping is not
  // answered within so many.
  int keepalive_time_s = 120;
  int keepalive_timeout_s = 20;
  // Clients that ping more often than this many seconds are cut off.
  int min_ping_interval_s = 10;
};

// Sets the builder up to listen; *port is filled when the server is built, and stays 0 where it
// cannot listen. INVALID_ARGUMENT for TLS files that are no good, and for an unknown compression.
absl::Status Listen(const ListenerOptions& options, int* port, grpc::ServerBuilder& builder);

}  // namespace reluserve::rpc

#endif  // RELUSERVE_SERVER_RPC_LISTENER_H_
