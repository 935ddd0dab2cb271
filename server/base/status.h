// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The reluserve authors

// Errors cross module borders as absl::Status. These helpers build one from a format string and
// hand one up the call stack; a message names the thing, the value it had, and what was expected.

#ifndef RELUSERVE_SERVER_BASE_STATUS_H_
#define RELUSERVE_SERVER_BASE_STATUS_H_

#include <string>
#include <utility>

#include <absl/status/status.h>
#include <absl/status/statusor.h>
#include <fmt/format.h>

namespace reluserve {

template <typename... Args>
absl::Status InvalidArgument(fmt::format_string<Args...> format, Args&&... args) {
  return absl::InvalidArgumentError(fmt::format(format, std::forward<Args>(args)...));
}

template <typename... Args>
absl::Status Unimplemented(fmt::format_string<Args...> format, Args&&... args) {
  return absl::UnimplementedError(fmt::format(format, std::forward<Args>(args)...));
}

template <typename... Args>
absl::Status NotFound(fmt::format_string<Args...> format, Args&&... args) {
  return absl::NotFoundError(fmt::format(format, std::forward<Args>(args)...));
}

template <typename... Args>
absl::Status Internal(fmt::format_string<Args...> format, Args&&... args) {
  return absl::InternalError(fmt::format(format, std::forward<Args>(args)...));
}

template <typename... Args>
absl::Status ResourceExhausted(fmt::format_string<Args...> format, Args&&... args) {
  return absl::ResourceExhaustedError(fmt::format(format, std::forward<Args>(args)...));
}

// The same code with `context` put before the message, as in "model \"digits\": no version 7".
inline absl::Status Annotate(const absl::Status& status, const std::string& context) {
  if (status.ok()) return status;
  return absl::Status(status.code(), fmt::format("{}: {}", context, std::string(status.message())));
}

}  // namespace reluserve

#define RELUSERVE_CONCAT_INNER(a, b) a##b
#define RELUSERVE_CONCAT(a, b) RELUSERVE_CONCAT_INNER(a, b)

// Returns from the enclosing function when `expression` (an absl::Status) is an error.
#define RELUSERVE_RETURN_IF_ERROR(expression)                 \
  do {                                                        \
    if (absl::Status status_ = (expression); !status_.ok()) { \
      return status_;                                         \
    }                                                         \
  } while (false)

// Assigns the value of `expression` (an absl::StatusOr) to `target`, or returns its error.
#define RELUSERVE_ASSIGN_OR_RETURN(target, expression) \
  RELUSERVE_ASSIGN_OR_RETURN_IMPL(RELUSERVE_CONCAT(status_or_, __LINE__), target, expression)
#define RELUSERVE_ASSIGN_OR_RETURN_IMPL(result, target, expression) \
  auto result = (expression);                                       \
  if (!result.ok()) return result.status();                         \
  target = std::move(result).value()

#endif  // RELUSERVE_SERVER_BASE_STATUS_H_
