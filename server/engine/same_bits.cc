// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The reluserve authors

#include "server/engine/same_bits.h"

#include <algorithm>
#include <cstring>
#include <limits>
#include <map>
#include <random>
#include <set>
#include <span>
#include <string>
#include <utility>

#include "server/base/status.h"
#include "server/engine/plan.h"
#include "server/engine/random_elements.h"
#include "server/engine/sparse_work.h"

namespace reluserve::engine {
namespace {

using sparsity::LayerCounts;

// What came of samples [0, samples).
struct Results {
  int64_t samples = 0;
  std::vector<Tensor> outputs;
  sparsity::Trace trace;
};

bool SameRows(const void* a, const void* b, size_t bytes_a, size_t bytes_b, int64_t samples,
              int64_t sample) {
  const size_t row = bytes_a / static_cast<size_t>(samples);
  if (row != bytes_b) return false;
  return std::memcmp(static_cast<const std::byte*>(a) + row * static_cast<size_t>(sample), b,
                     row) == 0;
}

bool SameCounts(const LayerCounts& together, const LayerCounts& alone, int64_t samples,
                int64_t sample, bool by_sample) {
  for (const auto counts :
       {&LayerCounts::inactive, &LayerCounts::saturated, &LayerCounts::non_finite}) {
    const std::vector<uint32_t>& a = together.*counts;
    const std::vector<uint32_t>& b = alone.*counts;
    const int64_t rows = by_sample ? samples : 1;
    if (!SameRows(a.data(), b.data(), a.size() * sizeof(uint32_t), b.size() * sizeof(uint32_t),
                  rows, by_sample ? sample : 0)) {
      return false;
    }
  }
  return true;
}

// Whether the sample of a batch came out as it did alone.
bool SameSample(const CompiledModel& model, const Results& together, int64_t sample,
                const Results& alone) {
  for (size_t i = 0; i < together.outputs.size(); ++i) {
    const Tensor& a = together.outputs[i];
    const Tensor& b = alone.outputs[i];
    if (!SameRows(a.data(), b.data(), a.byte_size(), b.byte_size(), together.samples, sample)) {
      return false;
    }
  }
  for (size_t i = 0; i < together.trace.layers.size(); ++i) {
    if (!SameCounts(together.trace.layers[i], alone.trace.layers[i], together.samples, sample,
                    model.layers_by_sample()[i])) {
      return false;
    }
  }
  return true;
}

// Tries one model on one set of random samples.
class Trial {
 public:
  Trial(CompiledModel& model, const SameBitsOptions& options) : model_(model), options_(options) {}

  absl::Status Prepare() {
    RELUSERVE_RETURN_IF_ERROR(MakeInputs());
    for (int64_t sample = 0; sample < std::min(kDistinct, options_.max_batch_size); ++sample) {
      RELUSERVE_ASSIGN_OR_RETURN(Results results, Run(sample, 1));
      alone_.push_back(std::move(results));
    }
    return absl::OkStatus();
  }

  std::vector<int> SizesToTry() const {
    const int largest = options_.max_batch_size;
    const double runs = 0.5 * largest * (largest + 1);
    const bool all = static_cast<double>(WorkOf(model_).macs) * runs <= options_.max_macs;
    std::vector<int> sizes;
    for (int size = 2; size <= largest; ++size) {
      const bool wanted = all ? size <= 16 || size % 8 == 0 : (size & (size - 1)) == 0;
      if (wanted || size == largest) sizes.push_back(size);
    }
    return sizes;
  }

  bool given_up() const { return given_up_; }

  // From now on so many nodes more are run sample by sample, with new plans.
  void RunBySample(std::span<const std::string> nodes) {
    model_.RunBySample(nodes);
    std::erase_if(plans_, [](const auto& plan) { return plan.first > 1; });
  }

  // A model that does not run at a size fails there.
  bool Passes(int size) {
    const absl::StatusOr<Results> together = Run(0, size);
    for (int64_t sample = 0; together.ok() && sample < size; ++sample) {
      if (!SameSample(model_, *together, sample, alone_[sample % kDistinct])) return false;
    }
    return together.ok();
  }

