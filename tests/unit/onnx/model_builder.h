// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The reluserve authors

// Small ONNX models made in code.

#ifndef RELUSERVE_TESTS_UNIT_ONNX_MODEL_BUILDER_H_
#define RELUSERVE_TESTS_UNIT_ONNX_MODEL_BUILDER_H_

#include <cstdint>
#include <string>
#include <utility>
#include <vector>

#include <onnx/onnx_pb.h>

namespace reluserve::onnx_import {

using Ints = std::vector<int64_t>;
using Floats = std::vector<float>;
using Names = std::vector<std::string>;

// An attribute; its type follows the C++ type of the value.
class Attribute {
 public:
  Attribute(const char* name, int value);
  Attribute(const char* name, double value);
  Attribute(const char* name, const char* value);
  Attribute(const char* name, const Ints& values);
  Attribute(const char* name, const Floats& values);
  Attribute(const char* name, const onnx::TensorProto& value);

  const onnx::AttributeProto& proto() const { return proto_; }

 private:
  onnx::AttributeProto proto_;
};

// A model of one graph, as a chain of calls. Negative extents of inputs are written as no
// dimension.
class ModelBuilder {
 public:
  explicit ModelBuilder(int opset = 13);

  ModelBuilder& Opset(const std::string& domain, int version);
  ModelBuilder& Input(const std::string& name, const Ints& dims,
                      int onnx_type = onnx::TensorProto::FLOAT);
  ModelBuilder& Initializer(const std::string& name, onnx::TensorProto tensor);
  ModelBuilder& Node(const std::string& op_type, const Names& inputs, const Names& outputs,
                     const std::vector<Attribute>& attributes = {});
  // The name, or domain, of the node added last.
  ModelBuilder& Named(const std::string& name);
  ModelBuilder& InDomain(const std::string& domain);
  ModelBuilder& Output(const std::string& name, int onnx_type = onnx::TensorProto::FLOAT);

  // For what the calls above do not reach.
  onnx::ModelProto& proto() { return model_; }
  std::string Bytes() const { return model_.SerializeAsString(); }

 private:
  onnx::ModelProto model_;
};

inline Attribute::Attribute(const char* name, int value) {
  proto_.set_name(name);
  proto_.set_type(onnx::AttributeProto::INT);
  proto_.set_i(value);
}

inline Attribute::Attribute(const char* name, double value) {
  proto_.set_name(name);
  proto_.set_type(onnx::AttributeProto::FLOAT);
  proto_.set_f(static_cast<float>(value));
}

inline Attribute::Attribute(const char* name, const char* value) {
  proto_.set_name(name);
  proto_.set_type(onnx::AttributeProto::STRING);
  proto_.set_s(value);
}

inline Attribute::Attribute(const char* name, const Ints& values) {
  proto_.set_name(name);
  proto_.set_type(onnx::AttributeProto::INTS);
  proto_.mutable_ints()->Add(values.begin(), values.end());
}

inline Attribute::Attribute(const char* name, const Floats& values) {
  proto_.set_name(name);
  proto_.set_type(onnx::AttributeProto::FLOATS);
  proto_.mutable_floats()->Add(values.begin(), values.end());
}

inline Attribute::Attribute(const char* name, const onnx::TensorProto& value) {
  proto_.set_name(name);
  proto_.set_type(onnx::AttributeProto::TENSOR);
  *proto_.mutable_t() = value;
}

inline onnx::TensorProto FloatTensor(const Ints& dims, const Floats& values) {
  onnx::TensorProto tensor;
  tensor.set_data_type(onnx::TensorProto::FLOAT);
  tensor.mutable_dims()->Add(dims.begin(), dims.end());
  tensor.mutable_float_data()->Add(values.begin(), values.end());
  return tensor;
}

inline onnx::TensorProto IntTensor(const Ints& dims, const Ints& values) {
  onnx::TensorProto tensor;
  tensor.set_data_type(onnx::TensorProto::INT64);
  tensor.mutable_dims()->Add(dims.begin(), dims.end());
  tensor.mutable_int64_data()->Add(values.begin(), values.end());
  return tensor;
}

// Zeros, in raw_data.
inline onnx::TensorProto RawTensor(int onnx_type, const Ints& dims, size_t byte_count) {
  onnx::TensorProto tensor;
  tensor.set_data_type(onnx_type);
  tensor.mutable_dims()->Add(dims.begin(), dims.end());
  tensor.set_raw_data(std::string(byte_count, '\0'));
  return tensor;
}

inline ModelBuilder::ModelBuilder(int opset) {
  model_.set_ir_version(8);
  model_.mutable_graph()->set_name("test");
  Opset("", opset);
}

inline ModelBuilder& ModelBuilder::Opset(const std::string& domain, int version) {
  onnx::OperatorSetIdProto& opset = *model_.add_opset_import();
  opset.set_domain(domain);
  opset.set_version(version);
  return *this;
}

inline ModelBuilder& ModelBuilder::Input(const std::string& name, const Ints& dims, int onnx_type) {
  onnx::ValueInfoProto& input = *model_.mutable_graph()->add_input();
  input.set_name(name);
  onnx::TypeProto::Tensor& tensor = *input.mutable_type()->mutable_tensor_type();
  tensor.set_elem_type(onnx_type);
  tensor.mutable_shape();
  for (int64_t extent : dims) {
    onnx::TensorShapeProto::Dimension& dim = *tensor.mutable_shape()->add_dim();
    if (extent >= 0) dim.set_dim_value(extent);
  }
  return *this;
}

inline ModelBuilder& ModelBuilder::Initializer(const std::string& name, onnx::TensorProto tensor) {
  tensor.set_name(name);
  *model_.mutable_graph()->add_initializer() = std::move(tensor);
  return *this;
}

inline ModelBuilder& ModelBuilder::Node(const std::string& op_type, const Names& inputs,
                                        const Names& outputs,
                                        const std::vector<Attribute>& attributes) {
  onnx::NodeProto& node = *model_.mutable_graph()->add_node();
  node.set_op_type(op_type);
  node.mutable_input()->Add(inputs.begin(), inputs.end());
  node.mutable_output()->Add(outputs.begin(), outputs.end());
  for (const Attribute& attribute : attributes) *node.add_attribute() = attribute.proto();
  return *this;
}

inline ModelBuilder& ModelBuilder::Named(const std::string& name) {
  model_.mutable_graph()->mutable_node()->rbegin()->set_name(name);
  return *this;
}

inline ModelBuilder& ModelBuilder::InDomain(const std::string& domain) {
  model_.mutable_graph()->mutable_node()->rbegin()->set_domain(domain);
  return *this;
}

inline ModelBuilder& ModelBuilder::Output(const std::string& name, int onnx_type) {
  onnx::ValueInfoProto& output = *model_.mutable_graph()->add_output();
  output.set_name(name);
  output.mutable_type()->mutable_tensor_type()->set_elem_type(onnx_type);
  return *this;
}

}  // namespace reluserve::onnx_import

#endif  // RELUSERVE_TESTS_UNIT_ONNX_MODEL_BUILDER_H_
