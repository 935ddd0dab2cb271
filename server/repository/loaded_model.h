// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The reluserve authors

// One version of a model, compiled and ready to serve.

#ifndef RELUSERVE_SERVER_REPOSITORY_LOADED_MODEL_H_
#define RELUSERVE_SERVER_REPOSITORY_LOADED_MODEL_H_

#include <atomic>
#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include <absl/base/thread_annotations.h>
#include <absl/status/statusor.h>
#include <absl/synchronization/mutex.h>
#include <absl/time/time.h>

#include "proto/model_config.pb.h"
#include "server/base/byte_source.h"
#include "server/engine/compiled_model.h"
#include "server/engine/sparse_work.h"
#include "server/image/preprocess.h"
#include "server/onnx/importer.h"
#include "server/repository/batching_options.h"
#include "server/repository/tensor_spec.h"
#include "server/tensor/shape.h"
#include "server/tensor/tensor.h"

namespace reluserve::repository {

// Where a model comes from, and what goes with it.
struct ModelSource {
  std::string name;
  int64_t version = 1;
  ByteSource onnx;  // the file
  // Of the classes, in the order of the first output; may be empty. The file they are from, for
  // messages, is labels.txt.
  std::vector<std::string> labels;
  // What holds where the configuration does not say.
  BatchingOptions batching;
  // Whether convolutions may be computed by Winograd's algorithm (engine::CompileOptions).
  bool winograd = true;
  // Of the version's tuning file (tuning_file.h); empty where there is none.
  std::string tuning;
  // As the repository has it; what it leaves out is completed from the model.
  inference::ModelConfig config;
  // What the configuration's label_filename of an output holds, by output; goes before `labels`.
  std::map<std::string, std::vector<std::string>> output_labels;
  // Reads files beside the model where it keeps weights there; may be empty.
  onnx_import::ReadExternalFile read_external;
};

// Immutable but for the batch sizes it is run at, which are found while it serves. Shared by the
// requests that use it. Thread-safe.
class LoadedModel : public std::enable_shared_from_this<LoadedModel> {
 public:
  // Imports and compiles. Errors are the importer's and the engine's; INVALID_ARGUMENT also where
  // the configuration contradicts the model (config_completion.h), or the labels are not as many as
  // the classes.
  static absl::StatusOr<std::shared_ptr<const LoadedModel>> Load(ModelSource source);

  const std::string& name() const { return name_; }
  int64_t version() const { return version_; }
  // Tells its file's content from others: what is kept about a model belongs to that content.
  uint64_t fingerprint() const { return fingerprint_; }
  // How long Load took, after which the model serves, and what of it.
  absl::Duration load_time() const { return load_time_; }
  struct LoadPhases {
    absl::Duration import;   // reading and parsing the file
    absl::Duration compile;  // graph passes, packing weights, the first plans
  };
  const LoadPhases& load_phases() const { return load_phases_; }
  // Why the tuning file is left aside; OK where it is not, or where there is none.
  const absl::Status& tuning_status() const { return tuning_status_; }
  // Of the classes of an output, in its order; empty where there are none.
  const std::vector<std::string>& labels(size_t output = 0) const;
  const onnx_import::ModelInfo& info() const { return info_; }
  // Complete: what the repository's left out is the model's own.
  const inference::ModelConfig& config() const { return config_; }
  // In the model's order.
  const std::vector<TensorSpec>& inputs() const { return inputs_; }
  const std::vector<TensorSpec>& outputs() const { return outputs_; }
  // Whether axis 0 of an output counts samples; otherwise all of it belongs to one sample.
  bool scores_by_sample(size_t output = 0) const;
  // How many scores an output has for a sample; nothing where that differs from request to request.
  std::optional<int64_t> class_count(size_t output = 0) const;
  // How a picture becomes the model's input; nothing where the model takes none.
  const std::optional<image::Preprocessing>& image_input() const { return image_input_; }
  // What the model itself takes for an input's shape as a request has it, and what a request gets
  // for an output's shape as the model gave it: another where the configuration has a `reshape`.
  Shape ModelShapeOfInput(size_t input, const Shape& shape) const;
  Shape ClientShapeOfOutput(size_t output, const Shape& shape) const;
  // What the model itself takes for one sample of an input of which nothing but the batch is open.
  Shape OneSampleShape(size_t input) const;
  // Whether the first extent of every input and output is a batch that requests choose.
  bool batchable() const { return config_.max_batch_size() > 0; }
  // How its requests wait and share batches.
  const BatchingOptions& batching() const { return batching_; }
  // How many of `samples` may go through the model at once, next to each other in inputs of these
  // shapes: the largest of run_sizes() that they fill. Only 1 where the shapes, their batch aside,
  // are not those for which the sizes were found. All of them where the model is not batchable.
  int64_t RunSize(std::span<const TensorView> inputs, int64_t samples) const;
  // The sizes, ascending and beginning with 1, of the batches that may go through the model at
  // once: up to batching().max_batch_size and 64, and those only in which a sample's results were
  // found to have the same bits as alone (engine/same_bits.h). Only 1 until FindRunSizes has tried
  // the others. Valid as long as the model.
  const std::vector<int>& run_sizes() const {
    const std::vector<int>* found = found_sizes_.load(std::memory_order_acquire);
    return found != nullptr ? *found : one_by_one_;
  }
  // Whether run_sizes() are final: they were tried, or there are no others to try.
  bool run_sizes_found() const { return found_sizes_.load(std::memory_order_acquire) != nullptr; }
  // Finds run_sizes() by running the model on random samples, for about as long as some runs of the
  // largest batch take, with as many OpenMP threads as the caller has, who should have as many as a
  // lane. Requests may go on meanwhile. Whether they are found, also where they were before; not
  // where `go_on`, which is asked before each run, says no. Null: always yes.
  bool FindRunSizes(const std::function<bool()>& go_on = nullptr) const;
  engine::CompiledModel& compiled() const { return *compiled_; }
  // For one sample.
  const engine::ModelWork& work() const { return work_; }

 private:
  LoadedModel() = default;
  // The largest size worth trying.
  int LargestRunSize() const;
  engine::CompileOptions OptionsFor(const ModelSource& source);
  // What follows from the complete configuration.
  absl::Status TakeConfig(const ModelSource& source);

  std::string name_;
  int64_t version_ = 0;
  uint64_t fingerprint_ = 0;
  absl::Duration load_time_;
  LoadPhases load_phases_;
  absl::Status tuning_status_;
  std::vector<std::vector<std::string>> labels_;  // by output
  BatchingOptions batching_;
  const std::vector<int> one_by_one_ = {1};
  // Written once, before found_sizes_ points at it.
  mutable absl::Mutex finding_;
  mutable std::vector<int> sizes_ ABSL_GUARDED_BY(finding_);
  mutable std::atomic<const std::vector<int>*> found_sizes_ = nullptr;
  onnx_import::ModelInfo info_;
  inference::ModelConfig config_;
  std::vector<TensorSpec> inputs_;
  std::vector<TensorSpec> outputs_;
  std::optional<image::Preprocessing> image_input_;
  std::shared_ptr<engine::CompiledModel> compiled_;
  engine::ModelWork work_;
};

}  // namespace reluserve::repository

#endif  // RELUSERVE_SERVER_REPOSITORY_LOADED_MODEL_H_
