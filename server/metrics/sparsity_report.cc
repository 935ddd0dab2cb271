// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The reluserve authors

#include "server/metrics/sparsity_report.h"

#include <algorithm>
#include <array>
#include <string>

#include "server/base/status.h"
#include "server/metrics/skippable_work.h"

namespace reluserve::metrics {
namespace {

using repository::LoadedModel;
using sparsity::LayerCounters;
using sparsity::LayerInfo;
using sparsity::ModelSparsity;
using sparsity::Reading;

constexpr std::array<double, 7> kQuantiles = {0.01, 0.05, 0.25, 0.5, 0.75, 0.95, 0.99};

// Not known where shapes could not be inferred.
bool ZeroWhenInactive(const LoadedModel& model, size_t layer) {
  const std::vector<bool>& zeros = model.work().inactive_is_zero;
  return layer < zeros.size() && zeros[layer];
}

void EncodeDistribution(const LayerCounters& counters, const sparsity::Extremes& extremes,
                        v1::LayerActivity& message) {
  if (counters.distribution_samples() == 0) return;
  message.set_min(extremes.min);
  message.set_max(extremes.max);
  message.set_mean(counters.mean());
  message.set_standard_deviation(counters.standard_deviation());
  for (const double q : kQuantiles) {
    v1::SparsityQuantile* quantile = message.add_quantiles();
    quantile->set_q(q);
    // The bins know a quantile less exactly than the extremes are known.
    quantile->set_sparsity(std::clamp(counters.Quantile(q), extremes.min, extremes.max));
  }
}

void EncodeChannels(const LayerCounters& counters, v1::ChannelActivity& message) {
  message.set_samples(counters.channel_samples());
  message.set_elements_per_channel(counters.elements_per_channel());
  const auto inactive = counters.channel_inactive();
  const auto active_samples = counters.channel_active_samples();
  message.mutable_inactive()->Add(inactive.begin(), inactive.end());
  message.mutable_active_samples()->Add(active_samples.begin(), active_samples.end());
}

void EncodeMemory(const ActivationMemory& memory, v1::ActivationMemory& message) {
  message.set_dense_bytes(static_cast<uint64_t>(memory.dense_bytes));
  message.set_compressed_bytes(static_cast<uint64_t>(memory.compressed_bytes));
  message.set_saved_bytes(static_cast<uint64_t>(memory.saved_bytes));
}

void EncodeLayer(const v1::GetSparsityRequest& request, const LayerCounters& counters,
                 const sparsity::Extremes& extremes, const LayerInfo& layer, bool inactive_is_zero,
                 v1::LayerActivity& message) {
  message.set_name(layer.name);
  message.set_operator_(layer.op_type);
  message.set_samples(counters.samples());
  message.set_elements(counters.elements());
  message.set_inactive(counters.inactive());
  message.set_saturated(counters.saturated());
  message.set_non_finite(counters.non_finite());
  EncodeDistribution(counters, extremes, message);
  if (request.distribution()) {
    message.mutable_distribution()->Add(counters.bins().begin(), counters.bins().end());
  }
  if (request.channels()) EncodeChannels(counters, *message.mutable_channels());
  EncodeMemory(ActivationMemoryOf(counters, inactive_is_zero), *message.mutable_memory());
}

void EncodeWork(const LoadedModel& model, const Reading& reading, v1::SkippableWork& message) {
  const auto& readers = model.work().readers;
  const SkippableWork work = SkippableWorkOf(readers, reading);
  const int64_t macs = model.work().macs;
  message.set_macs(static_cast<uint64_t>(macs));
  message.set_reading_macs(static_cast<uint64_t>(work.reading_macs));
  message.set_skippable_macs(static_cast<uint64_t>(work.skippable_macs));
  message.set_effective_share(
      macs == 0 ? 1.0 : 1.0 - static_cast<double>(work.skippable_macs) / static_cast<double>(macs));
  for (size_t i = 0; i < readers.size(); ++i) {
    v1::LayerWork* layer = message.add_layers();
    layer->set_name(readers[i].node);
    layer->set_operator_(readers[i].op_type);
    layer->set_macs(static_cast<uint64_t>(readers[i].macs));
    layer->set_skippable_macs(static_cast<uint64_t>(work.skippable_by_reader[i]));
    for (const auto& source : readers[i].sources) {
      layer->add_activations(model.compiled().layers()[source.layer].name);
    }
  }
  ActivationMemory sum;
  for (size_t i = 0; i < reading.layer_count(); ++i) {
    const auto memory = ActivationMemoryOf(reading.layer(i), ZeroWhenInactive(model, i));
    sum.dense_bytes += memory.dense_bytes;
    sum.compressed_bytes += memory.compressed_bytes;
    sum.saved_bytes += memory.saved_bytes;
  }
  EncodeMemory(sum, *message.mutable_memory());
}

absl::Status CheckLayers(const v1::GetSparsityRequest& request, const ModelSparsity& counts) {
  for (const std::string& name : request.layers()) {
    const bool known = std::any_of(counts.layers().begin(), counts.layers().end(),
                                   [&](const LayerInfo& layer) { return layer.name == name; });
    if (!known) {
      return NotFound("model \"{}\" has no activation layer \"{}\"", request.model_name(), name);
    }
  }
  return absl::OkStatus();
}

bool Wanted(const v1::GetSparsityRequest& request, const LayerInfo& layer) {
  return request.layers().empty() || std::find(request.layers().begin(), request.layers().end(),
                                               layer.name) != request.layers().end();
}

}  // namespace

google::protobuf::Timestamp EncodeTime(absl::Time time) {
  google::protobuf::Timestamp message;
  const int64_t seconds = absl::ToUnixSeconds(time);
  message.set_seconds(seconds);
  message.set_nanos(
      static_cast<int32_t>(absl::ToInt64Nanoseconds(time - absl::FromUnixSeconds(seconds))));
  return message;
}

absl::StatusOr<sparsity::Window> DecodeWindow(v1::SparsityWindow window) {
  switch (window) {
    case v1::SPARSITY_WINDOW_UNSPECIFIED:
      return sparsity::Window::kSinceLoad;
    case v1::SPARSITY_WINDOW_ONE_MINUTE:
      return sparsity::Window::kOneMinute;
    case v1::SPARSITY_WINDOW_TEN_MINUTES:
      return sparsity::Window::kTenMinutes;
    case v1::SPARSITY_WINDOW_ONE_HOUR:
      return sparsity::Window::kOneHour;
    default:
      return InvalidArgument("window is {}, expected a value of SparsityWindow",
                             static_cast<int>(window));
  }
}

absl::Status EncodeReport(const v1::GetSparsityRequest& request, const LoadedModel& model,
                          ModelSparsity& counts, absl::Time now, v1::SparsityReport& report) {
  RELUSERVE_ASSIGN_OR_RETURN(const sparsity::Window window, DecodeWindow(request.window()));
  RELUSERVE_RETURN_IF_ERROR(CheckLayers(request, counts));
  const Reading reading = counts.Read(window, now);
  report.set_model_name(model.name());
  report.set_model_version(std::to_string(model.version()));
  report.set_window(request.window());
  *report.mutable_begin() = EncodeTime(reading.begin);
  *report.mutable_end() = EncodeTime(reading.end);
  for (size_t i = 0; i < reading.layer_count(); ++i) {
    if (!Wanted(request, counts.layers()[i])) continue;
    EncodeLayer(request, reading.layer(i), reading.extremes[i], counts.layers()[i],
                ZeroWhenInactive(model, i), *report.add_layers());
  }
  EncodeWork(model, reading, *report.mutable_work());
  return absl::OkStatus();
}

absl::StatusOr<sparsity::DeadChannelOptions> DecodeDeadChannelOptions(
    const v1::ListDeadChannelsRequest& request) {
  sparsity::DeadChannelOptions options;
  if (request.min_samples() > 0) options.min_samples = request.min_samples();
  if (request.has_rarely_active_below()) {
    options.rarely_active_below = request.rarely_active_below();
  }
  if (!(options.rarely_active_below >= 0.0 && options.rarely_active_below <= 1.0)) {
    return InvalidArgument("rarely_active_below is {}, expected 0 to 1",
                           options.rarely_active_below);
  }
  return options;
}

void EncodeDeadChannels(const Reading& reading, const std::vector<LayerInfo>& layers,
                        const sparsity::DeadChannelOptions& options,
                        v1::ListDeadChannelsResponse& response) {
  *response.mutable_begin() = EncodeTime(reading.begin);
  *response.mutable_end() = EncodeTime(reading.end);
  for (const auto& channel : sparsity::FindQuietChannels(reading, layers, options)) {
    v1::QuietChannel* message = response.add_channels();
    message->set_layer(layers[channel.layer].name);
    message->set_channel(static_cast<uint32_t>(channel.channel));
    message->set_dead(channel.dead);
    message->set_samples(channel.samples);
    message->set_active_samples(channel.active_samples);
    message->set_elements(channel.elements);
    message->set_active_elements(channel.active_elements);
  }
  const auto counts = sparsity::CountQuietChannels(reading, layers, options);
  for (size_t i = 0; i < counts.size(); ++i) {
    v1::LayerChannels* message = response.add_layers();
    message->set_layer(layers[i].name);
    message->set_judged(counts[i].judged);
    message->set_samples(reading.layer(i).channel_samples());
    message->set_channels(counts[i].channels);
    message->set_dead(counts[i].dead);
    message->set_rarely_active(counts[i].rarely_active);
  }
}

void EncodeDrift(const Reading& live, const Reading& baseline, const std::vector<LayerInfo>& layers,
                 v1::GetDriftResponse& response) {
  *response.mutable_baseline_begin() = EncodeTime(baseline.begin);
  *response.mutable_baseline_end() = EncodeTime(baseline.end);
  *response.mutable_begin() = EncodeTime(live.begin);
  *response.mutable_end() = EncodeTime(live.end);
  const std::vector<sparsity::LayerDrift> drift = sparsity::MeasureDrift(live, baseline);
  response.set_drifting(sparsity::AnyDrift(drift));
  for (size_t i = 0; i < drift.size(); ++i) {
    v1::LayerDrift* message = response.add_layers();
    message->set_name(layers[i].name);
    message->set_measured(drift[i].measured);
    message->set_drifting(drift[i].drifting);
    message->set_distance(drift[i].distance);
    message->set_threshold(drift[i].threshold);
    message->set_samples(drift[i].live_samples);
    message->set_baseline_samples(drift[i].baseline_samples);
    message->set_mean(live.layer(i).mean());
    message->set_baseline_mean(baseline.layer(i).mean());
  }
}

}  // namespace reluserve::metrics
