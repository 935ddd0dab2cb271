// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The reluserve authors

#include "server/onnx/branches.h"

#include <algorithm>
#include <unordered_set>
#include <utility>
#include <vector>

#include "server/base/status.h"
#include "server/graph/symbolic.h"
#include "server/onnx/ops/constants.h"

namespace reluserve::onnx_import {
namespace {

using graph::ValueId;

Tensor Long(int64_t value) { return VectorTensor<int64_t>({value}); }

// One or no element of value 2, as many as the boolean counts. Steps are nodes of `graph`, or of a
// builder: `add` appends one and returns its value, `constant` a constant.
template <typename Add, typename Constant>
ValueId ElementIf(ValueId condition, bool negated, const Add& add, const Constant& constant) {
  const ValueId number = add(graph::Cast{DataType::kInt64}, std::vector<ValueId>{condition});
  ValueId count = add(graph::Reshape{}, std::vector<ValueId>{number, constant(Long(1))});
  if (negated) {
    count =
        add(graph::Binary{graph::BinaryKind::kSub}, std::vector<ValueId>{constant(Long(1)), count});
  }
  return add(graph::ConstantOfShape{Long(2)}, std::vector<ValueId>{count});
}

bool ReadsOpenInput(const graph::Graph& graph) {
  std::unordered_set<ValueId> read;
  for (const graph::Node& node : graph.nodes) read.insert(node.inputs.begin(), node.inputs.end());
  return std::any_of(graph.inputs.begin(), graph.inputs.end(), [&](const graph::Input& input) {
    return read.contains(input.value) &&
           std::any_of(input.dims.begin(), input.dims.end(),
                       [](const graph::Dim& dim) { return dim.symbolic(); });
  });
}

const onnx::GraphProto* FindBranch(const onnx::NodeProto& node, bool taken) {
  for (const onnx::AttributeProto& attribute : node.attribute()) {
    if (attribute.name() == (taken ? "then_branch" : "else_branch") && attribute.has_g()) {
      return &attribute.g();
    }
  }
  return nullptr;
}

int64_t NameCount(const onnx::GraphProto& graph) {
  int64_t count = graph.initializer_size() + graph.output_size();
  for (const onnx::NodeProto& node : graph.node()) {
    count += 1 + node.input_size() + node.output_size();
  }
  return count;
}

std::string Resolved(const Scope& scope, const std::string& name) {
  const auto found = scope.find(name);
  return found == scope.end() ? name : found->second;
}

}  // namespace

// The condition becomes the extent of a value, which is inferred for several shapes of the inputs.
absl::StatusOr<Decision> Decide(const graph::Graph& graph, ValueId condition,
                                const graph::NodeEvaluator& evaluate) {
  if (const Tensor* constant = graph.ConstantOf(condition)) {
    if (constant->type() == DataType::kBool && constant->shape().ElementCount() == 1) {
      return Decision{constant->values<bool>()[0], false};
    }
    return InvalidArgument("its condition is {} {}, expected one BOOL", Name(constant->type()),
                           constant->shape().ToString());
  }
  if (!evaluate) return Unimplemented("its condition is computed");
  graph::Graph slice = graph;
  const auto add = [&](graph::Op op, std::vector<ValueId> inputs) {
    graph::Node node;
    node.name = fmt::format("condition.{}", slice.nodes.size());
    node.op_type = "If";
    node.op = std::move(op);
    node.inputs = std::move(inputs);
    node.outputs = {slice.AddValue(node.name)};
    slice.nodes.push_back(node);
    return node.outputs[0];
  };
  const auto constant = [&](Tensor tensor) {
    const ValueId id = slice.AddValue(fmt::format("condition.{}", slice.value_count()));
    slice.value(id).constant = std::move(tensor);
    return id;
  };
  const ValueId probed = ElementIf(condition, /*negated=*/false, add, constant);
  slice.outputs = {probed};
  RELUSERVE_RETURN_IF_ERROR(slice.SortTopologically());
  slice.RemoveDeadNodes();
  const auto shapes = graph::InferSymbolicShapes(slice, evaluate);
  if (absl::IsUnimplemented(shapes.status())) {
    return Unimplemented(
        "its condition is not known before a request; only one that follows from shapes is "
        "supported");
  }
  if (!shapes.ok()) return Annotate(shapes.status(), "its condition");
  if (const graph::OperandInfo& info = shapes->probe[condition]; info.type != DataType::kBool) {
    return InvalidArgument("its condition is {} {}, expected one BOOL", Name(info.type),
                           info.shape.ToString());
  }
  const std::vector<int64_t>& extents = shapes->extents[probed];
  if (extents.size() != 1 || (extents[0] != 0 && extents[0] != 1)) {
    return Unimplemented("its condition differs between requests; only one branch is supported");
  }
  return Decision{extents[0] == 1, ReadsOpenInput(slice)};
}

absl::StatusOr<onnx::GraphProto> TakeBranch(const onnx::NodeProto& node, bool taken,
                                            const std::string& prefix, const std::string& suffix,
                                            Scope& scope, int64_t& names_left) {
  const onnx::GraphProto* branch = FindBranch(node, taken);
  if (branch == nullptr) {
    return InvalidArgument("attribute \"{}\" is missing", taken ? "then_branch" : "else_branch");
  }
  if (branch->output_size() != node.output_size() || branch->input_size() != 0) {
    return InvalidArgument("its branch has {} inputs and {} outputs, expected 0 and {}",
                           branch->input_size(), branch->output_size(), node.output_size());
  }
  if (branch->sparse_initializer_size() > 0) {
    return Unimplemented("its branch has sparse initializers; only dense ones are supported");
  }
  names_left -= NameCount(*branch);
  if (names_left < 0) return InvalidArgument("the branches of the model have too many values");
  onnx::GraphProto inlined;
  *inlined.mutable_initializer() = branch->initializer();
  for (onnx::TensorProto& initializer : *inlined.mutable_initializer()) {
    const std::string name = prefix + initializer.name();
    scope[initializer.name()] = name;
    initializer.set_name(name);
  }
  std::unordered_set<std::string> made;
  for (const onnx::NodeProto& inner : branch->node()) {
    for (const std::string& name : inner.output()) {
      if (name.empty()) continue;
      scope[name] = prefix + name;
      made.insert(name);
    }
  }
  // A value that is a result several times is made once, and then handed on.
  std::vector<int> handed_on;
  for (int i = 0; i < branch->output_size(); ++i) {
    if (made.erase(branch->output(i).name()) > 0) {
      scope[branch->output(i).name()] = node.output(i) + suffix;
    } else {
      handed_on.push_back(i);
    }
  }
  *inlined.mutable_node() = branch->node();
  for (onnx::NodeProto& inner : *inlined.mutable_node()) {
    if (!inner.name().empty()) inner.set_name(prefix + inner.name());
    for (std::string& name : *inner.mutable_input()) name = Resolved(scope, name);
    for (std::string& name : *inner.mutable_output()) name = Resolved(scope, name);
  }
  for (const int i : handed_on) {
    onnx::NodeProto& identity = *inlined.add_node();
    identity.set_op_type("Identity");
    identity.add_input(Resolved(scope, branch->output(i).name()));
    identity.add_output(node.output(i) + suffix);
  }
  return inlined;
}

// The result is reshaped to its own shape, to which an axis of 2 is added where the condition is
// another.
void AddGuard(const std::string& node, ValueId condition, bool taken, const std::string& computed,
              const std::string& output, GraphBuilder& builder) {
  const std::string name = node + "/taken";
  const auto add = [&](graph::Op op, std::vector<ValueId> inputs) {
    const ValueId result = builder.AddValue(name);
    builder.AddNode(name, "If", std::move(op), std::move(inputs), {result});
    return result;
  };
  const auto constant = [&](Tensor tensor) { return builder.AddConstant(name, std::move(tensor)); };
  const ValueId guard = ElementIf(condition, taken, add, constant);
  const ValueId extents = add(graph::ShapeOf{}, {builder.Find(computed)});
  const ValueId shape = add(graph::Concat{0}, {extents, guard});
  builder.AddNode(name, "If", graph::Reshape{/*allow_zero=*/true}, {builder.Find(computed), shape},
                  {builder.Find(output)});
}

}  // namespace reluserve::onnx_import
