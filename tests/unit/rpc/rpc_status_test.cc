// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The reluserve authors

#include "server/rpc/rpc_status.h"

#include <string>

#include <absl/status/status.h>
#include <gtest/gtest.h>

namespace reluserve::rpc {
namespace {

struct Row {
  absl::StatusCode code;
  grpc::StatusCode expected;
  const char* name;
};

TEST(RpcStatusTest, KeepsEveryCode) {
  const Row rows[] = {
      {absl::StatusCode::kOk, grpc::StatusCode::OK, "OK"},
      {absl::StatusCode::kCancelled, grpc::StatusCode::CANCELLED, "CANCELLED"},
      {absl::StatusCode::kUnknown, grpc::StatusCode::UNKNOWN, "UNKNOWN"},
      {absl::StatusCode::kInvalidArgument, grpc::StatusCode::INVALID_ARGUMENT, "INVALID_ARGUMENT"},
      {absl::StatusCode::kDeadlineExceeded, grpc::StatusCode::DEADLINE_EXCEEDED,
       "DEADLINE_EXCEEDED"},
      {absl::StatusCode::kNotFound, grpc::StatusCode::NOT_FOUND, "NOT_FOUND"},
      {absl::StatusCode::kAlreadyExists, grpc::StatusCode::ALREADY_EXISTS, "ALREADY_EXISTS"},
      {absl::StatusCode::kPermissionDenied, grpc::StatusCode::PERMISSION_DENIED,
       "PERMISSION_DENIED"},
      {absl::StatusCode::kResourceExhausted, grpc::StatusCode::RESOURCE_EXHAUSTED,
       "RESOURCE_EXHAUSTED"},
      {absl::StatusCode::kFailedPrecondition, grpc::StatusCode::FAILED_PRECONDITION,
       "FAILED_PRECONDITION"},
      {absl::StatusCode::kAborted, grpc::StatusCode::ABORTED, "ABORTED"},
      {absl::StatusCode::kOutOfRange, grpc::StatusCode::OUT_OF_RANGE, "OUT_OF_RANGE"},
      {absl::StatusCode::kUnimplemented, grpc::StatusCode::UNIMPLEMENTED, "UNIMPLEMENTED"},
      {absl::StatusCode::kInternal, grpc::StatusCode::INTERNAL, "INTERNAL"},
      {absl::StatusCode::kUnavailable, grpc::StatusCode::UNAVAILABLE, "UNAVAILABLE"},
      {absl::StatusCode::kDataLoss, grpc::StatusCode::DATA_LOSS, "DATA_LOSS"},
      {absl::StatusCode::kUnauthenticated, grpc::StatusCode::UNAUTHENTICATED, "UNAUTHENTICATED"},
  };
  for (const Row& row : rows) {
    const grpc::Status status = ToGrpcStatus(absl::Status(row.code, "why"));
    EXPECT_EQ(status.error_code(), row.expected) << row.name;
    EXPECT_EQ(CodeName(status.error_code()), row.name);
    EXPECT_EQ(status.error_message(), row.code == absl::StatusCode::kOk ? "" : "why");
  }
}

// A long name in a request made the message too long for the trailers, and the client saw
// RESOURCE_EXHAUSTED in place of the real code.
TEST(RpcStatusTest, KeepsMessagesShortAndOnOneLine) {
  const grpc::Status status =
      ToGrpcStatus(absl::NotFoundError("first\nsecond " + std::string(1 << 20, 'n')));
  EXPECT_EQ(status.error_code(), grpc::StatusCode::NOT_FOUND);
  EXPECT_TRUE(status.error_message().starts_with("first\\x0asecond nnn"));
  EXPECT_TRUE(status.error_message().ends_with("n... (1048589 bytes)"));
  EXPECT_LT(status.error_message().size(), 2100u);
}

}  // namespace
}  // namespace reluserve::rpc
