// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The reluserve authors

#include "server/repository/config_completion.h"

#include <algorithm>
#include <optional>
#include <span>
#include <utility>

#include <fmt/ranges.h>

#include "server/base/checked_math.h"
#include "server/base/status.h"

namespace reluserve::repository {
namespace {

using inference::ModelConfig;
using inference::ModelInput;
using inference::ModelOutput;
using Dims = std::vector<int64_t>;
using RepeatedDims = google::protobuf::RepeatedField<int64_t>;

struct TypeRow {
  DataType type;
  inference::DataType name;
};
constexpr TypeRow kTypes[] = {
    {DataType::kFloat32, inference::TYPE_FP32},  {DataType::kFloat16, inference::TYPE_FP16},
    {DataType::kBfloat16, inference::TYPE_BF16}, {DataType::kFloat64, inference::TYPE_FP64},
    {DataType::kInt8, inference::TYPE_INT8},     {DataType::kInt16, inference::TYPE_INT16},
    {DataType::kInt32, inference::TYPE_INT32},   {DataType::kInt64, inference::TYPE_INT64},
    {DataType::kUint8, inference::TYPE_UINT8},   {DataType::kUint16, inference::TYPE_UINT16},
    {DataType::kUint32, inference::TYPE_UINT32}, {DataType::kUint64, inference::TYPE_UINT64},
    {DataType::kBool, inference::TYPE_BOOL},
};

inference::DataType ConfigType(DataType type) {
  return std::find_if(std::begin(kTypes), std::end(kTypes),
                      [&](const TypeRow& row) { return row.type == type; })
      ->name;
}

DataType TypeOfConfig(inference::DataType name) {
  const auto* row = std::find_if(std::begin(kTypes), std::end(kTypes),
                                 [&](const TypeRow& each) { return each.name == name; });
  return row == std::end(kTypes) ? DataType::kFloat32 : row->type;
}

Dims ToDims(const RepeatedDims& dims) { return {dims.begin(), dims.end()}; }

std::string Text(const Dims& dims) { return fmt::format("[{}]", fmt::join(dims, ",")); }

// The product of the extents that are known, and how many are not.
struct Extent {
  std::optional<int64_t> known = 1;
  int open = 0;
  friend bool operator==(const Extent&, const Extent&) = default;
};

Extent ExtentOf(const Dims& dims) {
  Extent extent;
  for (int64_t dim : dims) {
    if (dim < 0) {
      ++extent.open;
    } else if (extent.known) {
      extent.known = CheckedMultiply(*extent.known, dim);
    }
  }
  return extent;
}

// The two kinds of tensor differ in a few fields only.
std::string_view Kind(const ModelInput*) { return "input"; }
std::string_view Kind(const ModelOutput*) { return "output"; }

// What the model itself sees of a tensor for which the file has dims.
template <typename Tensor>
Dims ModelDims(const Tensor& tensor) {
  return ToDims(tensor.has_reshape() ? tensor.reshape().shape() : tensor.dims());
}

bool Fits(const Dims& dims, const Dims& of_model) {
  if (dims.size() != of_model.size()) return false;
  for (size_t axis = 0; axis < dims.size(); ++axis) {
    if (of_model[axis] >= 0 && dims[axis] != of_model[axis]) return false;
  }
  return true;
}

template <typename Tensor>
absl::Status CheckDims(const Tensor& tensor, const Dims& of_model) {
  const Dims dims = ToDims(tensor.dims());
  const Dims seen_by_model = ModelDims(tensor);
  for (int64_t dim : dims) {
    if (dim < 1 && dim != -1) {
      return InvalidArgument("{} \"{}\": dims {} have {}, expected -1 or at least 1", Kind(&tensor),
                             tensor.name(), Text(dims), dim);
    }
  }
  if (tensor.has_reshape() && ExtentOf(dims) != ExtentOf(seen_by_model)) {
    return InvalidArgument("{} \"{}\": dims {} and reshape {} do not have as many elements",
                           Kind(&tensor), tensor.name(), Text(dims), Text(seen_by_model));
  }
  if (Fits(seen_by_model, of_model)) return absl::OkStatus();
  return InvalidArgument("{} \"{}\": {} are {}, but the model has {}", Kind(&tensor), tensor.name(),
                         tensor.has_reshape() ? "reshape's dims" : "dims", Text(seen_by_model),
                         Text(of_model));
}

// What `dims` are of one tensor: what the model has, without the batch that `max_batch_size` adds.
Dims DimsOfModel(const TensorSpec& spec, bool batched) {
  return batched ? Dims(spec.shape.begin() + 1, spec.shape.end()) : spec.shape;
}

// How a configuration has the batch of a model that can batch.
struct BatchForm {
  bool batched = false;  // in front of all dims, by max_batch_size
  // Otherwise, the first of the dims that are left out.
  std::optional<int64_t> whole;
};

template <typename Tensor>
absl::Status CompleteTensor(const TensorSpec& spec, const BatchForm& form, Tensor& tensor) {
  tensor.set_name(spec.name);
  const inference::DataType type = ConfigType(spec.type);
  if (tensor.data_type() == inference::TYPE_INVALID) tensor.set_data_type(type);
  if (tensor.data_type() != type) {
    return InvalidArgument("{} \"{}\": data_type is {}, but the model has {}", Kind(&tensor),
                           spec.name, inference::DataType_Name(tensor.data_type()),
                           inference::DataType_Name(type));
  }
  Dims of_model = DimsOfModel(spec, form.batched);
  if (!tensor.dims().empty()) return CheckDims(tensor, of_model);
  if (tensor.has_reshape()) {
    return InvalidArgument("{} \"{}\": reshape is set without dims", Kind(&tensor), spec.name);
  }
  if (form.whole) of_model[0] = *form.whole;
  tensor.mutable_dims()->Add(of_model.begin(), of_model.end());
  return absl::OkStatus();
}

std::vector<std::string> Names(const std::vector<TensorSpec>& specs) {
  std::vector<std::string> names;
  for (const TensorSpec& spec : specs) names.push_back(spec.name);
  return names;
}

template <typename Tensor>
absl::Status CompleteTensors(const std::vector<TensorSpec>& specs, const BatchForm& form,
                             google::protobuf::RepeatedPtrField<Tensor>& tensors) {
  google::protobuf::RepeatedPtrField<Tensor> given;
  given.Swap(&tensors);
  for (const TensorSpec& spec : specs) {
    Tensor& complete = *tensors.Add();
    for (Tensor& tensor : given) {
      if (tensor.name() == spec.name) complete = tensor;
    }
    RELUSERVE_RETURN_IF_ERROR(CompleteTensor(spec, form, complete));
  }
  for (int i = 0; i < given.size(); ++i) {
    const std::string& name = given[i].name();
    const auto named = [&](const Tensor& tensor) { return tensor.name() == name; };
    if (std::none_of(tensors.begin(), tensors.end(), named)) {
      return InvalidArgument("{} \"{}\" is not in the model, which has {}", Kind(&given[i]), name,
                             fmt::join(Names(specs), ", "));
    }
    if (std::count_if(given.begin(), given.end(), named) > 1) {
      return InvalidArgument("{} \"{}\" is given twice", Kind(&given[i]), name);
    }
  }
  return absl::OkStatus();
}

// The first of the dims of some tensor that has as many as the model's whole shape.
template <typename Tensor>
std::optional<int64_t> WholeBatch(const std::vector<TensorSpec>& specs,
                                  const google::protobuf::RepeatedPtrField<Tensor>& tensors) {
  for (const Tensor& tensor : tensors) {
    for (const TensorSpec& spec : specs) {
      const Dims dims = ModelDims(tensor);
      if (tensor.name() == spec.name && !dims.empty() && dims.size() == spec.shape.size()) {
        return dims[0];
      }
    }
  }
  return std::nullopt;
}

std::optional<int64_t> WholeBatch(const ModelFacts& facts, const ModelConfig& config) {
  const auto of_inputs = WholeBatch(facts.inputs, config.input());
  return of_inputs ? of_inputs : WholeBatch(facts.outputs, config.output());
}

absl::Status CompleteMaxBatchSize(const ModelFacts& facts, int default_max_batch_size,
                                  ModelConfig& config) {
  if (!config.has_max_batch_size()) {
    const bool batched = facts.batchable && !WholeBatch(facts, config);
    config.set_max_batch_size(batched ? default_max_batch_size : 0);
    // A file that says how large batches may be also says whether they are put together.
    if (batched && config.scheduling_choice_case() == ModelConfig::SCHEDULING_CHOICE_NOT_SET) {
      config.mutable_dynamic_batching();
    }
  }
  if (config.max_batch_size() < 0) {
    return InvalidArgument("max_batch_size is {}, expected at least 0", config.max_batch_size());
  }
  if (config.max_batch_size() > 0 && !facts.batchable) {
    return InvalidArgument("max_batch_size is {}, but the model cannot batch: {}; expected 0",
                           config.max_batch_size(), facts.obstacle);
  }
  if (config.max_batch_size() == 0 && config.has_dynamic_batching()) {
    return InvalidArgument("dynamic_batching is set, but max_batch_size is 0");
  }
  return absl::OkStatus();
}

absl::Status CheckOneOf(std::string_view field, const std::string& value,
                        std::span<const std::string_view> expected) {
  if (value.empty() || std::find(expected.begin(), expected.end(), value) != expected.end()) {
    return absl::OkStatus();
  }
  return InvalidArgument("{} is \"{}\", expected {}", field, value, fmt::join(expected, " or "));
}

absl::Status CheckKindOfModel(const ModelFacts& facts, const ModelConfig& config) {
  if (!config.name().empty() && config.name() != facts.name) {
    return InvalidArgument("name is \"{}\", but the model is \"{}\"", config.name(), facts.name);
  }
  constexpr std::string_view kPlatforms[] = {"onnxruntime_onnx", "onnx_reluserve"};
  constexpr std::string_view kBackends[] = {"onnxruntime", "openvino", "reluserve"};
  RELUSERVE_RETURN_IF_ERROR(CheckOneOf("platform", config.platform(), kPlatforms));
  RELUSERVE_RETURN_IF_ERROR(CheckOneOf("backend", config.backend(), kBackends));
  if (config.has_sequence_batching() || config.has_ensemble_scheduling()) {
    return InvalidArgument(
        "{} is set, which this server does not do",
        config.has_sequence_batching() ? "sequence_batching" : "ensemble_scheduling");
  }
  if (config.model_transaction_policy().decoupled()) {
    return InvalidArgument("model_transaction_policy.decoupled is set: a request has one answer");
  }
  return absl::OkStatus();
}

template <typename Tensor>
TensorSpec SpecOf(const Tensor& tensor, bool batched) {
  TensorSpec spec = {tensor.name(), TypeOfConfig(tensor.data_type()), ToDims(tensor.dims()),
                     ModelDims(tensor)};
  if (batched) {
    spec.shape.insert(spec.shape.begin(), -1);
    spec.model_shape.insert(spec.model_shape.begin(), -1);
  }
  return spec;
}

}  // namespace

absl::Status CompleteConfig(const ModelFacts& facts, int default_max_batch_size,
                            ModelConfig& config) {
  RELUSERVE_RETURN_IF_ERROR(CheckKindOfModel(facts, config));
  RELUSERVE_RETURN_IF_ERROR(CompleteMaxBatchSize(facts, default_max_batch_size, config));
  BatchForm form = {config.max_batch_size() > 0, std::nullopt};
  if (facts.batchable && !form.batched) form.whole = WholeBatch(facts, config).value_or(1);
  RELUSERVE_RETURN_IF_ERROR(CompleteTensors(facts.inputs, form, *config.mutable_input()));
  RELUSERVE_RETURN_IF_ERROR(CompleteTensors(facts.outputs, form, *config.mutable_output()));
  config.set_name(facts.name);
  if (config.platform().empty()) config.set_platform("onnx_reluserve");
  if (config.backend().empty()) config.set_backend("reluserve");
  if (config.default_model_filename().empty()) config.set_default_model_filename("model.onnx");
  auto& policy = *config.mutable_version_policy();
  if (policy.policy_choice_case() == inference::ModelVersionPolicy::POLICY_CHOICE_NOT_SET) {
    policy.mutable_latest()->set_num_versions(1);
  }
  return absl::OkStatus();
}

std::vector<TensorSpec> InputSpecs(const ModelConfig& config) {
  std::vector<TensorSpec> specs;
  for (const ModelInput& input : config.input()) {
    specs.push_back(SpecOf(input, config.max_batch_size() > 0));
  }
  return specs;
}

std::vector<TensorSpec> OutputSpecs(const ModelConfig& config) {
  std::vector<TensorSpec> specs;
  for (const ModelOutput& output : config.output()) {
    specs.push_back(SpecOf(output, config.max_batch_size() > 0));
  }
  return specs;
}

}  // namespace reluserve::repository
