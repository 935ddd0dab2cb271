// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The reluserve authors

#include "client/json_output.h"

#include <utility>

#include "client/tensor_values.h"
#include "server/base/status.h"

namespace reluserve::client {
namespace {

using Json = nlohmann::ordered_json;

// A repeated field of numbers or strings.
template <typename Repeated>
Json ScalarsToJson(const Repeated& values) {
  Json array = Json::array();
  for (const auto& value : values) array.push_back(value);
  return array;
}

// A repeated field of messages.
template <typename Repeated, typename Convert>
Json MessagesToJson(const Repeated& messages, Convert convert) {
  Json array = Json::array();
  for (const auto& message : messages) array.push_back(convert(message));
  return array;
}

Json SpecToJson(const v1::TensorSpec& spec) {
  return {
      {"name", spec.name()}, {"datatype", spec.datatype()}, {"shape", ScalarsToJson(spec.shape())}};
}

Json SummaryToJson(const v1::ModelSummary& summary) {
  Json json = {
      {"name", summary.name()}, {"version", summary.version()}, {"ready", summary.ready()}};
  if (!summary.ready()) json["reason"] = summary.reason();
  json["producer"] = summary.producer();
  json["activation_layers"] = summary.activation_layers();
  json["inputs"] = MessagesToJson(summary.inputs(), SpecToJson);
  json["outputs"] = MessagesToJson(summary.outputs(), SpecToJson);
  return json;
}

Json StepToJson(const v1::PlanStep& step) {
  return {{"node", step.node()},
          {"operator", step.operator_()},
          {"implementation", step.implementation()},
          {"output_layout", step.output_layout()},
          {"activation", step.activation()},
          {"macs", step.macs()}};
}

Json ClassToJson(const v1::Class& entry) {
  return {
      {"index", entry.index()}, {"label", entry.label()}, {"score", ValueToJson(entry.score())}};
}

Json LayerToJson(const v1::LayerSparsity& layer) {
  Json json = {{"name", layer.name()},
               {"operator", layer.operator_()},
               {"shape", ScalarsToJson(layer.shape())},
               {"elements", layer.elements()},
               {"inactive", layer.inactive()},
               {"saturated", layer.saturated()},
               {"non_finite", layer.non_finite()}};
  if (layer.has_channels()) {
    const v1::ChannelCounts& channels = layer.channels();
    json["channels"] = {{"elements_per_channel", channels.elements_per_channel()},
                        {"inactive", ScalarsToJson(channels.inactive())},
                        {"saturated", ScalarsToJson(channels.saturated())},
                        {"non_finite", ScalarsToJson(channels.non_finite())}};
  }
  return json;
}

}  // namespace

Json ToJson(const v1::ListModelsResponse& response) {
  return {{"models", MessagesToJson(response.models(), SummaryToJson)}};
}

Json ToJson(const v1::DescribeModelResponse& response) {
  Json json = SummaryToJson(response.summary());
  json["graph_before"] = response.graph_before();
  json["graph_after"] = response.graph_after();
  json["passes"] = MessagesToJson(response.passes(), [](const v1::PassReport& pass) -> Json {
    return {{"name", pass.name()}, {"changes", pass.changes()}};
  });
  json["input_shapes"] = MessagesToJson(response.input_shapes(), [](const v1::InputShape& shape) {
    return ScalarsToJson(shape.extents());
  });
  json["steps"] = MessagesToJson(response.steps(), StepToJson);
  json["macs"] = response.macs();
  json["arena_bytes"] = response.arena_bytes();
  json["activation_bytes"] = response.activation_bytes();
  json["scratchpad_bytes"] = response.scratchpad_bytes();
  json["packed_weight_bytes"] = response.packed_weight_bytes();
  return json;
}

absl::StatusOr<Json> ToJson(const v1::PredictResponse& response) {
  Json outputs = Json::array();
  for (const v1::Tensor& tensor : response.outputs()) {
    RELUSERVE_ASSIGN_OR_RETURN(const TensorView view, ViewOf(tensor));
    outputs.push_back({{"name", tensor.name()},
                       {"datatype", tensor.datatype()},
                       {"shape", ScalarsToJson(tensor.shape())},
                       {"data", ValuesToJson(view)}});
  }
  Json json = {{"model", response.model_name()}, {"version", response.model_version()}};
  json["outputs"] = std::move(outputs);
  json["classifications"] =
      MessagesToJson(response.classifications(), [](const v1::Classification& sample) {
        return MessagesToJson(sample.classes(), ClassToJson);
      });
  json["layers"] = MessagesToJson(response.layers(), LayerToJson);
  return json;
}

std::string Dump(const Json& json) {
  return json.dump(2, ' ', false, Json::error_handler_t::replace) + '\n';
}

}  // namespace reluserve::client
