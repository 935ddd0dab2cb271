// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The reluserve authors

#include "server/repository/loaded_model.h"

#include <utility>

#include "server/base/status.h"

namespace reluserve::repository {
namespace {

// What clients may send. A model that cannot batch is shown with the one batch it takes.
std::vector<TensorSpec> InputSpecs(const engine::CompiledModel& compiled) {
  const graph::Graph& graph = compiled.graph();
  std::vector<TensorSpec> specs;
  for (size_t i = 0; i < graph.inputs.size(); ++i) {
    const graph::Input& input = graph.inputs[i];
    TensorSpec spec = {graph.value(input.value).name, input.type, {}};
    for (size_t axis = 0; axis < input.dims.size(); ++axis) {
      const bool fixed_batch = axis == 0 && !compiled.shapes().batchable;
      spec.shape.push_back(fixed_batch ? compiled.shapes().probe_inputs[i][0]
                                       : input.dims[axis].extent);
    }
    specs.push_back(std::move(spec));
  }
  return specs;
}

std::vector<TensorSpec> OutputSpecs(const engine::CompiledModel& compiled) {
  const graph::Graph& graph = compiled.graph();
  std::vector<TensorSpec> specs;
  for (size_t i = 0; i < graph.outputs.size(); ++i) {
    const graph::ValueId id = graph.outputs[i];
    specs.push_back(
        {graph.value(id).name, compiled.output_types()[i], compiled.shapes().extents[id]});
  }
  return specs;
}

}  // namespace

absl::StatusOr<std::shared_ptr<const LoadedModel>> LoadedModel::Load(const ModelSource& source) {
  RELUSERVE_ASSIGN_OR_RETURN(onnx_import::ImportedModel imported,
                             onnx_import::ImportModel(source.onnx));
  std::shared_ptr<LoadedModel> model(new LoadedModel);
  RELUSERVE_ASSIGN_OR_RETURN(model->compiled_,
                             engine::CompiledModel::Create(std::move(imported.graph)));
  model->name_ = source.name;
  model->version_ = source.version;
  model->labels_ = source.labels;
  model->info_ = imported.info;
  model->inputs_ = InputSpecs(*model->compiled_);
  model->outputs_ = OutputSpecs(*model->compiled_);
  return model;
}

}  // namespace reluserve::repository
