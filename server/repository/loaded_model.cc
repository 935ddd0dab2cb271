// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The reluserve authors

#include "server/repository/loaded_model.h"

#include <utility>

#include "server/base/status.h"
#include "server/engine/same_bits.h"
#include "server/repository/config_completion.h"

namespace reluserve::repository {
namespace {

ModelFacts FactsOf(const std::string& name, const engine::CompiledModel& compiled) {
  const graph::Graph& graph = compiled.graph();
  const graph::SymbolicShapes& shapes = compiled.shapes();
  ModelFacts facts = {name, {}, {}, shapes.batchable, shapes.obstacle};
  for (const graph::Input& input : graph.inputs) {
    const std::vector<int64_t>& shape = shapes.extents[input.value];
    facts.inputs.push_back({graph.value(input.value).name, input.type, shape, shape});
  }
  for (size_t i = 0; i < graph.outputs.size(); ++i) {
    const graph::ValueId id = graph.outputs[i];
    const std::vector<int64_t>& shape = shapes.extents[id];
    facts.outputs.push_back({graph.value(id).name, compiled.output_types()[i], shape, shape});
  }
  return facts;
}

// A list of labels that is too long or too short was made for another model.
absl::Status CheckLabels(const LoadedModel& model) {
  if (model.labels().empty() || model.outputs().empty()) return absl::OkStatus();
  const std::optional<int64_t> classes = model.class_count();
  const auto labels = static_cast<int64_t>(model.labels().size());
  if (!classes || *classes == labels) return absl::OkStatus();
  return InvalidArgument("labels.txt has {} labels, but output \"{}\" has {} classes", labels,
                         model.outputs()[0].name, *classes);
}

}  // namespace

absl::StatusOr<std::shared_ptr<const LoadedModel>> LoadedModel::Load(const ModelSource& source) {
  RELUSERVE_ASSIGN_OR_RETURN(onnx_import::ImportedModel imported,
                             onnx_import::ImportModel(source.onnx));
  std::shared_ptr<LoadedModel> model(new LoadedModel);
  // A plan for each batch size, and some for other shapes and their strict twins.
  engine::CompileOptions compile;
  compile.max_plans = 16 + source.batching.max_batch_size;
  RELUSERVE_ASSIGN_OR_RETURN(model->compiled_,
                             engine::CompiledModel::Create(std::move(imported.graph), compile));
  model->name_ = source.name;
  model->version_ = source.version;
  model->labels_ = source.labels;
  model->batching_ = source.batching;
  model->info_ = imported.info;
  model->config_ = source.config;
  RELUSERVE_RETURN_IF_ERROR(CompleteConfig(FactsOf(source.name, *model->compiled_),
                                           source.batching.max_batch_size, model->config_));
  model->inputs_ = InputSpecs(model->config_);
  model->outputs_ = OutputSpecs(model->config_);
  RELUSERVE_RETURN_IF_ERROR(CheckLabels(*model));
  engine::SameBitsOptions same_bits;
  same_bits.max_batch_size = model->batching_.max_batch_size;
  model->run_sizes_ = engine::FindSameBitsSizes(*model->compiled_, same_bits);
  return model;
}

bool LoadedModel::scores_by_sample() const {
  return !outputs_.empty() && (batchable() || outputs_[0].shape.size() > 1);
}

std::optional<int64_t> LoadedModel::class_count() const {
  if (outputs_.empty()) return std::nullopt;
  int64_t count = 1;
  for (size_t axis = scores_by_sample() ? 1 : 0; axis < outputs_[0].shape.size(); ++axis) {
    if (outputs_[0].shape[axis] < 0) return std::nullopt;
    count *= outputs_[0].shape[axis];
  }
  return count;
}

}  // namespace reluserve::repository
