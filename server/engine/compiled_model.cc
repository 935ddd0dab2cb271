// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The reluserve authors

#include "server/engine/compiled_model.h"

#include <algorithm>
#include <list>
#include <set>
#include <utility>

#include <absl/base/thread_annotations.h>
#include <absl/synchronization/mutex.h>
#include <omp.h>

#include "server/base/status.h"
#include "server/engine/activation_layers.h"
#include "server/engine/kernels/kernel.h"
#include "server/engine/large_weights.h"
#include "server/engine/maxout.h"
#include "server/engine/plan.h"
#include "server/engine/plan_builder.h"
#include "server/engine/primitives/lowering.h"
#include "server/engine/primitives/winograd.h"
#include "server/engine/thread_limit.h"
#include "server/engine/weight_store.h"

namespace reluserve::engine {

using graph::Graph;

struct CompiledModel::State {
  // Which plan: the shapes, for how many threads, and whether strict.
  struct PlanKey {
    std::vector<Shape> input_shapes;
    int threads = 1;
    bool strict = false;
  };
  struct CachedPlan {
    PlanKey key;
    std::shared_ptr<const Plan> plan;
  };

  // Constant once created.
  Graph graph;
  graph::SymbolicShapes shapes;
  CompileOptions options;
  std::vector<DataType> output_types;
  std::vector<sparsity::LayerInfo> layers;
  std::vector<bool> layers_by_sample;
  std::string graph_before;
  std::string graph_after;
  std::vector<graph::PassReport> pass_reports;
  // Its steps are so short that handing them to other threads would take longer.
  bool single_thread = false;
  WinogradNodes winograd;
  bool in_blocks = false;
  std::shared_ptr<WeightStore> weights = std::make_shared<WeightStore>();
  const std::shared_ptr<Profiler> profiler = std::make_shared<Profiler>();

  // Held while a plan is made, so that several threads asking for one make it once.
  absl::Mutex building;
  absl::Mutex mutex ABSL_ACQUIRED_AFTER(building);
  std::list<CachedPlan> plans ABSL_GUARDED_BY(mutex);  // the most recently used first
  // Of the nodes that run sample by sample, the first outputs.
  std::set<graph::ValueId> by_sample ABSL_GUARDED_BY(mutex);

