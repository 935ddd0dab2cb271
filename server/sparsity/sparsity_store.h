// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The reluserve authors

// The activation counts of every model that is loaded, and those kept from before.

#ifndef RELUSERVE_SERVER_SPARSITY_SPARSITY_STORE_H_
#define RELUSERVE_SERVER_SPARSITY_SPARSITY_STORE_H_

#include <cstdint>
#include <map>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <absl/base/thread_annotations.h>
#include <absl/status/status.h>
#include <absl/synchronization/mutex.h>
#include <absl/time/time.h>

#include "server/sparsity/model_sparsity.h"

namespace reluserve::sparsity {

// Which model counts belong to. Another model under the same name and version has another
// fingerprint, and never inherits them. A view: cheap to look up with.
struct ModelIdentityView {
  std::string_view name;
  int64_t version = 0;
  uint64_t fingerprint = 0;  // of the model's file

  friend auto operator<=>(const ModelIdentityView&, const ModelIdentityView&) = default;
};

struct ModelIdentity {
  std::string name;
  int64_t version = 0;
  uint64_t fingerprint = 0;

  operator ModelIdentityView() const { return {name, version, fingerprint}; }
};

// The counts of a model that is not loaded.
struct KeptModel {
  ModelIdentity identity;
  std::vector<std::string> layers;  // names
  SavedSparsity saved;
};

// Thread-safe.
class SparsityStore {
 public:
  // Counts of models that are not loaded are kept for so many models, the most recent ones, and of
  // one model for so many versions: enough to go back to one.
  static constexpr size_t kMaxKeptModels = 64;
  static constexpr size_t kMaxKeptVersions = 4;

  // The counts of a loaded model, begun if there are none: with those kept of it before, if their
  // layers are the same, otherwise at zero. `loaded` expires when the model is unloaded; its counts
  // then give up their memory when another model needs some. Cheap where the model is known.
  std::shared_ptr<ModelSparsity> Get(const ModelIdentityView& identity,
                                     std::span<const LayerInfo> layers,
                                     const std::weak_ptr<const void>& loaded, absl::Time now);

  // For --state-dir: everything, loaded or not; and what an earlier process saved, for models that
  // load from now on.
  std::vector<KeptModel> Save() const;
  void Restore(std::vector<KeptModel> models);

 private:
  struct IdentityLess {
    using is_transparent = void;
    bool operator()(const ModelIdentityView& a, const ModelIdentityView& b) const { return a < b; }
  };
  struct Entry {
    std::shared_ptr<ModelSparsity> counts;
    std::weak_ptr<const void> loaded;
  };

  void DropUnloaded() ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  void Keep(KeptModel model) ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  std::shared_ptr<ModelSparsity> Begin(const ModelIdentityView& identity,
                                       std::span<const LayerInfo> layers, absl::Time now)
      ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);

  mutable absl::Mutex mutex_;
  std::map<ModelIdentity, Entry, IdentityLess> entries_ ABSL_GUARDED_BY(mutex_);
  std::vector<KeptModel> kept_ ABSL_GUARDED_BY(mutex_);  // the most recent last
};

}  // namespace reluserve::sparsity

#endif  // RELUSERVE_SERVER_SPARSITY_SPARSITY_STORE_H_
