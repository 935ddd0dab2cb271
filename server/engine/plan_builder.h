// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The reluserve authors

// From a graph and known shapes to a plan. The builder walks the nodes and lets each operator's
// lowering (primitives/lowering.h) append steps; it keeps track of where every value lies and in
// which layouts, and converts between layouts only when a step asks for one that is not there.

#ifndef RELUSERVE_SERVER_ENGINE_PLAN_BUILDER_H_
#define RELUSERVE_SERVER_ENGINE_PLAN_BUILDER_H_

#include <memory>
#include <set>
#include <span>
#include <string>
#include <vector>

#include <absl/status/statusor.h>

#include "server/engine/activation_layers.h"
#include "server/engine/maxout.h"
#include "server/engine/plan.h"
#include "server/engine/primitives/winograd.h"
#include "server/engine/weight_store.h"
#include "server/graph/graph.h"
#include "server/graph/shape_inference.h"

namespace reluserve::engine {

struct PlanOptions {
  // Compute everything that could hide a NaN with our own kernels.
  bool strict = false;
  // Nodes, by their first output, to be run sample by sample: their kernels were found to give a
  // sample other bits in a batch.
  std::set<graph::ValueId> by_sample;
  // Convolutions, by their first output, for which Winograd's algorithm is exact enough.
  WinogradNodes winograd;
  // Whether convolutions lie in the blocks that Winograd's kernels want, so that nothing is
  // converted between these and others.
  bool in_blocks = false;
};

// Used once, by one thread. Errors are INTERNAL unless said otherwise: shapes were already
// inferred.
class PlanBuilder {
 public:
  // `facts` are graph::InferShapes' results for the input shapes. All must outlive the builder;
  // `weights` must outlive the plan, which keeps it alive.
  PlanBuilder(const graph::Graph& graph, const std::vector<graph::OperandInfo>& facts,
              std::shared_ptr<WeightStore> weights, const PlanOptions& options);

  absl::StatusOr<std::shared_ptr<Plan>> Build();

  // --- For lowerings ---

  bool strict() const { return options_.strict; }
  // How Winograd's algorithm is to compute the node, or null where it is not to.
  const WinogradChoice* WinogradOf(const graph::Node& node) const {
    const auto found = options_.winograd.find(node.outputs[0]);
    return strict() || found == options_.winograd.end() ? nullptr : &found->second;
  }
  bool in_blocks() const { return options_.in_blocks; }
  const graph::OperandInfo& fact(graph::ValueId id) const { return facts_[id]; }
  // The elements of a value that is known at plan time, else null.
  const Tensor* Known(graph::ValueId id) const;
  const graph::Graph& graph() const { return graph_; }
  bool IsFloat(graph::ValueId id) const { return fact(id).type == DataType::kFloat32; }

  // The value as it lies now, in whatever layout its maker chose.
  absl::StatusOr<Operand> Get(graph::ValueId id);
  // The value dense and row-major.
  absl::StatusOr<Operand> GetPlain(graph::ValueId id);
  // The value in the given layout.
  absl::StatusOr<Operand> GetAs(graph::ValueId id, const compat::Desc& desc);
  // The same in a slot that the node being lowered may overwrite: the value's own when nothing
  // reads it afterwards and it is not also in slot `besides`, otherwise a copy.
  absl::StatusOr<Operand> TakeAs(graph::ValueId id, const compat::Desc& desc, int besides);
  // A copy of an operand in another layout of the same shape, in a slot of its own.
  absl::StatusOr<Operand> Convert(const Operand& from, const compat::Desc& to);
  // Weights in the layout a primitive wants; `given` describes how they lie dense. Packed once
  // where they are known, otherwise in each run.
  absl::StatusOr<Operand> Weights(graph::ValueId id, const compat::Desc& given,
                                  const compat::Desc& wanted);

  // Elements that the plan keeps.
  Operand Constant(Tensor tensor);
  // A new arena slot.
  Operand New(DataType type, const Shape& shape);
  Operand New(const Shape& shape, const compat::Desc& desc);
  // A place for a result that lies like `operand`: its own memory when nothing reads that after the
  // node being lowered, otherwise a new slot.
  Operand OverwriteOrNew(const Operand& operand);
  // The same memory under another shape and layout.
  Operand View(const Operand& operand, const Shape& shape, const compat::Desc& desc) const;

