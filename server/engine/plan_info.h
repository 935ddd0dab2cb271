// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The reluserve authors

// What people ask about a plan: its steps, its memory, and where its time goes.

#ifndef RELUSERVE_SERVER_ENGINE_PLAN_INFO_H_
#define RELUSERVE_SERVER_ENGINE_PLAN_INFO_H_

#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include <absl/time/time.h>

#include "server/tensor/shape.h"

namespace reluserve::engine {

// One line of a plan.
struct StepInfo {
  std::string node;  // name of the graph node, or what the step is for ("reorder of conv1's input")
  std::string op_type;
  std::string implementation;  // oneDNN's name of the kernel chosen, or "kernel" for our own
  std::string output_layout;   // "nChw16c [1,64,56,56]"
  std::string activation;      // name of the activation layer fused into it, or empty
  int64_t macs = 0;            // multiply-accumulates
  // Of a step that is there for each sample of the batch, which one it is for; -1 of any other.
  int64_t sample = -1;
};

// Where `steps` has a step for each sample of a batch, it is shown once, as the first sample's.
// Gives for each step the one it is shown as.
std::vector<size_t> ShownAs(std::span<const StepInfo> steps);

struct PlanInfo {
  // A step that runs sample by sample is there once, as sample 0, with the arithmetic of all.
  std::vector<StepInfo> steps;
  int64_t arena_bytes = 0;       // activations, with reuse
  int64_t activation_bytes = 0;  // activations, were none reused
  int64_t scratchpad_bytes = 0;
  int64_t packed_weight_bytes = 0;  // of the whole model, shared by all its plans
  int64_t macs = 0;
};

// Sums over the runs of a plan while it was profiled.
struct StepProfile {
  StepInfo info;
  absl::Duration time;
  absl::Duration fastest;  // of one run
  // Of the activation layer that the step computes or counts; zeros where there is none, or the
  // runs were not counted.
  uint64_t elements = 0;
  uint64_t inactive = 0;
};

struct PlanProfile {
  std::vector<Shape> input_shapes;  // in the order of the graph's inputs
  int threads = 1;
  uint64_t runs = 0;
  absl::Duration time;             // of the steps together
  std::vector<StepProfile> steps;  // in the order of execution, as PlanInfo has them
};

}  // namespace reluserve::engine

#endif  // RELUSERVE_SERVER_ENGINE_PLAN_INFO_H_
