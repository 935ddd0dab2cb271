// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The reluserve authors

#include "server/rpc/statistics_codec.h"

#include <algorithm>

namespace reluserve::rpc {
namespace {

using metrics::ComputeTotals;
using metrics::DurationTotal;

void Encode(const DurationTotal& total, inference::StatisticDuration* message) {
  message->set_count(total.count);
  message->set_ns(total.ns);
}

// Requests and batches have the same three fields.
template <typename Message>
void Encode(const ComputeTotals& totals, Message& message) {
  Encode(totals.input, message.mutable_compute_input());
  Encode(totals.infer, message.mutable_compute_infer());
  Encode(totals.output, message.mutable_compute_output());
}

}  // namespace

void EncodeStatistics(const metrics::ModelTotals& totals, inference::ModelStatistics& message) {
  // The infinite past, for a model nobody has asked anything yet, is 0 here.
  message.set_last_inference(
      static_cast<uint64_t>(std::max<int64_t>(0, absl::ToUnixMillis(totals.last_inference))));
  message.set_inference_count(totals.inference_count);
  message.set_execution_count(totals.execution_count);
  inference::InferStatistics& requests = *message.mutable_inference_stats();
  Encode(totals.success, requests.mutable_success());
  Encode(totals.fail, requests.mutable_fail());
  Encode(totals.queue, requests.mutable_queue());
  Encode(totals.compute, requests);
  Encode(DurationTotal(), requests.mutable_cache_hit());
  Encode(DurationTotal(), requests.mutable_cache_miss());
  for (const auto& [samples, compute] : totals.batches) {
    inference::InferBatchStatistics* batch = message.add_batch_stats();
    batch->set_batch_size(static_cast<uint64_t>(samples));
    Encode(compute, *batch);
  }
}

}  // namespace reluserve::rpc
