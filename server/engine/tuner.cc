// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The reluserve authors

#include "server/engine/tuner.h"

#include <algorithm>
#include <array>
#include <map>
#include <memory>
#include <optional>
#include <random>
#include <utility>

#include <absl/time/clock.h>

#include "server/base/status.h"
#include "server/engine/plan.h"
#include "server/engine/random_elements.h"

namespace reluserve::engine {
namespace {

// What another way must be faster by than the rules', so that it is not noise that decides: of one
// convolution, and of the whole.
constexpr double kNodeGain = 0.97;
constexpr double kModelGain = 0.99;

// Extents of Winograd's tiles, and 0 for direct convolution.
constexpr std::array<int, 3> kTiles = {0, 2, 4};

// One way to compute the model, and how long that took.
struct Way {
  std::shared_ptr<CompiledModel> model;
  std::vector<absl::Duration> times;            // of the runs
  std::map<std::string, absl::Duration> nodes;  // the fastest run of each, by name

  absl::Duration median() const {
    std::vector<absl::Duration> sorted = times;
    std::sort(sorted.begin(), sorted.end());
    return sorted[sorted.size() / 2];
  }
};

// Runs ways in turns, each of which sees the same disturbances then.
class Race {
 public:
  explicit Race(const TuneOptions& options) : options_(options) {}

  absl::Status Prepare(const CompiledModel& model) {
    std::mt19937_64 random(1);
    for (size_t i = 0; i < options_.input_shapes.size(); ++i) {
      RELUSERVE_ASSIGN_OR_RETURN(
          Tensor input, Tensor::Allocate(model.graph().inputs[i].type, options_.input_shapes[i]));
      FillRandom(input, random);
      inputs_.push_back(std::move(input));
    }
    return absl::OkStatus();
  }

  // At most `to_come` ways are run after these.
  absl::Status Run(std::vector<Way>& ways, int to_come) {
    const int all_runs = runs_ + options_.runs * (static_cast<int>(ways.size()) + to_come);
    for (Way& way : ways) {
      // The first run finds nothing in the caches, and not all of its memory there.
      RELUSERVE_RETURN_IF_ERROR(RunOnce(way).status());
      way.model->profiler().Start();
    }
    for (int run = 0; run < options_.runs; ++run) {
      for (Way& way : ways) {
        RELUSERVE_ASSIGN_OR_RETURN(const absl::Duration time, RunOnce(way));
        way.times.push_back(time);
        ++runs_;
        if (options_.go_on && !options_.go_on(runs_, all_runs)) {
          return absl::CancelledError("the tuning was cancelled");
        }
      }
    }
    for (Way& way : ways) {
      way.model->profiler().Stop();
      for (const PlanProfile& plan : way.model->profiler().Read()) {
        for (const StepProfile& step : plan.steps) way.nodes[step.info.node] += step.fastest;
      }
    }
    return absl::OkStatus();
  }

 private:
  absl::StatusOr<absl::Duration> RunOnce(Way& way) {
    RELUSERVE_ASSIGN_OR_RETURN(const std::shared_ptr<const Plan> plan,
                               way.model->GetPlan(options_.input_shapes));
    std::vector<const void*> inputs;
    for (const Tensor& input : inputs_) inputs.push_back(input.data());
    std::vector<Tensor> results;
    std::vector<void*> outputs;
    for (size_t i = 0; i < plan->output_shapes.size(); ++i) {
      RELUSERVE_ASSIGN_OR_RETURN(Tensor output,
                                 Tensor::Allocate(plan->output_types[i], plan->output_shapes[i]));
      results.push_back(std::move(output));
      outputs.push_back(results.back().mutable_data());
    }
    const absl::Time start = absl::Now();
    RELUSERVE_RETURN_IF_ERROR(context_.Run(plan, inputs, outputs, &trace_));
    return absl::Now() - start;
  }

