// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The reluserve authors

#include "server/repository/model_repository.h"

#include <malloc.h>
#include <omp.h>

#include <algorithm>
#include <thread>
#include <utility>

#include <fmt/ranges.h>
#include <spdlog/spdlog.h>

#include "server/base/status.h"
#include "server/builtin/builtin_model.h"
#include "server/repository/model_loader.h"
#include "server/repository/version_policy.h"

namespace reluserve::repository {
namespace {

constexpr char kBuiltinName[] = "digits";
constexpr char kEveryModel[] = "*";
// A directory that is replaced by renaming is missing for a moment.
constexpr int kMissingPolls = 2;

FoundModels BuiltinFolders() {
  std::map<std::string, std::string> files;
  files["1/model.onnx"] = builtin::DigitsModel();
  files["labels.txt"] = builtin::DigitsLabels();
  FoundModels found;
  found.models.emplace(kBuiltinName, MemoryFolder(std::move(files)));
  return found;
}

Stamp StampOfAll(const ModelFolder& folder) {
  Stamp stamp = folder.StampOfModel();
  const absl::StatusOr<std::vector<int64_t>> versions = folder.Versions();
  if (!versions.ok()) return stamp;
  for (int64_t version : *versions) {
    const Stamp files = folder.StampOfVersion(version);
    stamp.insert(stamp.end(), files.begin(), files.end());
  }
  return stamp;
}

absl::Status UnknownModel(std::string_view name) {
  return NotFound("there is no model \"{}\" in the repository", name);
}

}  // namespace

absl::StatusOr<std::unique_ptr<ModelRepository>> ModelRepository::Create(
    const RepositoryOptions& options) {
  if (!options.load_models.empty() && options.control_mode != ControlMode::kExplicit) {
    return InvalidArgument("--load-model {} needs --model-control-mode explicit",
                           options.load_models[0]);
  }
  std::unique_ptr<ModelRepository> repository(new ModelRepository(options));
  absl::Status status;
  // On a thread of its own, whose OpenMP team goes with it.
  std::thread([&] {
    omp_set_num_threads(options.threads_per_lane);
    status = repository->LoadAtStart();
  }).join();
  RELUSERVE_RETURN_IF_ERROR(status);
  return repository;
}

ModelRepository::ModelRepository(const RepositoryOptions& options)
    : options_(options),
      worker_(options.threads_per_lane),
      table_(options.strict_readiness,
             // What a model leaves behind is scattered over the heap; without this it stays there.
             [this] { worker_.Post([] { malloc_trim(0); }); }) {}

ModelRepository::~ModelRepository() { worker_.Stop(); }

absl::StatusOr<FoundModels> ModelRepository::FindFolders() const {
  if (options_.path.empty()) return BuiltinFolders();
  return FindModels(options_.path, options_.model_name);
}

absl::Status ModelRepository::LoadAtStart() {
  absl::MutexLock lock(&loading_);
  RELUSERVE_ASSIGN_OR_RETURN(const FoundModels found, FindFolders());
  for (const std::string& name : found.ignored) {
    spdlog::warn("directory_ignored name=\"{}\" expected=\"at most 128 letters, digits, _ - .\"",
                 name);
  }
  if (found.models.empty() && options_.control_mode == ControlMode::kNone) {
    return NotFound("model repository {} holds no model: expected {}/<model>/1/model.onnx",
                    options_.path.string(), options_.path.string());
  }
  const std::vector<std::string>& named = options_.load_models;
  for (const std::string& name : named) {
    if (name != kEveryModel && !found.models.contains(name)) return UnknownModel(name);
  }
  for (const auto& [name, folder] : found.models) {
    const bool wanted = options_.control_mode != ControlMode::kExplicit ||
                        std::find(named.begin(), named.end(), name) != named.end() ||
                        std::find(named.begin(), named.end(), kEveryModel) != named.end();
    if (!wanted) continue;
    table_.Require(name);
    // Logged, and kept in the table.
    Refresh(name, *folder, "", /*force=*/true).IgnoreError();
  }
  table_.FinishStart();
  return absl::OkStatus();
}

std::vector<IndexEntry> ModelRepository::Index(bool ready_only) const {
  std::vector<IndexEntry> index = table_.Index(ready_only);
  if (ready_only || options_.control_mode != ControlMode::kExplicit) return index;
  const absl::StatusOr<FoundModels> found = FindFolders();
  if (!found.ok()) return index;
  for (const auto& [name, folder] : found->models) {
    const bool known = std::any_of(index.begin(), index.end(),
                                   [&, &name = name](const auto& e) { return e.name == name; });
    if (!known) index.push_back({name, 0, ModelState::kUnavailable, "not loaded", nullptr});
  }
  std::stable_sort(index.begin(), index.end(),
                   [](const auto& a, const auto& b) { return a.name < b.name; });
  return index;
}

absl::Status ModelRepository::Refresh(const std::string& name, const ModelFolder& folder,
                                      const std::string& config_json, bool force) {
  Control& control = controls_[name];
  control.loaded = StampOfAll(folder);
  const auto refuse = [&](const absl::Status& status) {
    spdlog::error("model_failed model={} error=\"{}\"", name, std::string(status.message()));
    control.failed = true;
    table_.Refuse(name, 0, std::string(status.message()));
    return status;
  };
  const absl::StatusOr<std::vector<int64_t>> versions = folder.Versions();
  if (!versions.ok()) return refuse(versions.status());
  if (versions->empty()) {
    return refuse(
        NotFound("model \"{}\" has no version: expected a directory 1 with model.onnx", name));
  }
  const absl::StatusOr<inference::ModelConfig> config = LoadConfig(name, folder, config_json);
  if (!config.ok()) return refuse(config.status());
  const auto wanted = ChooseVersions(config->version_policy(), *versions);
  if (!wanted.ok()) return refuse(wanted.status());
  const absl::Status status = RefreshVersions(name, folder, *config, *wanted, force);
  control.failed = !status.ok();
  return status;
}

absl::Status ModelRepository::RefreshVersions(const std::string& name, const ModelFolder& folder,
                                              const inference::ModelConfig& config,
                                              const std::vector<int64_t>& versions, bool force) {
  Control& control = controls_[name];
  const Stamp of_model = folder.StampOfModel();
  absl::Status first_error;
  for (int64_t version : versions) {
    Stamp stamp = folder.StampOfVersion(version);
    stamp.insert(stamp.end(), of_model.begin(), of_model.end());
    const auto tried = control.versions.find(version);
    const bool unchanged = tried != control.versions.end() && tried->second == stamp;
    if (!force && unchanged && table_.Serves(name, version)) continue;
    table_.BeginLoading(name, version);
    auto model = LoadVersion(name, folder, version, config, options_.batching, options_.winograd);
    control.versions[version] = std::move(stamp);
    if (model.ok()) {
      table_.Publish(name, version, *model);
      FindRunSizesLater(*model);
    } else {
      table_.Refuse(name, version, std::string(model.status().message()));
      first_error.Update(
          Annotate(model.status(), fmt::format("model \"{}\" version {}", name, version)));
    }
  }
  if (first_error.ok()) table_.Settle(name, versions);
  return first_error;
}

void ModelRepository::FindRunSizesLater(const std::shared_ptr<const LoadedModel>& model) {
  if (model->run_sizes_found()) return;
  worker_.PostIdle([this, weak = std::weak_ptr<const LoadedModel>(model)] {
    // Loading at the start is not the worker's.
    { absl::MutexLock loaded(&loading_); }
    const std::shared_ptr<const LoadedModel> untried = weak.lock();
    if (untried == nullptr) return;
    FindRunSizes(*untried, [&] {
      // The table has given out one handle, which is gone when no request has the model any more.
      return worker_.RunWaiting() && !stopped_ && untried.use_count() > 1;
    });
    malloc_trim(0);
  });
}

absl::Status ModelRepository::CheckExplicit(std::string_view action) const {
  if (options_.control_mode == ControlMode::kExplicit) return absl::OkStatus();
  return absl::FailedPreconditionError(
      fmt::format("models cannot be {} on request: the server was not started with "
                  "--model-control-mode explicit",
                  action));
}

absl::Status ModelRepository::LoadNow(const std::string& name, LoadOverrides overrides) {
  absl::MutexLock lock(&loading_);
  std::shared_ptr<const ModelFolder> folder;
  const bool overridden = !overrides.config_json.empty() || !overrides.files.empty();
  if (!overrides.files.empty()) {
    if (!IsModelName(name)) return InvalidArgument("\"{}\" cannot be the name of a model", name);
    folder = MemoryFolder(std::move(overrides.files));
  } else {
    RELUSERVE_ASSIGN_OR_RETURN(const FoundModels found, FindFolders());
    const auto entry = found.models.find(name);
    if (entry == found.models.end()) return UnknownModel(name);
    folder = entry->second;
  }
  Control& control = controls_[name];
  const bool force = overridden || control.overridden || control.failed;
  const absl::Status status = Refresh(name, *folder, overrides.config_json, force);
  control.overridden = overridden;
  return status;
}

absl::Status ModelRepository::UnloadNow(const std::string& name) {
  absl::MutexLock lock(&loading_);
  if (controls_.erase(name) == 0) return UnknownModel(name);
  spdlog::info("model_unloaded model={}", name);
  table_.Withdraw(name);
  return absl::OkStatus();
}

namespace {

// Calls `done` once: with the job's result, or, where the job is dropped, with UNAVAILABLE.
class Answer {
 public:
  explicit Answer(ModelRepository::Done done) : done_(std::move(done)) {}
  Answer(const Answer&) = delete;
  Answer& operator=(const Answer&) = delete;
  ~Answer() {
    if (done_) done_(absl::UnavailableError("the server is shutting down"));
  }
  void operator()(absl::Status status) { std::exchange(done_, nullptr)(std::move(status)); }

