// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The reluserve authors

#include "server/rpc/compression.h"

namespace reluserve::rpc {

std::optional<grpc_compression_algorithm> CompressionOf(std::string_view name) {
  if (name == "gzip") return GRPC_COMPRESS_GZIP;
  if (name == "deflate") return GRPC_COMPRESS_DEFLATE;
  if (name == "identity") return GRPC_COMPRESS_NONE;
  return std::nullopt;
}

void ApplyCompression(grpc::CallbackServerContext& context) {
  const auto header = context.client_metadata().find("response-compression");
  if (header == context.client_metadata().end()) return;
  const auto algorithm = CompressionOf({header->second.data(), header->second.size()});
  if (algorithm) context.set_compression_algorithm(*algorithm);
}

}  // namespace reluserve::rpc
