// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The reluserve authors

#include <algorithm>
#include <cmath>
#include <cstring>
#include <list>
#include <unordered_map>
#include <utility>
#include <vector>

#include "server/base/status.h"
#include "server/engine/compiled_model.h"
#include "server/engine/plan.h"

namespace reluserve::engine {
namespace {

// Plans whose arguments are kept ready in one context.
constexpr size_t kMaxBindings = 32;

// A step with its arguments pointing at real memory.
struct BoundStep {
  std::unordered_map<int, dnnl::memory> memories;  // of a primitive
  std::vector<TensorView> inputs;                  // of a kernel
  std::vector<MutableTensorView> outputs;
};

// Where a pointer of the caller's has to be put before each run.
struct CallerMemory {
  int slot = -1;
  dnnl::memory memory;
};

// A plan bound to a context's arena.
struct Binding {
  std::weak_ptr<const Plan> plan;
  const std::byte* arena = nullptr;  // what it is bound to
  std::vector<BoundStep> steps;
  std::vector<CallerMemory> caller_memories;
};

bool IsCallers(const Slot& slot) {
  return slot.kind == Slot::Kind::kInput || slot.kind == Slot::Kind::kOutput;
}

void PrepareTrace(const Plan& plan, sparsity::Trace& trace) {
  trace.layers.resize(plan.layers.size());
  for (size_t i = 0; i < plan.layers.size(); ++i) {
    const TraceLayerShape& shape = plan.layers[i];
    sparsity::LayerCounts& counts = trace.layers[i];
    counts.samples = shape.samples;
    counts.channels = shape.channels;
    counts.positions = shape.positions;
    counts.shape.assign(shape.shape.dims().begin(), shape.shape.dims().end());
    const size_t size = static_cast<size_t>(shape.samples * shape.channels);
    counts.inactive.resize(size);
    counts.saturated.resize(size);
    counts.non_finite.resize(size);
  }
}

void Count(const CountStep& step, const void* elements, sparsity::LayerCounts& counts) {
  const sparsity::ChannelCounts targets = {counts.inactive.data(), counts.saturated.data(),
                                           counts.non_finite.data()};
  if (const auto* rule = std::get_if<sparsity::CountRule>(&step.rule)) {
    sparsity::CountActivations(static_cast<const float*>(elements), step.layout, *rule, targets);
  } else {
    sparsity::CountQuantizedActivations(elements, step.layout,
                                        std::get<sparsity::QuantizedCountRule>(step.rule), targets);
  }
}

void Count(const BranchCountStep& step, const std::vector<const float*>& branches,
           sparsity::Trace& trace) {
  std::vector<sparsity::ChannelCounts> targets;
  for (size_t b = 0; b < branches.size(); ++b) {
    sparsity::LayerCounts& counts = trace.layers[step.layer + b];
    targets.push_back({counts.inactive.data(), counts.saturated.data(), counts.non_finite.data()});
  }
  sparsity::CountBranches(branches, step.layout, targets);
}

bool HasNonFinite(const sparsity::Trace& trace) {
  return std::any_of(trace.layers.begin(), trace.layers.end(), [](const auto& layer) {
    return std::any_of(layer.non_finite.begin(), layer.non_finite.end(),
                       [](uint32_t count) { return count != 0; });
  });
}

// Zero times a finite number is zero, times anything else NaN: one pass the compiler vectorises.
bool AllFinite(const float* values, int64_t count) {
  float poison = 0.0f;
#pragma omp simd reduction(+ : poison)
  for (int64_t i = 0; i < count; ++i) poison += values[i] * 0.0f;
  return poison == 0.0f;
}

}  // namespace

struct ExecutionContext::State {
  dnnl::stream stream{compat::CpuEngine()};
  Tensor arena;
  std::list<Binding> bindings;  // the most recently used first

