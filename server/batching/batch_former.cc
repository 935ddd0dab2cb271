// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The reluserve authors

#include "server/batching/batch_former.h"

#include <algorithm>

namespace reluserve::batching {

using repository::BatchingOptions;

namespace {

bool IsPreferred(const BatchingOptions& options, int64_t samples) {
  return std::find(options.preferred_batch_sizes.begin(), options.preferred_batch_sizes.end(),
                   samples) != options.preferred_batch_sizes.end();
}

}  // namespace

void FormBatch(std::span<const WaitingItem> queue, const BatchingOptions& options, bool idle,
               const Returning& returning, absl::Time now, FormedBatch& batch) {
  const int64_t limit = options.dynamic_batching ? options.max_batch_size : 0;
  batch.members.assign(1, 0);
  batch.samples = std::min<int64_t>(queue[0].samples, options.max_batch_size);
  absl::Time oldest = queue[0].since;
  bool can_grow = batch.samples < limit;
  // The largest batch of a preferred size on the way.
  size_t preferred_members = IsPreferred(options, batch.samples) ? 1 : 0;
  int64_t preferred_samples = batch.samples;
  for (size_t i = 1; i < queue.size() && can_grow; ++i) {
    if (queue[i].kind != queue[0].kind) continue;
    if (batch.samples + queue[i].samples > limit) {
      can_grow = false;
      break;
    }
    batch.members.push_back(static_cast<int>(i));
    batch.samples += queue[i].samples;
    oldest = std::min(oldest, queue[i].since);
    can_grow = batch.samples < limit;
    if (IsPreferred(options, batch.samples)) {
      preferred_members = batch.members.size();
      preferred_samples = batch.samples;
    }
  }
  // Priorities may put a younger request before the one that has waited longest.
  batch.leave_at = oldest + absl::Microseconds(options.max_queue_delay_us);
  if (!can_grow || (idle && options.adaptive)) batch.leave_at = std::min(batch.leave_at, now);
  if (can_grow && options.adaptive && batch.members.size() < returning.requests) {
    batch.leave_at = std::max(batch.leave_at, returning.until);
  }
  if (batch.leave_at > now && preferred_members > 0) {
    batch.members.resize(preferred_members);
    batch.samples = preferred_samples;
    batch.leave_at = now;
  }
}

}  // namespace reluserve::batching
