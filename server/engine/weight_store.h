// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The reluserve authors

// Weights in the layouts that primitives read, packed once and shared by all plans of a model.

#ifndef RELUSERVE_SERVER_ENGINE_WEIGHT_STORE_H_
#define RELUSERVE_SERVER_ENGINE_WEIGHT_STORE_H_

#include <cstdint>
#include <map>
#include <memory>
#include <vector>

#include <absl/base/thread_annotations.h>
#include <absl/status/statusor.h>
#include <absl/synchronization/mutex.h>

#include "server/engine/dnnl_compat.h"
#include "server/graph/graph.h"
#include "server/tensor/tensor.h"

namespace reluserve::engine {

// Thread-safe. Packed weights live as long as the store.
class WeightStore {
 public:
  // The elements of `tensor`, which is the constant `id` and lies as `given` says, in layout
  // `wanted`. No copy is made where the two are the same layout; the caller then keeps `tensor`
  // alive. RESOURCE_EXHAUSTED when there is no memory, INTERNAL when oneDNN cannot convert.
  absl::StatusOr<const void*> Get(graph::ValueId id, const Tensor& tensor,
                                  const compat::Desc& given, const compat::Desc& wanted);

  // Bytes of all packed copies.
  int64_t packed_bytes() const;

 private:
  struct Packed {
    compat::Desc desc;
    Tensor elements;
  };

  mutable absl::Mutex mutex_;
  std::map<graph::ValueId, std::vector<Packed>> packed_ ABSL_GUARDED_BY(mutex_);
  int64_t packed_bytes_ ABSL_GUARDED_BY(mutex_) = 0;
};

}  // namespace reluserve::engine

#endif  // RELUSERVE_SERVER_ENGINE_WEIGHT_STORE_H_
