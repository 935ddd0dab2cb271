// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The reluserve authors

// Nodes that run sample by sample within a batch: a plan for the node alone and one sample is made,
// and its steps are repeated for each sample at that sample's place in the batch's memory.

#include <algorithm>
#include <utility>

#include "server/base/status.h"
#include "server/engine/plan_builder.h"

namespace reluserve::engine {
namespace {

using graph::kNoValue;
using graph::Node;
using graph::OperandInfo;
using graph::ValueId;

// What a slot of the single sample's plan is in the batch's plan.
struct SlotPlace {
  int slot = -1;
  int64_t stride = 0;  // bytes from one sample to the next
};

int64_t BytesOf(const OperandInfo& fact) {
  return fact.shape.ElementCount() * static_cast<int64_t>(ByteSize(fact.type));
}

// Moves a step of the single sample's plan to a sample of the batch.
void Move(Step& step, const std::vector<SlotPlace>& places, int64_t sample) {
  const auto move = [&](int& slot, int64_t& offset) {
    if (slot < 0) return;
    const SlotPlace& place = places[static_cast<size_t>(slot)];
    slot = place.slot;
    offset += place.stride * sample;
  };
  if (auto* primitive = std::get_if<PrimitiveStep>(&step)) {
    for (auto& argument : primitive->arguments) move(argument.slot, argument.offset);
  } else if (auto* kernel = std::get_if<KernelStep>(&step)) {
    for (auto& argument : kernel->inputs) move(argument.slot, argument.offset);
    for (auto& argument : kernel->outputs) move(argument.slot, argument.offset);
  } else if (auto* copy = std::get_if<CopyStep>(&step)) {
    move(copy->from, copy->from_offset);
    move(copy->to, copy->to_offset);
  }
}

}  // namespace

// Where the batch is the first axis of everything that is not known.
bool PlanBuilder::RunsBySample(const Node& node) const {
  if (options_.samples < 2 || !options_.by_sample.contains(node.outputs[0])) return false;
  const auto follows_batch = [&](ValueId id) {
    Shape shape = options_.sample_facts[static_cast<size_t>(id)].shape;
    if (shape.rank() == 0) return false;
    shape[0] *= options_.samples;
    return shape == fact(id).shape;
  };
  const auto fits = [&](ValueId id) {
    return id == kNoValue || Known(id) != nullptr || follows_batch(id);
  };
  return std::all_of(node.inputs.begin(), node.inputs.end(), fits) &&
         (!node.residual || fits(*node.residual)) &&
         std::all_of(node.outputs.begin(), node.outputs.end(), [&](ValueId id) {
           return id == kNoValue || (Known(id) == nullptr && follows_batch(id));
         });
}

absl::Status PlanBuilder::LowerBySample(const Node& node) {
  graph::Graph single = graph_;
  single.nodes = {node};
  single.inputs.clear();
  single.outputs.clear();
  std::vector<ValueId> sources = node.inputs;
  if (node.residual) sources.push_back(*node.residual);
  std::vector<Operand> inputs;
  for (ValueId id : sources) {
    if (id == kNoValue || Known(id) != nullptr) continue;
    single.inputs.push_back({id, fact(id).type, {}});
    RELUSERVE_ASSIGN_OR_RETURN(Operand operand, GetPlain(id));
    inputs.push_back(std::move(operand));
  }
  std::vector<Operand> outputs;
  for (ValueId id : node.outputs) {
    if (id == kNoValue) continue;
    single.outputs.push_back(id);
    outputs.push_back(New(fact(id).type, fact(id).shape));
  }
  PlanOptions options;
  options.strict = options_.strict;
  PlanBuilder builder(single, options_.sample_facts, weights_, options);
  RELUSERVE_ASSIGN_OR_RETURN(const std::shared_ptr<Plan> plan, builder.Build());
  RepeatBySample(*plan, single, inputs, outputs);
  for (size_t i = 0; i < outputs.size(); ++i) Define(single.outputs[i], outputs[i]);
  return absl::OkStatus();
}

void PlanBuilder::RepeatBySample(const Plan& plan, const graph::Graph& single,
                                 const std::vector<Operand>& inputs,
                                 const std::vector<Operand>& outputs) {
  std::vector<SlotPlace> places;
  for (const Slot& slot : plan.slots) {
    const auto index = static_cast<size_t>(slot.index);
    if (slot.kind == Slot::Kind::kInput) {
      const ValueId id = single.inputs[index].value;
      places.push_back(
          {inputs[index].slot, BytesOf(options_.sample_facts[static_cast<size_t>(id)])});
    } else if (slot.kind == Slot::Kind::kOutput) {
      const ValueId id = single.outputs[index];
      places.push_back(
          {outputs[index].slot, BytesOf(options_.sample_facts[static_cast<size_t>(id)])});
    } else {
      Slot own;
      own.kind = slot.kind;
      own.bytes = slot.bytes;
      own.constant = slot.constant;
      places.push_back({AddSlot(own), 0});
    }
  }
  for (int64_t sample = 0; sample < options_.samples; ++sample) {
    for (size_t i = 0; i < plan.steps.size(); ++i) {
      // The batch's counts are made of the whole result.
      if (std::holds_alternative<CountStep>(plan.steps[i])) continue;
      Step step = plan.steps[i];
      Move(step, places, sample);
      StepInfo info = plan.step_infos[i];
      info.implementation += fmt::format(" (sample {})", sample);
      AddStep(std::move(step), std::move(info));
    }
  }
  plan_->kept.insert(plan_->kept.end(), plan.kept.begin(), plan.kept.end());
  plan_->scratchpad_bytes = std::max(plan_->scratchpad_bytes, plan.scratchpad_bytes);
}

}  // namespace reluserve::engine
