// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The reluserve authors

#ifndef RELUSERVE_SERVER_RPC_DURATION_H_
#define RELUSERVE_SERVER_RPC_DURATION_H_

#include <absl/time/time.h>
#include <google/protobuf/duration.pb.h>

namespace reluserve::rpc {

inline void EncodeDuration(absl::Duration duration, google::protobuf::Duration& message) {
  const int64_t seconds = absl::IDivDuration(duration, absl::Seconds(1), &duration);
  message.set_seconds(seconds);
  message.set_nanos(static_cast<int32_t>(absl::ToInt64Nanoseconds(duration)));
}

}  // namespace reluserve::rpc

#endif  // RELUSERVE_SERVER_RPC_DURATION_H_
