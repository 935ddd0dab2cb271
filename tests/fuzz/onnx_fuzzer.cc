// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The reluserve authors

// Any bytes as a model: the importer, inference of shapes, and the passes. Elements are not
// computed, which can take any time that the bytes ask for. What is refused has to have a reason.

#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <span>
#include <string>
#include <string_view>

#include "server/graph/passes/pass.h"
#include "server/graph/symbolic.h"
#include "server/onnx/importer.h"

namespace reluserve {
namespace {

void Check(const absl::Status& status) {
  if (!status.ok() && status.message().empty()) std::abort();
}

absl::Status ComputeNothing(const graph::Node&, std::span<const TensorView>,
                            std::span<const MutableTensorView>) {
  return absl::UnimplementedError("elements are not computed");
}

void Load(std::string_view bytes) {
  onnx_import::ImportOptions options;
  options.read_external = [](const std::string&) -> absl::StatusOr<std::string> {
    return std::string(256, '\1');
  };
  auto model = onnx_import::ImportModel(bytes, options);
  Check(model.status());
  if (!model.ok()) return;
  const auto shapes = graph::InferSymbolicShapes(model->graph, ComputeNothing);
  Check(shapes.status());
  if (!shapes.ok()) return;
  const graph::PassContext context = {ComputeNothing, shapes->probe, shapes->extents};
  Check(graph::RunPasses(model->graph, context, {}).status());
}

}  // namespace
}  // namespace reluserve

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  reluserve::Load({reinterpret_cast<const char*>(data), size});
  return 0;
}
