// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The reluserve authors

// A graph made ready to run on this CPU.

#ifndef RELUSERVE_SERVER_ENGINE_COMPILED_MODEL_H_
#define RELUSERVE_SERVER_ENGINE_COMPILED_MODEL_H_

#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include <absl/status/statusor.h>

#include "server/engine/plan_info.h"
#include "server/engine/profiler.h"
#include "server/engine/tuning.h"
#include "server/graph/graph.h"
#include "server/graph/passes/pass.h"
#include "server/graph/symbolic.h"
#include "server/sparsity/trace.h"
#include "server/tensor/tensor.h"

namespace reluserve::engine {

struct CompileOptions {
  // Which graph passes to leave out; default: none.
  graph::PassOptions passes;
  // Plans kept per model, one for each combination of input shapes; the least recently used is
  // dropped first. At least 1. Each holds primitives and a memory layout, not weights.
  int max_plans = 16;
  // Whether convolutions may be computed by Winograd's algorithm, where that is faster and, tried
  // on random inputs, within a bound of the exact result (primitives/winograd.h).
  bool winograd = true;
  // What was measured on the machine itself; otherwise a rule of the shapes and of the CPU's
  // instruction set chooses. A choice that is not to be had here, or not exact enough, is left out.
  std::optional<Tuning> tuning;
  // A model whose steps come to fewer multiply-adds than this, on average and for a sample, runs on
  // one thread: that has done a step before another has woken up. 0: never so.
  int64_t short_step = int64_t{256} * 1024;
};

// Immutable to its users: weights, packed once in the layouts that oneDNN asks for and shared by
// every plan and thread, and the plans made so far. Thread-safe.
class CompiledModel {
 public:
  // Runs the graph passes, infers shapes, and proves that the model runs by making the plan for the
  // smallest batch. Errors name the node at fault.
  static absl::StatusOr<std::shared_ptr<CompiledModel>> Create(graph::Graph graph,
                                                               const CompileOptions& options = {});
  ~CompiledModel();
  CompiledModel(const CompiledModel&) = delete;
  CompiledModel& operator=(const CompiledModel&) = delete;

  // The plan for these input shapes (in the order of graph().inputs), made if it is not there.
  // Primitives are made for as many OpenMP threads as the caller has, who should be the one to run
  // them, or for one (CompileOptions::short_step). INVALID_ARGUMENT when the model cannot take the
  // shapes.
  absl::StatusOr<std::shared_ptr<const Plan>> GetPlan(std::span<const Shape> input_shapes);

  // A plan whose outputs are all values that nodes compute and that plans do not know beforehand,
  // to find where two runs part. Not kept.
  struct Inspection {
    std::shared_ptr<const Plan> plan;
    std::vector<graph::ValueId> values;  // one an output of the plan, in the order of the nodes
  };
  absl::StatusOr<Inspection> Inspect(std::span<const Shape> input_shapes);

  // Has plans from now on run these nodes, in addition to those named before, for each sample of a
  // batch by itself: nodes whose kernels give a sample other bits in a batch. Those that do not
  // have the batch on axis 0 stay as they are. Plans made so far for several samples are no longer
  // given.
  void RunBySample(std::span<const std::string> nodes);
  // How it is computed, by the rules or as it was asked for.
  Tuning tuning() const;
  // The same model computed otherwise, or without a tuning by the rules, to find out what is
  // faster. Has plans and a profiler of its own, and shares the weights that lie alike.
  absl::StatusOr<std::shared_ptr<CompiledModel>> Variant(std::optional<Tuning> tuning) const;
  // The names of the nodes to which that was done.
  std::vector<std::string> by_sample() const;

  // After the passes. Of large weights types and shapes alone; of the shapes without the facts of
  // the probe.
  const graph::Graph& graph() const;
  const graph::SymbolicShapes& shapes() const;
  // Element types of the graph's outputs.
  std::span<const DataType> output_types() const;
  // The activation layers in the order of execution.
  std::span<const sparsity::LayerInfo> layers() const;
  // Of each layer, whether the first axis of its counts follows the batch. Not where the layer
  // works on constants, or the model is not batchable.
  const std::vector<bool>& layers_by_sample() const;
  // The graph's dump before the passes, and after them; and what each pass did.
  const std::string& graph_before() const;
  const std::string& graph_after() const;
  std::span<const graph::PassReport> pass_reports() const;
  absl::StatusOr<PlanInfo> Describe(std::span<const Shape> input_shapes);
  // Measures the runs of all plans of the model, but for the strict ones.
  Profiler& profiler() const;

 private:
  struct State;
  explicit CompiledModel(std::shared_ptr<State> state);
  // Shared with the plans, which come back for their strict twins.
  std::shared_ptr<State> state_;
};

// Memory and primitive arguments to run plans in: one for each thread that runs models. Reused from
// run to run, so that a run in a known shape allocates nothing. Not thread-safe.
class ExecutionContext {
 public:
  ExecutionContext();
  ~ExecutionContext();
  ExecutionContext(ExecutionContext&&) noexcept;
  ExecutionContext& operator=(ExecutionContext&&) noexcept;

  // Runs `plan`: reads inputs (one pointer a graph input, dense row-major elements in the shapes
  // the plan was made for, any alignment), writes outputs (one buffer a graph output, of the plan's
  // output shapes), and, where `trace` is not null, fills it with every layer's counts. INTERNAL
  // when a primitive fails; the outputs are then undefined.
  absl::Status Run(const std::shared_ptr<const Plan>& plan, std::span<const void* const> inputs,
                   std::span<void* const> outputs, sparsity::Trace* trace);

 private:
  struct State;
  std::unique_ptr<State> state_;
};

// The shapes of a plan's outputs, in the order of the graph's outputs.
std::span<const Shape> OutputShapes(const Plan& plan);

}  // namespace reluserve::engine

#endif  // RELUSERVE_SERVER_ENGINE_COMPILED_MODEL_H_
