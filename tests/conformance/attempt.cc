// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The reluserve authors

#include "tests/conformance/attempt.h"

#include <map>
#include <utility>

#include "server/base/status.h"
#include "server/engine/kernels/kernel.h"
#include "server/graph/passes/pass.h"
#include "server/onnx/importer.h"
#include "tests/conformance/compare_tensors.h"

namespace reluserve::conformance {
namespace {

namespace fs = std::filesystem;

Outcome Refused(const absl::Status& status) {
  return {Outcome::Kind::kRefused, std::string(status.message())};
}
Outcome Wrong(std::string message) { return {Outcome::Kind::kWrong, std::move(message)}; }
Outcome Wrong(const absl::Status& status) { return Wrong(std::string(status.message())); }

fs::path InputFile(const fs::path& set, size_t index) {
  return set / fmt::format("input_{}.pb", index);
}

fs::path OutputFile(const fs::path& set, size_t index) {
  return set / fmt::format("output_{}.pb", index);
}

// How a second run in the same context differs from the first: not by a bit, it has to be.
std::string CompareRuns(const std::vector<Tensor>& first, const sparsity::Trace& first_trace,
                        const std::vector<Tensor>& second, const sparsity::Trace& second_trace) {
  for (size_t i = 0; i < first.size(); ++i) {
    const std::string difference = DifferenceOf(first[i], second[i], {});
    if (!difference.empty()) return fmt::format("second run, output {}: {}", i, difference);
  }
  for (size_t i = 0; i < first_trace.layers.size(); ++i) {
    if (first_trace.layers[i].inactive != second_trace.layers[i].inactive) {
      return fmt::format("second run: other counts in layer {}", i);
    }
  }
  return "";
}

}  // namespace

std::string_view NoteOf(Binding binding) {
  switch (binding) {
    case Binding::kNone:
      return "as is";
    case Binding::kAllButFirst:
      return "all inputs but the first as constants";
    case Binding::kAll:
      return "all inputs as constants";
  }
  return "";
}

Outcome Attempt::Run(const SparsityReference& sparsity) {
  for (const fs::path& set : test_.DataSets()) {
    // Without bound inputs all sets share one compiled model, as they would in a server.
    if (model_ == nullptr || binding_ != Binding::kNone) {
      if (const absl::Status status = Compile(set); !status.ok()) return Refused(status);
    }
    const auto expected = sparsity.find(set.filename().string());
    Outcome outcome = RunSet(set, expected == sparsity.end() ? nullptr : &expected->second);
    if (outcome.kind != Outcome::Kind::kRight) return outcome;
  }
  if (model_ == nullptr) return Wrong("there is no data to run it on");
  return {};
}

size_t Attempt::BoundFrom() const {
  if (binding_ == Binding::kNone) return file_.inputs().size();
  return binding_ == Binding::kAll ? 0 : 1;
}

absl::Status Attempt::Compile(const fs::path& set) {
  std::vector<ModelFile::Initializer> bound;
  for (size_t i = BoundFrom(); i < file_.inputs().size(); ++i) {
    bound.push_back({file_.inputs()[i], InputFile(set, i)});
  }
  RELUSERVE_ASSIGN_OR_RETURN(const std::string bytes, file_.WithInitializers(bound));
  onnx_import::ImportOptions import;
  import.read_external = FilesBeside(test_.model_file());
  import.evaluate = engine::EvaluateNode;
  RELUSERVE_ASSIGN_OR_RETURN(onnx_import::ImportedModel imported,
                             onnx_import::ImportModel(bytes, import));
  engine::CompileOptions compile;
  if (!options_.passes) {
    for (const graph::Pass& pass : graph::AllPasses()) compile.passes.disabled.emplace(pass.name);
  }
  RELUSERVE_ASSIGN_OR_RETURN(model_,
                             engine::CompiledModel::Create(std::move(imported.graph), compile));
  return absl::OkStatus();
}

Outcome Attempt::RunSet(const fs::path& set, const std::vector<LayerReference>* sparsity) {
  const absl::StatusOr<std::vector<Tensor>> inputs = ReadInputs(set);
  if (!inputs.ok()) return Wrong(inputs.status());
  std::vector<Shape> shapes;
  for (const Tensor& input : *inputs) shapes.push_back(input.shape());
  const auto plan = model_->GetPlan(shapes);
  if (!plan.ok()) return Refused(plan.status());

  const absl::StatusOr<Results> first = RunPlan(*plan, *inputs);
  if (!first.ok()) return Wrong(first.status());
  const absl::StatusOr<Results> second = RunPlan(*plan, *inputs);
  if (!second.ok()) return Wrong(second.status());

  std::string difference = CompareOutputs(set, first->outputs);
  if (difference.empty()) {
    difference = CompareRuns(first->outputs, first->trace, second->outputs, second->trace);
  }
  if (difference.empty() && sparsity != nullptr) {
    difference = DifferenceOf(*sparsity, model_->layers(), first->trace);
  }
  if (difference.empty()) return {};
  return Wrong(fmt::format("{}: {}", set.filename().string(), difference));
}

absl::StatusOr<std::vector<Tensor>> Attempt::ReadInputs(const fs::path& set) const {
  std::map<std::string, Tensor> given;
  for (size_t i = 0; i < BoundFrom(); ++i) {
    RELUSERVE_ASSIGN_OR_RETURN(Tensor tensor, ReadTensorFile(InputFile(set, i)));
    given.emplace(file_.inputs()[i], std::move(tensor));
  }
  std::vector<Tensor> inputs;
  for (const graph::Input& input : model_->graph().inputs) {
    const std::string& name = model_->graph().value(input.value).name;
    const auto found = given.find(name);
    if (found == given.end()) return Internal("the graph has an input \"{}\" of its own", name);
    if (found->second.type() != input.type) {
      return Internal("input \"{}\" is {} to the graph and {} in the file", name, Name(input.type),
                      Name(found->second.type()));
    }
    inputs.push_back(found->second);
  }
  return inputs;
}

absl::StatusOr<Attempt::Results> Attempt::RunPlan(const std::shared_ptr<const engine::Plan>& plan,
                                                  const std::vector<Tensor>& inputs) {
  Results results;
  std::vector<const void*> sources;
  for (const Tensor& input : inputs) sources.push_back(input.data());
  std::vector<void*> targets;
  for (const Shape& shape : engine::OutputShapes(*plan)) {
    const DataType type = model_->output_types()[results.outputs.size()];
    RELUSERVE_ASSIGN_OR_RETURN(Tensor output, Tensor::Allocate(type, shape));
    targets.push_back(output.mutable_data());
    results.outputs.push_back(std::move(output));
  }
  RELUSERVE_RETURN_IF_ERROR(context_.Run(plan, sources, targets, &results.trace));
  return results;
}

std::string Attempt::CompareOutputs(const fs::path& set, const std::vector<Tensor>& outputs) {
  size_t compared = 0;
  for (; compared < outputs.size() && fs::exists(OutputFile(set, compared)); ++compared) {
    const absl::StatusOr<Tensor> expected = ReadTensorFile(OutputFile(set, compared));
    if (!expected.ok()) return std::string(expected.status().message());
    const std::string difference =
        DifferenceOf(*expected, outputs[compared],
                     {.relative = test_.relative_tolerance, .absolute = test_.absolute_tolerance});
    if (!difference.empty()) return fmt::format("output {}: {}", compared, difference);
    vacuous_ = vacuous_ && !WhyVacuous(*expected).empty();
  }
  if (compared == 0 || fs::exists(OutputFile(set, compared))) {
    return fmt::format("{} outputs, and {} to compare them with", outputs.size(), compared);
  }
  return "";
}

}  // namespace reluserve::conformance
