// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The reluserve authors

#include "server/metrics/sparsity_recorder.h"

#include <string>

#include <spdlog/spdlog.h>

namespace reluserve::metrics {

std::shared_ptr<sparsity::ModelSparsity> CountsOf(sparsity::SparsityStore& store,
                                                  const repository::LoadedModel& model,
                                                  absl::Time now) {
  return store.Get({model.name(), model.version(), model.fingerprint()}, model.compiled().layers(),
                   model.weak_from_this(), now);
}

void SparsityRecorder::OnBatch(const batching::BatchRecord& batch) {
  if (batch.trace.layers.empty()) return;
  const absl::Time now = now_();
  const absl::Status recorded = CountsOf(store_, batch.model, now)->Record(batch.trace, now);
  if (!recorded.ok()) {
    spdlog::error("model={}: a batch was not counted: {}", batch.model.name(),
                  std::string(recorded.message()));
  }
}

}  // namespace reluserve::metrics
