// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The reluserve authors

#include "client/server_report.h"

#include <fmt/format.h>
#include <google/protobuf/util/json_util.h>

namespace reluserve::client {
namespace {

// The mean in milliseconds, or "-" of nothing.
std::string Mean(const inference::StatisticDuration& duration) {
  if (duration.count() == 0) return "-";
  constexpr double kNanosecondsPerMillisecond = 1e6;
  return fmt::format("{:.3f}", static_cast<double>(duration.ns()) /
                                   static_cast<double>(duration.count()) /
                                   kNanosecondsPerMillisecond);
}

// Samples in a batch, on average.
std::string MeanBatch(const inference::ModelStatistics& model) {
  uint64_t samples = 0;
  uint64_t batches = 0;
  for (const auto& batch : model.batch_stats()) {
    samples += batch.batch_size() * batch.compute_infer().count();
    batches += batch.compute_infer().count();
  }
  if (batches == 0) return "-";
  return fmt::format("{:.2f}", static_cast<double>(samples) / static_cast<double>(batches));
}

}  // namespace

std::string StatisticsText(const inference::ModelStatisticsResponse& response,
                           const TextStyle& style) {
  constexpr auto kRight = Table::Align::kRight;
  Table table({{"MODEL"},
               {"VERSION", kRight},
               {"OK", kRight},
               {"FAILED", kRight},
               {"SAMPLES", kRight},
               {"BATCHES", kRight},
               {"SAMPLES/BATCH", kRight},
               {"QUEUE MS", kRight},
               {"COMPUTE MS", kRight},
               {"TOTAL MS", kRight}});
  for (const inference::ModelStatistics& model : response.model_stats()) {
    const inference::InferStatistics& requests = model.inference_stats();
    table.AddRow({model.name(), model.version(), std::to_string(requests.success().count()),
                  std::to_string(requests.fail().count()), std::to_string(model.inference_count()),
                  std::to_string(model.execution_count()), MeanBatch(model), Mean(requests.queue()),
                  Mean(requests.compute_infer()), Mean(requests.success())});
  }
  return table.ToString(style);
}

std::string IndexText(const inference::RepositoryIndexResponse& response, const TextStyle& style) {
  Table table({{"MODEL"}, {"VERSION", Table::Align::kRight}, {"STATE"}, {"REASON"}});
  for (const auto& model : response.models()) {
    table.AddRow({model.name(),
                  model.version().empty() ? "-" : model.version(),
                  {model.state(), model.state() == "READY" ? "green" : "red"},
                  model.reason()});
  }
  return table.ToString(style);
}

nlohmann::ordered_json ProtoJson(const google::protobuf::Message& message) {
  google::protobuf::util::JsonPrintOptions options;
  options.preserve_proto_field_names = true;
  std::string text;
  // Fails for messages of types that are not compiled in, of which there are none here.
  const auto status = google::protobuf::util::MessageToJsonString(message, &text, options);
  return status.ok() ? nlohmann::ordered_json::parse(text) : nlohmann::ordered_json();
}

}  // namespace reluserve::client