  const TuneOptions& options_;
  int runs_ = 0;
  std::vector<Tensor> inputs_;
  ExecutionContext context_;
  sparsity::Trace trace_;
};

int TileOf(const Tuning& tuning, const std::string& node) {
  const auto found = tuning.winograd_tiles.find(node);
  return found == tuning.winograd_tiles.end() ? 0 : found->second;
}

absl::Duration TimeOf(const Way& way, const std::string& node) {
  const auto found = way.nodes.find(node);
  return found == way.nodes.end() ? absl::InfiniteDuration() : found->second;
}

absl::StatusOr<Way> MakeWay(const CompiledModel& model, const Tuning& tuning) {
  RELUSERVE_ASSIGN_OR_RETURN(std::shared_ptr<CompiledModel> variant, model.Variant(tuning));
  return Way{std::move(variant), {}, {}};
}

// Every convolution by tiles of that extent, where it can be.
Tuning AllBy(const graph::Graph& graph, int tile) {
  Tuning tuning;
  tuning.in_blocks = true;
  for (const graph::Node& node : graph.nodes) {
    if (tile != 0 && std::holds_alternative<graph::Conv>(node.op)) {
      tuning.winograd_tiles[node.name] = tile;
    }
  }
  return tuning;
}

// Of each convolution the fastest of `ways`, which are one for each of kTiles.
std::vector<TunedNode> FastestNodes(const graph::Graph& graph, const Tuning& rules,
                                    const std::vector<Way>& ways) {
  std::vector<TunedNode> nodes;
  for (const graph::Node& node : graph.nodes) {
    std::map<int, absl::Duration> times;  // by the tiles that there are for it
    for (size_t i = 0; i < ways.size(); ++i) {
      const bool is_it = TileOf(ways[i].model->tuning(), node.name) == kTiles[i];
      if (is_it) times[kTiles[i]] = TimeOf(ways[i], node.name);
    }
    if (!std::holds_alternative<graph::Conv>(node.op) || times.size() < 2) continue;
    TunedNode tuned = {node.name, TileOf(rules, node.name), 0, {}, {}};
    tuned.tile = tuned.tile_by_rules;
    tuned.time = tuned.time_by_rules = times[tuned.tile_by_rules];
    for (const auto& [tile, time] : times) {
      if (time < tuned.time && time < kNodeGain * tuned.time_by_rules) {
        tuned.tile = tile;
        tuned.time = time;
      }
    }
    nodes.push_back(tuned);
  }
  return nodes;
}

Tuning TuningOf(const std::vector<TunedNode>& nodes) {
  Tuning tuning;
  tuning.in_blocks = true;
  for (const TunedNode& node : nodes) {
    if (node.tile != 0) tuning.winograd_tiles[node.name] = node.tile;
  }
  return tuning;
}

}  // namespace

absl::StatusOr<TuneReport> Tune(const CompiledModel& model, const TuneOptions& options) {
  if (options.runs < 1) return InvalidArgument("runs are {}, expected at least 1", options.runs);
  RELUSERVE_ASSIGN_OR_RETURN(const std::shared_ptr<CompiledModel> by_rules,
                             model.Variant(std::nullopt));
  // Says what is wrong with the shapes, if anything is.
  RELUSERVE_RETURN_IF_ERROR(by_rules->GetPlan(options.input_shapes).status());
  const Tuning rules = by_rules->tuning();
  constexpr int kMostFinalists = 3;
  Race race(options);
  RELUSERVE_RETURN_IF_ERROR(race.Prepare(model));

  TuneReport report;
  {
    // Given up before the next are made: each has weights of its own.
    std::vector<Way> ways;
    for (const int tile : kTiles) {
      RELUSERVE_ASSIGN_OR_RETURN(Way way, MakeWay(model, AllBy(model.graph(), tile)));
      ways.push_back(std::move(way));
    }
    RELUSERVE_RETURN_IF_ERROR(race.Run(ways, kMostFinalists));
    report.nodes = FastestNodes(model.graph(), rules, ways);
  }

  std::vector<Way> finalists = {{by_rules, {}, {}}};
  for (const Tuning& tuning : {TuningOf(report.nodes), Tuning()}) {
    RELUSERVE_ASSIGN_OR_RETURN(Way way, MakeWay(model, tuning));
    // Two of a kind would differ by noise.
    const bool is_new = std::none_of(finalists.begin(), finalists.end(), [&](const Way& other) {
      return other.model->tuning() == way.model->tuning();
    });
    if (is_new) finalists.push_back(std::move(way));
  }
  RELUSERVE_RETURN_IF_ERROR(race.Run(finalists, /*to_come=*/0));
  size_t best = 0;
  for (size_t i = 1; i < finalists.size(); ++i) {
    const absl::Duration time = finalists[i].median();
    if (time < finalists[best].median() && time < kModelGain * finalists[0].median()) best = i;
  }
  report.tuning = finalists[best].model->tuning();
  report.time_by_rules = finalists[0].median();
  report.time_tuned = finalists[best].median();
  for (TunedNode& node : report.nodes) {
    node.tile = TileOf(report.tuning, node.name);
    node.time_by_rules = TimeOf(finalists[0], node.name);
    node.time = TimeOf(finalists[best], node.name);
  }
  return report;
}

}  // namespace reluserve::engine
