// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The reluserve authors

// How statistics, metrics and sparsity insight learn what was computed, without the scheduler
// knowing them.

#ifndef RELUSERVE_SERVER_BATCHING_BATCH_OBSERVER_H_
#define RELUSERVE_SERVER_BATCHING_BATCH_OBSERVER_H_

#include <cstdint>
#include <span>

#include <absl/status/status.h>
#include <absl/time/time.h>

#include "server/repository/loaded_model.h"
#include "server/sparsity/trace.h"

namespace reluserve::batching {

// Where the time of a request, or of a batch, went.
struct ComputeTimes {
  absl::Duration input;   // decoding and gathering the inputs
  absl::Duration infer;   // running the model
  absl::Duration output;  // sharing out the outputs
  absl::Duration total() const { return input + infer + output; }
};

// A request's part in a batch.
struct RequestRecord {
  int64_t samples = 0;        // of the whole request
  absl::Duration queue_time;  // from its arrival until a lane took it
  // Of the batches it was in: more than one where it has more samples than fit into one.
  ComputeTimes compute;
  absl::Status status;  // what the request is answered with
};

// One run of a model. Views; valid during the call.
struct BatchRecord {
  const repository::LoadedModel& model;
  int64_t samples = 0;
  ComputeTimes compute;
  absl::Status status;  // of the run
  // Of all samples, in order; empty where the run failed or was not counted.
  const sparsity::Trace& trace;
  // Those answered when this batch is done. Empty in all but the last batch of a request that takes
  // several.
  std::span<const RequestRecord> requests;
};

// Thread-safe: lanes call it at the same time. Must return soon, for it keeps a lane from
// computing.
class BatchObserver {
 public:
  virtual ~BatchObserver() = default;
  // After each executed batch, on a lane's thread, before its requests are answered: whoever has an
  // answer finds it counted.
  virtual void OnBatch(const BatchRecord& batch) = 0;
  // For each request that ends uncomputed, with the status it is answered with: refused (on the
  // thread that submitted it), expired, cancelled, or of inputs that could not be decoded.
  virtual void OnNotComputed(const repository::LoadedModel& model, const absl::Status& status,
                             absl::Duration queue_time) = 0;
};

}  // namespace reluserve::batching

#endif  // RELUSERVE_SERVER_BATCHING_BATCH_OBSERVER_H_
