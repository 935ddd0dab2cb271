// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The reluserve authors

// Which requests leave a line with their timestamps in the log: Triton's trace extension.

#ifndef RELUSERVE_SERVER_RPC_TRACE_SETTINGS_H_
#define RELUSERVE_SERVER_RPC_TRACE_SETTINGS_H_

#include <atomic>
#include <cstdint>
#include <map>
#include <optional>
#include <string>

#include <absl/base/thread_annotations.h>
#include <absl/status/status.h>
#include <absl/synchronization/mutex.h>

#include "proto/model_administration.pb.h"

namespace reluserve::rpc {

// The settings of the server, and those that models have of their own. Known are
//
//   trace_level    OFF (the default) or TIMESTAMPS
//   trace_rate     of so many requests one is traced; 1000 by default
//   trace_count    so many more are traced, then none; -1, the default: no end
//   log_frequency  0: each trace is written at once
//   trace_file     "": traces go to the log, which a client cannot send elsewhere
//   trace_mode     triton
//
// A trace is the line "trace ..." at level info. Thread-safe.
class TraceSettings {
 public:
  // Applies all of the request's settings or none, and answers with those of the model then, or of
  // the server. INVALID_ARGUMENT naming a setting that is unknown or has a value it cannot have;
  // UNIMPLEMENTED for what Triton can trace and this server cannot.
  absl::Status Update(const inference::TraceSettingRequest& request,
                      inference::TraceSettingResponse& response);

  // Whether the request that has just arrived for the model is to be traced.
  bool Sample(const std::string& model);

 private:
  struct Values {
    std::optional<bool> timestamps;
    std::optional<int64_t> rate;
    std::optional<int64_t> count;
    int64_t seen = 0;    // requests since these settings were changed
    int64_t traced = 0;  // of these
  };

  static absl::Status Apply(const inference::TraceSettingRequest& request, Values& values);
  Values Effective(const std::string& model) const ABSL_SHARED_LOCKS_REQUIRED(mutex_);

  absl::Mutex mutex_;
  // Whether any trace can be asked for: tells without the lock that there is nothing to do.
  std::atomic<bool> any_ = false;
  Values server_ ABSL_GUARDED_BY(mutex_);
  std::map<std::string, Values> models_ ABSL_GUARDED_BY(mutex_);
};

}  // namespace reluserve::rpc

#endif  // RELUSERVE_SERVER_RPC_TRACE_SETTINGS_H_
