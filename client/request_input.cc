// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The reluserve authors

#include "client/request_input.h"

#include <algorithm>
#include <bit>
#include <cerrno>
#include <charconv>
#include <cstdio>
#include <cstring>
#include <memory>
#include <optional>
#include <system_error>
#include <utility>
#include <vector>

#include <fmt/ranges.h>

#include "client/npy.h"
#include "server/base/checked_math.h"
#include "server/base/status.h"
#include "server/tensor/data_type.h"

namespace reluserve::client {
namespace {

// gRPC and protobuf carry no larger message.
constexpr int64_t kMaxRequestBytes = (int64_t{2} << 30) - 1;

Shape ModelShape(const InputSpec& spec) {
  return Shape(std::span(spec.shape().data(), spec.shape().size()));
}

// The shape that the user gave for the input, if any.
std::optional<Shape> GivenShape(const InputSpec& spec, const InputShapes& shapes) {
  for (const std::string& name : {spec.name(), std::string()}) {
    if (const auto found = shapes.find(name); found != shapes.end()) return found->second;
  }
  return std::nullopt;
}

absl::StatusOr<DataType> TypeOf(const InputSpec& spec) {
  const std::optional<DataType> type = DataTypeFromName(spec.datatype());
  if (!type) {
    return Unimplemented("input \"{}\" has the datatype {}, which reluctl does not know",
                         spec.name(), spec.datatype());
  }
  return *type;
}

// Bytes of a tensor with all extents known, if a message can carry that many.
absl::StatusOr<int64_t> TensorBytes(const InputSpec& spec, const Shape& shape, DataType type) {
  const std::optional<int64_t> count = shape.CheckedElementCount();
  const std::optional<int64_t> bytes =
      count ? CheckedMultiply(*count, static_cast<int64_t>(ByteSize(type))) : std::nullopt;
  if (!bytes || *bytes > kMaxRequestBytes) {
    return InvalidArgument("input \"{}\": {} {} is more than one request can carry ({} bytes)",
                           spec.name(), spec.datatype(), shape.ToString(), kMaxRequestBytes);
  }
  return *bytes;
}

v1::Tensor MakeTensor(const InputSpec& spec, DataType type, const Shape& shape, std::string data) {
  v1::Tensor tensor;
  tensor.set_name(spec.name());
  tensor.set_datatype(std::string(Name(type)));
  for (int64_t extent : shape.dims()) tensor.add_shape(extent);
  tensor.set_data(std::move(data));
  return tensor;
}

// The model's shape with its open extent, if it has one, such that the tensor has `bytes` bytes.
absl::StatusOr<Shape> ShapeOfSize(const InputSpec& spec, DataType type, int64_t bytes) {
  Shape shape = ModelShape(spec);
  const auto open = std::count_if(shape.dims().begin(), shape.dims().end(),
                                  [](int64_t extent) { return extent < 0; });
  if (open == 0) return shape;
  if (open > 1) {
    return InvalidArgument("input \"{}\" leaves more than one extent open ({}): give its --shape",
                           spec.name(), shape.ToString());
  }
  int axis = 0;
  while (shape[axis] >= 0) ++axis;
  shape[axis] = 1;
  RELUSERVE_ASSIGN_OR_RETURN(const int64_t slice, TensorBytes(spec, shape, type));
  if (slice == 0 || bytes % slice != 0 || bytes == 0) {
    return InvalidArgument(
        "{} bytes, expected elements of input \"{}\", {} {}: a multiple of {} "
        "bytes; or a PNG, JPEG or .npy file",
        bytes, spec.name(), spec.datatype(), ModelShape(spec).ToString(), slice);
  }
  shape[axis] = bytes / slice;
  return shape;
}

template <typename Element, typename Make>
std::string RandomElements(int64_t bytes, Make make) {
  std::string data(bytes, '\0');
  for (size_t offset = 0; offset < data.size(); offset += sizeof(Element)) {
    const auto element = static_cast<Element>(make());
    std::memcpy(&data[offset], &element, sizeof(Element));
  }
  return data;
}

std::string RandomData(DataType type, int64_t bytes, std::mt19937_64& generator) {
  // The standard library's distributions differ from one implementation to the next.
  const auto unit = [&generator] { return static_cast<float>(generator() >> 40) * 0x1p-24f; };
  const auto integer = [&generator] { return generator() >> 57; };
  switch (type) {
    case DataType::kFloat32:
      return RandomElements<float>(bytes, unit);
    case DataType::kFloat64:
      return RandomElements<double>(bytes, unit);
    case DataType::kFloat16:
      // Truncated to 10 bits of fraction; what is below the normal range becomes 0.
      return RandomElements<uint16_t>(bytes, [&unit] {
        const float value = unit();
        return value < 0x1p-14f ? 0 : (std::bit_cast<uint32_t>(value) >> 13) - ((127 - 15) << 10);
      });
    case DataType::kBfloat16:
      return RandomElements<uint16_t>(bytes,
                                      [&unit] { return std::bit_cast<uint32_t>(unit()) >> 16; });
    case DataType::kBool:
      return RandomElements<uint8_t>(bytes, [&generator] { return generator() >> 63; });
    case DataType::kInt8:
    case DataType::kUint8:
      return RandomElements<uint8_t>(bytes, integer);
    case DataType::kInt16:
    case DataType::kUint16:
      return RandomElements<uint16_t>(bytes, integer);
    case DataType::kInt32:
    case DataType::kUint32:
      return RandomElements<uint32_t>(bytes, integer);
    case DataType::kInt64:
    case DataType::kUint64:
      return RandomElements<uint64_t>(bytes, integer);
  }
  return "";
}

}  // namespace

absl::Status ParseInputShape(std::string_view text, InputShapes* shapes) {
  const size_t equals = text.rfind('=');
  const bool named = equals != std::string_view::npos;
  const std::string name(named ? text.substr(0, equals) : "");
  std::string_view rest = named ? text.substr(equals + 1) : text;
  const auto malformed = [text] {
    return InvalidArgument(
        "\"{}\" is not a shape, expected one such as 1,3,224,224 or "
        "image=1,3,224,224",
        text);
  };
  Shape shape;
  while (true) {
    int64_t extent = 0;
    const auto [end, error] = std::from_chars(rest.data(), rest.data() + rest.size(), extent);
    if (error != std::errc() || extent < 0) return malformed();
    shape.push_back(extent);
    rest.remove_prefix(end - rest.data());
    if (rest.empty()) break;
    if (rest.front() != ',') return malformed();
    rest.remove_prefix(1);
  }
  if (!shapes->emplace(name, std::move(shape)).second) {
    return named ? InvalidArgument("two shapes for input \"{}\"", name)
                 : InvalidArgument("two shapes without an input's name");
  }
  return absl::OkStatus();
}

absl::Status CheckShapeNames(const InputShapes& shapes,
                             const inference::ModelMetadataResponse& model) {
  for (const auto& [name, shape] : shapes) {
    if (!name.empty()) {
      RELUSERVE_RETURN_IF_ERROR(FindInput(name, model).status());
    } else if (model.inputs_size() != 1) {
      return InvalidArgument("model \"{}\" has {} inputs, name the one that the shape {} is for",
                             model.name(), model.inputs_size(), shape.ToString());
    }
  }
  return absl::OkStatus();
}

absl::StatusOr<InputSpec> FindInput(const std::string& name,
                                    const inference::ModelMetadataResponse& model) {
  std::vector<std::string> names;
  for (const InputSpec& spec : model.inputs()) {
    if (spec.name() == name) return spec;
    names.push_back(fmt::format("\"{}\"", spec.name()));
  }
  return InvalidArgument("model \"{}\" has no input \"{}\", its inputs are {}", model.name(), name,
                         fmt::join(names, ", "));
}

absl::StatusOr<Shape> PlannedShape(const InputSpec& spec, const InputShapes& shapes,
                                   int64_t batch) {
  if (const std::optional<Shape> given = GivenShape(spec, shapes)) return *given;
  Shape shape = ModelShape(spec);
  if (shape.rank() > 0 && shape[0] < 0) shape[0] = batch;
  for (int64_t extent : shape.dims()) {
    if (extent >= 0) continue;
    return InvalidArgument("input \"{}\" leaves more open than the batch ({}): give its --shape",
                           spec.name(), ModelShape(spec).ToString());
  }
  return shape;
}

absl::StatusOr<std::string> ReadFile(const std::string& path) {
  const std::unique_ptr<std::FILE, int (*)(std::FILE*)> file(std::fopen(path.c_str(), "rb"),
                                                             &std::fclose);
  if (file == nullptr) return absl::ErrnoToStatus(errno, fmt::format("cannot open {}", path));
  std::string content;
  std::vector<char> chunk(1 << 20);
  while (const size_t bytes = std::fread(chunk.data(), 1, chunk.size(), file.get())) {
    content.append(chunk.data(), bytes);
    if (content.size() > static_cast<size_t>(kMaxRequestBytes)) {
      return ResourceExhausted("{} is larger than one request can be ({} bytes)", path,
                               kMaxRequestBytes);
    }
  }
  if (std::ferror(file.get()) != 0) {
    return absl::ErrnoToStatus(errno, fmt::format("cannot read {}", path));
  }
  return content;
}

bool IsImage(std::string_view file) {
  return file.starts_with("\x89PNG\r\n\x1a\n") || file.starts_with("\xff\xd8\xff");
}

absl::StatusOr<v1::Tensor> TensorFromFile(std::string file, const InputSpec& spec,
                                          const InputShapes& shapes) {
  if (IsNpy(file)) {
    RELUSERVE_ASSIGN_OR_RETURN(const TensorView array, ParseNpy(file));
    return MakeTensor(spec, array.type, array.shape,
                      std::string(static_cast<const char*>(array.data), array.byte_size()));
  }
  RELUSERVE_ASSIGN_OR_RETURN(const DataType type, TypeOf(spec));
  const auto size = static_cast<int64_t>(file.size());
  std::optional<Shape> shape = GivenShape(spec, shapes);
  if (!shape) {
    RELUSERVE_ASSIGN_OR_RETURN(shape, ShapeOfSize(spec, type, size));
  }
  RELUSERVE_ASSIGN_OR_RETURN(const int64_t bytes, TensorBytes(spec, *shape, type));
  if (bytes != size) {
    return InvalidArgument(
        "{} bytes, expected {} for input \"{}\", {} {}; or a PNG, JPEG or .npy "
        "file",
        size, bytes, spec.name(), spec.datatype(), shape->ToString());
  }
  return MakeTensor(spec, type, *shape, std::move(file));
}

absl::StatusOr<v1::Tensor> RandomTensor(const InputSpec& spec, const InputShapes& shapes,
                                        int64_t batch, std::mt19937_64& generator) {
  RELUSERVE_ASSIGN_OR_RETURN(const DataType type, TypeOf(spec));
  RELUSERVE_ASSIGN_OR_RETURN(const Shape shape, PlannedShape(spec, shapes, batch));
  RELUSERVE_ASSIGN_OR_RETURN(const int64_t bytes, TensorBytes(spec, shape, type));
  return MakeTensor(spec, type, shape, RandomData(type, bytes, generator));
}

absl::StatusOr<v1::TensorInputs> RandomInputs(const inference::ModelMetadataResponse& model,
                                              const InputShapes& shapes, int64_t batch,
                                              uint64_t seed) {
  std::mt19937_64 generator(seed);
  v1::TensorInputs inputs;
  for (const InputSpec& spec : model.inputs()) {
    RELUSERVE_ASSIGN_OR_RETURN(*inputs.add_tensors(), RandomTensor(spec, shapes, batch, generator));
  }
  return inputs;
}

}  // namespace reluserve::client
