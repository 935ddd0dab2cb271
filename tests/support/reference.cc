// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The reluserve authors

#include "tests/support/reference.h"

#include <algorithm>
#include <cmath>
#include <map>
#include <optional>
#include <utility>

#include "server/base/status.h"
#include "tests/support/reference_activation.h"
#include "tests/support/reference_ops.h"

namespace reluserve::test_support {
namespace {

using graph::Activation;
using graph::Node;

absl::StatusOr<Values> ComputeNode(const Node& node, const Inputs& in) {
  const auto compute = [&](const auto& op) -> std::optional<Values> {
    if constexpr (requires { Compute(op, in); }) {
      return Compute(op, in);
    } else {
      return std::nullopt;
    }
  };
  std::optional<Values> result = std::visit(compute, node.op);
  if (!result || node.residual || node.activation) {
    return Unimplemented("node \"{}\" ({}): the reference does not know this", node.name,
                         node.op_type);
  }
  for (const Values* operand : in) {
    if (operand != nullptr) result->exact = result->exact && operand->exact;
  }
  return *std::move(result);
}

bool IsLayer(const Node& node) {
  const auto* activation = std::get_if<Activation>(&node.op);
  if (activation != nullptr) return MakesLayer(*activation);
  return std::holds_alternative<graph::PRelu>(node.op);
}

// A PRelu is counted as the LeakyRelu that it is to this element.
Activation ActivationAt(const Node& node, const Inputs& in, const Index& at) {
  if (const auto* activation = std::get_if<Activation>(&node.op)) return *activation;
  return {graph::ActivationKind::kLeakyRelu, static_cast<float>(BroadcastAt(*in[1], at)), 0.0f};
}

double Largest(const Values& values) {
  double largest = 0.0;
  for (double element : values.elements) {
    if (std::isfinite(element)) largest = std::max(largest, std::abs(element));
  }
  return largest;
}

ReferenceLayer CountLayer(const Node& node, const Inputs& in) {
  const Values& x = *in[0];
  const double border = x.exact ? 0.0 : kBorder * Largest(x);
  ReferenceLayer layer;
  layer.name = node.name;
  layer.exact = x.exact;
  layer.shape = x.shape;
  const int64_t samples = x.shape.rank() > 0 ? x.shape[0] : 1;
  const int64_t channels = x.shape.rank() > 1 ? x.shape[1] : 1;
  for (auto* counts : {&layer.inactive, &layer.saturated, &layer.non_finite, &layer.uncertain}) {
    counts->resize(samples * channels);
  }
  ForEachIndex(x.shape, [&](const Index& at) {
    const Activation activation = ActivationAt(node, in, at);
    const int64_t sample = x.shape.rank() > 0 ? at[0] : 0;
    const int64_t channel = x.shape.rank() > 1 ? at[1] : 0;
    const int64_t entry = sample * channels + channel;
    const ElementState state = Classify(activation, x.At(at));
    if (state == ElementState::kInactive) ++layer.inactive[entry];
    if (state == ElementState::kSaturated) ++layer.saturated[entry];
    if (state == ElementState::kNonFinite) ++layer.non_finite[entry];
    const bool certain = state == Classify(activation, x.At(at) - border) &&
                         state == Classify(activation, x.At(at) + border);
    if (!certain) ++layer.uncertain[entry];
  });
  return layer;
}

}  // namespace

absl::StatusOr<Reference> Evaluate(const graph::Graph& graph, std::span<const Tensor> inputs) {
  std::map<graph::ValueId, Values> known;
  for (size_t i = 0; i < inputs.size(); ++i) {
    known.emplace(graph.inputs[i].value, ValuesOf(inputs[i]));
  }
  for (graph::ValueId id = 0; id < graph.value_count(); ++id) {
    if (const Tensor* constant = graph.ConstantOf(id)) known.emplace(id, ValuesOf(*constant));
  }

  Reference reference;
  for (const Node& node : graph.nodes) {
    Inputs in;
    for (graph::ValueId id : node.inputs) {
      in.push_back(id == graph::kNoValue ? nullptr : &known.at(id));
    }
    RELUSERVE_ASSIGN_OR_RETURN(Values result, ComputeNode(node, in));
    if (IsLayer(node)) reference.layers.push_back(CountLayer(node, in));
    known.emplace(node.outputs[0], std::move(result));
  }
  for (graph::ValueId id : graph.outputs) reference.outputs.push_back(known.at(id));
  return reference;
}

}  // namespace reluserve::test_support
