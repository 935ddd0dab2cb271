// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The reluserve authors

// Which versions of which models serve, and which do not and why. It loads nothing itself.

#ifndef RELUSERVE_SERVER_REPOSITORY_MODEL_TABLE_H_
#define RELUSERVE_SERVER_REPOSITORY_MODEL_TABLE_H_

#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include <absl/base/thread_annotations.h>
#include <absl/status/statusor.h>
#include <absl/synchronization/mutex.h>

#include "server/repository/loaded_model.h"

namespace reluserve::repository {

enum class ModelState { kUnavailable, kLoading, kReady, kUnloading };

// "READY", as RepositoryIndex says it.
std::string_view Name(ModelState state);

// One version of a model.
struct IndexEntry {
  std::string name;
  int64_t version = 0;  // 0 where the model has none
  ModelState state = ModelState::kUnavailable;
  // Why it is not ready; of one that is ready, why newer files of it were refused, or empty.
  std::string reason;
  std::shared_ptr<const LoadedModel> model;  // not null where it is ready
};

// Called after each change with the model, whether some version of it is ready, and whether the
// server is.
using ReadinessListener =
    std::function<void(const std::string& model, bool model_ready, bool server_ready)>;

// Thread-safe. The handles it gives out may outlive it.
class ModelTable {
 public:
  // With `strict_readiness`, the server is ready when every required model is. `on_released` is
  // called when the last handle of a model is gone, on the thread that had it, and has to be quick;
  // it may not call this object.
  ModelTable(bool strict_readiness, std::function<void()> on_released);
  ~ModelTable();
  ModelTable(const ModelTable&) = delete;
  ModelTable& operator=(const ModelTable&) = delete;

  // See ModelRepository.
  absl::StatusOr<std::shared_ptr<const LoadedModel>> Find(std::string_view name,
                                                          std::string_view version) const;
  absl::StatusOr<bool> IsReady(std::string_view name, std::string_view version) const;
  std::vector<IndexEntry> Index(bool ready_only) const;
  bool ready() const;
  void SetListener(ReadinessListener listener);
  void Stop();

  // Whether that version serves.
  bool Serves(std::string_view name, int64_t version) const;

  // The model has to be ready for the server to be.
  void Require(const std::string& name);
  // All that was required is there; the server may be ready.
  void FinishStart();

  // A version is being loaded; if it serves already, it goes on.
  void BeginLoading(const std::string& name, int64_t version);
  // It is loaded, and serves from now on instead of what served under that number.
  void Publish(const std::string& name, int64_t version, std::shared_ptr<const LoadedModel> model);
  // It could not be loaded. Version 0: the model as a whole.
  void Refuse(const std::string& name, int64_t version, const std::string& reason);
  // All versions of the model that should serve do: it counts as ready until it is withdrawn, even
  // if newer ones are refused; and all versions but `kept` leave service and, when their last
  // request is answered, the table.
  void Settle(const std::string& name, const std::vector<int64_t>& kept);
  // Takes the model out of service; it is not required any more. Its versions are UNLOADING until
  // their last request is answered, and then UNAVAILABLE.
  void Withdraw(const std::string& name);

 private:
  struct Releases;
  struct Version {
    ModelState state = ModelState::kUnavailable;
    std::string reason;
    std::shared_ptr<const LoadedModel> model;
    int64_t generation = 0;  // of the model that serves, or that is going
    bool forget = false;     // whether the entry goes with the model
  };
  struct Model {
    std::map<int64_t, Version> versions;
    std::string reason;     // of the model as a whole
    bool required = false;  // by strict readiness
    bool complete = false;  // whether all that should serve did at once
  };
  using Handles = std::vector<std::shared_ptr<const LoadedModel>>;

  std::shared_ptr<const LoadedModel> Watched(std::shared_ptr<const LoadedModel> model,
                                             int64_t generation) const;
  // Moves the version's model to `released`, to be dropped without the lock held.
  static void Retire(Version& version, Handles& released);
  void OnReleased(const std::string& name, int64_t version, int64_t generation);
  void Tell(const std::string& name);
  bool ReadyLocked() const ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);

  const bool strict_readiness_;
  const std::function<void()> on_released_;
  const std::shared_ptr<Releases> releases_;
  mutable absl::Mutex mutex_;
  std::map<std::string, Model, std::less<>> models_ ABSL_GUARDED_BY(mutex_);
  int64_t last_generation_ ABSL_GUARDED_BY(mutex_) = 0;
  bool started_ ABSL_GUARDED_BY(mutex_) = false;
  bool stopped_ ABSL_GUARDED_BY(mutex_) = false;
  // Held while the listener is told, so that what it hears last is how things are.
  absl::Mutex listening_ ABSL_ACQUIRED_BEFORE(mutex_);
  ReadinessListener listener_ ABSL_GUARDED_BY(listening_);
};

}  // namespace reluserve::repository

#endif  // RELUSERVE_SERVER_REPOSITORY_MODEL_TABLE_H_
