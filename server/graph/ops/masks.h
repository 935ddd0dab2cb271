// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The reluserve authors

#ifndef RELUSERVE_SERVER_GRAPH_OPS_MASKS_H_
#define RELUSERVE_SERVER_GRAPH_OPS_MASKS_H_

#include <cstdint>
#include <vector>

#include "server/tensor/tensor.h"

namespace reluserve::graph {

// Where the elements of a tensor that are not zero lie, in row-major order.
std::vector<int64_t> NonZeroPlaces(const TensorView& tensor);

}  // namespace reluserve::graph

#endif  // RELUSERVE_SERVER_GRAPH_OPS_MASKS_H_
