// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The reluserve authors

#include "client/sparsity_report.h"

#include <algorithm>
#include <vector>

#include <fmt/format.h>

#include "client/format.h"

namespace reluserve::client {
namespace {

using enum Table::Align;
using Json = nlohmann::ordered_json;

constexpr int kBarWidth = 24;
constexpr int kStripWidth = 64;

double Share(uint64_t part, uint64_t whole) {
  return whole == 0 ? 0.0 : static_cast<double>(part) / static_cast<double>(whole);
}

std::string Covered(const google::protobuf::Timestamp& begin,
                    const google::protobuf::Timestamp& end) {
  const int64_t seconds = std::max<int64_t>(0, end.seconds() - begin.seconds());
  if (seconds < 120) return fmt::format("{} s", seconds);
  if (seconds < 7200) return fmt::format("{} min", seconds / 60);
  return fmt::format("{:.1f} h", static_cast<double>(seconds) / 3600);
}

// A field of CSV: quoted where it has to be.
std::string Quoted(const std::string& text) {
  if (text.find_first_of("\",\r\n") == std::string::npos) return text;
  std::string quoted = "\"";
  for (const char c : text) quoted += c == '"' ? "\"\"" : std::string(1, c);
  return quoted + '"';
}

std::string WorkLine(const v1::SkippableWork& work) {
  return fmt::format(
      "Skippable: {} of {} MACs a sample ({}); zero compression saves {} of {} of activations.\n",
      FormatCount(work.skippable_macs()), FormatCount(work.macs()),
      FormatPercent(work.skippable_macs(), work.macs()), FormatBytes(work.memory().saved_bytes()),
      FormatBytes(work.memory().dense_bytes()));
}

Json MemoryJson(const v1::ActivationMemory& memory) {
  return {{"dense_bytes", memory.dense_bytes()},
          {"compressed_bytes", memory.compressed_bytes()},
          {"saved_bytes", memory.saved_bytes()}};
}

Json LayerJson(const v1::LayerActivity& layer) {
  Json json = {{"name", layer.name()},
               {"operator", layer.operator_()},
               {"samples", layer.samples()},
               {"elements", layer.elements()},
               {"inactive", layer.inactive()},
               {"saturated", layer.saturated()},
               {"non_finite", layer.non_finite()},
               {"min", layer.min()},
               {"max", layer.max()},
               {"mean", layer.mean()},
               {"standard_deviation", layer.standard_deviation()}};
  for (const auto& quantile : layer.quantiles()) {
    json["quantiles"].push_back({{"q", quantile.q()}, {"sparsity", quantile.sparsity()}});
  }
  if (layer.distribution_size() > 0) json["distribution"] = layer.distribution();
  if (layer.has_channels()) {
    json["channels"] = {{"samples", layer.channels().samples()},
                        {"elements_per_channel", layer.channels().elements_per_channel()},
                        {"inactive", layer.channels().inactive()},
                        {"active_samples", layer.channels().active_samples()}};
  }
  json["memory"] = MemoryJson(layer.memory());
  return json;
}

Json TimeJson(const google::protobuf::Timestamp& time) {
  return static_cast<double>(time.seconds()) + 1e-9 * static_cast<double>(time.nanos());
}

}  // namespace

std::string SparsityText(const v1::SparsityReport& report, const TextStyle& style) {
  if (report.layers_size() == 0) {
    return fmt::format("No request to \"{}\" was computed yet.\n", report.model_name());
  }
  std::vector<Table::Column> columns = {{"LAYER"},
                                        {"OPERATOR"},
                                        {"SAMPLES", kRight},
                                        {"SPARSITY", kRight},
                                        {"MIN", kRight},
                                        {"MEDIAN", kRight},
                                        {"MAX", kRight},
                                        {"SD", kRight},
                                        {""}};
  Table table(std::move(columns));
  uint64_t non_finite = 0;
  for (const v1::LayerActivity& layer : report.layers()) {
    const auto percent = [](double share) { return fmt::format("{:.1f}%", 100 * share); };
    const bool any = layer.quantiles_size() == 7;
    non_finite += layer.non_finite();
    table.AddRow(
        {layer.name(), layer.operator_(), std::to_string(layer.samples()),
         FormatPercent(layer.inactive(), layer.elements()), any ? percent(layer.min()) : "-",
         any ? percent(layer.quantiles(3).sparsity()) : "-", any ? percent(layer.max()) : "-",
         any ? percent(layer.standard_deviation()) : "-",
         Table::Cell(FormatBar(Share(layer.inactive(), layer.elements()), kBarWidth, style),
                     "cyan")});
  }
  std::string text = table.ToString(style);
  text += fmt::format("Counted over the last {}. ", Covered(report.begin(), report.end()));
  text += WorkLine(report.work());
  if (non_finite > 0) text += fmt::format("{} elements were NaN or infinite.\n", non_finite);
  return text;
}

std::string ChannelStripText(const v1::LayerActivity& layer, const TextStyle& style) {
  const v1::ChannelActivity& channels = layer.channels();
  constexpr std::string_view kBlocks[] = {"·", "░", "▒", "▓", "█"};
  constexpr std::string_view kAscii[] = {".", ":", "+", "#", "@"};
  std::string text = fmt::format("{}: {} channels, {} samples\n", layer.name(),
                                 channels.inactive_size(), channels.samples());
  int dead = 0;
  for (int i = 0; i < channels.inactive_size(); ++i) {
    if (i % kStripWidth == 0) text += fmt::format("{}{:>6}  ", i == 0 ? "" : "\n", i);
    const double active = 1.0 - Share(channels.inactive(i), channels.elements_per_channel());
    const bool is_dead = channels.samples() > 0 && channels.active_samples(i) == 0;
    dead += is_dead ? 1 : 0;
    const auto level = static_cast<size_t>(std::clamp(active * 5.0, 0.0, 4.0));
    text += is_dead ? "x" : (style.utf8 ? kBlocks : kAscii)[level];
  }
  return text + fmt::format("\n{} to {}: active for 0 to 100% of the elements; x: never ({})\n",
                            style.utf8 ? "·" : ".", style.utf8 ? "█" : "@", dead);
}

std::string DeadChannelsText(const v1::ListDeadChannelsResponse& response, const TextStyle& style) {
  Table table({{"LAYER"},
               {"CHANNEL", kRight},
               {"STATE"},
               {"ACTIVE SAMPLES", kRight},
               {"OF", kRight},
               {"ACTIVE ELEMENTS", kRight}});
  for (const v1::QuietChannel& channel : response.channels()) {
    table.AddRow({channel.layer(), std::to_string(channel.channel()),
                  channel.dead() ? Table::Cell("dead", "red") : Table::Cell("rarely active"),
                  std::to_string(channel.active_samples()), std::to_string(channel.samples()),
                  std::to_string(channel.active_elements())});
  }
  uint64_t channels = 0, dead = 0, rare = 0;
  int unjudged = 0;
  for (const v1::LayerChannels& layer : response.layers()) {
    channels += layer.judged() ? layer.channels() : 0;
    dead += layer.dead();
    rare += layer.rarely_active();
    unjudged += layer.judged() ? 0 : 1;
  }
  std::string text = table.ToString(style);
  text += fmt::format("{} dead and {} rarely active of {} channels.\n", dead, rare, channels);
  if (unjudged > 0) {
    text += fmt::format("{} layers have too few samples, or no inactive elements, to tell.\n",
                        unjudged);
  }
  return text;
}

std::string DriftText(const v1::GetDriftResponse& response, const TextStyle& style) {
  Table table({{"LAYER"},
               {"DRIFT"},
               {"DISTANCE", kRight},
               {"THRESHOLD", kRight},
               {"MEAN", kRight},
               {"BASELINE", kRight},
               {"SAMPLES", kRight},
               {""}});
  int drifting = 0;
  for (const v1::LayerDrift& layer : response.layers()) {
    drifting += layer.drifting() ? 1 : 0;
    table.AddRow({layer.name(),
                  !layer.measured()  ? Table::Cell("too few samples")
                  : layer.drifting() ? Table::Cell("drifts", "red")
                                     : Table::Cell("steady", "green"),
                  layer.measured() ? fmt::format("{:.3f}", layer.distance()) : "-",
                  layer.measured() ? fmt::format("{:.3f}", layer.threshold()) : "-",
                  fmt::format("{:.1f}%", 100 * layer.mean()),
                  fmt::format("{:.1f}%", 100 * layer.baseline_mean()),
                  fmt::format("{}/{}", layer.samples(), layer.baseline_samples()),
                  Table::Cell(FormatBar(layer.distance(), kBarWidth, style), "cyan")});
  }
  return table.ToString(style) +
         fmt::format("{} of {} layers drift.\n", drifting, response.layers_size());
}

std::string SparsityCsv(const v1::SparsityReport& report) {
  const bool by_channel = report.layers_size() > 0 && report.layers(0).has_channels();
  std::string csv = by_channel
                        ? "layer,channel,samples,active_samples,elements,inactive\r\n"
                        : "layer,operator,samples,elements,inactive,saturated,non_finite,min,max,"
                          "mean,standard_deviation\r\n";
  for (const v1::LayerActivity& layer : report.layers()) {
    if (!by_channel) {
      csv += fmt::format("{},{},{},{},{},{},{},{},{},{},{}\r\n", Quoted(layer.name()),
                         Quoted(layer.operator_()), layer.samples(), layer.elements(),
                         layer.inactive(), layer.saturated(), layer.non_finite(), layer.min(),
                         layer.max(), layer.mean(), layer.standard_deviation());
      continue;
    }
    const v1::ChannelActivity& channels = layer.channels();
    for (int i = 0; i < channels.inactive_size(); ++i) {
      csv += fmt::format("{},{},{},{},{},{}\r\n", Quoted(layer.name()), i, channels.samples(),
                         channels.active_samples(i), channels.elements_per_channel(),
                         channels.inactive(i));
    }
  }
  return csv;
}

Json ToJson(const v1::SparsityReport& report) {
  Json json = {{"model", report.model_name()},
               {"version", report.model_version()},
               {"begin", TimeJson(report.begin())},
               {"end", TimeJson(report.end())},
               {"layers", Json::array()}};
  for (const auto& layer : report.layers()) json["layers"].push_back(LayerJson(layer));
  const v1::SkippableWork& work = report.work();
  Json readers = Json::array();
  for (const v1::LayerWork& layer : work.layers()) {
    readers.push_back({{"name", layer.name()},
                       {"operator", layer.operator_()},
                       {"macs", layer.macs()},
                       {"skippable_macs", layer.skippable_macs()},
                       {"activations", layer.activations()}});
  }
  json["work"] = {{"macs", work.macs()},
                  {"reading_macs", work.reading_macs()},
                  {"skippable_macs", work.skippable_macs()},
                  {"effective_share", work.effective_share()},
                  {"layers", std::move(readers)},
                  {"memory", MemoryJson(work.memory())}};
  return json;
}

Json ToJson(const v1::ListDeadChannelsResponse& response) {
  Json json = {{"channels", Json::array()}, {"layers", Json::array()}};
  for (const v1::QuietChannel& channel : response.channels()) {
    json["channels"].push_back({{"layer", channel.layer()},
                                {"channel", channel.channel()},
                                {"dead", channel.dead()},
                                {"samples", channel.samples()},
                                {"active_samples", channel.active_samples()},
                                {"elements", channel.elements()},
                                {"active_elements", channel.active_elements()}});
  }
  for (const v1::LayerChannels& layer : response.layers()) {
    json["layers"].push_back({{"layer", layer.layer()},
                              {"judged", layer.judged()},
                              {"samples", layer.samples()},
                              {"channels", layer.channels()},
                              {"dead", layer.dead()},
                              {"rarely_active", layer.rarely_active()}});
  }
  return json;
}

Json ToJson(const v1::GetDriftResponse& response) {
  Json json = {{"drifting", response.drifting()}, {"layers", Json::array()}};
  for (const v1::LayerDrift& layer : response.layers()) {
    json["layers"].push_back({{"name", layer.name()},
                              {"measured", layer.measured()},
                              {"drifting", layer.drifting()},
                              {"distance", layer.distance()},
                              {"threshold", layer.threshold()},
                              {"samples", layer.samples()},
                              {"baseline_samples", layer.baseline_samples()},
                              {"mean", layer.mean()},
                              {"baseline_mean", layer.baseline_mean()}});
  }
  return json;
}

}  // namespace reluserve::client
