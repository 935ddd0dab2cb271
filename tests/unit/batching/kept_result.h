// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The reluserve authors

#ifndef RELUSERVE_TESTS_UNIT_BATCHING_KEPT_RESULT_H_
#define RELUSERVE_TESTS_UNIT_BATCHING_KEPT_RESULT_H_

#include <cstring>
#include <vector>

#include "server/batching/inference_request.h"

namespace reluserve::batching {

// A result with memory of its own.
struct KeptResult {
  std::vector<Tensor> outputs;
  sparsity::Trace trace;  // empty where there is none
  absl::Duration queue_time;
  ComputeTimes compute;

  // As the scheduler gives results. Valid until this one changes or the next call.
  InferenceResult View() const {
    views_.clear();
    for (const Tensor& output : outputs) views_.push_back(output.view());
    return {views_, &trace, queue_time, compute};
  }

 private:
  mutable std::vector<TensorView> views_;
};

inline KeptResult Keep(const InferenceResult& result) {
  KeptResult kept;
  for (const TensorView& output : result.outputs) {
    kept.outputs.push_back(Tensor::Allocate(output.type, output.shape).value());
    std::memcpy(kept.outputs.back().mutable_data(), output.data, output.byte_size());
  }
  if (result.trace != nullptr) kept.trace = *result.trace;
  kept.queue_time = result.queue_time;
  kept.compute = result.compute;
  return kept;
}

}  // namespace reluserve::batching

#endif  // RELUSERVE_TESTS_UNIT_BATCHING_KEPT_RESULT_H_
