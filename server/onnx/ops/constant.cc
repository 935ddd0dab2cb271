// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The reluserve authors

// Constants, and operators that pass their operand on.

#include "server/onnx/ops/constants.h"
#include "server/onnx/ops/importers.h"

namespace reluserve::onnx_import {
namespace {

// Whether the operand is a constant of one element, and that is not zero.
std::optional<bool> ConstantFlag(const NodeContext& node, graph::ValueId id) {
  const Tensor* constant = node.Constant(id);
  if (constant == nullptr || constant->type() != DataType::kBool ||
      constant->shape().ElementCount() != 1) {
    return std::nullopt;
  }
  return constant->values<bool>()[0];
}

}  // namespace

void ImportConstant(NodeContext& node) {
  int forms = 0;
  const auto is_form = [&](std::string_view name) { return node.Has(name) && ++forms > 0; };
  if (is_form("value")) {
    if (const std::optional<Tensor> value = node.TensorAttribute("value"))
      node.EmitConstant(*value);
  }
  if (is_form("value_float")) {
    node.EmitConstant(ScalarTensor(node.Float("value_float", 0)));
  }
  if (is_form("value_int")) {
    node.EmitConstant(ScalarTensor(node.Int("value_int", 0)));
  }
  if (is_form("value_floats")) node.EmitConstant(VectorTensor(node.Floats("value_floats")));
  if (is_form("value_ints")) node.EmitConstant(VectorTensor(node.Ints("value_ints")));
  for (std::string_view name : {"sparse_value", "value_string", "value_strings"}) {
    if (is_form(name)) node.Refuse("attribute \"{}\" is not supported", name);
  }
  if (forms != 1) node.Fail("it has {} of the attributes that hold its value, expected one", forms);
}

void ImportConstantOfShape(NodeContext& node) {
  graph::ConstantOfShape op{ScalarTensor(0.0f)};
  if (const std::optional<Tensor> value = node.TensorAttribute("value")) {
    if (value->shape().ElementCount() != 1) {
      node.Fail("attribute \"value\" has shape {}, expected one element",
                value->shape().ToString());
    }
    op.value = *value;
  }
  node.Emit(op);
}

// Exporters store equal weights once and hand them out through Identity.
void ImportIdentity(NodeContext& node) {
  if (const Tensor* constant = node.Constant(node.Input(0))) {
    return node.EmitConstant(*constant);
  }
  node.Emit(graph::Identity{});
}

// At inference the identity, whatever the ratio; the mask is then true, or 1 before opset 10,
// everywhere. Attribute is_test of opset 1 and 6 is not asked: nobody trains here.
void ImportDropout(NodeContext& node) {
  const graph::ValueId x = node.Input(0);
  const graph::ValueId training_mode = node.Input(2);
  if (training_mode != graph::kNoValue && ConstantFlag(node, training_mode) != false) {
    node.Refuse(
        "input \"training_mode\" is not the constant false; dropout in training is not "
        "supported");
  }
  if (node.Wants(1)) {
    const Tensor value = node.opset() >= 10 ? ScalarTensor(true) : ScalarTensor(1.0f);
    const graph::ValueId shape = node.EmitStep("shape", graph::ShapeOf{}, {x});
    node.EmitOutput(1, graph::ConstantOfShape{value}, {shape});
  }
  node.EmitOutput(0, graph::Identity{}, {x});
}

}  // namespace reluserve::onnx_import