  // The nodes, by name, at which a batch of that size parts from its samples alone: what they read
  // is the same, but not what they compute. With them come those of the same operator and kernel.
  absl::StatusOr<std::vector<std::string>> PartingNodes(int size) {
    RELUSERVE_ASSIGN_OR_RETURN(const Inspected together, Inspect(0, size));
    RELUSERVE_ASSIGN_OR_RETURN(const Inspected first, Inspect(0, 1));
    RELUSERVE_ASSIGN_OR_RETURN(const Inspected last, Inspect(size - 1, 1));
    std::set<graph::ValueId> parted;
    for (size_t i = 0; i < together.values.size(); ++i) {
      if (!SameValue(together.results, 0, first.results, i) ||
          !SameValue(together.results, size - 1, last.results, i)) {
        parted.insert(together.values[i]);
      }
    }
    const auto has_parted = [&](graph::ValueId id) { return parted.contains(id); };
    std::vector<std::string> names;
    for (const graph::Node& node : model_.graph().nodes) {
      const bool inherited = std::any_of(node.inputs.begin(), node.inputs.end(), has_parted) ||
                             (node.residual && has_parted(*node.residual));
      const bool parts = std::any_of(node.outputs.begin(), node.outputs.end(), has_parted);
      if (parts && !inherited) names.push_back(node.name);
    }
    return WithTheirLike(names, together.steps);
  }

  // The first of two samples becomes not finite: the second must not notice. Spoils the inputs, so
  // it comes last.
  bool PassesNextToNaN() {
    bool has_floats = false;
    for (Tensor& input : inputs_) {
      if (input.type() != DataType::kFloat32 || input.byte_size() == 0) continue;
      input.mutable_values<float>()[0] = std::numeric_limits<float>::quiet_NaN();
      has_floats = true;
    }
    if (!has_floats) return true;
    const absl::StatusOr<Results> together = Run(0, 2);
    return together.ok() && SameSample(model_, *together, 1, alone_[1]);
  }

 private:
  static constexpr int kDistinct = 2;

  // Nodes computed by the same kernel as one of those named.
  static std::vector<std::string> WithTheirLike(std::span<const std::string> names,
                                                std::span<const StepInfo> steps) {
    std::set<std::pair<std::string, std::string>> kernels;
    for (const StepInfo& step : steps) {
      const bool computes = step.op_type != "reorder" && step.op_type != "count";
      if (computes && std::find(names.begin(), names.end(), step.node) != names.end()) {
        kernels.emplace(step.op_type, step.implementation);
      }
    }
    std::vector<std::string> alike(names.begin(), names.end());
    for (const StepInfo& step : steps) {
      if (kernels.contains({step.op_type, step.implementation})) alike.push_back(step.node);
    }
    return alike;
  }

  static bool SameValue(const Results& together, int64_t sample, const Results& alone,
                        size_t output) {
    const Tensor& a = together.outputs[output];
    const Tensor& b = alone.outputs[output];
    // What does not follow the batch is there once.
    const int64_t rows = a.byte_size() == b.byte_size() ? 1 : together.samples;
    return SameRows(a.data(), b.data(), a.byte_size(), b.byte_size(), rows, rows == 1 ? 0 : sample);
  }

  // As many samples as the largest batch has, of which the first few are drawn and repeated.
  absl::Status MakeInputs() {
    std::mt19937_64 random(options_.seed);
    for (size_t i = 0; i < model_.shapes().probe_inputs.size(); ++i) {
      Shape shape = model_.shapes().probe_inputs[i];
      shape[0] = options_.max_batch_size;
      RELUSERVE_ASSIGN_OR_RETURN(Tensor input,
                                 Tensor::Allocate(model_.graph().inputs[i].type, shape));
      FillRandom(input, random);
      const size_t bytes = input.byte_size();
      const size_t drawn = bytes / static_cast<size_t>(shape[0]) * kDistinct;
      auto* data = static_cast<std::byte*>(input.mutable_data());
      for (size_t at = drawn; at < bytes; ++at) data[at] = data[at - drawn];
      inputs_.push_back(std::move(input));
    }
    return absl::OkStatus();
  }

