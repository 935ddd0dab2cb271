// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The reluserve authors

#include "server/graph/symbolic.h"

#include <algorithm>
#include <array>
#include <optional>
#include <set>
#include <string_view>
#include <utility>

#include "server/base/status.h"
#include "server/graph/sample_independence.h"

namespace reluserve::graph {
namespace {

// Image sizes to try where height and width are open, the usual ones first.
constexpr std::array<int64_t, 9> kSizes = {224, 256, 320, 64, 32, 640, 28, 128, 512};

// What stands for the open extents in one probe.
struct Guess {
  int64_t leading = 1;  // for those that are outermost in some input
  int64_t size = 1;     // for all others
};

struct Probe {
  Guess guess;
  std::vector<Shape> inputs;
  std::vector<OperandInfo> facts;
};

class Prober {
 public:
  Prober(const Graph& graph, const NodeEvaluator& evaluate) : graph_(graph), evaluate_(evaluate) {
    for (const Input& input : graph.inputs) {
      for (size_t axis = 0; axis < input.dims.size(); ++axis) {
        const Dim& dim = input.dims[axis];
        if (dim.symbolic()) (axis == 0 ? leading_ : others_).insert(dim.symbol);
      }
    }
    // An outermost extent that is another input's height, say, is both.
    for (std::string_view symbol : leading_) others_.erase(symbol);
  }

  bool has_leading() const { return !leading_.empty(); }
  bool has_others() const { return !others_.empty(); }

  absl::StatusOr<Probe> Run(Guess guess) const {
    Probe probe;
    probe.guess = guess;
    for (const Input& input : graph_.inputs) {
      Shape shape;
      for (const Dim& dim : input.dims) {
        const bool leading = leading_.contains(dim.symbol);
        shape.push_back(!dim.symbolic() ? dim.extent : leading ? guess.leading : guess.size);
      }
      probe.inputs.push_back(std::move(shape));
    }
    RELUSERVE_ASSIGN_OR_RETURN(probe.facts, InferShapes(graph_, probe.inputs, evaluate_));
    return probe;
  }

  // The first guess that the model accepts: one sample of each size and then, as the outermost
  // extent may not count samples, that size too.
  absl::StatusOr<Probe> RunFirst() const {
    std::vector<Guess> guesses;
    for (int64_t size : kSizes) {
      guesses.push_back({1, size});
      if (!has_others()) break;
    }
    if (has_leading()) {
      for (int64_t size : kSizes) guesses.push_back({size, size});
    }
    absl::Status first_error;
    for (const Guess& guess : guesses) {
      absl::StatusOr<Probe> probe = Run(guess);
      if (probe.ok()) return probe;
      first_error.Update(probe.status());
    }
    return first_error;
  }

  // Another size that the model accepts, to see what changes.
  std::optional<Probe> RunOtherSize(const Guess& first) const {
    std::vector<int64_t> sizes = {2 * first.size};
    sizes.insert(sizes.end(), kSizes.begin(), kSizes.end());
    for (int64_t size : sizes) {
      if (size == first.size) continue;
      absl::StatusOr<Probe> probe = Run({first.leading == 1 ? 1 : size, size});
      if (probe.ok()) return *std::move(probe);
    }
    return std::nullopt;
  }

 private:
  const Graph& graph_;
  const NodeEvaluator& evaluate_;
  std::set<std::string_view> leading_;  // symbols
  std::set<std::string_view> others_;
};

// Each input's outermost extent is open, and none of them is the extent of another axis too.
bool LeadingExtentsAreBatch(const Graph& graph) {
  std::set<std::string_view> leading;
  for (const Input& input : graph.inputs) {
    if (input.dims.empty() || !input.dims[0].symbolic()) return false;
    leading.insert(input.dims[0].symbol);
  }
  for (const Input& input : graph.inputs) {
    for (size_t axis = 1; axis < input.dims.size(); ++axis) {
      if (input.dims[axis].symbolic() && leading.contains(input.dims[axis].symbol)) return false;
    }
  }
  return !graph.inputs.empty();
}

// The extents of a value that all probes agree on, -1 for the others.
std::vector<int64_t> CommonExtents(std::span<const Probe> probes, ValueId id) {
  const auto first = probes[0].facts[id].shape.dims();
  std::vector<int64_t> extents(first.begin(), first.end());
  for (const Probe& probe : probes.subspan(1)) {
    const Shape& shape = probe.facts[id].shape;
    if (shape.dims().size() != extents.size()) return {};
    for (int axis = 0; axis < shape.rank(); ++axis) {
      if (shape[axis] != extents[axis]) extents[axis] = -1;
    }
  }
  return extents;
}

std::vector<std::vector<int64_t>> AllExtents(const Graph& graph, std::span<const Probe> probes) {
  std::vector<std::vector<int64_t>> extents;
  for (ValueId id = 0; id < graph.value_count(); ++id) {
    extents.push_back(CommonExtents(probes, id));
  }
  for (const Input& input : graph.inputs) {
    for (size_t axis = 1; axis < input.dims.size(); ++axis) {
      if (input.dims[axis].symbolic()) extents[input.value][axis] = -1;
    }
  }
  return extents;
}

}  // namespace

absl::StatusOr<SymbolicShapes> InferSymbolicShapes(const Graph& graph,
                                                   const NodeEvaluator& evaluate) {
  const Prober prober(graph, evaluate);
  std::vector<Probe> probes(1);
  RELUSERVE_ASSIGN_OR_RETURN(probes[0], prober.RunFirst());
  const Guess guess = probes[0].guess;
  SymbolicShapes result;
  size_t chosen = 0;
  if (!LeadingExtentsAreBatch(graph)) {
    result.obstacle = "the outermost extent of an input is not open";
  }
  if (prober.has_leading() && guess.leading == 1) {
    absl::StatusOr<Probe> two = prober.Run({2, guess.size});
    absl::StatusOr<Probe> three = prober.Run({3, guess.size});
    if (two.ok() && three.ok()) {
      probes.push_back(*std::move(two));
      probes.push_back(*std::move(three));
      chosen = 1;
    } else {
      result.obstacle = std::string((two.ok() ? three : two).status().message());
    }
  }
  if (result.obstacle.empty() && chosen == 1) {
    const BatchFacts facts = {probes[0].facts, probes[1].facts, probes[2].facts};
    result.obstacle = std::string(CheckSamplesStayApart(graph, facts).message());
    result.batchable = result.obstacle.empty();
  }
  if (prober.has_others() || guess.leading > 1) {
    std::optional<Probe> other = prober.RunOtherSize(guess);
    if (other) probes.push_back(*std::move(other));
  }
  result.extents = AllExtents(graph, probes);
  result.probe_inputs = std::move(probes[chosen].inputs);
  result.probe = std::move(probes[chosen].facts);
  return result;
}

}  // namespace reluserve::graph
