// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The reluserve authors

#ifndef RELUSERVE_SERVER_RPC_COMPRESSION_H_
#define RELUSERVE_SERVER_RPC_COMPRESSION_H_

#include <optional>
#include <string_view>

#include <grpc/impl/codegen/compression_types.h>
#include <grpcpp/server_context.h>

namespace reluserve::rpc {

// "gzip", "deflate" or "identity"; nothing for any other name.
std::optional<grpc_compression_algorithm> CompressionOf(std::string_view name);

// Compresses the answers of the call as its header `response-compression` asks for, where it has
// one of the names above; otherwise they are as the server's default. To be called before anything
// is sent. Requests may be compressed in any case: gRPC opens them.
void ApplyCompression(grpc::CallbackServerContext& context);

}  // namespace reluserve::rpc

#endif  // RELUSERVE_SERVER_RPC_COMPRESSION_H_