 private:
  ModelRepository::Done done_;
};

}  // namespace

void ModelRepository::StartLoad(std::string name, LoadOverrides overrides, Done done) {
  const absl::Status allowed = CheckExplicit("loaded");
  if (!allowed.ok()) return done(allowed);
  // Shared, as a std::function is copied.
  auto answer = std::make_shared<Answer>(std::move(done));
  auto given = std::make_shared<LoadOverrides>(std::move(overrides));
  worker_.Post([this, name = std::move(name), given, answer] {
    (*answer)(LoadNow(name, std::move(*given)));
  });
}

void ModelRepository::StartUnload(std::string name, Done done) {
  const absl::Status allowed = CheckExplicit("unloaded");
  if (!allowed.ok()) return done(allowed);
  auto answer = std::make_shared<Answer>(std::move(done));
  worker_.Post([this, name = std::move(name), answer] { (*answer)(UnloadNow(name)); });
}

absl::Status ModelRepository::Load(const std::string& name, LoadOverrides overrides) {
  RELUSERVE_RETURN_IF_ERROR(CheckExplicit("loaded"));
  absl::Status status = absl::UnavailableError("the server is shutting down");
  worker_.Run([&] { status = LoadNow(name, std::move(overrides)); });
  return status;
}

absl::Status ModelRepository::Unload(const std::string& name) {
  RELUSERVE_RETURN_IF_ERROR(CheckExplicit("unloaded"));
  absl::Status status = absl::UnavailableError("the server is shutting down");
  worker_.Run([&] { status = UnloadNow(name); });
  return status;
}

void ModelRepository::Poll() {
  worker_.Run([this] { PollNow(); });
}

void ModelRepository::PollModel(const std::string& name, const ModelFolder& folder) {
  Control& control = controls_[name];
  control.missing_polls = 0;
  Stamp now = StampOfAll(folder);
  const bool settled = now == control.seen;
  control.seen = now;
  if (settled && now != control.loaded) Refresh(name, folder, "", /*force=*/false).IgnoreError();
}

void ModelRepository::PollNow() {
  absl::MutexLock lock(&loading_);
  const absl::StatusOr<FoundModels> found = FindFolders();
  if (!found.ok()) {
    spdlog::warn("poll_failed error=\"{}\"", std::string(found.status().message()));
    return;
  }
  for (const auto& [name, folder] : found->models) PollModel(name, *folder);
  for (auto control = controls_.begin(); control != controls_.end();) {
    const auto& [name, state] = *control;
    const bool gone =
        !found->models.contains(name) && ++control->second.missing_polls >= kMissingPolls;
    if (gone) {
      spdlog::info("model_unloaded model={}", name);
      table_.Withdraw(name);
    }
    control = gone ? controls_.erase(control) : std::next(control);
  }
}

}  // namespace reluserve::repository
