// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The reluserve authors

#include "server/engine/plan_builder.h"

#include <algorithm>
#include <utility>

#include "server/base/status.h"
#include "server/engine/layout.h"
#include "server/engine/primitives/lowering.h"

namespace reluserve::engine {
namespace {

using compat::Desc;
using graph::kNoValue;
using graph::Node;
using graph::ValueId;

Operand PlainOperand(int slot, DataType type, const Shape& shape) {
  Operand operand{slot, type, shape, {}};
  if (Describable(type, shape)) operand.desc = PlainDesc(type, shape);
  return operand;
}

std::string LayoutOf(const Operand& operand) {
  const std::string layout = operand.describable() ? LayoutName(operand.desc) : "plain";
  return fmt::format("{} {}", layout, operand.shape.ToString());
}

}  // namespace

PlanBuilder::PlanBuilder(const graph::Graph& graph, const std::vector<graph::OperandInfo>& facts,
                         std::shared_ptr<WeightStore> weights, const PlanOptions& options)
    : graph_(graph),
      facts_(facts),
      weights_(std::move(weights)),
      options_(options),
      producers_(graph.Producers()),
      plan_(std::make_shared<Plan>()),
      layouts_(graph.value_count()),
      uses_left_(graph.UseCounts()) {}

absl::StatusOr<std::shared_ptr<Plan>> PlanBuilder::Build() {
  plan_->weights = weights_;
  try {
    RELUSERVE_RETURN_IF_ERROR(AddInputs());
    for (const Node& node : graph_.nodes) {
      current_ = &node;
      RELUSERVE_RETURN_IF_ERROR(
          Annotate(LowerNode(node), fmt::format("node \"{}\" ({})", node.name, node.op_type)));
      for (ValueId id : node.inputs) {
        if (id != kNoValue) --uses_left_[id];
      }
      if (node.residual) --uses_left_[*node.residual];
    }
    current_ = nullptr;
    RELUSERVE_RETURN_IF_ERROR(AddOutputs());
  } catch (const dnnl::error& error) {
    return Internal("node \"{}\": oneDNN refused the operation: {}",
                    current_ != nullptr ? current_->name : "output", error.what());
  }
  SetLives();
  LayOutArena(*plan_);
  return std::move(plan_);
}

const Tensor* PlanBuilder::Known(ValueId id) const {
  return id != kNoValue && facts_[id].value ? &*facts_[id].value : nullptr;
}

absl::Status PlanBuilder::AddInputs() {
  for (size_t i = 0; i < graph_.inputs.size(); ++i) {
    const ValueId id = graph_.inputs[i].value;
    Slot slot;
    slot.kind = Slot::Kind::kInput;
    slot.index = static_cast<int>(i);
    Define(id, PlainOperand(AddSlot(slot), fact(id).type, fact(id).shape));
    plan_->input_bytes.push_back(fact(id).shape.ElementCount() *
                                 static_cast<int64_t>(ByteSize(fact(id).type)));
    if (IsFloat(id)) {
      plan_->float_inputs.emplace_back(static_cast<int>(i), fact(id).shape.ElementCount());
    }
  }
  return absl::OkStatus();
}

bool PlanBuilder::IsLayer(const Node& node) const {
  return ActivationLayerOf(graph_, node).has_value() &&
         IsCountable(graph_, node, fact(node.outputs[0]).type);
}

absl::Status PlanBuilder::LowerNode(const Node& node) {
  const bool known = std::all_of(node.outputs.begin(), node.outputs.end(), [&](ValueId id) {
    return id == kNoValue || Known(id) != nullptr;
  });
  const bool is_layer = IsLayer(node);
  if (known && !is_layer) return absl::OkStatus();

  std::optional<ActivationLayer> layer;
  if (is_layer) layer = ActivationLayerOf(graph_, node);
  if (layer && layer->count_input) {
    RELUSERVE_RETURN_IF_ERROR(CountLayer(node, node.inputs[0], *layer));
  }
  if (const auto maxout = MaxoutOf(graph_, node, facts_, producers_)) {
    RELUSERVE_RETURN_IF_ERROR(CountMaxout(node, *maxout));
  }
  RELUSERVE_RETURN_IF_ERROR(LowerOperator(node));
  if (layer && !layer->count_input) {
    RELUSERVE_RETURN_IF_ERROR(CountLayer(node, node.outputs[0], *layer));
  }
  return absl::OkStatus();
}

// What the node computes, without the counting.
absl::Status PlanBuilder::LowerOperator(const Node& node) {
  bool lowered = false;
  if (options_.by_sample.contains(node.outputs[0])) {
    RELUSERVE_ASSIGN_OR_RETURN(lowered, LowerBySample(node));
  }
  const Lowering lower = FindLowering(node.op);
  if (!lowered && lower != nullptr) {
    RELUSERVE_ASSIGN_OR_RETURN(lowered, lower(node, *this));
  }
  return lowered ? absl::OkStatus() : LowerByKernel(node);
}

absl::Status PlanBuilder::LowerByKernel(const Node& node) {
  std::vector<Operand> inputs, outputs;
  for (ValueId id : node.inputs) {
    inputs.emplace_back();
    if (id != kNoValue) {
      RELUSERVE_ASSIGN_OR_RETURN(inputs.back(), GetPlain(id));
    }
  }
  for (ValueId id : node.outputs) {
    outputs.push_back(id == kNoValue ? Operand{} : New(fact(id).type, fact(id).shape));
  }
  RELUSERVE_RETURN_IF_ERROR(AddKernel(node, inputs, outputs));
  for (size_t i = 0; i < outputs.size(); ++i) {
    if (node.outputs[i] != kNoValue) Define(node.outputs[i], outputs[i]);
  }
  return FinishNode(node, {}, *this);
}

absl::Status PlanBuilder::AddOutputs() {
  for (size_t i = 0; i < graph_.outputs.size(); ++i) {
    RELUSERVE_RETURN_IF_ERROR(AddOutput(static_cast<int>(i), graph_.outputs[i]));
  }
  return absl::OkStatus();
}

absl::Status PlanBuilder::AddOutput(int index, ValueId id) {
  RELUSERVE_ASSIGN_OR_RETURN(Operand operand, Get(id));
  plan_->output_shapes.push_back(operand.shape);
  plan_->output_types.push_back(operand.type);
  Slot target;
  target.kind = Slot::Kind::kOutput;
  target.index = index;
  target.bytes = operand.shape.ElementCount() * static_cast<int64_t>(ByteSize(operand.type));
  if (operand.describable() && !LiesPlain(operand.desc)) {
    // Convert straight into the caller's memory.
    const Operand plain = PlainOperand(AddSlot(target), operand.type, operand.shape);
    dnnl::primitive_attr attr;
    attr.set_scratchpad_mode(dnnl::scratchpad_mode::user);
    const dnnl::reorder::primitive_desc pd(compat::CpuEngine(), operand.desc, compat::CpuEngine(),
                                           plain.desc, attr);
    AddPrimitive(
        pd, dnnl::reorder(pd),
        {{DNNL_ARG_FROM, operand.slot, operand.desc}, {DNNL_ARG_TO, plain.slot, plain.desc}},
        {graph_.value(id).name, "reorder to output", "", LayoutOf(plain), "", 0});
    return absl::OkStatus();
  }
  Slot& slot = plan_->slots[operand.slot];
  if (slot.kind == Slot::Kind::kArena && slot.bytes == target.bytes && !IsShared(operand.slot)) {
    // What computes it writes into the caller's memory itself.
    slot = target;
    return absl::OkStatus();
  }
  const int to = AddSlot(target);
  AddCopy(to, {{operand.slot, 0, 0, target.bytes}},
          {graph_.value(id).name, "copy to output", "", LayoutOf(operand), "", 0});
  return absl::OkStatus();
}

absl::StatusOr<Operand> PlanBuilder::Get(ValueId id) {
  Layouts& layouts = layouts_[id];
  if (layouts.empty()) {
    const Tensor* tensor = Known(id);
    if (tensor == nullptr)
      return Internal("value \"{}\" is read before it is made", graph_.value(id).name);
    RELUSERVE_ASSIGN_OR_RETURN(Tensor elements, weights_->Plain(id, *tensor));
    Define(id, Constant(std::move(elements)));
  }
  return layouts.front();
}

absl::StatusOr<Operand> PlanBuilder::GetPlain(ValueId id) {
  RELUSERVE_ASSIGN_OR_RETURN(const Operand operand, Get(id));
  if (!operand.describable()) return operand;
  const Desc plain = PlainDesc(operand.type, operand.shape);
  if (LiesPlain(operand.desc)) return View(operand, operand.shape, plain);
  return GetAs(id, plain);
}

absl::StatusOr<Operand> PlanBuilder::GetAs(ValueId id, const Desc& desc) {
  RELUSERVE_ASSIGN_OR_RETURN(const Operand first, Get(id));
  for (const Operand& operand : layouts_[id]) {
    if (operand.desc == desc) return operand;
  }
  RELUSERVE_ASSIGN_OR_RETURN(Operand converted, Convert(first, desc));
  layouts_[id].push_back(converted);
  slot_values_[converted.slot].push_back(id);
  return converted;
}

absl::StatusOr<Operand> PlanBuilder::TakeAs(ValueId id, const Desc& desc, int besides) {
  RELUSERVE_ASSIGN_OR_RETURN(const Operand first, Get(id));
  for (const Operand& operand : layouts_[id]) {
    if (operand.desc == desc && operand.slot != besides && MayOverwrite(operand.slot))
      return operand;
  }
  return Convert(first, desc);
}

absl::StatusOr<Operand> PlanBuilder::Weights(ValueId id, const Desc& given, const Desc& wanted) {
  const Tensor* tensor = Known(id);
  if (tensor == nullptr) {
    RELUSERVE_ASSIGN_OR_RETURN(const Operand plain, GetPlain(id));
    const Operand logical = View(plain, plain.shape, given);
    return given == wanted ? logical : Convert(logical, wanted);
  }
  RELUSERVE_ASSIGN_OR_RETURN(const Tensor elements, weights_->Packed(id, *tensor, given, wanted));
  Slot slot;
  slot.kind = Slot::Kind::kConstant;
  slot.bytes = static_cast<int64_t>(wanted.get_size());
  slot.constant = elements.data();
  plan_->kept.push_back(elements);
  return Operand{AddSlot(slot), tensor->type(), tensor->shape(), wanted};
}

absl::StatusOr<Operand> PlanBuilder::Convert(const Operand& from, const Desc& to) {
  Operand result = New(from.shape, to);
  dnnl::primitive_attr attr;
  attr.set_scratchpad_mode(dnnl::scratchpad_mode::user);
  const dnnl::reorder::primitive_desc pd(compat::CpuEngine(), from.desc, compat::CpuEngine(), to,
                                         attr);
  AddPrimitive(pd, dnnl::reorder(pd),
               {{DNNL_ARG_FROM, from.slot, from.desc}, {DNNL_ARG_TO, result.slot, to}},
               {current_ != nullptr ? current_->name : "", "reorder", "", LayoutOf(result), "", 0});
  return result;
}

bool PlanBuilder::MayOverwrite(int slot) const {
  if (plan_->slots[slot].kind != Slot::Kind::kArena || IsShared(slot)) return false;
  return std::all_of(slot_values_[slot].begin(), slot_values_[slot].end(), [&](ValueId id) {
    auto uses_now = std::count(current_->inputs.begin(), current_->inputs.end(), id);
    if (current_->residual == id) ++uses_now;
    return uses_left_[id] <= uses_now;
  });
}

Operand PlanBuilder::Constant(Tensor tensor) {
  Slot slot;
  slot.kind = Slot::Kind::kConstant;
  slot.bytes = static_cast<int64_t>(tensor.byte_size());
  slot.constant = tensor.data();
  const Operand operand = PlainOperand(AddSlot(slot), tensor.type(), tensor.shape());
  plan_->kept.push_back(std::move(tensor));
  return operand;
}

Operand PlanBuilder::New(DataType type, const Shape& shape) {
  Operand operand = PlainOperand(-1, type, shape);
  Slot slot;
  slot.bytes = operand.byte_size();
  operand.slot = AddSlot(slot);
  plan_->activation_bytes += slot.bytes;
  return operand;
}

Operand PlanBuilder::New(const Shape& shape, const Desc& desc) {
  Operand operand{-1, TypeOf(desc), shape, desc};
  Slot slot;
  slot.bytes = operand.byte_size();
  operand.slot = AddSlot(slot);
  plan_->activation_bytes += slot.bytes;
  return operand;
}

Operand PlanBuilder::OverwriteOrNew(const Operand& operand) {
  return MayOverwrite(operand.slot) ? operand : New(operand.shape, operand.desc);
}

Operand PlanBuilder::View(const Operand& operand, const Shape& shape, const Desc& desc) const {
  return {operand.slot, operand.type, shape, desc};
}

int PlanBuilder::AddSlot(Slot slot) {
  plan_->slots.push_back(slot);
  slot_values_.emplace_back();
  return static_cast<int>(plan_->slots.size()) - 1;
}

void PlanBuilder::Define(ValueId id, const Operand& operand) {
  layouts_[id] = {operand};
  slot_values_[operand.slot].push_back(id);
}

void PlanBuilder::AddPrimitiveStep(dnnl::primitive primitive,
                                   std::vector<PrimitiveStep::Argument> arguments,
                                   const Desc& scratchpad, StepInfo info) {
  const auto scratchpad_bytes = static_cast<int64_t>(scratchpad.get_size());
  if (scratchpad_bytes > 0) {
    Slot slot;
    slot.bytes = scratchpad_bytes;
    arguments.push_back({DNNL_ARG_SCRATCHPAD, AddSlot(slot), scratchpad});
    plan_->scratchpad_bytes = std::max(plan_->scratchpad_bytes, scratchpad_bytes);
  }
  AddStep(PrimitiveStep{std::move(primitive), std::move(arguments)}, std::move(info));
}

absl::Status PlanBuilder::AddKernel(const Node& node, std::span<const Operand> inputs,
                                    std::span<const Operand> outputs) {
  KernelStep step;
  step.kernel = FindKernel(node.op);
  if (step.kernel == nullptr) {
    return Unimplemented("operator {} has no kernel for these operands", graph::Name(node.op));
  }
  step.node.name = node.name;
  step.node.op_type = node.op_type;
  step.node.op = node.op;
  const auto arguments = [](std::span<const Operand> operands) {
    std::vector<KernelStep::Argument> result;
    for (const Operand& operand : operands)
      result.push_back({operand.slot, operand.type, operand.shape});
    return result;
  };
  step.inputs = arguments(inputs);
  step.outputs = arguments(outputs);
  StepInfo info = Describe(node, outputs[0].slot >= 0 ? outputs[0] : outputs.back());
  info.activation.clear();
  info.implementation = "kernel";
  AddStep(std::move(step), std::move(info));
  return absl::OkStatus();
}

void PlanBuilder::AddCopy(int to, std::vector<CopyStep::Piece> pieces, StepInfo info) {
  info.implementation = "copy";
  AddStep(CopyStep{to, std::move(pieces)}, std::move(info));
}

bool PlanBuilder::IsShared(int slot) const {
  const std::vector<Slot>& slots = plan_->slots;
  return slots[slot].inside >= 0 || std::any_of(slots.begin(), slots.end(), [&](const Slot& other) {
           return other.inside == slot;
         });
}

bool PlanBuilder::PutInside(std::span<const Operand> parts, int whole, int64_t offset) {
  if (is_sample_) return false;
  std::vector<Slot>& slots = plan_->slots;
  const SlotPlace first = OutermostSlot(slots, parts[0].slot);
  int64_t end = 0;
  for (const Operand& part : parts) {
    const SlotPlace place = OutermostSlot(slots, part.slot);
    if (place.slot != first.slot || place.offset != end ||
        part.byte_size() != slots[part.slot].bytes) {
      return false;
    }
    end += slots[part.slot].bytes;
  }
  Slot& outermost = slots[first.slot];
  if (outermost.kind != Slot::Kind::kArena || outermost.bytes != end || first.slot == whole) {
    return false;
  }
  outermost.inside = whole;
  outermost.inside_offset = offset;
  return true;
}

void PlanBuilder::AddStep(Step step, StepInfo info) {
  plan_->macs += info.macs;
  plan_->steps.push_back(std::move(step));
  plan_->step_infos.push_back(std::move(info));
}

StepInfo PlanBuilder::Describe(const Node& node, const Operand& result) const {
  return {node.name,
          node.op_type,
          "",
          LayoutOf(result),
          node.activation ? node.activation->layer_name : "",
          0};
}

void PlanBuilder::SetLives() {
  for (size_t i = 0; i < plan_->steps.size(); ++i) {
    const auto touch = [&](int slot) {
      if (slot < 0) return;
      Slot& touched = plan_->slots[slot];
      if (touched.first_step < 0) touched.first_step = static_cast<int>(i);
      touched.last_step = static_cast<int>(i);
    };
    if (const auto* primitive = std::get_if<PrimitiveStep>(&plan_->steps[i])) {
      for (const auto& argument : primitive->arguments) touch(argument.slot);
    } else if (const auto* kernel = std::get_if<KernelStep>(&plan_->steps[i])) {
      for (const auto& argument : kernel->inputs) touch(argument.slot);
      for (const auto& argument : kernel->outputs) touch(argument.slot);
    } else if (const auto* count = std::get_if<CountStep>(&plan_->steps[i])) {
      touch(count->slot);
    } else if (const auto* branches = std::get_if<BranchCountStep>(&plan_->steps[i])) {
      for (const auto& branch : branches->branches) touch(branch.slot);
    } else if (const auto* depthwise = std::get_if<DepthwiseStep>(&plan_->steps[i])) {
      for (int slot : {depthwise->source, depthwise->weights, depthwise->bias, depthwise->result}) {
        touch(slot);
      }
    } else if (const auto* copy = std::get_if<CopyStep>(&plan_->steps[i])) {
      for (const auto& piece : copy->pieces) touch(piece.from);
      touch(copy->to);
    }
  }
}

}  // namespace reluserve::engine
