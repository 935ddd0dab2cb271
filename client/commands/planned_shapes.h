// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The reluserve authors

#ifndef RELUSERVE_CLIENT_COMMANDS_PLANNED_SHAPES_H_
#define RELUSERVE_CLIENT_COMMANDS_PLANNED_SHAPES_H_

#include <cstdint>
#include <string>

#include <absl/status/status.h>

#include "client/commands/command.h"
#include "client/request_input.h"
#include "server/base/status.h"

namespace reluserve::client {

// Puts into a request with `batch` and `input_shapes` what a model is to be planned for: only the
// batch where no shapes are given, or else one shape for each of the model's inputs, in its order.
template <typename Request>
absl::Status SetPlannedShapes(const Session& session, const std::string& model,
                              const std::string& version, const InputShapes& shapes, uint32_t batch,
                              Request* request) {
  request->set_batch(batch);
  if (shapes.empty()) return absl::OkStatus();
  RELUSERVE_ASSIGN_OR_RETURN(const inference::ModelMetadataResponse metadata,
                             session.client.ModelMetadata(model, version));
  RELUSERVE_RETURN_IF_ERROR(CheckShapeNames(shapes, metadata));
  for (const InputSpec& spec : metadata.inputs()) {
    RELUSERVE_ASSIGN_OR_RETURN(const Shape shape, PlannedShape(spec, shapes, batch));
    v1::InputShape* added = request->add_input_shapes();
    for (int64_t extent : shape.dims()) added->add_extents(extent);
  }
  return absl::OkStatus();
}

}  // namespace reluserve::client

#endif  // RELUSERVE_CLIENT_COMMANDS_PLANNED_SHAPES_H_
