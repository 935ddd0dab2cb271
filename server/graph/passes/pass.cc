// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The reluserve authors

#include "server/graph/passes/pass.h"

#include <algorithm>

#include <fmt/ranges.h>

#include "server/base/status.h"
#include "server/graph/passes/passes.h"

namespace reluserve::graph {
namespace {

// Each pass makes work for those below it and none for those above:
// - Constants come first, so that weights that arrive through an Identity or a Reshape are
// constants
//   to every other pass. What does nothing goes next, since a node in between hides a pattern, as
//   do an operator written in another form and two transposes that cancel out.
// - Quantised layers are found before weights are dequantised for good, and before layers are
// brought
//   to the form that the passes below look for.
// - Then what scales and shifts channels goes into the weights, which brings convolutions next to
// the
//   additions and activations that read them.
// - A node adds its residual before it applies its activation, so they are fused in that order.
constexpr Pass kPasses[] = {
    {"fold-constants", "computes what depends on constants alone", FoldConstants},
    {"eliminate-no-ops", "removes operators that change nothing", EliminateNoOps},
    {"merge-transposes", "lets one transpose, or none, do the work of two", MergeTransposes},
    {"name-rectifiers", "reports quantisations that cut off what is negative as activation layers",
     NameRectifiers},
    {"fuse-quantization", "computes layers between quantised tensors with 8-bit integers",
     FuseQuantization},
    {"integer-layers-in-floats",
     "computes layers whose sources are quantised as they run in floats",
     ComputeIntegerLayersInFloats},
    {"fold-dequantized-constants", "computes weights that are left to be dequantised",
     FoldDequantizedConstants},
    {"canonicalize", "writes sums of two as Add and dense layers as Gemm", Canonicalize},
    {"fold-batch-normalization",
     "moves normalisation, scales, and shifts of channels into the weights of the layer before "
     "them",
     FoldBatchNormalization},
    {"fold-input-normalization", "moves normalisation into the weights of the convolution after it",
     FoldInputNormalization},
    {"fuse-residual-add", "lets a convolution add its result to another value", FuseResidualAdd},
    {"fuse-activation", "lets a layer apply the activation that reads its result", FuseActivation},
};

absl::Status CheckNames(const std::set<std::string, std::less<>>& names) {
  std::vector<std::string_view> known;
  for (const Pass& pass : kPasses) known.push_back(pass.name);
  for (const std::string& name : names) {
    if (std::find(known.begin(), known.end(), name) == known.end()) {
      return InvalidArgument("there is no graph pass \"{}\", expected one of {}", name,
                             fmt::join(known, ", "));
    }
  }
  return absl::OkStatus();
}

}  // namespace

std::optional<DataType> PassContext::TypeOf(const Graph& graph, ValueId id) const {
  if (const Tensor* constant = graph.ConstantOf(id)) return constant->type();
  if (static_cast<size_t>(id) >= probe.size()) return std::nullopt;
  return probe[id].type;
}

std::optional<int> PassContext::RankOf(const Graph& graph, ValueId id) const {
  if (const Tensor* constant = graph.ConstantOf(id)) return constant->shape().rank();
  if (static_cast<size_t>(id) >= std::min(probe.size(), extents.size())) return std::nullopt;
  const int rank = probe[id].shape.rank();
  // No extents: a scalar, or a rank that changes.
  if (static_cast<size_t>(rank) != extents[id].size()) return std::nullopt;
  return rank;
}

bool PassContext::HaveSameShape(const Graph& graph, ValueId a, ValueId b) const {
  if (static_cast<size_t>(std::max(a, b)) >= std::min(probe.size(), extents.size())) return false;
  // Extents of 1 and of a symbol may be equal in the probe, and two symbols elsewhere.
  return RankOf(graph, a).has_value() && extents[a] == extents[b] &&
         probe[a].shape == probe[b].shape;
}

std::span<const Pass> AllPasses() { return kPasses; }

absl::StatusOr<std::vector<PassReport>> RunPasses(Graph& graph, const PassContext& context,
                                                  const PassOptions& options) {
  RELUSERVE_RETURN_IF_ERROR(CheckNames(options.disabled));
  std::vector<PassReport> reports;
  for (const Pass& pass : kPasses) {
    if (options.disabled.contains(pass.name)) continue;
    PassReport report = {pass.name};
    int changes = 0;
    do {
      RELUSERVE_ASSIGN_OR_RETURN(changes, pass.run(graph, context));
      graph.RemoveDeadNodes();
      report.changes += changes;
    } while (changes > 0);
    RELUSERVE_RETURN_IF_ERROR(
        Annotate(graph.Validate(), fmt::format("after graph pass {}", pass.name)));
    reports.push_back(report);
  }
  return reports;
}

}  // namespace reluserve::graph