  std::shared_ptr<const Plan> FindPlan(std::span<const Shape> input_shapes, int threads,
                                       bool strict);
  void KeepPlan(PlanKey key, std::shared_ptr<const Plan> plan);
  void DropPlans();
  absl::Status CheckInputs(std::span<const Shape> input_shapes) const;
  absl::StatusOr<std::vector<graph::OperandInfo>> Infer(std::span<const Shape> input_shapes) const;
  PlanOptions OptionsOf(bool strict);
  int Threads() const { return single_thread ? 1 : omp_get_max_threads(); }
  bool HasBatchOnAxis0(const graph::Node& node) const;
  absl::Status Choose(const std::vector<graph::OperandInfo>& facts);
  static absl::StatusOr<std::shared_ptr<const Plan>> MakePlan(const std::shared_ptr<State>& state,
                                                              PlanKey key);
  static absl::Status MakeFirstPlans(const std::shared_ptr<State>& state);
};

namespace {

// Blocks of channels are what our kernel for depthwise convolutions wants, and with 512 bits
// oneDNN's 1x1 convolutions between these are no slower in them.
bool GainsByBlocks(const Graph& graph, const std::vector<graph::OperandInfo>& facts) {
  return compat::HasAvx512() &&
         std::any_of(graph.nodes.begin(), graph.nodes.end(), [&](const graph::Node& node) {
           return node.activation && IsDepthwise(node, facts[node.inputs[0]].shape);
         });
}

}  // namespace

std::shared_ptr<const Plan> CompiledModel::State::FindPlan(std::span<const Shape> input_shapes,
                                                           int threads, bool strict) {
  absl::MutexLock lock(&mutex);
  for (auto cached = plans.begin(); cached != plans.end(); ++cached) {
    const PlanKey& key = cached->key;
    if (key.threads == threads && key.strict == strict &&
        std::equal(key.input_shapes.begin(), key.input_shapes.end(), input_shapes.begin(),
                   input_shapes.end())) {
      plans.splice(plans.begin(), plans, cached);
      return cached->plan;
    }
  }
  return nullptr;
}

void CompiledModel::State::KeepPlan(PlanKey key, std::shared_ptr<const Plan> plan) {
  absl::MutexLock lock(&mutex);
  plans.push_front({std::move(key), std::move(plan)});
  while (static_cast<int>(plans.size()) > options.max_plans) plans.pop_back();
}

void CompiledModel::State::DropPlans() {
  absl::MutexLock lock(&mutex);
  plans.clear();
}

absl::Status CompiledModel::State::CheckInputs(std::span<const Shape> input_shapes) const {
  if (input_shapes.size() != graph.inputs.size()) {
    return InvalidArgument("{} input shapes were given, expected {}", input_shapes.size(),
                           graph.inputs.size());
  }
  for (size_t i = 0; i < input_shapes.size(); ++i) {
    const graph::Input& input = graph.inputs[i];
    const std::string& name = graph.value(input.value).name;
    bool fits = input_shapes[i].rank() == static_cast<int>(input.dims.size());
    for (int axis = 0; fits && axis < input_shapes[i].rank(); ++axis) {
      const graph::Dim& dim = input.dims[axis];
      fits = dim.symbolic() ? input_shapes[i][axis] > 0 : input_shapes[i][axis] == dim.extent;
    }
    if (!fits) {
      return InvalidArgument("input \"{}\" has shape {}, which the model does not take", name,
                             input_shapes[i].ToString());
    }
  }
  return absl::OkStatus();
}

absl::StatusOr<std::vector<graph::OperandInfo>> CompiledModel::State::Infer(
    std::span<const Shape> input_shapes) const {
  return graph::InferShapes(graph, input_shapes, EvaluateNode);
}

PlanOptions CompiledModel::State::OptionsOf(bool strict) {
  absl::MutexLock lock(&mutex);
  return {strict, by_sample, winograd, in_blocks};
}

// Whether axis 0 is open of all that the node reads and makes, constants aside; in a batchable
// model that is where the batch is.
bool CompiledModel::State::HasBatchOnAxis0(const graph::Node& node) const {
  const auto follows_batch = [&](graph::ValueId id) {
    if (id == graph::kNoValue || graph.ConstantOf(id) != nullptr) return true;
    const auto index = static_cast<size_t>(id);
    return index < shapes.extents.size() && !shapes.extents[index].empty() &&
           shapes.extents[index][0] < 0;
  };
  return shapes.batchable && std::all_of(node.inputs.begin(), node.inputs.end(), follows_batch) &&
         (!node.residual || follows_batch(*node.residual)) &&
         std::all_of(node.outputs.begin(), node.outputs.end(), follows_batch);
}

// Unless another thread has made it by now.
absl::StatusOr<std::shared_ptr<const Plan>> CompiledModel::State::MakePlan(
    const std::shared_ptr<State>& state, PlanKey key) {
  absl::MutexLock lock(&state->building);
  if (auto plan = state->FindPlan(key.input_shapes, key.threads, key.strict)) return plan;
  RELUSERVE_RETURN_IF_ERROR(state->CheckInputs(key.input_shapes));
  RELUSERVE_ASSIGN_OR_RETURN(const std::vector<graph::OperandInfo> facts,
                             state->Infer(key.input_shapes));
  // Primitives are made for the threads there are.
  const ThreadLimit limit(key.threads);
  PlanBuilder builder(state->graph, facts, state->weights, state->OptionsOf(key.strict));
  RELUSERVE_ASSIGN_OR_RETURN(const std::shared_ptr<Plan> plan, builder.Build());
  if (state->shapes.batchable) plan->samples = key.input_shapes[0][0];
  plan->input_shapes = key.input_shapes;
  plan->threads = key.threads;
  if (!key.strict) {
    plan->profiler = state->profiler;
    plan->strict = [weak = std::weak_ptr<State>(state),
                    key]() -> absl::StatusOr<std::shared_ptr<const Plan>> {
      const std::shared_ptr<State> owner = weak.lock();
      if (owner == nullptr) return absl::UnavailableError("the model was unloaded");
      PlanKey strict_key = key;
      strict_key.strict = true;
      if (owner->shapes.batchable) {
        for (Shape& shape : strict_key.input_shapes) shape[0] = 1;
      }
      if (auto found = owner->FindPlan(strict_key.input_shapes, strict_key.threads, true)) {
        return found;
      }
      return MakePlan(owner, std::move(strict_key));
    };
  }
  state->KeepPlan(std::move(key), plan);
  return plan;
}

namespace {

std::vector<sparsity::LayerInfo> LayersOf(const Graph& graph,
                                          const std::vector<graph::OperandInfo>& facts) {
  std::vector<sparsity::LayerInfo> layers;
  const std::vector<int> producers = graph.Producers();
  for (const graph::Node& node : graph.nodes) {
    if (const auto maxout = MaxoutOf(graph, node, facts, producers)) {
      for (int b = 0; b < maxout->branches; ++b) layers.push_back(BranchLayer(node, b));
    }
    const auto layer = ActivationLayerOf(graph, node);
    if (layer && IsCountable(graph, node, facts[node.outputs[0]].type)) {
      layers.push_back(layer->info);
    }
  }
  return layers;
}

// Of each layer, whether the first axis of its counts differs between the plans of two batches.
std::vector<bool> LayersBySample(const Plan& one_batch, const Plan& other_batch) {
  std::vector<bool> by_sample;
  for (size_t i = 0; i < one_batch.layers.size(); ++i) {
    by_sample.push_back(one_batch.layers[i].samples != other_batch.layers[i].samples);
  }
  return by_sample;
}

absl::StatusOr<std::vector<graph::PassReport>> Simplify(Graph& graph, graph::SymbolicShapes& shapes,
                                                        graph::PassOptions options) {
  // Of use to the passes alone, and it shares the constants, which would never be freed.
  const std::vector<graph::OperandInfo> probe = std::exchange(shapes.probe, {});
  if (!compat::HasExactInt8()) options.disabled.emplace("fuse-quantization");
  return graph::RunPasses(graph, {EvaluateNode, probe, shapes.extents}, options);
}

// The probe's shapes with another batch, where the model has one.
std::vector<Shape> WithBatch(const Graph& graph, const graph::SymbolicShapes& shapes,
                             int64_t batch) {
  std::vector<Shape> result = shapes.probe_inputs;
  for (size_t i = 0; i < result.size(); ++i) {
    if (shapes.batchable && graph.inputs[i].dims[0].symbolic()) result[i][0] = batch;
  }
  return result;
}

// What an average step of the plan comes to, in multiply-adds.
int64_t WorkOfStep(const Plan& plan) {
  // What is only moved or changed takes as long as some multiply-adds for each element.
  constexpr int64_t kPerByte = 4;
  const auto steps = static_cast<int64_t>(std::max<size_t>(1, plan.steps.size()));
  return (plan.macs + kPerByte * plan.activation_bytes) / steps;
}

// Puts the steps of the other samples together with the first's.
std::vector<StepInfo> StepsForPeople(const std::vector<StepInfo>& steps) {
  const std::vector<size_t> shown = ShownAs(steps);
  std::vector<StepInfo> result;
  std::vector<size_t> rows(steps.size());
  for (size_t i = 0; i < steps.size(); ++i) {
    if (shown[i] == i) {
      rows[i] = result.size();
      result.push_back(steps[i]);
    } else {
      result[rows[shown[i]]].macs += steps[i].macs;
    }
  }
  return result;
}

}  // namespace

CompiledModel::CompiledModel(std::shared_ptr<State> state) : state_(std::move(state)) {}
CompiledModel::~CompiledModel() = default;

// How convolutions are computed. `facts` are for one sample.
absl::Status CompiledModel::State::Choose(const std::vector<graph::OperandInfo>& facts) {
  const Tuning* tuning = options.tuning ? &*options.tuning : nullptr;
  if (options.winograd) {
    RELUSERVE_ASSIGN_OR_RETURN(winograd, FindWinogradNodes(graph, facts, tuning, *weights));
  }
  in_blocks =
      !winograd.empty() || (tuning == nullptr ? GainsByBlocks(graph, facts) : tuning->in_blocks);
  return absl::OkStatus();
}

// For one sample and, where there are batches, for two: these prove that the model runs.
absl::Status CompiledModel::State::MakeFirstPlans(const std::shared_ptr<State>& state) {
  const std::vector<Shape> inputs = WithBatch(state->graph, state->shapes, 1);
  RELUSERVE_ASSIGN_OR_RETURN(std::shared_ptr<const Plan> plan,
                             State::MakePlan(state, {inputs, state->Threads(), /*strict=*/false}));
  if (plan->threads > 1 && WorkOfStep(*plan) < state->options.short_step) {
    state->single_thread = true;
    state->DropPlans();
    RELUSERVE_ASSIGN_OR_RETURN(plan,
                               State::MakePlan(state, {inputs, /*threads=*/1, /*strict=*/false}));
  }
  state->layers_by_sample.assign(plan->layers.size(), false);
  if (state->shapes.batchable) {
    const std::vector<Shape> two = WithBatch(state->graph, state->shapes, 2);
    RELUSERVE_ASSIGN_OR_RETURN(const std::shared_ptr<const Plan> plan_of_two,
                               State::MakePlan(state, {two, state->Threads(), /*strict=*/false}));
    state->layers_by_sample = LayersBySample(*plan, *plan_of_two);
  }
  return absl::OkStatus();
}

absl::StatusOr<std::shared_ptr<CompiledModel>> CompiledModel::Create(
    Graph graph, const CompileOptions& options) {
  if (options.max_plans < 1) {
    return InvalidArgument("max_plans is {}, expected at least 1", options.max_plans);
  }
  auto state = std::make_shared<State>();
  state->graph = std::move(graph);
  state->options = options;
  state->graph_before = state->graph.ToString();
  RELUSERVE_ASSIGN_OR_RETURN(state->shapes, graph::InferSymbolicShapes(state->graph, EvaluateNode));
  RELUSERVE_ASSIGN_OR_RETURN(state->pass_reports,
                             Simplify(state->graph, state->shapes, options.passes));
  state->graph_after = state->graph.ToString();

  state->weights->Adopt(state->graph);
  const std::vector<Shape> inputs = WithBatch(state->graph, state->shapes, 1);
  RELUSERVE_ASSIGN_OR_RETURN(const std::vector<graph::OperandInfo> facts, state->Infer(inputs));
  state->layers = LayersOf(state->graph, facts);
  for (graph::ValueId id : state->graph.outputs) state->output_types.push_back(facts[id].type);
  RELUSERVE_RETURN_IF_ERROR(PackLargestFirst(state->graph, facts, state->weights));
  RELUSERVE_RETURN_IF_ERROR(state->Choose(facts));
  RELUSERVE_RETURN_IF_ERROR(State::MakeFirstPlans(state));
  return std::shared_ptr<CompiledModel>(new CompiledModel(std::move(state)));
}

absl::StatusOr<std::shared_ptr<CompiledModel>> CompiledModel::Variant(
    std::optional<Tuning> tuning) const {
  auto state = std::make_shared<State>();
  state->graph = state_->graph;
  state->shapes = state_->shapes;
  state->options = state_->options;
  state->options.tuning = std::move(tuning);
  state->output_types = state_->output_types;
  state->layers = state_->layers;
  state->graph_before = state_->graph_before;
  state->graph_after = state_->graph_after;
  state->pass_reports = state_->pass_reports;
  state->weights = std::make_shared<WeightStore>(state_->weights);
  RELUSERVE_ASSIGN_OR_RETURN(const std::vector<graph::OperandInfo> facts,
                             state->Infer(WithBatch(state->graph, state->shapes, 1)));
  RELUSERVE_RETURN_IF_ERROR(state->Choose(facts));
  RELUSERVE_RETURN_IF_ERROR(State::MakeFirstPlans(state));
  return std::shared_ptr<CompiledModel>(new CompiledModel(std::move(state)));
}

absl::StatusOr<std::shared_ptr<const Plan>> CompiledModel::GetPlan(
    std::span<const Shape> input_shapes) {
  const int threads = state_->Threads();
  if (auto plan = state_->FindPlan(input_shapes, threads, /*strict=*/false)) return plan;
  return State::MakePlan(state_,
                         {{input_shapes.begin(), input_shapes.end()}, threads, /*strict=*/false});
}

absl::StatusOr<CompiledModel::Inspection> CompiledModel::Inspect(
    std::span<const Shape> input_shapes) {
  RELUSERVE_RETURN_IF_ERROR(state_->CheckInputs(input_shapes));
  RELUSERVE_ASSIGN_OR_RETURN(const std::vector<graph::OperandInfo> facts,
                             state_->Infer(input_shapes));
  Graph graph = state_->graph;
  Inspection inspection;
  for (const graph::Node& node : graph.nodes) {
    for (graph::ValueId id : node.outputs) {
      if (id != graph::kNoValue && !facts[id].value) inspection.values.push_back(id);
    }
  }
  graph.outputs = inspection.values;
  const ThreadLimit limit(state_->Threads());
  PlanBuilder builder(graph, facts, state_->weights, state_->OptionsOf(/*strict=*/false));
  RELUSERVE_ASSIGN_OR_RETURN(const std::shared_ptr<Plan> plan, builder.Build());
  plan->threads = state_->Threads();
  inspection.plan = plan;
  return inspection;
}

void CompiledModel::RunBySample(std::span<const std::string> nodes) {
  // A plan that is being made still lacks them: it goes with the others.
  absl::MutexLock building(&state_->building);
  absl::MutexLock lock(&state_->mutex);
  for (const graph::Node& node : state_->graph.nodes) {
    if (std::find(nodes.begin(), nodes.end(), node.name) != nodes.end() &&
        state_->HasBatchOnAxis0(node)) {
      state_->by_sample.insert(node.outputs[0]);
    }
  }
  // Those of one sample stay as they are.
  state_->plans.remove_if([](const auto& cached) { return cached.plan->samples > 1; });
}

Tuning CompiledModel::tuning() const {
  Tuning tuning;
  tuning.in_blocks = state_->in_blocks;
  for (const graph::Node& node : state_->graph.nodes) {
    const auto found = state_->winograd.find(node.outputs[0]);
    if (found != state_->winograd.end()) tuning.winograd_tiles[node.name] = found->second.tile;
  }
  return tuning;
}

std::vector<std::string> CompiledModel::by_sample() const {
  absl::MutexLock lock(&state_->mutex);
  std::vector<std::string> names;
  for (const graph::Node& node : state_->graph.nodes) {
    if (state_->by_sample.contains(node.outputs[0])) names.push_back(node.name);
  }
  return names;
}

Profiler& CompiledModel::profiler() const { return *state_->profiler; }
const Graph& CompiledModel::graph() const { return state_->graph; }
const graph::SymbolicShapes& CompiledModel::shapes() const { return state_->shapes; }
std::span<const DataType> CompiledModel::output_types() const { return state_->output_types; }
std::span<const sparsity::LayerInfo> CompiledModel::layers() const { return state_->layers; }
const std::vector<bool>& CompiledModel::layers_by_sample() const {
  return state_->layers_by_sample;
}
const std::string& CompiledModel::graph_before() const { return state_->graph_before; }
const std::string& CompiledModel::graph_after() const { return state_->graph_after; }
std::span<const graph::PassReport> CompiledModel::pass_reports() const {
  return state_->pass_reports;
}

absl::StatusOr<PlanInfo> CompiledModel::Describe(std::span<const Shape> input_shapes) {
  RELUSERVE_ASSIGN_OR_RETURN(const std::shared_ptr<const Plan> plan, GetPlan(input_shapes));
  PlanInfo info;
  info.steps = StepsForPeople(plan->step_infos);
  info.arena_bytes = plan->arena_bytes;
  info.activation_bytes = plan->activation_bytes;
  info.scratchpad_bytes = plan->scratchpad_bytes;
  info.packed_weight_bytes = state_->weights->packed_bytes();
  info.macs = plan->macs;
  return info;
}

}  // namespace reluserve::engine
