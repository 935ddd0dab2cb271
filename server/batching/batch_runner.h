// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The reluserve authors

// Computes batches and shares out what comes of them.

#ifndef RELUSERVE_SERVER_BATCHING_BATCH_RUNNER_H_
#define RELUSERVE_SERVER_BATCHING_BATCH_RUNNER_H_

#include <cstdint>
#include <span>
#include <vector>

#include <absl/status/status.h>

#include "server/batching/request_queues.h"
#include "server/batching/trace_parts.h"
#include "server/engine/compiled_model.h"
#include "server/sparsity/trace.h"
#include "server/tensor/tensor.h"

namespace reluserve::batching {

// One lane's memory to compute in, kept from batch to batch: of each kind as much as the batch took
// that took the most. Not thread-safe.
class BatchRunner {
 public:
  struct Outcome {
    absl::Status status;
    ComputeTimes times;
  };

  // Computes the batch's samples. Parts that are no longer wanted, or whose inputs cannot be
  // prepared, leave the batch for `unprepared`, with the reason; the others' requests get their
  // results, and `computed` moves on. The results point into the runner, until the next Run; those
  // of a request that takes several batches into the request. A single part is computed where it
  // lies; several are gathered by one copy. A batch goes through the model in runs of the sizes
  // that give the same bits (LoadedModel::RunSize). On an error all of the batch's requests are to
  // be answered with it.
  Outcome Run(Batch& batch, std::vector<EndedRequest>& unprepared);

  // The counts of all samples of the last batch, in order; empty when it failed or was not counted.
  const sparsity::Trace& trace() const { return counted_ ? trace_.trace() : no_trace_; }

 private:
  absl::Status Compute(Batch& batch, ComputeTimes& times);
  absl::Status GatherInputs(const Batch& batch);
  absl::Status PrepareOutputs(Batch& batch, const engine::Plan& plan);
  absl::StatusOr<std::shared_ptr<const engine::Plan>> GetPlan(const Batch& batch, int64_t samples);
  absl::Status RunModel(Batch& batch);
  absl::Status RunOnce(const Batch& batch, const std::shared_ptr<const engine::Plan>& plan,
                       int64_t done, int64_t samples);
  void ShareOut(Batch& batch);

  engine::ExecutionContext context_;
  bool counted_ = false;
  ReusedTrace trace_;
  ReusedTrace run_trace_;  // of one of several runs
  const sparsity::Trace no_trace_;
  std::vector<Tensor> gathered_;            // memory, one a model input
  std::vector<Tensor> output_memory_;       // one a model output
  std::vector<MutableTensorView> outputs_;  // the batch's, one a model output
  std::vector<Shape> shapes_;               // of one run's inputs
  std::vector<const void*> input_data_;     // of the whole batch
  std::vector<const void*> run_inputs_;
  std::vector<void*> run_outputs_;
  // For the results, by part and then by model output.
  std::vector<TensorView> part_outputs_;
  std::vector<ReusedTrace> part_traces_;
};

}  // namespace reluserve::batching

#endif  // RELUSERVE_SERVER_BATCHING_BATCH_RUNNER_H_
