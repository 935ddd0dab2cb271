// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The reluserve authors

// Weights in the layouts that primitives read, packed once and shared by all plans of a model.

#ifndef RELUSERVE_SERVER_ENGINE_WEIGHT_STORE_H_
#define RELUSERVE_SERVER_ENGINE_WEIGHT_STORE_H_

#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <utility>
#include <vector>

#include <absl/base/thread_annotations.h>
#include <absl/status/statusor.h>
#include <absl/synchronization/mutex.h>

#include "server/engine/dnnl_compat.h"
#include "server/graph/graph.h"
#include "server/tensor/tensor.h"

namespace reluserve::engine {

// Thread-safe. What it returns shares its elements with the store. Errors: RESOURCE_EXHAUSTED when
// there is no memory, INTERNAL when oneDNN cannot convert.
class WeightStore {
 public:
  // `base` may be null; otherwise what it has need not be here too: constants that it adopted are
  // read from it, and so are its packed copies.
  explicit WeightStore(std::shared_ptr<WeightStore> base = nullptr) : base_(std::move(base)) {}

  // Takes over the large constants of the graph that are read as the weights of layers of floats
  // and as nothing else, and leaves their types and shapes behind. Of these the row-major elements
  // are given up as soon as a packed copy has them all, and made anew from it for whoever asks.
  void Adopt(graph::Graph& graph);

  // The row-major elements of `tensor`, which is the constant `id`.
  absl::StatusOr<Tensor> Plain(graph::ValueId id, const Tensor& tensor);

  // The same in layout `wanted`, where `given` describes how they lie in Plain. No copy is made
  // where the two are the same layout.
  absl::StatusOr<Tensor> Packed(graph::ValueId id, const Tensor& tensor, const compat::Desc& given,
                                const compat::Desc& wanted);

  // Bytes of all packed copies.
  int64_t packed_bytes() const;

 private:
  struct Copy {
    compat::Desc given;
    compat::Desc desc;
    Tensor elements;
  };
  struct Constant {
    bool adopted = false;
    std::optional<Tensor> plain;  // of an adopted one, until it is given up
    std::vector<Copy> copies;
  };

  absl::StatusOr<Tensor> PlainLocked(graph::ValueId id, const Constant& constant,
                                     const Tensor& tensor) const
      ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  // A packed copy that is there, of this store or of its base.
  std::optional<Tensor> FindLocked(graph::ValueId id, const compat::Desc& given,
                                   const compat::Desc& wanted) const
      ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);

  const std::shared_ptr<WeightStore> base_;
  mutable absl::Mutex mutex_;
  std::map<graph::ValueId, Constant> constants_ ABSL_GUARDED_BY(mutex_);
  int64_t packed_bytes_ ABSL_GUARDED_BY(mutex_) = 0;
};

}  // namespace reluserve::engine

#endif  // RELUSERVE_SERVER_ENGINE_WEIGHT_STORE_H_
