// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The reluserve authors

// Indices that models give: negative ones count from the end, and each is checked.

#ifndef RELUSERVE_SERVER_ENGINE_KERNELS_INDICES_H_
#define RELUSERVE_SERVER_ENGINE_KERNELS_INDICES_H_

#include <cstdint>

#include <absl/status/status.h>

#include "server/base/status.h"
#include "server/engine/kernels/dispatch.h"
#include "server/graph/graph.h"
#include "server/tensor/tensor.h"

namespace reluserve::engine::kernels {

using IndexTypes = TypeList<int32_t, int64_t>;

template <typename Index>
int64_t Resolve(Index index, int64_t extent) {
  return index < 0 ? index + extent : index;
}

// INVALID_ARGUMENT naming the index unless it is in [-extent, extent).
template <typename Index>
absl::Status CheckIndex(const graph::Node& node, Index index, int64_t extent) {
  const int64_t resolved = Resolve(index, extent);
  if (resolved >= 0 && resolved < extent) return absl::OkStatus();
  return InvalidArgument("{}: index {} is outside [{}, {}), the axis has {} elements", node.op_type,
                         index, -extent, extent, extent);
}

// The same for every element.
template <typename Index>
absl::Status CheckIndices(const graph::Node& node, const TensorView& indices, int64_t extent) {
  for (const Index index : indices.values<Index>()) {
    RELUSERVE_RETURN_IF_ERROR(CheckIndex(node, index, extent));
  }
  return absl::OkStatus();
}

}  // namespace reluserve::engine::kernels

#endif  // RELUSERVE_SERVER_ENGINE_KERNELS_INDICES_H_
