// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The reluserve authors

#ifndef RELUSERVE_SERVER_RPC_PLANNED_SHAPES_H_
#define RELUSERVE_SERVER_RPC_PLANNED_SHAPES_H_

#include <cstdint>
#include <span>
#include <vector>

#include <absl/status/statusor.h>

#include "proto/reluserve/v1/model.pb.h"
#include "server/base/status.h"
#include "server/repository/loaded_model.h"
#include "server/tensor/shape.h"

namespace reluserve::rpc {

// The input shapes that a request with `batch` and `input_shapes` means (DescribeModelRequest in
// model.proto): the probe's with the batch asked for, or those asked for.
template <typename Request>
absl::StatusOr<std::vector<Shape>> PlannedShapes(const Request& request,
                                                 const repository::LoadedModel& model) {
  constexpr uint32_t kMaxBatch = 1024;
  if (request.batch() > kMaxBatch) {
    return InvalidArgument("batch is {}, expected at most {}", request.batch(), kMaxBatch);
  }
  std::vector<Shape> shapes;
  for (const v1::InputShape& shape : request.input_shapes()) {
    shapes.emplace_back(std::span<const int64_t>(shape.extents().data(),
                                                 static_cast<size_t>(shape.extents_size())));
  }
  if (!shapes.empty()) return shapes;
  shapes = model.compiled().shapes().probe_inputs;
  for (Shape& shape : shapes) {
    if (model.batchable()) shape[0] = request.batch() == 0 ? 1 : request.batch();
  }
  return shapes;
}

}  // namespace reluserve::rpc

#endif  // RELUSERVE_SERVER_RPC_PLANNED_SHAPES_H_
