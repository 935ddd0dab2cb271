// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The reluserve authors

#include "server/graph/passes/pass.h"

#include <algorithm>

#include <fmt/ranges.h>

#include "server/base/status.h"
#include "server/graph/passes/passes.h"

namespace reluserve::graph {
namespace {

// Constants first, so that what follows sees weights as weights; then what is nothing; then affine
// maps into the layer before or after them; then what oneDNN does after its sums, in its order.
constexpr Pass kPasses[] = {
    {"fold-constants", "computes what depends on constants alone", FoldConstants},
    {"eliminate-no-ops", "removes operators that change nothing", EliminateNoOps},
    {"merge-bias", "puts an added constant into the bias of the layer before it", MergeBias},
    {"fold-batch-normalization",
     "puts normalisation and scaling by channel into the weights of a layer beside it",
     FoldBatchNormalization},
    {"fuse-residual-add", "lets a convolution add its result to another value", FuseResidualAdd},
    {"fuse-activation", "lets a layer apply the activation after it", FuseActivation},
};

// A pass that still finds something after this many rounds does not come to an end.
constexpr int kMaxRounds = 1000;

}  // namespace

const Shape* PassContext::ShapeOf(const Graph& graph, ValueId id) const {
  if (const Tensor* constant = graph.ConstantOf(id)) return &constant->shape();
  if (id < 0 || static_cast<size_t>(id) >= probe.size()) return nullptr;
  return &probe[id].shape;
}

std::span<const Pass> AllPasses() { return kPasses; }

absl::StatusOr<std::vector<PassReport>> RunPasses(Graph& graph, const PassContext& context,
                                                  const PassOptions& options) {
  std::vector<std::string_view> names;
  for (const Pass& pass : kPasses) names.push_back(pass.name);
  for (const std::string& name : options.disabled) {
    if (std::find(names.begin(), names.end(), name) == names.end()) {
      return InvalidArgument("there is no graph pass \"{}\"; the passes are {}", name,
                             fmt::join(names, ", "));
    }
  }
  std::vector<PassReport> reports;
  for (const Pass& pass : kPasses) {
    if (options.disabled.contains(pass.name)) continue;
    PassReport report = {pass.name, 0};
    for (int round = 0;; ++round) {
      if (round == kMaxRounds) return Internal("graph pass {} does not come to an end", pass.name);
      RELUSERVE_ASSIGN_OR_RETURN(const int changes, pass.run(graph, context));
      if (changes == 0) break;
      report.changes += changes;
      graph.RemoveDeadNodes();
      RELUSERVE_RETURN_IF_ERROR(graph.SortTopologically());
      RELUSERVE_RETURN_IF_ERROR(
          Annotate(graph.Validate(), fmt::format("after graph pass {}", pass.name)));
    }
    reports.push_back(report);
  }
  return reports;
}

}  // namespace reluserve::graph