  absl::StatusOr<Binding*> Bind(const std::shared_ptr<const Plan>& plan);
  void BindSteps(const Plan& plan, Binding& binding);
  void* Address(const Slot& slot);
  absl::Status Execute(const std::shared_ptr<const Plan>& plan, std::span<const void* const> inputs,
                       std::span<void* const> outputs, sparsity::Trace* trace);
};

// The caller's slots have no address before a run; primitives get it then.
void* ExecutionContext::State::Address(const Slot& slot) {
  switch (slot.kind) {
    case Slot::Kind::kArena:
      return static_cast<std::byte*>(arena.mutable_data()) + slot.offset;
    case Slot::Kind::kConstant:
      return const_cast<void*>(slot.constant);
    case Slot::Kind::kInput:
    case Slot::Kind::kOutput:
      return nullptr;
  }
  return nullptr;
}

absl::StatusOr<Binding*> ExecutionContext::State::Bind(const std::shared_ptr<const Plan>& plan) {
  for (auto binding = bindings.begin(); binding != bindings.end(); ++binding) {
    if (binding->plan.lock() == plan && binding->arena == arena.data()) {
      bindings.splice(bindings.begin(), bindings, binding);
      return &bindings.front();
    }
  }
  if (static_cast<int64_t>(arena.byte_size()) < plan->arena_bytes) {
    bindings.clear();
    arena = Tensor();  // before the new one, so that both are never there at once
    RELUSERVE_ASSIGN_OR_RETURN(arena, Tensor::Allocate(DataType::kUint8, Shape{plan->arena_bytes}));
  }
  bindings.remove_if([](const Binding& binding) { return binding.plan.expired(); });
  if (bindings.size() >= kMaxBindings) bindings.pop_back();
  bindings.emplace_front();
  Binding& binding = bindings.front();
  binding.plan = plan;
  binding.arena = static_cast<const std::byte*>(arena.data());
  BindSteps(*plan, binding);
  return &binding;
}

void ExecutionContext::State::BindSteps(const Plan& plan, Binding& binding) {
  for (const Step& step : plan.steps) {
    BoundStep& bound = binding.steps.emplace_back();
    if (const auto* primitive = std::get_if<PrimitiveStep>(&step)) {
      for (const auto& argument : primitive->arguments) {
        const Slot& slot = plan.slots[argument.slot];
        dnnl::memory memory(argument.desc, compat::CpuEngine(), Address(slot));
        if (IsCallers(slot)) binding.caller_memories.push_back({argument.slot, memory});
        bound.memories.emplace(argument.role, std::move(memory));
      }
    } else if (const auto* kernel = std::get_if<KernelStep>(&step)) {
      for (const auto& argument : kernel->inputs) {
        void* data = argument.slot < 0 ? nullptr : Address(plan.slots[argument.slot]);
        bound.inputs.push_back({argument.type, argument.shape, data});
      }
      for (const auto& argument : kernel->outputs) {
        void* data = argument.slot < 0 ? nullptr : Address(plan.slots[argument.slot]);
        bound.outputs.push_back({argument.type, argument.shape, data});
      }
    }
  }
}

absl::Status ExecutionContext::State::Execute(const std::shared_ptr<const Plan>& plan,
                                              std::span<const void* const> inputs,
                                              std::span<void* const> outputs,
                                              sparsity::Trace* trace) {
  RELUSERVE_ASSIGN_OR_RETURN(Binding * binding, Bind(plan));
  const auto address = [&](int index) -> void* {
    const Slot& slot = plan->slots[index];
    if (slot.kind == Slot::Kind::kInput) return const_cast<void*>(inputs[slot.index]);
    if (slot.kind == Slot::Kind::kOutput) return outputs[slot.index];
    return Address(slot);
  };
  for (CallerMemory& caller : binding->caller_memories) {
    caller.memory.set_data_handle(address(caller.slot));
  }
  for (size_t i = 0; i < plan->steps.size(); ++i) {
    BoundStep& bound = binding->steps[i];
    if (const auto* primitive = std::get_if<PrimitiveStep>(&plan->steps[i])) {
      primitive->primitive.execute(stream, bound.memories);
    } else if (const auto* kernel = std::get_if<KernelStep>(&plan->steps[i])) {
      for (size_t k = 0; k < kernel->inputs.size(); ++k) {
        if (kernel->inputs[k].slot >= 0) bound.inputs[k].data = address(kernel->inputs[k].slot);
      }
      for (size_t k = 0; k < kernel->outputs.size(); ++k) {
        if (kernel->outputs[k].slot >= 0) bound.outputs[k].data = address(kernel->outputs[k].slot);
      }
      RELUSERVE_RETURN_IF_ERROR(
          Annotate(kernel->kernel(kernel->node, bound.inputs, bound.outputs),
                   fmt::format("node \"{}\" ({})", kernel->node.name, kernel->node.op_type)));
    } else if (const auto* count = std::get_if<CountStep>(&plan->steps[i])) {
      if (trace == nullptr) continue;
      Count(*count, address(count->slot), trace->layers[count->layer]);
    } else if (const auto* maxout = std::get_if<BranchCountStep>(&plan->steps[i])) {
      if (trace == nullptr) continue;
      std::vector<const float*> branches;
      for (const auto& branch : maxout->branches) {
        branches.push_back(static_cast<const float*>(address(branch.slot)) + branch.offset);
      }
      Count(*maxout, branches, *trace);
    } else if (const auto* copy = std::get_if<CopyStep>(&plan->steps[i])) {
      std::memcpy(address(copy->to), address(copy->from), static_cast<size_t>(copy->bytes));
    }
  }
  stream.wait();
  return absl::OkStatus();
}

ExecutionContext::ExecutionContext() : state_(std::make_unique<State>()) {}
ExecutionContext::~ExecutionContext() = default;
ExecutionContext::ExecutionContext(ExecutionContext&&) noexcept = default;
ExecutionContext& ExecutionContext::operator=(ExecutionContext&&) noexcept = default;

absl::Status ExecutionContext::Run(const std::shared_ptr<const Plan>& plan,
                                   std::span<const void* const> inputs,
                                   std::span<void* const> outputs, sparsity::Trace* trace) {
  try {
    bool finite = true;
    for (const auto& [input, elements] : plan->float_inputs) {
      finite = finite && AllFinite(static_cast<const float*>(inputs[input]), elements);
    }
    if (trace != nullptr) PrepareTrace(*plan, *trace);
    if (finite || !plan->strict) {
      RELUSERVE_RETURN_IF_ERROR(state_->Execute(plan, inputs, outputs, trace));
    }
    // Once more by the strict plan, if values that are not finite came in or arose on the way.
    const bool arose = finite && trace != nullptr && HasNonFinite(*trace);
    if ((finite && !arose) || !plan->strict) return absl::OkStatus();
    RELUSERVE_ASSIGN_OR_RETURN(const std::shared_ptr<const Plan> strict, plan->strict());
    return state_->Execute(strict, inputs, outputs, trace);
  } catch (const dnnl::error& error) {
    return Internal("oneDNN failed to run a primitive: {}", error.what());
  }
}

}  // namespace reluserve::engine
