// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The reluserve authors

#include "tests/conformance/model_file.h"

#include <algorithm>
#include <cstring>
#include <fstream>
#include <iterator>
#include <span>
#include <utility>

#include <onnx/onnx_pb.h>

#include "server/base/status.h"
#include "server/onnx/tensor_proto.h"

namespace reluserve::conformance {
namespace {

// Adds what an error may call a value's type: "FLOAT16", "sequence", "optional".
void AddTypeNames(const onnx::ValueInfoProto& info, std::set<std::string>& names) {
  const onnx::TypeProto& type = info.type();
  if (type.has_tensor_type()) {
    names.insert(onnx_import::OnnxTypeName(type.tensor_type().elem_type()));
  } else if (type.has_sequence_type()) {
    names.insert("sequence");
  } else {
    names.insert("optional");
  }
}

// Elements of 16 bits as they are: the importer widens those of weights, but inputs and outputs
// keep their type.
absl::StatusOr<Tensor> HalfTensor(DataType type, const onnx::TensorProto& proto) {
  const Shape shape(std::span<const int64_t>(proto.dims().data(), proto.dims().size()));
  RELUSERVE_ASSIGN_OR_RETURN(Tensor tensor, Tensor::Allocate(type, shape));
  const std::span<uint16_t> elements = tensor.mutable_values<uint16_t>();
  if (proto.raw_data().size() == elements.size_bytes()) {
    std::memcpy(elements.data(), proto.raw_data().data(), elements.size_bytes());
  } else if (proto.int32_data_size() == static_cast<int>(elements.size())) {
    std::copy(proto.int32_data().begin(), proto.int32_data().end(), elements.begin());
  } else {
    return InvalidArgument("shape {} and its data do not fit", shape.ToString());
  }
  return tensor;
}

absl::StatusOr<Tensor> ElementsOf(const onnx::TensorProto& proto) {
  switch (proto.data_type()) {
    case onnx::TensorProto::FLOAT16:
      return HalfTensor(DataType::kFloat16, proto);
    case onnx::TensorProto::BFLOAT16:
      return HalfTensor(DataType::kBfloat16, proto);
    default:
      return onnx_import::TensorFromProto(proto);
  }
}

}  // namespace

absl::StatusOr<std::string> ReadFile(const std::filesystem::path& file) {
  std::ifstream stream(file, std::ios::binary);
  std::string content{std::istreambuf_iterator<char>(stream), std::istreambuf_iterator<char>()};
  if (!stream) return NotFound("cannot read {}", file.string());
  return content;
}

onnx_import::ReadExternalFile FilesBeside(const std::filesystem::path& model_file) {
  return [directory = model_file.parent_path()](const std::string& file) {
    return ReadFile(directory / file);
  };
}

absl::StatusOr<Tensor> ReadTensorFile(const std::filesystem::path& file) {
  RELUSERVE_ASSIGN_OR_RETURN(const std::string bytes, ReadFile(file));
  onnx::TensorProto proto;
  if (!proto.ParseFromString(bytes)) {
    return InvalidArgument("{} is not a TensorProto", file.string());
  }
  absl::StatusOr<Tensor> tensor = ElementsOf(proto);
  if (!tensor.ok()) return Annotate(tensor.status(), file.string());
  return tensor;
}

absl::StatusOr<ModelFile> ModelFile::Read(const std::filesystem::path& file) {
  RELUSERVE_ASSIGN_OR_RETURN(const std::string bytes, ReadFile(file));
  auto model = std::make_unique<onnx::ModelProto>();
  if (!model->ParseFromString(bytes)) {
    return InvalidArgument("{} is not a ModelProto", file.string());
  }
  return ModelFile(std::move(model));
}

ModelFile::ModelFile(std::unique_ptr<onnx::ModelProto> model) : model_(std::move(model)) {
  const onnx::GraphProto& graph = model_->graph();
  std::set<std::string> initializers;
  for (const onnx::TensorProto& tensor : graph.initializer()) initializers.insert(tensor.name());
  for (const onnx::ValueInfoProto& input : graph.input()) {
    if (!initializers.contains(input.name())) inputs_.push_back(input.name());
    AddTypeNames(input, reasons_);
  }
  for (const onnx::ValueInfoProto& output : graph.output()) AddTypeNames(output, reasons_);
  for (const onnx::NodeProto& node : graph.node()) {
    const std::string prefix = node.domain().empty() ? "" : node.domain() + ":";
    operators_.insert(prefix + node.op_type());
    reasons_.insert(node.op_type());
    if (!node.domain().empty()) reasons_.insert(node.domain());
  }
}

ModelFile::ModelFile(ModelFile&&) noexcept = default;
ModelFile::~ModelFile() = default;

absl::StatusOr<std::string> ModelFile::WithInitializers(
    const std::vector<Initializer>& bound) const {
  onnx::ModelProto model = *model_;
  for (const Initializer& initializer : bound) {
    RELUSERVE_ASSIGN_OR_RETURN(const std::string bytes, ReadFile(initializer.file));
    onnx::TensorProto* tensor = model.mutable_graph()->add_initializer();
    if (!tensor->ParseFromString(bytes)) {
      return InvalidArgument("{} is not a TensorProto", initializer.file.string());
    }
    tensor->set_name(initializer.input);
  }
  return model.SerializeAsString();
}

}  // namespace reluserve::conformance
