// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The reluserve authors

// Something for each version of each model, in memory that versions which come and go do not fill.

#ifndef RELUSERVE_SERVER_METRICS_LATEST_MODELS_H_
#define RELUSERVE_SERVER_METRICS_LATEST_MODELS_H_

#include <algorithm>
#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <utility>

namespace reluserve::metrics {

// Keeps the `max_models` values that were asked for last. Not thread-safe.
template <typename Value>
class LatestModels {
 public:
  using Key = std::pair<std::string, int64_t>;  // name and version

  explicit LatestModels(size_t max_models = 1024) : max_models_(max_models) {}

  // The version's value, made if there is none; the one asked for longest ago then makes room.
  // Allocates nothing where there is one.
  Value& Of(std::string_view name, int64_t version) {
    auto entry = entries_.find(KeyView(name, version));
    if (entry == entries_.end()) {
      if (entries_.size() >= max_models_) RemoveOldest();
      entry = entries_.try_emplace(Key(name, version)).first;
    }
    entry->second.last_use = ++uses_;
    return entry->second.value;
  }

  // The same without making one; null where there is none. It does not count as asked for.
  const Value* Find(std::string_view name, int64_t version) const {
    const auto entry = entries_.find(KeyView(name, version));
    return entry == entries_.end() ? nullptr : &entry->second.value;
  }

  // Calls `visit` with each key and value, in the order of the keys.
  template <typename Visit>
  void ForEach(const Visit& visit) const {
    for (const auto& [key, entry] : entries_) visit(key, entry.value);
  }

 private:
  using KeyView = std::pair<std::string_view, int64_t>;
  struct KeyLess {
    using is_transparent = void;
    bool operator()(const KeyView& a, const KeyView& b) const { return a < b; }
  };
  struct Entry {
    Value value;
    uint64_t last_use = 0;  // by the number of uses so far
  };

  void RemoveOldest() {
    entries_.erase(std::min_element(entries_.begin(), entries_.end(), [](auto& a, auto& b) {
      return a.second.last_use < b.second.last_use;
    }));
  }

  const size_t max_models_;
  uint64_t uses_ = 0;
  std::map<Key, Entry, KeyLess> entries_;
};

}  // namespace reluserve::metrics

#endif  // RELUSERVE_SERVER_METRICS_LATEST_MODELS_H_
