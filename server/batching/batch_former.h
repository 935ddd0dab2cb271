// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The reluserve authors

// Which of a model's waiting requests make the next batch, and whether it should leave now: a
// function of the queue, the options and the time, with no state and no clock of its own.

#ifndef RELUSERVE_SERVER_BATCHING_BATCH_FORMER_H_
#define RELUSERVE_SERVER_BATCHING_BATCH_FORMER_H_

#include <cstdint>
#include <span>
#include <vector>

#include <absl/time/time.h>

#include "server/repository/batching_options.h"

namespace reluserve::batching {

// A waiting request, as far as the batch former cares.
struct WaitingItem {
  int64_t samples = 1;  // still to be computed; at least 1
  absl::Time since;     // when it arrived
  // Requests of the same kind, which is their inputs' shapes but for the batch, may share a batch.
  int kind = 0;
};

// Clients that have just been answered, each of which may be about to ask again.
struct Returning {
  size_t requests = 0;  // that shared the last batch
  absl::Time until;     // when to wait for them no longer
};

struct FormedBatch {
  // Positions in the queue, ascending; never empty. All samples of each, but for a first one that
  // has more than max_batch_size: of that, `samples`.
  std::vector<int> members;
  int64_t samples = 0;
  // When the batch should leave as it is: `now` or earlier if now. Otherwise the time to ask again,
  // unless the queue changes before.
  absl::Time leave_at;
};

// Makes `batch`, whatever it was, one around the head of the queue, which is in the order of
// service and not empty. Requests of other kinds are passed over; the first of the same kind that
// does not fit ends the batch, so that none overtakes its like. A batch leaves at once when it
// cannot grow any more, when it has a preferred size, or when `idle`, which says that no lane
// computes, and the options are adaptive; otherwise when its oldest member has waited for
// max_queue_delay_us. Where the options are adaptive, one that may grow and has fewer requests than
// the last one does not leave before these had the time to return: clients that wait for their
// answers would otherwise fall apart into those that were quick to ask again and the others.
void FormBatch(std::span<const WaitingItem> queue, const repository::BatchingOptions& options,
               bool idle, const Returning& returning, absl::Time now, FormedBatch& batch);

}  // namespace reluserve::batching

#endif  // RELUSERVE_SERVER_BATCHING_BATCH_FORMER_H_
