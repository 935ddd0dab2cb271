// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The reluserve authors

#ifndef RELUSERVE_SERVER_REPOSITORY_TENSOR_SPEC_H_
#define RELUSERVE_SERVER_REPOSITORY_TENSOR_SPEC_H_

#include <cstdint>
#include <string>
#include <vector>

#include "server/tensor/data_type.h"

namespace reluserve::repository {

// An input or output as clients see it.
struct TensorSpec {
  std::string name;
  DataType type = DataType::kFloat32;
  std::vector<int64_t> shape;  // -1 where requests may differ
  // What the model itself takes or gives: as many elements in another shape, where the model's
  // configuration has a `reshape`; otherwise the same as `shape`. The -1s of both stand for the
  // same extents, in the same order.
  std::vector<int64_t> model_shape;
};

}  // namespace reluserve::repository

#endif  // RELUSERVE_SERVER_REPOSITORY_TENSOR_SPEC_H_
