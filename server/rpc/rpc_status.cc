// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The reluserve authors

#include "server/rpc/rpc_status.h"

#include <array>

#include "server/base/printable.h"

namespace reluserve::rpc {
namespace {

constexpr auto kCodeNames = std::to_array<std::string_view>(
    {"OK", "CANCELLED", "UNKNOWN", "INVALID_ARGUMENT", "DEADLINE_EXCEEDED", "NOT_FOUND",
     "ALREADY_EXISTS", "PERMISSION_DENIED", "RESOURCE_EXHAUSTED", "FAILED_PRECONDITION", "ABORTED",
     "OUT_OF_RANGE", "UNIMPLEMENTED", "INTERNAL", "UNAVAILABLE", "DATA_LOSS", "UNAUTHENTICATED"});
static_assert(kCodeNames.size() == static_cast<size_t>(grpc::StatusCode::UNAUTHENTICATED) + 1);

// A message travels in the trailers, of which clients take 8 KiB by default, at up to three bytes
// for one. Names in a request may be longer than that.
constexpr size_t kMaxMessageBytes = 2000;

}  // namespace

grpc::Status ToGrpcStatus(const absl::Status& status) {
  if (status.ok()) return grpc::Status::OK;
  return grpc::Status(
      static_cast<grpc::StatusCode>(status.code()),
      Printable({status.message().data(), status.message().size()}, kMaxMessageBytes));
}

std::string_view CodeName(grpc::StatusCode code) {
  const auto index = static_cast<size_t>(code);
  return index < kCodeNames.size() ? kCodeNames[index] : "UNKNOWN";
}

}  // namespace reluserve::rpc
