// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The reluserve authors

#include <numeric>
#include <vector>

#include "server/graph/passes/passes.h"
#include "server/graph/passes/rewriter.h"

namespace reluserve::graph {
namespace {

bool IsIdentity(const std::vector<int64_t>& perm) {
  std::vector<int64_t> identity(perm.size());
  std::iota(identity.begin(), identity.end(), 0);
  // An empty permutation reverses as many axes as there happen to be.
  return !perm.empty() && perm == identity;
}

// The permutation that `first` and then `second` make together: axis i of the result is axis
// second[i] of what `first` gives, which is axis first[second[i]] of its operand.
std::vector<int64_t> Compose(const std::vector<int64_t>& first,
                             const std::vector<int64_t>& second) {
  std::vector<int64_t> perm;
  for (int64_t axis : second) perm.push_back(first[axis]);
  return perm;
}

}  // namespace

// A transpose of a transpose reads what the first one reads, and one that moves nothing goes away.
// Networks written for channels last have pairs that cancel out between their convolutions.
absl::StatusOr<int> MergeTransposes(Graph& graph, const PassContext&) {
  int changes = 0;
  Rewriter rewriter(graph);
  rewriter.ForEachNode([&](Node& node) {
    auto* second = std::get_if<Transpose>(&node.op);
    if (second == nullptr) return;
    bool changed = false;
    const Node* producer = rewriter.Producer(node.inputs[0]);
    const auto* first = producer != nullptr ? std::get_if<Transpose>(&producer->op) : nullptr;
    if (first != nullptr && !first->perm.empty() && second->perm.size() == first->perm.size()) {
      second->perm = Compose(first->perm, second->perm);
      rewriter.SetOperand(node, 0, producer->inputs[0]);
      changed = true;
    }
    changed |= IsIdentity(second->perm) && rewriter.Bypass(node, node.inputs[0]);
    if (changed) ++changes;
  });
  rewriter.Finish();
  return changes;
}

}  // namespace reluserve::graph
