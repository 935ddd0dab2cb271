// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The reluserve authors

// What is logged and how, while the server runs: Triton's logging extension.

#ifndef RELUSERVE_SERVER_RPC_LOG_SETTINGS_H_
#define RELUSERVE_SERVER_RPC_LOG_SETTINGS_H_

#include <cstdint>
#include <memory>
#include <string>

#include <absl/base/thread_annotations.h>
#include <absl/status/status.h>
#include <absl/synchronization/mutex.h>
#include <spdlog/logger.h>

#include "proto/model_administration.pb.h"

namespace reluserve::rpc {

// Known settings are
//
//   log_error, log_warning, log_info  bool: whether lines of that level are written
//   log_verbose_level                 0: no more than these; 1: a line for each request; 2:
//   everything log_format                        "default", or "ISO8601" (UTC, whole seconds)
//   log_file                          "": standard error, which a client cannot change
//
// Thread-safe.
class LogSettings {
 public:
  // Sets out from the levels that the logger now has, and its pattern as the default format.
  LogSettings(std::shared_ptr<spdlog::logger> logger, std::string default_pattern);

  // Applies all of the request's settings or none, and answers with those there are then.
  // INVALID_ARGUMENT naming a setting that is unknown or has a value it cannot have.
  absl::Status Update(const inference::LogSettingsRequest& request,
                      inference::LogSettingsResponse& response);

 private:
  struct Values {
    bool error = true;
    bool warning = true;
    bool info = true;
    uint32_t verbose_level = 0;
    std::string format = "default";
  };
  struct Filter;

  static absl::Status Apply(const inference::LogSettingsRequest& request, Values& values);
  static void Encode(const Values& values, inference::LogSettingsResponse& response);
  void Install(const Values& values) ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);

  const std::shared_ptr<spdlog::logger> logger_;
  const std::string default_pattern_;
  absl::Mutex mutex_;
  Values values_ ABSL_GUARDED_BY(mutex_);
};

}  // namespace reluserve::rpc

#endif  // RELUSERVE_SERVER_RPC_LOG_SETTINGS_H_
