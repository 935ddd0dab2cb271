// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The reluserve authors

#include "server/rpc/listener.h"

#include <memory>

#include "server/base/status.h"
#include "server/rpc/compression.h"

namespace reluserve::rpc {

absl::Status Listen(const ListenerOptions& options, int* port, grpc::ServerBuilder& builder) {
  constexpr int kMillisecondsPerSecond = 1000;
  RELUSERVE_ASSIGN_OR_RETURN(const std::shared_ptr<grpc::ServerCredentials> credentials,
                             MakeServerCredentials(options.tls));
  const auto compression = CompressionOf(options.response_compression);
  if (!compression) {
    return InvalidArgument("response compression is \"{}\", expected identity, gzip or deflate",
                           options.response_compression);
  }
  builder.AddListeningPort(options.address, credentials, port);
  // Two servers on one port would share its requests and confuse everybody.
  builder.AddChannelArgument(GRPC_ARG_ALLOW_REUSEPORT, 0);
  builder.SetMaxReceiveMessageSize(options.max_message_mib << 20);
  builder.SetMaxSendMessageSize(-1);
  builder.SetDefaultCompressionAlgorithm(*compression);
  builder.AddChannelArgument(GRPC_ARG_KEEPALIVE_TIME_MS,
                             options.keepalive_time_s * kMillisecondsPerSecond);
  builder.AddChannelArgument(GRPC_ARG_KEEPALIVE_TIMEOUT_MS,
                             options.keepalive_timeout_s * kMillisecondsPerSecond);
  // Also a client that only keeps its connection is looked after.
  builder.AddChannelArgument(GRPC_ARG_KEEPALIVE_PERMIT_WITHOUT_CALLS, 1);
  builder.AddChannelArgument(GRPC_ARG_HTTP2_MAX_PINGS_WITHOUT_DATA, 0);
  builder.AddChannelArgument(GRPC_ARG_HTTP2_MIN_RECV_PING_INTERVAL_WITHOUT_DATA_MS,
                             options.min_ping_interval_s * kMillisecondsPerSecond);
  return absl::OkStatus();
}

}  // namespace reluserve::rpc
