// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The reluserve authors

#ifndef RELUSERVE_SERVER_BATCHING_NODE_RECYCLER_H_
#define RELUSERVE_SERVER_BATCHING_NODE_RECYCLER_H_

#include <utility>
#include <vector>

namespace reluserve::batching {

// Puts elements into maps of one type, and takes them out, without an allocation where as many were
// in them before: it keeps the nodes of those that were taken out. Not thread-safe.
template <typename Map>
class NodeRecycler {
 public:
  void Insert(Map& map, const typename Map::key_type& key, typename Map::mapped_type value) {
    if (spare_.empty()) {
      map.emplace(key, std::move(value));
      return;
    }
    typename Map::node_type node = std::move(spare_.back());
    spare_.pop_back();
    node.key() = key;
    node.mapped() = std::move(value);
    map.insert(std::move(node));
  }

  typename Map::mapped_type Remove(Map& map, typename Map::const_iterator entry) {
    typename Map::node_type node = map.extract(entry);
    typename Map::mapped_type value = std::move(node.mapped());
    spare_.push_back(std::move(node));
    return value;
  }

 private:
  std::vector<typename Map::node_type> spare_;
};

}  // namespace reluserve::batching

#endif  // RELUSERVE_SERVER_BATCHING_NODE_RECYCLER_H_
