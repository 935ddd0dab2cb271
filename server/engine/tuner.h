// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The reluserve authors

// Finds out by measurement how a model's convolutions are computed fastest on this machine.

#ifndef RELUSERVE_SERVER_ENGINE_TUNER_H_
#define RELUSERVE_SERVER_ENGINE_TUNER_H_

#include <functional>
#include <string>
#include <vector>

#include <absl/status/statusor.h>
#include <absl/time/time.h>

#include "server/engine/compiled_model.h"
#include "server/engine/tuning.h"

namespace reluserve::engine {

struct TuneOptions {
  // In the order of the graph's inputs.
  std::vector<Shape> input_shapes;
  // Of each way of computing. At least 1.
  int runs = 20;
  // Called after each run with how many there were, of how many at most; where it answers false,
  // Tune ends with CANCELLED.
  std::function<bool(int done, int all)> go_on;
};

// A convolution between whose ways of computing there was a choice.
struct TunedNode {
  std::string name;
  // Extents of Winograd's tiles; 0: computed directly.
  int tile_by_rules = 0;
  int tile = 0;
  // Of the fastest run of each, with the conversions that it needed.
  absl::Duration time_by_rules;
  absl::Duration time;
};

struct TuneReport {
  Tuning tuning;
  // Of one run of the whole, the median of all: as the rules have it, and as `tuning` has it.
  absl::Duration time_by_rules;
  absl::Duration time_tuned;
  std::vector<TunedNode> nodes;  // in the order of execution
};

// Runs variants of the model (CompiledModel::Variant) on random inputs in turns, with counting and
// with as many OpenMP threads as the caller has; takes of each convolution the fastest way, and the
// whole only where it is then faster than by the rules. The result is within the same bounds of
// exactness as any. Takes memory for the weights as each of the variants has them. INVALID_ARGUMENT
// where the model does not take the shapes.
absl::StatusOr<TuneReport> Tune(const CompiledModel& model, const TuneOptions& options);

}  // namespace reluserve::engine

#endif  // RELUSERVE_SERVER_ENGINE_TUNER_H_