  // Appends a primitive; the scratchpad it asks for is added. `info` describes it.
  template <typename PrimitiveDesc>
  void AddPrimitive(const PrimitiveDesc& pd, dnnl::primitive primitive,
                    std::vector<PrimitiveStep::Argument> arguments, StepInfo info) {
    info.implementation = pd.impl_info_str();
    AddPrimitiveStep(std::move(primitive), std::move(arguments), pd.scratchpad_desc(),
                     std::move(info));
  }
  // Appends our own kernel for `node`'s operator on dense operands; UNIMPLEMENTED where there is
  // none.
  absl::Status AddKernel(const graph::Node& node, std::span<const Operand> inputs,
                         std::span<const Operand> outputs);

  // Whether this builds the steps of one sample of a batch.
  bool is_sample() const { return is_sample_; }
  // Appends a depthwise convolution. It takes over the counting of its source.
  void AddDepthwise(DepthwiseStep step, StepInfo info);

  // Appends the copying of stretches of slots into slot `to`. `info` describes it.
  void AddCopy(int to, std::vector<CopyStep::Piece> pieces, StepInfo info);
  // Has what was computed into `parts`, which follow each other and are all that is in their
  // memory, be computed into slot `whole` instead, `offset` bytes from its begin. False, with
  // nothing changed, where that cannot be.
  bool PutInside(std::span<const Operand> parts, int whole, int64_t offset);

  // For a kernel that gives a sample other bits in a batch than alone (oneDNN's Winograd
  // convolutions): a lowering that chose one calls this before it appends anything. Lowers the node
  // for a single sample, by the same lowering, and repeats its steps for every sample of the batch,
  // each in place. True when that was done, and the lowering returns true as well. False, with
  // nothing appended, where there is nothing to part: the node has one sample, or an operand that
  // is not known at plan time does not have its samples on axis 0. The lowering then goes on.
  absl::StatusOr<bool> LowerBySample(const graph::Node& node);

  // Says that `id` lies in `operand`.
  void Define(graph::ValueId id, const Operand& operand);

  StepInfo Describe(const graph::Node& node, const Operand& result) const;

 private:
  friend class SampleLowering;  // by_sample.cc

  // Where one value lies: its first layout, then conversions made of it.
  using Layouts = std::vector<Operand>;

  absl::Status AddInputs();
  absl::Status LowerNode(const graph::Node& node);
  absl::Status LowerOperator(const graph::Node& node);
  absl::Status LowerByKernel(const graph::Node& node);
  absl::Status AddOutputs();
  absl::Status AddOutput(int index, graph::ValueId id);
  absl::Status CountLayer(const graph::Node& node, graph::ValueId id, const ActivationLayer& layer);
  absl::Status CountMaxout(const graph::Node& node, const Maxout& maxout);
  // Those of a Maxout along an axis of the node's operand.
  absl::Status AddBranches(const graph::Node& node, const Maxout& maxout, TraceLayerShape& shape,
                           BranchCountStep& step);
  // The value dense and row-major, repeated to the given shape.
  absl::StatusOr<Operand> GetBroadcast(graph::ValueId id, const Shape& shape);
  // The same with one axis in front of all others.
  absl::StatusOr<Operand> GetAxisFirst(graph::ValueId id, int axis);
  bool IsLayer(const graph::Node& node) const;
  bool MayOverwrite(int slot) const;
  // Whether it is a part of another slot, or has parts.
  bool IsShared(int slot) const;
  int AddSlot(Slot slot);
  void AddPrimitiveStep(dnnl::primitive primitive, std::vector<PrimitiveStep::Argument> arguments,
                        const compat::Desc& scratchpad, StepInfo info);
  void AddStep(Step step, StepInfo info);
  void SetLives();

  const graph::Graph& graph_;
  const std::vector<graph::OperandInfo>& facts_;
  const std::shared_ptr<WeightStore> weights_;
  const PlanOptions options_;

  const std::vector<int> producers_;  // by ValueId: the number of the node that makes it, or -1
  std::shared_ptr<Plan> plan_;
  std::vector<Layouts> layouts_;                          // by ValueId
  std::vector<int> uses_left_;                            // by ValueId
  std::vector<std::vector<graph::ValueId>> slot_values_;  // by slot: what lies in it
  const graph::Node* current_ = nullptr;
  bool is_sample_ = false;  // it lowers one node of another builder, for one sample
};

}  // namespace reluserve::engine

#endif  // RELUSERVE_SERVER_ENGINE_PLAN_BUILDER_H_
