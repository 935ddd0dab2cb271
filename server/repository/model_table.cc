// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The reluserve authors

#include "server/repository/model_table.h"

#include <algorithm>
#include <utility>

#include <fmt/ranges.h>
#include <spdlog/spdlog.h>

#include "server/base/status.h"
#include "server/repository/model_folder.h"

namespace reluserve::repository {
namespace {

constexpr char kUnloaded[] = "unloaded";

}  // namespace

// How a handle that goes finds the table, which may be gone by then.
struct ModelTable::Releases {
  absl::Mutex mutex;
  ModelTable* table ABSL_GUARDED_BY(mutex) = nullptr;
};

std::string_view Name(ModelState state) {
  switch (state) {
    case ModelState::kUnavailable:
      return "UNAVAILABLE";
    case ModelState::kLoading:
      return "LOADING";
    case ModelState::kReady:
      return "READY";
    case ModelState::kUnloading:
      return "UNLOADING";
  }
  return "";
}

ModelTable::ModelTable(bool strict_readiness, std::function<void()> on_released)
    : strict_readiness_(strict_readiness),
      on_released_(std::move(on_released)),
      releases_(std::make_shared<Releases>()) {
  absl::MutexLock lock(&releases_->mutex);
  releases_->table = this;
}

ModelTable::~ModelTable() {
  absl::MutexLock lock(&releases_->mutex);
  releases_->table = nullptr;
}

absl::StatusOr<std::shared_ptr<const LoadedModel>> ModelTable::Find(
    std::string_view name, std::string_view version) const {
  absl::MutexLock lock(&mutex_);
  const auto model = models_.find(name);
  if (model == models_.end()) {
    std::vector<std::string_view> names;
    for (const auto& [each, ignored] : models_) names.push_back(each);
    return NotFound("there is no model \"{}\"; this server has {}", name,
                    names.empty() ? "none" : fmt::format("{}", fmt::join(names, ", ")));
  }
  const std::map<int64_t, Version>& versions = model->second.versions;
  std::string reason = model->second.reason;
  std::vector<int64_t> ready;
  for (const auto& [number, entry] : versions) {
    if (entry.model != nullptr) ready.push_back(number);
  }
  if (version.empty()) {
    if (!ready.empty()) return versions.at(ready.back()).model;
    if (!versions.empty()) reason = versions.rbegin()->second.reason;
    return absl::UnavailableError(fmt::format("model \"{}\" is not ready: {}", name, reason));
  }
  const auto entry = versions.find(ParseVersion(version));
  if (entry == versions.end()) {
    return NotFound("model \"{}\" has no version \"{}\"; this server has version{} {}", name,
                    version, ready.size() > 1 ? "s" : "",
                    ready.empty() ? "none" : fmt::format("{}", fmt::join(ready, ", ")));
  }
  if (entry->second.model != nullptr) return entry->second.model;
  return absl::UnavailableError(fmt::format("model \"{}\" version {} is not ready: {}", name,
                                            entry->first, entry->second.reason));
}

absl::StatusOr<bool> ModelTable::IsReady(std::string_view name, std::string_view version) const {
  const absl::Status found = Find(name, version).status();
  if (absl::IsNotFound(found)) return found;
  absl::MutexLock lock(&mutex_);
  return found.ok() && !stopped_;
}

std::vector<IndexEntry> ModelTable::Index(bool ready_only) const {
  absl::MutexLock lock(&mutex_);
  std::vector<IndexEntry> index;
  for (const auto& [name, model] : models_) {
    for (const auto& [number, version] : model.versions) {
      if (ready_only && version.state != ModelState::kReady) continue;
      index.push_back({name, number, version.state, version.reason, version.model});
    }
    if (model.versions.empty() && !ready_only) {
      index.push_back({name, 0, ModelState::kUnavailable, model.reason, nullptr});
    }
  }
  return index;
}

bool ModelTable::ready() const {
  absl::MutexLock lock(&mutex_);
  return ReadyLocked();
}

bool ModelTable::ReadyLocked() const {
  if (!started_ || stopped_) return false;
  return !strict_readiness_ || std::all_of(models_.begin(), models_.end(), [](const auto& model) {
    return !model.second.required || model.second.complete;
  });
}

void ModelTable::SetListener(ReadinessListener listener) {
  std::vector<std::string> names;
  {
    absl::MutexLock listening(&listening_);
    listener_ = std::move(listener);
    absl::MutexLock lock(&mutex_);
    for (const auto& [name, model] : models_) names.push_back(name);
  }
  for (const std::string& name : names) Tell(name);
}

void ModelTable::Stop() {
  absl::MutexLock lock(&mutex_);
  stopped_ = true;
}

bool ModelTable::Serves(std::string_view name, int64_t version) const {
  absl::MutexLock lock(&mutex_);
  const auto model = models_.find(name);
  if (model == models_.end()) return false;
  const auto entry = model->second.versions.find(version);
  return entry != model->second.versions.end() && entry->second.model != nullptr;
}

void ModelTable::Require(const std::string& name) {
  absl::MutexLock lock(&mutex_);
  models_[name].required = true;
}

void ModelTable::FinishStart() {
  absl::MutexLock lock(&mutex_);
  started_ = true;
}

void ModelTable::BeginLoading(const std::string& name, int64_t version) {
  absl::MutexLock lock(&mutex_);
  Version& entry = models_[name].versions[version];
  if (entry.model != nullptr) return;
  entry.state = ModelState::kLoading;
  entry.reason = "loading";
}

void ModelTable::Publish(const std::string& name, int64_t version,
                         std::shared_ptr<const LoadedModel> model) {
  std::shared_ptr<const LoadedModel> previous;
  {
    absl::MutexLock lock(&mutex_);
    const int64_t generation = ++last_generation_;
    Version& entry = models_[name].versions[version];
    models_[name].reason.clear();
    previous = std::exchange(entry.model, Watched(std::move(model), generation));
    entry.state = ModelState::kReady;
    entry.reason.clear();
    entry.generation = generation;
    entry.forget = false;
  }
  Tell(name);
}

void ModelTable::Refuse(const std::string& name, int64_t version, const std::string& reason) {
  {
    absl::MutexLock lock(&mutex_);
    Model& model = models_[name];
    if (version == 0) {
      model.reason = reason;
    } else {
      Version& entry = model.versions[version];
      const bool serves = entry.model != nullptr;
      entry.state = serves ? ModelState::kReady : ModelState::kUnavailable;
      entry.reason = serves ? fmt::format("newer files were refused: {}", reason) : reason;
    }
  }
  Tell(name);
}

void ModelTable::Retire(Version& version, Handles& released) {
  if (version.model == nullptr) return;
  version.state = ModelState::kUnloading;
  version.reason = "answering its last requests";
  released.push_back(std::move(version.model));
}

void ModelTable::Settle(const std::string& name, const std::vector<int64_t>& kept) {
  Handles released;
  {
    absl::MutexLock lock(&mutex_);
    Model& model = models_[name];
    model.complete = model.required = true;
    for (auto entry = model.versions.begin(); entry != model.versions.end();) {
      const auto current = entry++;
      if (std::find(kept.begin(), kept.end(), current->first) != kept.end()) continue;
      current->second.forget = true;
      Retire(current->second, released);
      if (current->second.state == ModelState::kUnavailable) model.versions.erase(current);
    }
  }
  released.clear();
  Tell(name);
}

void ModelTable::Withdraw(const std::string& name) {
  Handles released;
  {
    absl::MutexLock lock(&mutex_);
    Model& model = models_[name];
    model.required = model.complete = false;
    model.reason = kUnloaded;
    for (auto& [number, version] : model.versions) {
      if (version.model == nullptr && version.state != ModelState::kUnloading) {
        version.reason = kUnloaded;
      }
      Retire(version, released);
    }
  }
  released.clear();
  Tell(name);
}

std::shared_ptr<const LoadedModel> ModelTable::Watched(std::shared_ptr<const LoadedModel> model,
                                                       int64_t generation) const {
  const LoadedModel* raw = model.get();
  return {raw,
          [kept = std::move(model), releases = releases_, generation](const LoadedModel*) mutable {
            const std::string name = kept->name();
            const int64_t version = kept->version();
            kept.reset();
            absl::MutexLock lock(&releases->mutex);
            if (releases->table != nullptr) {
              releases->table->OnReleased(name, version, generation);
            }
          }};
}

void ModelTable::OnReleased(const std::string& name, int64_t version, int64_t generation) {
  spdlog::info("model_released model={} version={}", name, version);
  on_released_();
  absl::MutexLock lock(&mutex_);
  const auto model = models_.find(name);
  if (model == models_.end()) return;
  const auto entry = model->second.versions.find(version);
  if (entry == model->second.versions.end() || entry->second.generation != generation) return;
  if (entry->second.state != ModelState::kUnloading) return;
  if (entry->second.forget) {
    model->second.versions.erase(entry);
  } else {
    entry->second.state = ModelState::kUnavailable;
    entry->second.reason = kUnloaded;
  }
}

void ModelTable::Tell(const std::string& name) {
  absl::MutexLock listening(&listening_);
  if (listener_ == nullptr) return;
  bool model_ready = false;
  bool server_ready = false;
  {
    absl::MutexLock lock(&mutex_);
    server_ready = ReadyLocked();
    const auto model = models_.find(name);
    if (model != models_.end() && !stopped_) {
      for (const auto& [number, version] : model->second.versions) {
        model_ready = model_ready || version.model != nullptr;
      }
    }
  }
  listener_(name, model_ready, server_ready);
}

}  // namespace reluserve::repository
