// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The reluserve authors

#include "server/rpc/input_validation.h"

#include <algorithm>
#include <optional>
#include <string>

#include <fmt/ranges.h>

#include "server/base/checked_math.h"
#include "server/base/status.h"

namespace reluserve::rpc {
namespace {

using repository::LoadedModel;
using repository::TensorSpec;

// "[batch,3,224,224]", with "any" for other open extents.
std::string ExpectedShape(const TensorSpec& spec, bool batchable) {
  std::vector<std::string> extents;
  for (size_t axis = 0; axis < spec.shape.size(); ++axis) {
    const bool open = spec.shape[axis] < 0;
    extents.push_back(!open                    ? std::to_string(spec.shape[axis])
                      : axis == 0 && batchable ? "batch"
                                               : "any");
  }
  return fmt::format("[{}]", fmt::join(extents, ","));
}

bool Fits(std::span<const int64_t> shape, const TensorSpec& spec) {
  if (shape.size() != spec.shape.size()) return false;
  for (size_t axis = 0; axis < shape.size(); ++axis) {
    const bool fits = spec.shape[axis] < 0 ? shape[axis] > 0 : shape[axis] == spec.shape[axis];
    if (!fits) return false;
  }
  return true;
}

// Any other byte in a bool is undefined behaviour further on.
absl::Status CheckBools(const NamedTensor& tensor) {
  const auto bad = std::find_if(tensor.bytes.begin(), tensor.bytes.end(),
                                [](char byte) { return byte != 0 && byte != 1; });
  if (bad == tensor.bytes.end()) return absl::OkStatus();
  return InvalidArgument("input \"{}\" has element {} at position {}, expected 0 or 1 for BOOL",
                         tensor.name, static_cast<unsigned char>(*bad), bad - tensor.bytes.begin());
}

absl::StatusOr<TensorView> ValidateInput(const NamedTensor& tensor, const TensorSpec& spec,
                                         bool batchable) {
  RELUSERVE_ASSIGN_OR_RETURN(const DataType type, ParseDataType(tensor.name, tensor.datatype));
  if (type != spec.type) {
    return InvalidArgument("input \"{}\" has datatype {}, expected {}", tensor.name,
                           tensor.datatype, Name(spec.type));
  }
  const Shape shape(tensor.shape);
  const std::optional<int64_t> elements = shape.CheckedElementCount();
  std::optional<int64_t> bytes;
  if (elements) bytes = CheckedMultiply(*elements, static_cast<int64_t>(ByteSize(type)));
  if (!bytes) {
    return InvalidArgument(
        "input \"{}\" has shape {}: an extent is negative or the product overflows; expected {}",
        tensor.name, shape.ToString(), ExpectedShape(spec, batchable));
  }
  if (!Fits(tensor.shape, spec)) {
    return InvalidArgument("input \"{}\" has shape {}, expected {}", tensor.name, shape.ToString(),
                           ExpectedShape(spec, batchable));
  }
  if (static_cast<int64_t>(tensor.bytes.size()) != *bytes) {
    return InvalidArgument("input \"{}\" has {} bytes, expected {} for shape {} of {}", tensor.name,
                           tensor.bytes.size(), *bytes, shape.ToString(), Name(type));
  }
  if (type == DataType::kBool) RELUSERVE_RETURN_IF_ERROR(CheckBools(tensor));
  return TensorView{type, shape, tensor.bytes.data()};
}

std::vector<std::string_view> InputNames(const LoadedModel& model) {
  std::vector<std::string_view> names;
  for (const TensorSpec& spec : model.inputs()) names.push_back(spec.name);
  return names;
}

absl::Status CheckSameBatch(const LoadedModel& model, const std::vector<TensorView>& views) {
  if (!model.batchable()) return absl::OkStatus();
  for (size_t i = 1; i < views.size(); ++i) {
    if (views[i].shape[0] != views[0].shape[0]) {
      return InvalidArgument("input \"{}\" has a batch of {}, but input \"{}\" one of {}",
                             model.inputs()[i].name, views[i].shape[0], model.inputs()[0].name,
                             views[0].shape[0]);
    }
  }
  return absl::OkStatus();
}

}  // namespace

absl::StatusOr<DataType> ParseDataType(std::string_view tensor, std::string_view datatype) {
  const std::optional<DataType> type = DataTypeFromName(datatype);
  if (!type) {
    return InvalidArgument("input \"{}\" has the unknown datatype \"{}\", expected one like FP32",
                           tensor, datatype);
  }
  return *type;
}

absl::StatusOr<std::vector<TensorView>> ValidateInputs(const LoadedModel& model,
                                                       std::span<const NamedTensor> tensors) {
  const std::vector<TensorSpec>& specs = model.inputs();
  std::vector<TensorView> views(specs.size());
  for (const NamedTensor& tensor : tensors) {
    const auto spec = std::find_if(specs.begin(), specs.end(), [&](const TensorSpec& each) {
      return each.name == tensor.name;
    });
    if (spec == specs.end()) {
      return InvalidArgument("model \"{}\" has no input \"{}\"; its inputs are {}", model.name(),
                             tensor.name, fmt::join(InputNames(model), ", "));
    }
    TensorView& view = views[static_cast<size_t>(spec - specs.begin())];
    if (view.present()) return InvalidArgument("input \"{}\" is given twice", tensor.name);
    RELUSERVE_ASSIGN_OR_RETURN(view, ValidateInput(tensor, *spec, model.batchable()));
    view.shape = model.ModelShapeOfInput(static_cast<size_t>(spec - specs.begin()), view.shape);
  }
  for (size_t i = 0; i < specs.size(); ++i) {
    if (!views[i].present()) {
      return InvalidArgument("input \"{}\" is missing; model \"{}\" takes {}", specs[i].name,
                             model.name(), fmt::join(InputNames(model), ", "));
    }
  }
  RELUSERVE_RETURN_IF_ERROR(CheckSameBatch(model, views));
  return views;
}

}  // namespace reluserve::rpc
