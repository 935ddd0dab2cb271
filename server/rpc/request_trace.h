// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The reluserve authors

// What ties a call to the log, to the caller's own traces, and to where its time went.

#ifndef RELUSERVE_SERVER_RPC_REQUEST_TRACE_H_
#define RELUSERVE_SERVER_RPC_REQUEST_TRACE_H_

#include <string>
#include <string_view>

#include <absl/time/time.h>
#include <grpcpp/server_context.h>

namespace reluserve::rpc {

// Metadata of calls and answers.
inline constexpr char kRequestIdKey[] = "x-request-id";
inline constexpr char kTraceParentKey[] = "traceparent";
// A call that has it, with any value, is told its times in trailing metadata, in microseconds.
inline constexpr char kTimingKey[] = "x-reluserve-timing";
inline constexpr char kQueueTimeKey[] = "x-reluserve-queue-us";
inline constexpr char kComputeTimeKey[] = "x-reluserve-compute-us";
inline constexpr char kEncodeTimeKey[] = "x-reluserve-encode-us";

struct RequestTrace {
  // The caller's x-request-id, if it has 1 to 128 letters, digits or any of "._:-"; otherwise made
  // up. The requests of a stream share the stream's.
  std::string request_id;
  // Of a valid W3C traceparent, "<trace-id>-<parent-id>"; otherwise empty.
  std::string trace_parent;
  bool wants_times = false;  // kTimingKey was there
};

// Reads the call's metadata and promises its request id to the answer. Call once, before the call
// is answered.
RequestTrace BeginTrace(grpc::CallbackServerContext& context);

// "<trace-id>-<parent-id>" of a valid traceparent (version, 32 and 16 hexadecimal digits, flags;
// the numbers not zero), otherwise empty.
std::string ParseTraceParent(std::string_view header);

// Promises the times to the answer.
void AddTimes(grpc::CallbackServerContext& context, absl::Duration queue, absl::Duration compute,
              absl::Duration encode);

}  // namespace reluserve::rpc

#endif  // RELUSERVE_SERVER_RPC_REQUEST_TRACE_H_
