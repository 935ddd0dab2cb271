// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The reluserve authors

// What waits to be computed: a queue for each model, limits over all of them, and whose turn it is.
// Passive: no threads, no locks and no clock, so that every rule can be tested by a table.
// Scheduler puts threads and a lock around it.

#ifndef RELUSERVE_SERVER_BATCHING_REQUEST_QUEUES_H_
#define RELUSERVE_SERVER_BATCHING_REQUEST_QUEUES_H_

#include <cstdint>
#include <map>
#include <memory>
#include <utility>
#include <vector>

#include <absl/status/status.h>
#include <absl/time/time.h>

#include "server/batching/batch_former.h"
#include "server/batching/inference_request.h"
#include "server/batching/node_recycler.h"
#include "server/repository/batching_options.h"

namespace reluserve::batching {

struct QueueLimits {
  // Requests that may wait, over all models. At least 1.
  int requests = 256;
  // Bytes of the inputs that are admitted, waiting or being computed, over all models; a request
  // that would make it more is refused, unless it is the only one. At least 1.
  int64_t bytes = int64_t{512} << 20;
};

// A request from its admission until it is answered.
struct AdmittedRequest {
  InferenceRequest request;
  Completion completion;
  absl::Time arrived;
  int64_t samples = 1;     // its batch; 1 where the model has none
  int64_t computed = 0;    // of the samples
  bool prepared = false;   // whether request.prepare was called
  bool counted = true;     // whether its activations are to be counted
  int64_t bytes = 0;       // of its inputs
  InferenceResult result;  // filled batch by batch
  // Of a request that takes several batches, the outputs and counts so far.
  std::vector<Tensor> own_outputs;
  sparsity::Trace own_trace;

  // --- RequestQueues' own ---
  int level = 0;
  bool delayed = false;  // its timeout has ended, and the policy lets it wait on
  uint64_t sequence = 0;
  // When it expires: by its deadline, or by a timeout whose end is its end.
  absl::Time expires = absl::InfiniteFuture();
  absl::Time delayed_from = absl::InfiniteFuture();

  int64_t remaining() const { return samples - computed; }
};

// A request that ends without being computed, or not to its end, and why.
struct EndedRequest {
  std::unique_ptr<AdmittedRequest> request;
  absl::Status status;
};

// Why a request is not worth computing any more; OK when it is.
absl::Status CheckStillWanted(const AdmittedRequest& request, absl::Time now);

// What a lane is to compute. Of the first part the samples may be fewer than remain.
struct Batch {
  struct Part {
    std::unique_ptr<AdmittedRequest> request;
    int64_t samples = 0;  // beginning at request->computed
  };
  std::shared_ptr<const repository::LoadedModel> model;
  std::vector<Part> parts;
  int64_t samples = 0;
};

// Not thread-safe. The memory for what waits is kept for what comes: it is that of the most
// requests that have waited at once.
class RequestQueues {
 public:
  // Of the requests for a model, every `count_every`-th is to be counted; at least 1.
  explicit RequestQueues(const QueueLimits& limits, int count_every = 1)
      : limits_(limits), count_every_(count_every) {}

  // Admits a request: fills in what is said of it above. RESOURCE_EXHAUSTED when it does not fit;
  // it is then left as it was given.
  absl::Status Add(std::unique_ptr<AdmittedRequest>& request, absl::Time now);

  // Makes `batch`, whatever it was, the next batch, of the model whose turn it is, if one should
  // leave now: the model that has had the least of the lanes' time among those with a batch that is
  // due. Otherwise false, and `ask_again` says when to ask. `idle`: no lane computes.
  bool Take(absl::Time now, bool idle, Batch& batch, absl::Time& ask_again);

  // Puts a taken request that has samples left back into its place.
  void PutBack(std::unique_ptr<AdmittedRequest> request);
  // A taken request is answered: its bytes no longer count.
  void Release(const AdmittedRequest& request);
  // A batch of the model took so long and is about to answer so many requests: the first counts for
  // whose turn is next, both for how long the next batch may wait for others.
  void Charge(const repository::LoadedModel& model, absl::Duration time, size_t requests,
              absl::Time now);

  // Removes what has expired by `now`. What is removed, here and below, is released already.
  std::vector<EndedRequest> RemoveExpired(absl::Time now);
  std::vector<EndedRequest> RemoveCancelled();
  // When the next of those that wait expires or falls behind.
  absl::Time NextExpiry() const;
  // Removes everything that waits, with the given status.
  std::vector<EndedRequest> RemoveAll(const absl::Status& status);

  int waiting() const { return waiting_; }
  int waiting(const repository::LoadedModel& model) const;
  int64_t admitted_bytes() const { return bytes_; }

 private:
  // The order of service within a model: by level, those in time first, then by arrival.
  struct Place {
    int level = 0;
    bool delayed = false;
    uint64_t sequence = 0;
    friend auto operator<=>(const Place&, const Place&) = default;
  };
  static Place PlaceOf(const AdmittedRequest& request) {
    return {request.level, request.delayed, request.sequence};
  }

  using Requests = std::map<Place, std::unique_ptr<AdmittedRequest>>;
  using Timers = std::multimap<absl::Time, std::pair<const repository::LoadedModel*, Place>>;

  struct ModelQueue {
    std::weak_ptr<const repository::LoadedModel> model;
    repository::BatchingOptions options;
    bool batchable = false;
    Requests requests;
    std::map<int, int> level_sizes;  // requests waiting at each level
    int64_t admitted = 0;            // requests so far
    // Lanes' time taken, moved up to the others' when the queue has been empty: who was away has
    // not saved up turns.
    absl::Duration used;
    Returning returning;
  };
  using Models = std::map<const repository::LoadedModel*, ModelQueue>;

  ModelQueue& QueueOf(const std::shared_ptr<const repository::LoadedModel>& model);
  absl::Status CheckLimits(const ModelQueue& queue, const AdmittedRequest& request) const;
  void Insert(ModelQueue& queue, std::unique_ptr<AdmittedRequest> request);
  std::unique_ptr<AdmittedRequest> Remove(ModelQueue& queue, Requests::iterator entry);
  void Form(const ModelQueue& queue, bool idle, absl::Time now, FormedBatch& formed);
  void TakeFormed(ModelQueue& queue, const FormedBatch& formed, absl::Time now, Batch& batch);

  const QueueLimits limits_;
  const int count_every_;
  Models models_;
  // The next time anything happens to a request by itself, soonest first.
  Timers timers_;
  NodeRecycler<Requests> request_nodes_;
  NodeRecycler<Timers> timer_nodes_;
  // Memory for Take.
  std::vector<WaitingItem> items_;
  FormedBatch formed_;
  FormedBatch candidate_;
  uint64_t next_sequence_ = 0;
  int waiting_ = 0;
  int admitted_ = 0;
  int64_t bytes_ = 0;
  absl::Duration used_;  // by the model that had the last turn
};

}  // namespace reluserve::batching

#endif  // RELUSERVE_SERVER_BATCHING_REQUEST_QUEUES_H_
