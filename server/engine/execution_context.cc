// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The reluserve authors

#include <algorithm>
#include <chrono>
#include <cmath>
#include <cstring>
#include <list>
#include <utility>
#include <vector>

#include "server/base/status.h"
#include "server/engine/compiled_model.h"
#include "server/engine/huge_pages.h"
#include "server/engine/plan.h"
#include "server/engine/thread_limit.h"

namespace reluserve::engine {
namespace {

// Plans whose arguments are kept ready in one context.
constexpr size_t kMaxBindings = 32;

// A step with its arguments pointing at real memory.
struct BoundStep {
  // Of a primitive. By oneDNN's C interface: the C++ one makes a list of the arguments anew for
  // each run.
  std::vector<dnnl::memory> memories;
  std::vector<dnnl_exec_arg_t> arguments;
  std::vector<TensorView> inputs;  // of a kernel
  std::vector<MutableTensorView> outputs;
  // Of a Maxout, by branch.
  std::vector<const float*> branches;
  std::vector<sparsity::ChannelCounts> branch_counts;
};

// Where a pointer of the caller's has to be put before each run.
struct CallerMemory {
  int slot = -1;
  int64_t offset = 0;  // in bytes
  dnnl::memory memory;
};

// A plan bound to a context's arena.
struct Binding {
  std::weak_ptr<const Plan> plan;
  const std::byte* arena = nullptr;  // what it is bound to
  std::vector<BoundStep> steps;
  std::vector<CallerMemory> caller_memories;
};

// Of memory that has no address yet, no part has one.
void* At(void* address, int64_t offset) {
  return address == nullptr ? nullptr : static_cast<std::byte*>(address) + offset;
}

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

sparsity::ChannelCounts CountsOf(sparsity::LayerCounts& layer) {
  return {layer.inactive.data(), layer.saturated.data(), layer.non_finite.data()};
}

void Count(const CountStep& step, const void* elements, sparsity::LayerCounts& counts) {
  const sparsity::ChannelCounts targets = CountsOf(counts);
  if (const auto* rule = std::get_if<sparsity::CountRule>(&step.rule)) {
    sparsity::CountActivations(static_cast<const float*>(elements), step.layout, *rule, targets);
  } else {
    sparsity::CountQuantizedActivations(elements, step.layout,
                                        std::get<sparsity::QuantizedCountRule>(step.rule), targets);
  }
}

// `address` gives that of a slot.
template <typename Address>
void RunDepthwise(const DepthwiseStep& step, const Address& address, sparsity::Trace* trace) {
  const DepthwiseOperands operands = {
      static_cast<const float*>(address(step.source)),
      static_cast<const float*>(address(step.weights)),
      step.bias < 0 ? nullptr : static_cast<const float*>(address(step.bias)),
      static_cast<float*>(address(step.result))};
  DepthwiseCounts counts;
  if (trace != nullptr && step.source_count) {
    counts.source = CountsOf(trace->layers[step.source_count->layer]);
    counts.source_high = std::get<sparsity::CountRule>(step.source_count->rule).saturated_high;
  }
  if (trace != nullptr && step.result_count) {
    counts.result = CountsOf(trace->layers[step.result_count->layer]);
    counts.result_high = std::get<sparsity::CountRule>(step.result_count->rule).saturated_high;
  }
  if (RunDepthwise(step.shape, operands, counts)) return;
  for (const auto* count : {&step.source_count, &step.result_count}) {
    if (*count) Count(**count, address((*count)->slot), trace->layers[(*count)->layer]);
  }
}

// `address` gives that of a slot.
template <typename Address>
void Count(const BranchCountStep& step, const Address& address, BoundStep& bound,
           sparsity::Trace& trace) {
  bound.branches.clear();
  bound.branch_counts.clear();
  for (size_t b = 0; b < step.branches.size(); ++b) {
    const BranchCountStep::Branch& branch = step.branches[b];
    bound.branches.push_back(static_cast<const float*>(address(branch.slot)) + branch.offset);
    sparsity::LayerCounts& counts = trace.layers[step.layer + b];
    bound.branch_counts.push_back(CountsOf(counts));
  }
  sparsity::CountBranches(bound.branches, step.layout, bound.branch_counts);
}

int64_t Nanoseconds() {
  return std::chrono::duration_cast<std::chrono::nanoseconds>(
             std::chrono::steady_clock::now().time_since_epoch())
      .count();
}

// Points the views of a kernel's operands at where these lie in this run.
template <typename Address, typename View>
void Place(const std::vector<KernelStep::Argument>& arguments, const Address& address,
           std::vector<View>& views) {
  for (size_t i = 0; i < arguments.size(); ++i) {
    if (arguments[i].slot < 0) continue;
    views[i].data = At(address(arguments[i].slot), arguments[i].offset);
  }
}

// `address` gives that of a slot.
template <typename Address>
void Copy(const CopyStep& step, const Address& address) {
  // Below this, starting the other threads costs more than they save.
  constexpr int64_t kParallelBytes = 256 * 1024;
  const auto pieces = static_cast<int64_t>(step.pieces.size());
  int64_t bytes = 0;
  for (const CopyStep::Piece& piece : step.pieces) bytes += piece.bytes;
#pragma omp parallel for schedule(static) if (bytes >= kParallelBytes && pieces > 1)
  for (int64_t i = 0; i < pieces; ++i) {
    const CopyStep::Piece& piece = step.pieces[static_cast<size_t>(i)];
    std::memcpy(At(address(step.to), piece.to_offset), At(address(piece.from), piece.from_offset),
                static_cast<size_t>(piece.bytes));
  }
}

// Takes out of `finite` the samples for which a layer has counted values that are not.
void NoteNonFinite(const sparsity::Trace& trace, std::vector<bool>& finite) {
  for (const sparsity::LayerCounts& layer : trace.layers) {
    // What does not follow the batch is constant.
    if (layer.non_finite.size() % finite.size() != 0) continue;
    const size_t part = layer.non_finite.size() / finite.size();
    for (size_t i = 0; i < layer.non_finite.size(); ++i) {
      if (layer.non_finite[i] != 0) finite[i / part] = false;
    }
  }
}

// Puts a sample's counts in its place among those of the batch.
void PutCounts(const sparsity::Trace& sample, size_t index, size_t samples,
               sparsity::Trace& batch) {
  for (size_t i = 0; i < batch.layers.size(); ++i) {
    for (const auto counts : {&sparsity::LayerCounts::inactive, &sparsity::LayerCounts::saturated,
                              &sparsity::LayerCounts::non_finite}) {
      const std::vector<uint32_t>& from = sample.layers[i].*counts;
      std::vector<uint32_t>& to = batch.layers[i].*counts;
      if (to.size() != from.size() * samples) continue;
      std::copy(from.begin(), from.end(),
                to.begin() + static_cast<std::ptrdiff_t>(from.size() * index));
    }
  }
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
  std::list<Binding> bindings;      // the most recently used first
  std::vector<int64_t> step_times;  // of a run that is profiled
  // For batches with values that are not finite.
  std::vector<bool> finite;  // by sample
  std::vector<const void*> sample_inputs;
  std::vector<void*> sample_outputs;
  sparsity::Trace sample_trace;

  void FindFinite(const Plan& plan, std::span<const void* const> inputs);
  absl::Status RunStrictly(const Plan& batch, size_t sample, std::span<const void* const> inputs,
                           std::span<void* const> outputs, sparsity::Trace* trace);
  template <typename Locate>
  absl::Status RunStep(const Step& step, BoundStep& bound, const Locate& address,
                       sparsity::Trace* trace);
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
    AdviseHugePages(arena);
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
        dnnl::memory memory(argument.desc, compat::CpuEngine(), At(Address(slot), argument.offset));
        if (IsCallers(slot)) {
          binding.caller_memories.push_back({argument.slot, argument.offset, memory});
        }
        bound.arguments.push_back({argument.role, memory.get()});
        bound.memories.push_back(std::move(memory));
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

// `address` gives that of a slot.
template <typename Locate>
absl::Status ExecutionContext::State::RunStep(const Step& step, BoundStep& bound,
                                              const Locate& address, sparsity::Trace* trace) {
  if (const auto* primitive = std::get_if<PrimitiveStep>(&step)) {
    const dnnl_status_t status =
        dnnl_primitive_execute(primitive->primitive.get(), stream.get(),
                               static_cast<int>(bound.arguments.size()), bound.arguments.data());
    dnnl::error::wrap_c_api(status, "could not execute a primitive");
  } else if (const auto* kernel = std::get_if<KernelStep>(&step)) {
    Place(kernel->inputs, address, bound.inputs);
    Place(kernel->outputs, address, bound.outputs);
    absl::Status status = kernel->kernel(kernel->node, bound.inputs, bound.outputs);
    if (status.ok()) return status;
    return Annotate(std::move(status),
                    fmt::format("node \"{}\" ({})", kernel->node.name, kernel->node.op_type));
  } else if (const auto* depthwise = std::get_if<DepthwiseStep>(&step)) {
    RunDepthwise(*depthwise, address, trace);
  } else if (const auto* copy = std::get_if<CopyStep>(&step)) {
    Copy(*copy, address);
  } else if (trace == nullptr) {
    return absl::OkStatus();
  } else if (const auto* count = std::get_if<CountStep>(&step)) {
    Count(*count, address(count->slot), trace->layers[count->layer]);
  } else if (const auto* maxout = std::get_if<BranchCountStep>(&step)) {
    Count(*maxout, address, bound, *trace);
  }
  return absl::OkStatus();
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
    caller.memory.set_data_handle(At(address(caller.slot), caller.offset));
  }
  const ThreadLimit limit(plan->threads);
  Profiler* profiler = plan->profiler.get();
  const bool timed = profiler != nullptr && profiler->on();
  if (timed) step_times.resize(plan->steps.size());
  int64_t began = timed ? Nanoseconds() : 0;
  for (size_t i = 0; i < plan->steps.size(); ++i) {
    RELUSERVE_RETURN_IF_ERROR(RunStep(plan->steps[i], binding->steps[i], address, trace));
    if (!timed) continue;
    const int64_t ended = Nanoseconds();
    step_times[i] = ended - began;
    began = ended;
  }
  stream.wait();
  if (timed) profiler->Add(plan, step_times, trace);
  return absl::OkStatus();
}

// Sets for each sample whether its inputs are finite.
void ExecutionContext::State::FindFinite(const Plan& plan, std::span<const void* const> inputs) {
  finite.assign(static_cast<size_t>(plan.samples), true);
  for (const auto& [input, elements] : plan.float_inputs) {
    const int64_t part = elements / plan.samples;
    const auto* values = static_cast<const float*>(inputs[input]);
    for (int64_t sample = 0; sample < plan.samples; ++sample) {
      if (!AllFinite(values + part * sample, part)) finite[static_cast<size_t>(sample)] = false;
    }
  }
}

// Computes one sample of a batch by the strict plan, in place.
absl::Status ExecutionContext::State::RunStrictly(const Plan& batch, size_t sample,
                                                  std::span<const void* const> inputs,
                                                  std::span<void* const> outputs,
                                                  sparsity::Trace* trace) {
  RELUSERVE_ASSIGN_OR_RETURN(const std::shared_ptr<const Plan> strict, batch.strict());
  const auto index = static_cast<int64_t>(sample);
  sample_inputs.clear();
  for (size_t i = 0; i < inputs.size(); ++i) {
    sample_inputs.push_back(static_cast<const std::byte*>(inputs[i]) +
                            strict->input_bytes[i] * index);
  }
  sample_outputs.clear();
  for (size_t i = 0; i < outputs.size(); ++i) {
    const int64_t bytes = strict->output_shapes[i].ElementCount() *
                          static_cast<int64_t>(ByteSize(strict->output_types[i]));
    sample_outputs.push_back(At(outputs[i], bytes * index));
  }
  if (trace != nullptr) PrepareTrace(*strict, sample_trace);
  RELUSERVE_RETURN_IF_ERROR(
      Execute(strict, sample_inputs, sample_outputs, trace == nullptr ? nullptr : &sample_trace));
  if (trace != nullptr) PutCounts(sample_trace, sample, finite.size(), *trace);
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
    if (trace != nullptr) PrepareTrace(*plan, *trace);
    std::vector<bool>& finite = state_->finite;
    state_->FindFinite(*plan, inputs);
    const bool some = std::find(finite.begin(), finite.end(), true) != finite.end();
    if (some || !plan->strict) {
      RELUSERVE_RETURN_IF_ERROR(state_->Execute(plan, inputs, outputs, trace));
    }
    if (!plan->strict) return absl::OkStatus();
    // Once more by the strict plan those samples into which values came that are not finite, or in
    // which they arose. The others keep their bits: the strict plan's may differ.
    if (some && trace != nullptr) NoteNonFinite(*trace, finite);
    for (size_t sample = 0; sample < finite.size(); ++sample) {
      if (finite[sample]) continue;
      RELUSERVE_RETURN_IF_ERROR(state_->RunStrictly(*plan, sample, inputs, outputs, trace));
    }
    return absl::OkStatus();
  } catch (const dnnl::error& error) {
    return Internal("oneDNN failed to run a primitive: {}", error.what());
  }
}

}  // namespace reluserve::engine
