// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The reluserve authors

#include "server/http/dashboard_data.h"

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include <fmt/format.h>
#include <google/protobuf/util/json_util.h>
#include <nlohmann/json.hpp>

#include "server/base/status.h"
#include "server/metrics/catalogue.h"
#include "server/metrics/sparsity_recorder.h"
#include "server/metrics/sparsity_report.h"

namespace reluserve::http {
namespace {

using metrics::ModelState;
using nlohmann::json;

// Members of a JSON object as text, each with a comma before it. A message is put in as protobuf
// prints it: reading that again to print it with the rest took most of a snapshot's time.
absl::Status AddMember(std::string_view name, const google::protobuf::Message& message,
                       std::string& members) {
  google::protobuf::util::JsonPrintOptions options;
  options.always_print_primitive_fields = true;
  options.preserve_proto_field_names = true;
  std::string text;
  if (!google::protobuf::util::MessageToJsonString(message, &text, options).ok()) {
    return Internal("{} cannot be written as JSON", message.GetTypeName());
  }
  members += fmt::format(",\"{}\":{}", name, text);
  return absl::OkStatus();
}

absl::StatusOr<v1::SparsityWindow> WindowOf(const std::string& name) {
  if (name.empty() || name == "load") return v1::SPARSITY_WINDOW_UNSPECIFIED;
  if (name == "1m") return v1::SPARSITY_WINDOW_ONE_MINUTE;
  if (name == "10m") return v1::SPARSITY_WINDOW_TEN_MINUTES;
  if (name == "1h") return v1::SPARSITY_WINDOW_ONE_HOUR;
  return InvalidArgument("window is \"{}\", expected 1m, 10m, 1h or load", name);
}

json ModelsJson(const std::vector<ModelState>& models) {
  json list = json::array();
  for (const ModelState& model : models) {
    json entry = {{"name", model.name},
                  {"version", std::to_string(model.version)},
                  {"ready", model.model != nullptr},
                  {"reason", model.reason}};
    if (model.model != nullptr) {
      entry["layers"] = model.model->compiled().layers().size();
      entry["load_seconds"] = absl::ToDoubleSeconds(model.model->load_time());
    }
    list.push_back(std::move(entry));
  }
  return list;
}

std::string LabelOf(const prometheus::ClientMetric& metric, const std::string& name) {
  for (const auto& label : metric.label) {
    if (label.name == name) return label.value;
  }
  return "";
}

bool IsInference(const std::string& method) {
  return method.ends_with("/ModelInfer") || method.ends_with("/Predict");
}

// Adds a histogram's counts, which all have the same bounds.
void AddLatency(const prometheus::ClientMetric::Histogram& histogram, json& latency) {
  if (latency["bounds"].empty()) {
    for (const auto& bucket : histogram.bucket) {
      latency["counts"].push_back(0);
      // JSON has no infinity: the last bound is left out.
      if (&bucket != &histogram.bucket.back()) latency["bounds"].push_back(bucket.upper_bound);
    }
  }
  for (size_t i = 0; i < histogram.bucket.size(); ++i) {
    latency["counts"][i] =
        latency["counts"][i].get<uint64_t>() + histogram.bucket[i].cumulative_count;
  }
}

json TrafficJson(const metrics::RequestMetrics& requests) {
  json latency = {{"bounds", json::array()}, {"counts", json::array()}};
  double calls = 0, errors = 0, samples = 0;
  for (const prometheus::MetricFamily& family : requests.Collect()) {
    for (const prometheus::ClientMetric& metric : family.metric) {
      if (family.name == metrics::Info(metrics::Metric::kRpcCalls).name &&
          IsInference(LabelOf(metric, "method"))) {
        calls += metric.counter.value;
        if (LabelOf(metric, "code") != "OK") errors += metric.counter.value;
      } else if (family.name == metrics::Info(metrics::Metric::kSamples).name) {
        samples += metric.counter.value;
      } else if (family.name == metrics::Info(metrics::Metric::kRpcSeconds).name &&
                 IsInference(LabelOf(metric, "method"))) {
        AddLatency(metric.histogram, latency);
      }
    }
  }
  return {{"requests", calls}, {"errors", errors}, {"samples", samples}, {"latency", latency}};
}

// The model to show: null where none is ready.
absl::StatusOr<std::shared_ptr<const repository::LoadedModel>> Choose(
    const DashboardQuery& query, const std::vector<ModelState>& models) {
  std::shared_ptr<const repository::LoadedModel> chosen;
  for (const ModelState& model : models) {
    if (model.model == nullptr || (!query.model.empty() && model.name != query.model)) continue;
    if (!query.version.empty() && std::to_string(model.version) != query.version) continue;
    const bool newer =
        chosen != nullptr && chosen->name() == model.name && chosen->version() < model.version;
    if (chosen == nullptr || newer) chosen = model.model;
  }
  if (chosen == nullptr && !query.model.empty()) {
    return NotFound("no model \"{}\" is ready", query.model);
  }
  return chosen;
}

absl::Status AddSparsity(const DashboardQuery& query, const repository::LoadedModel& model,
                         sparsity::ModelSparsity& counts, absl::Time now, std::string& members) {
  v1::GetSparsityRequest request;
  request.set_model_name(model.name());
  RELUSERVE_ASSIGN_OR_RETURN(const v1::SparsityWindow window, WindowOf(query.window));
  request.set_window(window);
  v1::SparsityReport report, channels;
  RELUSERVE_RETURN_IF_ERROR(metrics::EncodeReport(request, model, counts, now, report));
  RELUSERVE_RETURN_IF_ERROR(AddMember("sparsity", report, members));
  if (query.layer.empty()) return absl::OkStatus();
  request.add_layers(query.layer);
  request.set_channels(true);
  request.set_distribution(true);
  RELUSERVE_RETURN_IF_ERROR(metrics::EncodeReport(request, model, counts, now, channels));
  channels.clear_work();
  return AddMember("channels", channels, members);
}

absl::Status AddAlarms(sparsity::ModelSparsity& counts, absl::Time now, std::string& members) {
  v1::ListDeadChannelsResponse dead;
  metrics::EncodeDeadChannels(counts.Read(sparsity::Window::kSinceLoad, now), counts.layers(), {},
                              dead);
  RELUSERVE_RETURN_IF_ERROR(AddMember("dead", dead, members));
  const auto baseline = counts.baseline();
  if (baseline == nullptr) {
    members += ",\"drift\":null";
    return absl::OkStatus();
  }
  v1::GetDriftResponse drift;
  metrics::EncodeDrift(counts.Read(sparsity::Window::kTenMinutes, now), *baseline, counts.layers(),
                       drift);
  return AddMember("drift", drift, members);
}

}  // namespace

absl::StatusOr<std::string> DashboardSnapshot(const DashboardQuery& query,
                                              const metrics::Introspection& introspection,
                                              const metrics::RequestMetrics& requests,
                                              sparsity::SparsityStore& store, absl::Time now) {
  const std::vector<ModelState> models = introspection.models();
  const metrics::LaneState lanes = introspection.lanes();
  json snapshot = {
      {"time_ms", absl::ToUnixMillis(now)},
      {"ready", introspection.ready()},
      {"lanes", {{"lanes", lanes.lanes}, {"busy", lanes.busy}, {"queued", lanes.queued}}},
      {"models", ModelsJson(models)},
      {"traffic", TrafficJson(requests)},
      {"window", query.window.empty() ? "load" : query.window},
      {"layer", query.layer}};
  RELUSERVE_ASSIGN_OR_RETURN(const auto model, Choose(query, models));
  std::string members;
  if (model != nullptr) {
    snapshot["model"] = model->name();
    snapshot["version"] = std::to_string(model->version());
    const auto counts = metrics::CountsOf(store, *model, now);
    RELUSERVE_RETURN_IF_ERROR(AddSparsity(query, *model, *counts, now, members));
    RELUSERVE_RETURN_IF_ERROR(AddAlarms(*counts, now, members));
  }
  std::string text = snapshot.dump(-1, ' ', false, json::error_handler_t::replace);
  text.insert(text.size() - 1, members);
  return text;
}

}  // namespace reluserve::http
