// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The reluserve authors

#include "server/onnx/node_context.h"

#include <algorithm>
#include <span>

#include "server/onnx/names.h"
#include "server/onnx/ops/constants.h"
#include "server/onnx/tensor_proto.h"

namespace reluserve::onnx_import {
namespace {

using graph::kNoValue;
using graph::ValueId;
using onnx::AttributeProto;

// The type of an attribute. Files of IR version 1 leave it out: there the field that is set tells.
AttributeProto::AttributeType TypeOf(const AttributeProto& attribute) {
  if (attribute.type() != AttributeProto::UNDEFINED) return attribute.type();
  if (attribute.has_f()) return AttributeProto::FLOAT;
  if (attribute.has_i()) return AttributeProto::INT;
  if (attribute.has_s()) return AttributeProto::STRING;
  if (attribute.has_t()) return AttributeProto::TENSOR;
  if (attribute.floats_size() > 0) return AttributeProto::FLOATS;
  if (attribute.ints_size() > 0) return AttributeProto::INTS;
  return AttributeProto::UNDEFINED;
}

void RemoveTrailingAbsent(std::vector<ValueId>& ids) {
  while (!ids.empty() && ids.back() == kNoValue) ids.pop_back();
}

}  // namespace

NodeContext::NodeContext(const onnx::NodeProto& proto, int opset, std::string name,
                         Operands operands, GraphBuilder& builder)
    : proto_(proto),
      opset_(opset),
      name_(std::move(name)),
      operands_(std::move(operands)),
      builder_(builder) {}

// --- Attributes
// ------------------------------------------------------------------------------------

bool NodeContext::Has(std::string_view name) const {
  return std::any_of(proto_.attribute().begin(), proto_.attribute().end(),
                     [&](const AttributeProto& attribute) { return attribute.name() == name; });
}

const AttributeProto* NodeContext::Find(std::string_view name, AttributeProto::AttributeType type) {
  for (const AttributeProto& attribute : proto_.attribute()) {
    if (attribute.name() != name) continue;
    const AttributeProto::AttributeType actual = TypeOf(attribute);
    if (actual == type) return &attribute;
    // An empty list has nothing set that would tell its type.
    const bool list = type == AttributeProto::INTS || type == AttributeProto::FLOATS;
    if (list && actual == AttributeProto::UNDEFINED) return &attribute;
    Fail("attribute \"{}\" is of type {}, expected {}", name,
         AttributeProto::AttributeType_Name(actual), AttributeProto::AttributeType_Name(type));
    return nullptr;
  }
  return nullptr;
}

int64_t NodeContext::Int(std::string_view name, int64_t fallback) {
  const AttributeProto* attribute = Find(name, AttributeProto::INT);
  return attribute == nullptr ? fallback : attribute->i();
}

void NodeContext::CheckBetween(std::string_view name, int64_t value, int64_t min, int64_t max) {
  if (value >= min && value <= max) return;
  Fail("attribute \"{}\" has the value {}, expected {} to {}", name, value, min, max);
}

int64_t NodeContext::IntBetween(std::string_view name, int64_t fallback, int64_t min, int64_t max) {
  const int64_t value = Int(name, fallback);
  CheckBetween(name, value, min, max);
  return value;
}

std::vector<int64_t> NodeContext::IntsBetween(std::string_view name, int64_t min, int64_t max) {
  std::vector<int64_t> values = Ints(name);
  for (int64_t value : values) CheckBetween(name, value, min, max);
  return values;
}

int64_t NodeContext::Axis(std::string_view name, int64_t fallback) {
  return IntBetween(name, fallback, -kMaxRank, kMaxRank);
}

bool NodeContext::Flag(std::string_view name, bool fallback) { return Int(name, fallback) != 0; }

float NodeContext::Float(std::string_view name, float fallback) {
  const AttributeProto* attribute = Find(name, AttributeProto::FLOAT);
  return attribute == nullptr ? fallback : attribute->f();
}

std::vector<int64_t> NodeContext::Ints(std::string_view name) {
  const AttributeProto* attribute = Find(name, AttributeProto::INTS);
  if (attribute == nullptr) return {};
  return {attribute->ints().begin(), attribute->ints().end()};
}

std::vector<float> NodeContext::Floats(std::string_view name) {
  const AttributeProto* attribute = Find(name, AttributeProto::FLOATS);
  if (attribute == nullptr) return {};
  return {attribute->floats().begin(), attribute->floats().end()};
}

std::string NodeContext::String(std::string_view name, std::string_view fallback) {
  const AttributeProto* attribute = Find(name, AttributeProto::STRING);
  if (attribute == nullptr) return std::string(fallback);
  if (IsCleanName(attribute->s())) return attribute->s();
  Fail("attribute \"{}\" is not UTF-8 text without control characters", name);
  return std::string(fallback);
}

std::optional<Tensor> NodeContext::TensorAttribute(std::string_view name) {
  const AttributeProto* attribute = Find(name, AttributeProto::TENSOR);
  if (attribute == nullptr) return std::nullopt;
  absl::StatusOr<Tensor> tensor = TensorFromProto(attribute->t());
  if (tensor.ok()) return std::move(tensor).value();
  SetStatus(WithSubject(tensor.status(), "the tensor of attribute", name));
  return std::nullopt;
}

// --- Operands
// --------------------------------------------------------------------------------------

ValueId NodeContext::Input(int index) const {
  const auto count = static_cast<int>(operands_.inputs.size());
  return index < count ? operands_.inputs[index] : kNoValue;
}

ValueId NodeContext::InputOrAttribute(int index, std::string_view attribute) {
  if (!Has(attribute)) return Input(index);
  return AddConstant(attribute, VectorTensor(Ints(attribute)));
}

bool NodeContext::Wants(int output) const {
  return output < output_count() && operands_.outputs[output] != kNoValue;
}

// --- Results
// ---------------------------------------------------------------------------------------

void NodeContext::Emit(graph::Op op, std::vector<ValueId> inputs) {
  AddNode(std::move(op), name_, std::move(inputs), operands_.outputs);
}

void NodeContext::EmitOutput(int index, graph::Op op, std::vector<ValueId> inputs) {
  const std::string name = index == 0 ? name_ : fmt::format("{}/{}", name_, index);
  AddNode(std::move(op), name, std::move(inputs), {operands_.outputs[index]});
}

ValueId NodeContext::EmitStep(std::string_view step, graph::Op op, std::vector<ValueId> inputs) {
  const std::string name = fmt::format("{}/{}", name_, step);
  const ValueId output = builder_.AddValue(name);
  AddNode(std::move(op), name, std::move(inputs), {output});
  return output;
}

ValueId NodeContext::EmitCore(std::string_view value, graph::Op op, std::vector<ValueId> inputs) {
  const ValueId output = builder_.AddValue(fmt::format("{}/{}", name_, value));
  AddNode(std::move(op), name_, std::move(inputs), {output});
  return output;
}

void NodeContext::EmitAfter(std::string_view step, graph::Op op, std::vector<ValueId> inputs) {
  AddNode(std::move(op), fmt::format("{}/{}", name_, step), std::move(inputs), operands_.outputs);
}

ValueId NodeContext::AddConstant(std::string_view step, Tensor tensor) {
  return builder_.AddConstant(fmt::format("{}/{}", name_, step), std::move(tensor));
}

void NodeContext::EmitConstant(Tensor tensor) {
  builder_.SetConstant(operands_.outputs[0], std::move(tensor));
}

void NodeContext::KeepOutputs(int count, std::string_view reason) {
  for (int i = count; i < output_count(); ++i) {
    if (Wants(i)) Refuse("output {} is read, but {}", i, reason);
  }
  if (output_count() > count) operands_.outputs.resize(count);
}

void NodeContext::AddNode(graph::Op op, const std::string& name, std::vector<ValueId> inputs,
                          std::vector<ValueId> outputs) {
  if (!status_.ok()) return;
  RemoveTrailingAbsent(inputs);
  RemoveTrailingAbsent(outputs);
  for (ValueId id : inputs) {
    if (Facts(id).type != DataType::kFloat64 || AcceptsFloat64(op)) continue;
    Refuse("operand \"{}\" is DOUBLE; this operator is computed in FP32 only: convert the model",
           builder_.graph().value(id).name);
    return;
  }
  builder_.AddNode(name, proto_.op_type(), std::move(op), std::move(inputs), std::move(outputs));
}

}  // namespace reluserve::onnx_import
