// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The reluserve authors

// What to do, step by step, to run a model on inputs of given shapes.

#ifndef RELUSERVE_SERVER_ENGINE_PLAN_H_
#define RELUSERVE_SERVER_ENGINE_PLAN_H_

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <variant>
#include <vector>

#include "server/engine/compiled_model.h"
#include "server/engine/depthwise.h"
#include "server/engine/dnnl_compat.h"
#include "server/engine/kernels/kernel.h"
#include "server/graph/graph.h"
#include "server/sparsity/activation_counter.h"
#include "server/sparsity/branch_counter.h"
#include "server/sparsity/quantized_counter.h"
#include "server/tensor/tensor.h"

namespace reluserve::engine {

// A stretch of memory that steps read and write.
struct Slot {
  enum class Kind : uint8_t {
    kArena,     // at `offset` in the context's arena
    kConstant,  // at `constant`: weights, or elements the plan keeps
    kInput,     // the caller's, number `index`
    kOutput,    // the caller's, number `index`
  };
  Kind kind = Kind::kArena;
  int index = 0;
  int64_t bytes = 0;
  int64_t offset = 0;
  const void* constant = nullptr;
  // The slot that it is a part of, and where in it, in bytes: what is concatenated is written into
  // its place at once. -1: none.
  int inside = -1;
  int64_t inside_offset = 0;
  // The first and last step that touch it, for sharing the arena.
  int first_step = -1;
  int last_step = -1;
};

// A tensor in a slot. `desc` is set where oneDNN can describe the tensor (layout.h); otherwise it
// lies dense and row-major.
struct Operand {
  int slot = -1;
  DataType type = DataType::kFloat32;
  Shape shape;
  compat::Desc desc;

  bool describable() const { return !compat::IsZero(desc); }
  // With the padding that its layout has.
  int64_t byte_size() const {
    if (describable()) return static_cast<int64_t>(desc.get_size());
    return shape.ElementCount() * static_cast<int64_t>(ByteSize(type));
  }
};

// One oneDNN primitive with its memory arguments.
struct PrimitiveStep {
  struct Argument {
    int role = 0;  // DNNL_ARG_SRC, ...
    int slot = -1;
    compat::Desc desc;
    int64_t offset = 0;  // of the tensor in the slot, in bytes
  };
  dnnl::primitive primitive;
  std::vector<Argument> arguments;
};

// One of our own kernels. Slots are -1 where an operand is absent.
struct KernelStep {
  struct Argument {
    int slot = -1;
    DataType type = DataType::kFloat32;
    Shape shape;
    int64_t offset = 0;  // of the tensor in the slot, in bytes
  };
  Kernel kernel = nullptr;
  graph::Node node;
  std::vector<Argument> inputs;
  std::vector<Argument> outputs;
};

// Counts activation layer `layer` of the trace.
struct CountStep {
  int layer = 0;
  int slot = -1;
  sparsity::ActivationLayout layout;
  std::variant<sparsity::CountRule, sparsity::QuantizedCountRule> rule;
};

// A depthwise convolution (depthwise.h), and the counts of activations that it makes on the way as
// steps of their own would.
struct DepthwiseStep {
  DepthwiseShape shape;
  // Slots; -1 for no bias.
  int source = -1;
  int weights = -1;
  int bias = -1;
  int result = -1;
  std::optional<CountStep> source_count;
  std::optional<CountStep> result_count;
  std::string source_layer;  // the name of the layer that the source is of
};

// Counts the branches of a Maxout, as layers `layer`, `layer` + 1, ... of the trace.
struct BranchCountStep {
  struct Branch {
    int slot = -1;
    int64_t offset = 0;  // of its first element, in elements
  };
  int layer = 0;
  std::vector<Branch> branches;
  sparsity::BranchLayout layout;
};

// Copies stretches of slots: outputs that are inputs or constants, and concatenations.
struct CopyStep {
  struct Piece {
    int from = -1;
    int64_t from_offset = 0;  // in bytes, as the others
    int64_t to_offset = 0;
    int64_t bytes = 0;
  };
  int to = -1;
  std::vector<Piece> pieces;
};

using Step =
    std::variant<PrimitiveStep, KernelStep, DepthwiseStep, CountStep, BranchCountStep, CopyStep>;

// The shape of what one activation layer's counts are about.
struct TraceLayerShape {
  Shape shape;
  int64_t samples = 0;
  int64_t channels = 0;
  int64_t positions = 0;
};

// Immutable once built; shared by all threads. Made by PlanBuilder.
class Plan {
 public:
  std::vector<Slot> slots;
  std::vector<Step> steps;
  std::vector<StepInfo> step_infos;  // one a step, for people
  // What it was made for, and how many threads are to run it.
  std::vector<Shape> input_shapes;
  int threads = 1;
  std::vector<Shape> output_shapes;
  std::vector<DataType> output_types;
  std::vector<TraceLayerShape> layers;
  std::vector<Tensor> kept;  // constants the plan itself owns
  // Keeps weights alive that slots point at.
  std::shared_ptr<const void> weights;
  int64_t arena_bytes = 0;
  int64_t activation_bytes = 0;
  int64_t scratchpad_bytes = 0;  // the largest of any step; part of the arena
  int64_t macs = 0;
  // Number and element count of each float input, to look for values that are not finite.
  std::vector<std::pair<int, int64_t>> float_inputs;
  std::vector<int64_t> input_bytes;  // of each input
  // Where samples stay apart, how many the plan takes: inputs, outputs and what follows the batch
  // of the counts divide into as many equal parts. Otherwise 1.
  int64_t samples = 1;
  // Gives the plan for one sample of the same shape in which nothing hides a NaN: oneDNN's
  // rectifiers and poolings turn it into a number, our kernels do not. Made when first asked for;
  // thread-safe. Null in a strict plan itself.
  std::function<absl::StatusOr<std::shared_ptr<const Plan>>()> strict;
  // Of the model; null where runs are not measured.
  std::shared_ptr<Profiler> profiler;
};

// The slot that is inside no other in which `slot` lies, and where there, in bytes.
struct SlotPlace {
  int slot = -1;
  int64_t offset = 0;
};
SlotPlace OutermostSlot(const std::vector<Slot>& slots, int slot);

// Gives every arena slot an offset so that slots in use at the same step do not overlap, and sets
// arena_bytes. What lies inside another slot is put there. Largest first, each at the lowest offset
// that is free for its whole life.
void LayOutArena(Plan& plan);

}  // namespace reluserve::engine

#endif  // RELUSERVE_SERVER_ENGINE_PLAN_H_
