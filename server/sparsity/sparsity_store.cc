// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The reluserve authors

#include "server/sparsity/sparsity_store.h"

#include <algorithm>

#include <spdlog/spdlog.h>

namespace reluserve::sparsity {
namespace {

KeptModel KeptOf(const ModelIdentity& identity, const ModelSparsity& counts) {
  KeptModel kept{identity, {}, counts.Save()};
  for (const LayerInfo& layer : counts.layers()) kept.layers.push_back(layer.name);
  return kept;
}

bool SameLayers(const std::vector<std::string>& names, std::span<const LayerInfo> layers) {
  return std::equal(
      names.begin(), names.end(), layers.begin(), layers.end(),
      [](const std::string& name, const LayerInfo& layer) { return name == layer.name; });
}

}  // namespace

std::shared_ptr<ModelSparsity> SparsityStore::Get(const ModelIdentityView& identity,
                                                  std::span<const LayerInfo> layers,
                                                  const std::weak_ptr<const void>& loaded,
                                                  absl::Time now) {
  absl::MutexLock lock(&mutex_);
  auto entry = entries_.find(identity);
  if (entry == entries_.end()) {
    DropUnloaded();
    const ModelIdentity key = {std::string(identity.name), identity.version, identity.fingerprint};
    entry = entries_.emplace(key, Entry{Begin(identity, layers, now), loaded}).first;
  } else if (entry->second.loaded.expired()) {
    entry->second.loaded = loaded;
  }
  return entry->second.counts;
}

std::shared_ptr<ModelSparsity> SparsityStore::Begin(const ModelIdentityView& identity,
                                                    std::span<const LayerInfo> layers,
                                                    absl::Time now) {
  auto counts = std::make_shared<ModelSparsity>(layers, now);
  const auto kept = std::find_if(kept_.begin(), kept_.end(), [&](const KeptModel& model) {
    return ModelIdentityView(model.identity) == identity;
  });
  if (kept == kept_.end()) return counts;
  absl::Status restored = absl::InvalidArgumentError("the layers have other names");
  if (SameLayers(kept->layers, layers)) restored = counts->Restore(kept->saved, now);
  if (!restored.ok()) {
    spdlog::warn("model={} version={}: counts kept from before do not fit, and are dropped: {}",
                 identity.name, identity.version, std::string(restored.message()));
  }
  kept_.erase(kept);
  return counts;
}

void SparsityStore::DropUnloaded() {
  for (auto entry = entries_.begin(); entry != entries_.end();) {
    if (entry->second.loaded.expired()) {
      Keep(KeptOf(entry->first, *entry->second.counts));
      entry = entries_.erase(entry);
    } else {
      ++entry;
    }
  }
}

void SparsityStore::Keep(KeptModel model) {
  std::erase_if(kept_, [&](const KeptModel& other) {
    return ModelIdentityView(other.identity) == ModelIdentityView(model.identity);
  });
  const auto is_of_model = [name = model.identity.name](const KeptModel& other) {
    return other.identity.name == name;
  };
  kept_.push_back(std::move(model));
  if (static_cast<size_t>(std::count_if(kept_.begin(), kept_.end(), is_of_model)) >
      kMaxKeptVersions) {
    kept_.erase(std::find_if(kept_.begin(), kept_.end(), is_of_model));
  }
  if (kept_.size() > kMaxKeptModels) kept_.erase(kept_.begin());
}

std::vector<KeptModel> SparsityStore::Save() const {
  absl::MutexLock lock(&mutex_);
  std::vector<KeptModel> models = kept_;
  for (const auto& [identity, entry] : entries_) models.push_back(KeptOf(identity, *entry.counts));
  return models;
}

void SparsityStore::Restore(std::vector<KeptModel> models) {
  absl::MutexLock lock(&mutex_);
  for (KeptModel& model : models) {
    if (!entries_.contains(model.identity)) Keep(std::move(model));
  }
}

}  // namespace reluserve::sparsity
