// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The reluserve authors

// The models that are served, by name and version, and how they come and go.

#ifndef RELUSERVE_SERVER_REPOSITORY_MODEL_REPOSITORY_H_
#define RELUSERVE_SERVER_REPOSITORY_MODEL_REPOSITORY_H_

#include <atomic>
#include <cstdint>
#include <filesystem>
#include <functional>
#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include <absl/base/thread_annotations.h>
#include <absl/status/status.h>
#include <absl/status/statusor.h>
#include <absl/synchronization/mutex.h>

#include "proto/model_config.pb.h"
#include "server/repository/batching_options.h"
#include "server/repository/loaded_model.h"
#include "server/repository/model_folder.h"
#include "server/repository/model_table.h"
#include "server/repository/repository_layout.h"
#include "server/repository/worker.h"

namespace reluserve::repository {

// Who decides which models are served.
enum class ControlMode {
  kNone,      // all that are there at the start, and no others
  kExplicit,  // those named at the start, then Load and Unload
  kPoll,      // all that are there, looked for again with each Poll
};

struct RepositoryOptions {
  // See repository_layout.h. Empty: the model that comes with the binary.
  std::filesystem::path path;
  // The name of a single model at `path`; empty: that of its file or directory.
  std::string model_name;
  ControlMode control_mode = ControlMode::kNone;
  // With kExplicit, the models loaded at the start; "*" is all.
  std::vector<std::string> load_models;
  // Whether all models have to be ready for the server to be; otherwise it is once it has tried.
  bool strict_readiness = true;
  // OpenMP threads of a lane: plans are made for as many as they run with. At least 1.
  int threads_per_lane = 1;
  // What holds where a model's configuration does not say.
  BatchingOptions batching;
  // See engine::CompileOptions.
  bool winograd = true;
};

// What Load takes instead of what is on disk.
struct LoadOverrides {
  // A ModelConfig in protobuf's JSON, instead of config.pbtxt; empty: none.
  std::string config_json;
  // Files by their paths in the model's directory ("1/model.onnx"), instead of all that is on disk.
  // They stay in memory.
  std::map<std::string, std::string> files;
};

// A version is loaded beside the one that serves, on a thread of low priority, and takes its place
// in one step; requests in flight keep theirs, which goes when the last of them is answered. One
// that does not load is reported in the index, and the older goes on serving. The batch sizes it
// can be run at are found on the same thread while it serves (LoadedModel::FindRunSizes), once
// nothing is left to be loaded.
//
// Thread-safe. A handle keeps its model alive however long a request takes, and may outlive this
// object.
class ModelRepository {
 public:
  // Loads what is to be served from the start. A model that does not load is logged, and reported
  // by Find and Index; the others are served. An error only where `path` cannot be read, holds no
  // model (kNone), or lacks one of `load_models`.
  static absl::StatusOr<std::unique_ptr<ModelRepository>> Create(const RepositoryOptions& options);
  ~ModelRepository();
  ModelRepository(const ModelRepository&) = delete;
  ModelRepository& operator=(const ModelRepository&) = delete;

  // The model of that name, in that version (a decimal number), or the newest that is ready when
  // `version` is empty. NOT_FOUND saying which there are; UNAVAILABLE with the reason for one that
  // is not ready.
  absl::StatusOr<std::shared_ptr<const LoadedModel>> Find(std::string_view name,
                                                          std::string_view version) const {
    return table_.Find(name, version);
  }
  // Whether Find would give a model and the server is not about to stop. NOT_FOUND as Find.
  absl::StatusOr<bool> IsReady(std::string_view name, std::string_view version) const {
    return table_.IsReady(name, version);
  }

  // By name and version; with `ready_only` those that are ready. With kExplicit also the models
  // that could be loaded, for which it reads the directory.
  std::vector<IndexEntry> Index(bool ready_only = false) const;

  // Whether the server is ready: it has tried to load everything and, with strict_readiness, each
  // model that was asked for at the start, or was ready since, is. A model that comes later and
  // does not load takes nothing out of service. Never after Stop().
  bool ready() const { return table_.ready(); }

  // Loads the model, or loads it again where its files have changed, as its version policy says.
  // `done`, called on the loading thread, gets OK where everything loaded, and otherwise the
  // reason, the older version serving on; NOT_FOUND for a model that is not in the repository,
  // FAILED_PRECONDITION unless kExplicit, UNAVAILABLE when this object goes first.
  using Done = std::function<void(absl::Status)>;
  void StartLoad(std::string name, LoadOverrides overrides, Done done);
  // Takes all versions of the model out of service. Errors as StartLoad.
  void StartUnload(std::string name, Done done);
  // The same, waiting for the result: perhaps for seconds, so not on a thread that serves.
  absl::Status Load(const std::string& name, LoadOverrides overrides = {});
  absl::Status Unload(const std::string& name);

  // Looks for models and versions that came, changed or went, as kPoll does now and then. What has
  // changed is loaded when it stayed the same from one poll to the next: before, it may be half
  // copied. A model is unloaded when it was missing twice. Waits until that is done.
  void Poll();

  // From now on told of changes, one call at a time, beginning with all models as they are; on any
  // thread, without locks that this object needs but for SetListener.
  void SetListener(ReadinessListener listener) { table_.SetListener(std::move(listener)); }

  // From now on the server is not ready; models serve on, at the batch sizes that were found.
  void Stop() {
    stopped_ = true;
    table_.Stop();
  }

 private:
  // What was seen of a model's files, and what came of it.
  struct Control {
    Stamp seen;                         // by the last poll
    Stamp loaded;                       // when it was last loaded, or tried
    std::map<int64_t, Stamp> versions;  // of each version, when it was last loaded, or tried
    bool overridden = false;            // loaded from overrides
    bool failed = false;                // whether the last attempt left something unloaded
    int missing_polls = 0;
  };

  explicit ModelRepository(const RepositoryOptions& options);
  absl::StatusOr<FoundModels> FindFolders() const;
  absl::Status LoadAtStart();
  absl::Status CheckExplicit(std::string_view action) const;
  absl::Status LoadNow(const std::string& name, LoadOverrides overrides);
  absl::Status UnloadNow(const std::string& name);
  void PollNow();
  void PollModel(const std::string& name, const ModelFolder& folder)
      ABSL_EXCLUSIVE_LOCKS_REQUIRED(loading_);
  // Loads what the version policy wants and has changed, or, with `force`, all of it.
  absl::Status Refresh(const std::string& name, const ModelFolder& folder,
                       const std::string& config_json, bool force)
      ABSL_EXCLUSIVE_LOCKS_REQUIRED(loading_);
  // Finds the model's batch sizes when there is nothing else to do.
  void FindRunSizesLater(const std::shared_ptr<const LoadedModel>& model);
  absl::Status RefreshVersions(const std::string& name, const ModelFolder& folder,
                               const inference::ModelConfig& config,
                               const std::vector<int64_t>& versions, bool force)
      ABSL_EXCLUSIVE_LOCKS_REQUIRED(loading_);

  const RepositoryOptions options_;
  Worker worker_;
  ModelTable table_;
  // Held while models are loaded: by Create, then by jobs of the worker.
  absl::Mutex loading_;
  std::map<std::string, Control> controls_ ABSL_GUARDED_BY(loading_);
  std::atomic<bool> stopped_ = false;
};

}  // namespace reluserve::repository

#endif  // RELUSERVE_SERVER_REPOSITORY_MODEL_REPOSITORY_H_