  std::vector<Shape> Shapes(int64_t samples) const {
    std::vector<Shape> shapes;
    for (const Tensor& input : inputs_) {
      shapes.push_back(input.shape());
      shapes.back()[0] = samples;
    }
    return shapes;
  }

  absl::StatusOr<Results> Run(int64_t first, int64_t samples) {
    std::shared_ptr<const Plan>& plan = plans_[samples];
    if (plan == nullptr) {
      RELUSERVE_ASSIGN_OR_RETURN(const std::shared_ptr<const Plan> made,
                                 model_.GetPlan(Shapes(samples)));
      // Nobody who has the model's runs measured means these.
      auto unmeasured = std::make_shared<Plan>(*made);
      unmeasured->profiler = nullptr;
      plan = std::move(unmeasured);
    }
    return RunPlan(plan, first, samples);
  }

  // All values that nodes compute, and how.
  struct Inspected {
    Results results;
    std::vector<graph::ValueId> values;  // one an output of the results
    std::vector<StepInfo> steps;
  };
  absl::StatusOr<Inspected> Inspect(int64_t first, int64_t samples) {
    RELUSERVE_ASSIGN_OR_RETURN(CompiledModel::Inspection inspection,
                               model_.Inspect(Shapes(samples)));
    RELUSERVE_ASSIGN_OR_RETURN(Results results, RunPlan(inspection.plan, first, samples));
    return Inspected{std::move(results), std::move(inspection.values), inspection.plan->step_infos};
  }

  absl::StatusOr<Results> RunPlan(const std::shared_ptr<const Plan>& plan, int64_t first,
                                  int64_t samples) {
    given_up_ = given_up_ || (options_.go_on && !options_.go_on());
    if (given_up_) return absl::CancelledError("the trial was given up");
    std::vector<const void*> data;
    for (const Tensor& input : inputs_) {
      const size_t row = input.byte_size() / static_cast<size_t>(input.shape()[0]);
      data.push_back(static_cast<const std::byte*>(input.data()) +
                     row * static_cast<size_t>(first));
    }
    Results results;
    results.samples = samples;
    std::vector<void*> outputs;
    for (size_t i = 0; i < plan->output_shapes.size(); ++i) {
      RELUSERVE_ASSIGN_OR_RETURN(Tensor output,
                                 Tensor::Allocate(plan->output_types[i], plan->output_shapes[i]));
      results.outputs.push_back(std::move(output));
      outputs.push_back(results.outputs.back().mutable_data());
    }
    RELUSERVE_RETURN_IF_ERROR(context_.Run(plan, data, outputs, &results.trace));
    return results;
  }

  CompiledModel& model_;
  const SameBitsOptions options_;
  ExecutionContext context_;
  std::vector<Tensor> inputs_;                            // of all samples
  std::vector<Results> alone_;                            // of each that was drawn
  std::map<int64_t, std::shared_ptr<const Plan>> plans_;  // by samples
  bool given_up_ = false;
};

}  // namespace

std::vector<int> FindSameBitsSizes(CompiledModel& model, const SameBitsOptions& options) {
  std::vector<int> passed = {1};
  if (!model.shapes().batchable || options.max_batch_size < 2) return passed;
  Trial trial(model, options);
  if (!trial.Prepare().ok()) return trial.given_up() ? std::vector<int>() : passed;
  // Each node that is found changes what the others read: what passed before is tried again.
  for (bool changed = true; changed;) {
    changed = false;
    passed = {1};
    for (const int size : trial.SizesToTry()) {
      if (trial.Passes(size)) {
        passed.push_back(size);
        continue;
      }
      if (trial.given_up()) return {};
      const size_t known = model.by_sample().size();
      const absl::StatusOr<std::vector<std::string>> nodes = trial.PartingNodes(size);
      if (nodes.ok()) trial.RunBySample(*nodes);
      if (model.by_sample().size() > known) {
        changed = true;
        break;
      }
    }
  }
  if (passed.size() > 1 && !trial.PassesNextToNaN()) passed = {1};
  return trial.given_up() ? std::vector<int>() : passed;
}

}  // namespace reluserve::engine
