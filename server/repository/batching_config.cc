// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The reluserve authors

#include "server/repository/batching_config.h"

#include <algorithm>
#include <cstdint>
#include <limits>

#include "server/base/status.h"

namespace reluserve::repository {
namespace {

using inference::ModelDynamicBatching;
using inference::ModelQueuePolicy;

// A day: longer waits are a slip of units.
constexpr uint64_t kMaxMicroseconds = uint64_t{24} * 3600 * 1'000'000;
constexpr uint32_t kMaxPriorityLevels = 1024;

absl::StatusOr<int64_t> Microseconds(std::string_view field, uint64_t value) {
  if (value <= kMaxMicroseconds) return static_cast<int64_t>(value);
  return InvalidArgument("{} is {}, expected at most {}", field, value, kMaxMicroseconds);
}

absl::StatusOr<QueuePolicy> PolicyOf(const ModelQueuePolicy& config) {
  QueuePolicy policy;
  policy.timeout_action = config.timeout_action() == ModelQueuePolicy::DELAY
                              ? QueuePolicy::TimeoutAction::kDelay
                              : QueuePolicy::TimeoutAction::kReject;
  RELUSERVE_ASSIGN_OR_RETURN(
      policy.default_timeout_us,
      Microseconds("default_timeout_microseconds", config.default_timeout_microseconds()));
  policy.allow_timeout_override = config.allow_timeout_override();
  // More than fits is no limit either.
  const uint32_t size = config.max_queue_size();
  policy.max_queue_size = size > std::numeric_limits<int>::max() ? 0 : static_cast<int>(size);
  return policy;
}

absl::Status AddPreferredSizes(const ModelDynamicBatching& config, BatchingOptions& options) {
  options.preferred_batch_sizes.assign(config.preferred_batch_size().begin(),
                                       config.preferred_batch_size().end());
  for (int size : options.preferred_batch_sizes) {
    if (size < 1 || size > options.max_batch_size) {
      return InvalidArgument(
          "dynamic_batching.preferred_batch_size is {}, expected 1 to max_batch_size, {}", size,
          options.max_batch_size);
    }
  }
  std::sort(options.preferred_batch_sizes.begin(), options.preferred_batch_sizes.end());
  return absl::OkStatus();
}

absl::Status AddPriorities(const ModelDynamicBatching& config, BatchingOptions& options) {
  const uint32_t levels = config.priority_levels();
  const uint32_t level = config.default_priority_level();
  if (levels > kMaxPriorityLevels) {
    return InvalidArgument("dynamic_batching.priority_levels is {}, expected at most {}", levels,
                           kMaxPriorityLevels);
  }
  if (level > levels || (levels > 0 && level == 0)) {
    return InvalidArgument("dynamic_batching.default_priority_level is {}, expected {}", level,
                           levels == 0 ? "0" : fmt::format("1 to {}", levels));
  }
  options.priority_levels = static_cast<int>(levels);
  options.default_priority_level = static_cast<int>(level);
  for (const auto& [number, policy] : config.priority_queue_policy()) {
    if (number < 1 || number > levels) {
      return InvalidArgument(
          "dynamic_batching.priority_queue_policy is for level {}, expected 1 "
          "to priority_levels, {}",
          number, levels);
    }
    RELUSERVE_ASSIGN_OR_RETURN(options.priority_queue_policy[static_cast<int>(number)],
                               PolicyOf(policy));
  }
  return absl::OkStatus();
}

}  // namespace

absl::StatusOr<BatchingOptions> BatchingOfConfig(const inference::ModelConfig& config,
                                                 const BatchingOptions& defaults) {
  BatchingOptions options = defaults;
  options.max_batch_size = std::max(1, config.max_batch_size());
  options.dynamic_batching = defaults.dynamic_batching && config.has_dynamic_batching();
  if (!config.has_dynamic_batching()) return options;
  const ModelDynamicBatching& batching = config.dynamic_batching();
  if (!batching.preferred_batch_size().empty()) {
    RELUSERVE_RETURN_IF_ERROR(AddPreferredSizes(batching, options));
  }
  if (batching.max_queue_delay_microseconds() > 0) {
    RELUSERVE_ASSIGN_OR_RETURN(options.max_queue_delay_us,
                               Microseconds("dynamic_batching.max_queue_delay_microseconds",
                                            batching.max_queue_delay_microseconds()));
  }
  if (batching.priority_levels() > 0 || batching.default_priority_level() > 0 ||
      !batching.priority_queue_policy().empty()) {
    RELUSERVE_RETURN_IF_ERROR(AddPriorities(batching, options));
  }
  if (batching.has_default_queue_policy()) {
    RELUSERVE_ASSIGN_OR_RETURN(options.default_queue_policy,
                               PolicyOf(batching.default_queue_policy()));
  }
  return options;
}

}  // namespace reluserve::repository
