// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The reluserve authors

#include "server/repository/loaded_model.h"

#include <algorithm>
#include <utility>

#include <absl/time/clock.h>

#include "server/base/status.h"
#include "server/engine/kernels/kernel.h"
#include "server/engine/same_bits.h"
#include "server/repository/batching_config.h"
#include "server/repository/config_completion.h"
#include "server/repository/image_input.h"
#include "server/repository/tuning_file.h"

namespace reluserve::repository {
namespace {

// Samples in one run at most, whatever a configuration allows: larger batches gain nothing on CPUs,
// and take memory in proportion.
constexpr int kMaxRunSize = 64;

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

// A concrete shape, of the form `from`, in the form `to`: what is open takes its extents in order.
Shape Reshaped(const Shape& shape, const std::vector<int64_t>& from,
               const std::vector<int64_t>& to) {
  if (from == to || shape.rank() != static_cast<int>(from.size())) return shape;
  std::vector<int64_t> open;
  for (int axis = 0; axis < shape.rank(); ++axis) {
    if (from[static_cast<size_t>(axis)] < 0) open.push_back(shape[axis]);
  }
  std::vector<int64_t> result = to;
  size_t next = 0;
  for (int64_t& extent : result) {
    if (extent < 0 && next < open.size()) extent = open[next++];
  }
  return Shape(result);
}

// A list of labels that is too long or too short was made for another model.
absl::Status CheckLabels(const LoadedModel& model, size_t output) {
  const std::optional<int64_t> classes = model.class_count(output);
  const auto labels = static_cast<int64_t>(model.labels(output).size());
  if (labels == 0 || !classes || *classes == labels) return absl::OkStatus();
  const std::string& file = model.config().output(static_cast<int>(output)).label_filename();
  return InvalidArgument("{} has {} labels, but output \"{}\" has {} classes",
                         file.empty() ? "labels.txt" : file, labels, model.outputs()[output].name,
                         *classes);
}

}  // namespace

absl::StatusOr<std::shared_ptr<const LoadedModel>> LoadedModel::Load(ModelSource source) {
  const absl::Time start = absl::Now();
  onnx_import::ImportOptions import;
  import.evaluate = engine::EvaluateNode;
  import.read_external = source.read_external;
  RELUSERVE_ASSIGN_OR_RETURN(onnx_import::ImportedModel imported,
                             onnx_import::ImportModel(source.onnx, import));
  source.onnx = ByteSource();
  std::shared_ptr<LoadedModel> model(new LoadedModel);
  const absl::Time imported_at = absl::Now();
  model->name_ = source.name;
  model->version_ = source.version;
  model->fingerprint_ = imported.fingerprint;
  RELUSERVE_ASSIGN_OR_RETURN(
      model->compiled_,
      engine::CompiledModel::Create(std::move(imported.graph), model->OptionsFor(source)));
  const absl::Time compiled_at = absl::Now();
  model->work_ = engine::WorkOf(*model->compiled_);
  model->info_ = imported.info;
  model->config_ = source.config;
  RELUSERVE_RETURN_IF_ERROR(CompleteConfig(FactsOf(source.name, *model->compiled_),
                                           source.batching.max_batch_size, model->config_));
  RELUSERVE_RETURN_IF_ERROR(model->TakeConfig(source));
  if (model->LargestRunSize() < 2) model->found_sizes_ = &model->one_by_one_;
  model->load_phases_ = {imported_at - start, compiled_at - imported_at};
  model->load_time_ = absl::Now() - start;
  return model;
}

int LoadedModel::LargestRunSize() const {
  return batchable() ? std::min(batching_.max_batch_size, kMaxRunSize) : 1;
}

bool LoadedModel::FindRunSizes(const std::function<bool()>& go_on) const {
  absl::MutexLock lock(&finding_);
  if (run_sizes_found()) return true;
  engine::SameBitsOptions options;
  options.max_batch_size = LargestRunSize();
  options.go_on = go_on;
  sizes_ = engine::FindSameBitsSizes(*compiled_, options);
  if (sizes_.empty()) return false;
  found_sizes_.store(&sizes_, std::memory_order_release);
  return true;
}

engine::CompileOptions LoadedModel::OptionsFor(const ModelSource& source) {
  engine::CompileOptions options;
  // A plan for each batch size, and some for other shapes and their strict twins.
  options.max_plans = 16 + kMaxRunSize;
  options.winograd = source.winograd;
  if (source.tuning.empty()) return options;
  absl::StatusOr<engine::Tuning> tuning = ParseTuning(source.tuning, fingerprint_);
  tuning_status_ = tuning.status();
  if (tuning.ok()) options.tuning = *std::move(tuning);
  return options;
}

absl::Status LoadedModel::TakeConfig(const ModelSource& source) {
  inputs_ = InputSpecs(config_);
  outputs_ = OutputSpecs(config_);
  RELUSERVE_ASSIGN_OR_RETURN(batching_, BatchingOfConfig(config_, source.batching));
  RELUSERVE_ASSIGN_OR_RETURN(image_input_, ImageInput(config_));
  labels_.resize(outputs_.size());
  if (!labels_.empty()) labels_[0] = source.labels;
  for (size_t output = 0; output < outputs_.size(); ++output) {
    const auto given = source.output_labels.find(outputs_[output].name);
    if (given != source.output_labels.end()) labels_[output] = given->second;
    RELUSERVE_RETURN_IF_ERROR(CheckLabels(*this, output));
  }
  return absl::OkStatus();
}

Shape LoadedModel::ModelShapeOfInput(size_t input, const Shape& shape) const {
  return Reshaped(shape, inputs_[input].shape, inputs_[input].model_shape);
}

Shape LoadedModel::ClientShapeOfOutput(size_t output, const Shape& shape) const {
  return Reshaped(shape, outputs_[output].model_shape, outputs_[output].shape);
}

Shape LoadedModel::OneSampleShape(size_t input) const {
  std::vector<int64_t> shape = inputs_[input].model_shape;
  for (int64_t& extent : shape) extent = std::max<int64_t>(1, extent);
  return Shape(shape);
}

int64_t LoadedModel::RunSize(std::span<const TensorView> inputs, int64_t samples) const {
  if (!batchable()) return samples;
  const std::vector<Shape>& tried = compiled_->shapes().probe_inputs;
  for (size_t i = 0; i < inputs.size(); ++i) {
    for (int axis = 1; axis < inputs[i].shape.rank(); ++axis) {
      if (inputs[i].shape[axis] != tried[i][axis]) return 1;
    }
  }
  const std::vector<int>& sizes = run_sizes();
  return *std::prev(std::upper_bound(sizes.begin(), sizes.end(), samples));
}

const std::vector<std::string>& LoadedModel::labels(size_t output) const {
  static const std::vector<std::string> kNone;
  return output < labels_.size() ? labels_[output] : kNone;
}

bool LoadedModel::scores_by_sample(size_t output) const {
  return output < outputs_.size() && (batchable() || outputs_[output].shape.size() > 1);
}

std::optional<int64_t> LoadedModel::class_count(size_t output) const {
  if (output >= outputs_.size()) return std::nullopt;
  const std::vector<int64_t>& shape = outputs_[output].shape;
  int64_t count = 1;
  for (size_t axis = scores_by_sample(output) ? 1 : 0; axis < shape.size(); ++axis) {
    if (shape[axis] < 0) return std::nullopt;
    count *= shape[axis];
  }
  return count;
}

}  // namespace reluserve::repository
