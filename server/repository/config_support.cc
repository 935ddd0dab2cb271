// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The reluserve authors

#include "server/repository/config_support.h"

#include <algorithm>
#include <string_view>

#include <fmt/format.h>
#include <google/protobuf/descriptor.h>

#include "server/base/printable.h"
#include "server/repository/image_input.h"

namespace reluserve::repository {
namespace {

using google::protobuf::FieldDescriptor;
using google::protobuf::Message;
using google::protobuf::Reflection;

constexpr size_t kMaxShownBytes = 100;

struct Row {
  std::string_view path;  // of the field, without positions
  std::string_view why;
};

constexpr std::string_view kNoGpu = "this server computes on CPUs";
constexpr std::string_view kNoShapeTensor = "the model itself says what is a shape";
constexpr std::string_view kOneWay = "the server optimises every model the same way";
constexpr std::string_view kLanes = "all models share the server's lanes (--lanes)";

// Fields without a row have an effect, or are refused where they contradict the model.
constexpr Row kUnsupported[] = {
    {"cc_model_filenames", kNoGpu},
    {"metric_tags", "metrics are labelled with the model's name and version"},
    {"optimization", kOneWay},
    {"model_warmup", "the batch sizes a model runs at are tried before it is ready"},
    {"model_operations", "the server has all operators built in"},
    {"batch_input", "inputs come from requests alone"},
    {"batch_output", "outputs are split by the batch"},
    {"model_repository_agents", "files are read as they are"},
    {"response_cache", "answers are not cached"},
    {"input.is_shape_tensor", kNoShapeTensor},
    {"output.is_shape_tensor", kNoShapeTensor},
    {"input.allow_ragged_batch", "requests of one shape share a batch"},
    {"input.optional", "every input has to be sent"},
    {"dynamic_batching.preserve_ordering", "answers are sent when they are there"},
    {"instance_group.gpus", kNoGpu},
    {"instance_group.profile", kNoGpu},
    {"instance_group.secondary_devices", kNoGpu},
    {"instance_group.rate_limiter", kLanes},
    {"instance_group.passive", kLanes},
    {"instance_group.host_policy", "the server's CPUs are those it is granted"},
};

const Row* Find(std::string_view path) {
  const auto* row = std::find_if(std::begin(kUnsupported), std::end(kUnsupported),
                                 [&](const Row& each) { return each.path == path; });
  return row == std::end(kUnsupported) ? nullptr : row;
}

void AddLine(const std::string& path, std::string_view why, std::vector<std::string>& lines) {
  lines.push_back(fmt::format("{}: {}", path, why));
}

// Goes through the fields that are set. `path` is what the table has, `shown` has positions as
// well; once a field has a row, all that is set below it is listed with the same reason.
void AddLines(const Message& message, const std::string& path, const std::string& shown,
              std::string_view why, std::vector<std::string>& lines) {
  const Reflection& reflection = *message.GetReflection();
  std::vector<const FieldDescriptor*> fields;
  reflection.ListFields(message, &fields);
  for (const FieldDescriptor* field : fields) {
    const std::string field_path = path + field->name();
    const std::string field_shown = shown + field->name();
    const Row* row = why.empty() ? Find(field_path) : nullptr;
    const std::string_view reason = row != nullptr ? row->why : why;
    const bool has_fields =
        field->cpp_type() == FieldDescriptor::CPPTYPE_MESSAGE && !field->is_map();
    if (!has_fields) {
      if (!reason.empty()) AddLine(field_shown, reason, lines);
      continue;
    }
    const int count = field->is_repeated() ? reflection.FieldSize(message, field) : 1;
    const size_t before = lines.size();
    for (int i = 0; i < count; ++i) {
      const Message& below = field->is_repeated() ? reflection.GetRepeatedMessage(message, field, i)
                                                  : reflection.GetMessage(message, field);
      const std::string position = field->is_repeated() ? fmt::format("[{}]", i) : "";
      AddLines(below, field_path + ".", field_shown + position + ".", reason, lines);
    }
    // Set, with nothing set in it.
    if (row != nullptr && lines.size() == before) AddLine(field_shown, reason, lines);
  }
}

// Where it depends on the value.
void AddGroupLines(const inference::ModelConfig& config, std::vector<std::string>& lines) {
  for (int i = 0; i < config.instance_group_size(); ++i) {
    const inference::ModelInstanceGroup& group = config.instance_group(i);
    if (group.count() > 1) AddLine(fmt::format("instance_group[{}].count", i), kLanes, lines);
    if (group.kind() == inference::ModelInstanceGroup::KIND_GPU) {
      AddLine(fmt::format("instance_group[{}].kind", i), kNoGpu, lines);
    }
  }
}

void AddParameterLines(const inference::ModelConfig& config, std::vector<std::string>& lines) {
  std::vector<std::string> keys;
  for (const auto& [key, value] : config.parameters()) {
    if (!IsImageParameter(key)) keys.push_back(Printable(key, kMaxShownBytes));
  }
  std::sort(keys.begin(), keys.end());
  for (const std::string& key : keys) {
    AddLine(fmt::format("parameters[\"{}\"]", key), "the server has no such parameter", lines);
  }
}

}  // namespace

std::vector<std::string> UnsupportedFields(const inference::ModelConfig& config) {
  std::vector<std::string> lines;
  AddLines(config, "", "", "", lines);
  AddGroupLines(config, lines);
  AddParameterLines(config, lines);
  return lines;
}

}  // namespace reluserve::repository
