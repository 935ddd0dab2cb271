// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The reluserve authors

#include "client/sparsity_page.h"

#include <algorithm>
#include <cmath>
#include <vector>

#include <absl/time/time.h>
#include <fmt/format.h>

#include "client/format.h"
#include "client/html/page.h"

namespace reluserve::client {
namespace {

using html::Escape;

constexpr int kWidth = 1000;
constexpr int kLabelWidth = 190;
constexpr int kRowHeight = 22;
constexpr int kHeatRowHeight = 14;
// Channels side by side; a layer with more has several of them in one cell.
constexpr int kHeatColumns = 256;

double Share(uint64_t part, uint64_t whole) {
  return whole == 0 ? 0.0 : static_cast<double>(part) / static_cast<double>(whole);
}

std::string TimeText(const google::protobuf::Timestamp& time) {
  return absl::FormatTime("%Y-%m-%d %H:%M:%S UTC", absl::FromUnixSeconds(time.seconds()),
                          absl::UTCTimeZone());
}

// The end of a long name, which is what tells layers apart.
std::string ShortName(const std::string& name) {
  constexpr size_t kLongest = 26;
  return name.size() <= kLongest ? name : "…" + name.substr(name.size() - kLongest + 1);
}

std::string Label(const std::string& name, double y) {
  return fmt::format("<text x=\"{}\" y=\"{}\" text-anchor=\"end\"><title>{}</title>{}</text>",
                     kLabelWidth - 8, y, Escape(name), Escape(ShortName(name)));
}

std::string Svg(int height, const std::string& label, const std::string& content) {
  return fmt::format("<svg viewBox=\"0 0 {} {}\" role=\"img\" aria-label=\"{}\">{}</svg>\n", kWidth,
                     height, Escape(label), content);
}

double XOf(double share) { return kLabelWidth + share * (kWidth - kLabelWidth - 60); }

// Lines and numbers from 0 to 100%.
std::string PercentAxis(int height) {
  std::string axis;
  for (int percent = 0; percent <= 100; percent += 20) {
    const double x = XOf(percent / 100.0);
    axis += fmt::format(
        "<line class=\"grid\" x1=\"{0:.1f}\" x2=\"{0:.1f}\" y1=\"0\" y2=\"{1}\"/>"
        "<text x=\"{0:.1f}\" y=\"{2}\" text-anchor=\"middle\">{3}%</text>",
        x, height - 20, height - 4, percent);
  }
  return axis;
}

// A bar to the mean, a line from the least to the largest sample, and a tick at each quartile.
std::string LayerProfile(const v1::SparsityReport& report) {
  const int height = report.layers_size() * kRowHeight + 24;
  std::string content = PercentAxis(height);
  for (int i = 0; i < report.layers_size(); ++i) {
    const v1::LayerActivity& layer = report.layers(i);
    const double y = i * kRowHeight + 11;
    const double sparsity = Share(layer.inactive(), layer.elements());
    content += Label(layer.name(), y + 4);
    content += fmt::format(
        "<rect x=\"{}\" y=\"{}\" width=\"{:.1f}\" height=\"14\" rx=\"2\" fill=\"var(--series0)\">"
        "<title>{}: {} of {} elements inactive</title></rect>",
        kLabelWidth, y - 7, XOf(sparsity) - kLabelWidth, Escape(layer.name()), layer.inactive(),
        layer.elements());
    content += fmt::format(
        "<line x1=\"{:.1f}\" x2=\"{:.1f}\" y1=\"{}\" y2=\"{}\" stroke=\"var(--series1)\" "
        "stroke-width=\"1.5\"/>",
        XOf(layer.min()), XOf(layer.max()), y, y);
    for (const auto& quantile : layer.quantiles()) {
      if (quantile.q() != 0.25 && quantile.q() != 0.5 && quantile.q() != 0.75) continue;
      const double half = quantile.q() == 0.5 ? 7 : 4;
      content += fmt::format(
          "<line x1=\"{0:.1f}\" x2=\"{0:.1f}\" y1=\"{1}\" y2=\"{2}\" stroke=\"var(--series1)\" "
          "stroke-width=\"2\"/>",
          XOf(quantile.sparsity()), y - half, y + half);
    }
    content += fmt::format("<text x=\"{}\" y=\"{}\" text-anchor=\"end\">{}</text>", kWidth, y + 4,
                           FormatPercent(layer.inactive(), layer.elements()));
  }
  return Svg(height, "Sparsity of each layer", content);
}

// One row a layer, one cell a channel or several: the darker, the more of it is inactive.
std::string ChannelMap(const v1::SparsityReport& report) {
  const int height = report.layers_size() * kHeatRowHeight + 4;
  std::string content;
  for (int row = 0; row < report.layers_size(); ++row) {
    const v1::LayerActivity& layer = report.layers(row);
    const v1::ChannelActivity& channels = layer.channels();
    const double y = row * kHeatRowHeight;
    content += Label(layer.name(), y + 11);
    const int count = channels.inactive_size();
    if (count == 0) continue;
    const int columns = std::min(count, kHeatColumns);
    const double width = static_cast<double>(kWidth - kLabelWidth) / columns;
    for (int column = 0; column < columns; ++column) {
      const int begin = column * count / columns, end = (column + 1) * count / columns;
      uint64_t inactive = 0;
      bool dead = false;
      for (int channel = begin; channel < end; ++channel) {
        inactive += channels.inactive(channel);
        dead |= channels.samples() > 0 && channels.active_samples(channel) == 0;
      }
      const double share =
          Share(inactive, channels.elements_per_channel() * static_cast<uint64_t>(end - begin));
      content += fmt::format(
          "<rect x=\"{:.2f}\" y=\"{}\" width=\"{:.2f}\" height=\"{}\" fill=\"var(--{})\" "
          "fill-opacity=\"{:.3f}\"/>",
          kLabelWidth + column * width, y + 1, width + 0.05, kHeatRowHeight - 2,
          dead ? "bad" : "series0", dead ? 1.0 : 0.04 + 0.96 * share);
    }
  }
  return Svg(height, "Share of inactive elements of each channel", content);
}

// The distribution of per-sample sparsity, in 64 bins, with the layer's name.
std::string DistributionFigure(const v1::LayerActivity& layer) {
  constexpr int kBins = 64, kFigureWidth = 320, kFigureHeight = 90;
  std::vector<uint64_t> bins(kBins);
  for (int i = 0; i < layer.distribution_size(); ++i) {
    bins[static_cast<size_t>(i * kBins / layer.distribution_size())] += layer.distribution(i);
  }
  const uint64_t largest = *std::max_element(bins.begin(), bins.end());
  std::string content;
  for (int i = 0; i < kBins && largest > 0; ++i) {
    const double tall = 66 * Share(bins[static_cast<size_t>(i)], largest);
    content += fmt::format(
        "<rect x=\"{}\" y=\"{:.1f}\" width=\"{}\" height=\"{:.1f}\" fill=\"var(--series0)\"/>",
        i * kFigureWidth / kBins, 70 - tall, kFigureWidth / kBins - 1, tall);
  }
  content += fmt::format(
      "<line class=\"grid\" x1=\"0\" x2=\"{0}\" y1=\"70\" y2=\"70\"/><text x=\"0\" y=\"86\">0%"
      "</text><text x=\"{1}\" y=\"86\" text-anchor=\"middle\">50%</text>"
      "<text x=\"{0}\" y=\"86\" text-anchor=\"end\">100%</text>",
      kFigureWidth, kFigureWidth / 2);
  return fmt::format(
      "<figure><figcaption>{}</figcaption><svg viewBox=\"0 0 {} {}\" role=\"img\" "
      "aria-label=\"Distribution of sparsity over samples\">{}</svg><span class=\"note\">mean "
      "{:.1f}%, standard deviation {:.1f}</span></figure>\n",
      Escape(layer.name()), kFigureWidth, kFigureHeight, content, 100 * layer.mean(),
      100 * layer.standard_deviation());
}

std::string WorkChart(const v1::SkippableWork& work) {
  const int height = work.layers_size() * kRowHeight + 4;
  uint64_t largest = 1;
  for (const v1::LayerWork& layer : work.layers()) largest = std::max(largest, layer.macs());
  std::string content;
  for (int i = 0; i < work.layers_size(); ++i) {
    const v1::LayerWork& layer = work.layers(i);
    const double y = i * kRowHeight;
    content += Label(layer.name(), y + 15);
    for (const bool skippable : {false, true}) {
      content += fmt::format(
          "<rect x=\"{}\" y=\"{}\" width=\"{:.1f}\" height=\"14\" rx=\"2\" fill=\"var(--{})\"/>",
          kLabelWidth, y + 4,
          XOf(Share(skippable ? layer.skippable_macs() : layer.macs(), largest)) - kLabelWidth,
          skippable ? "series0" : "line");
    }
    content += fmt::format("<text x=\"{}\" y=\"{}\" text-anchor=\"end\">{}</text>", kWidth, y + 15,
                           FormatPercent(layer.skippable_macs(), layer.macs()));
  }
  return Svg(height, "Skippable multiply-accumulates", content);
}

std::string Section(const std::string& title, const std::string& note, const std::string& body) {
  return fmt::format("<section><h2>{}</h2>\n<p class=\"note\">{}</p>\n{}</section>\n",
                     Escape(title), Escape(note), body);
}

std::string Tiles(const SparsityPageData& data) {
  uint64_t elements = 0, inactive = 0, non_finite = 0, dead = 0, channels = 0;
  for (const v1::LayerActivity& layer : data.report.layers()) {
    elements += layer.elements();
    inactive += layer.inactive();
    non_finite += layer.non_finite();
  }
  for (const v1::LayerChannels& layer : data.dead.layers()) {
    dead += layer.dead();
    channels += layer.judged() ? layer.channels() : 0;
  }
  const v1::SkippableWork& work = data.report.work();
  std::string tiles = "<div class=\"tiles\">\n";
  tiles += html::Tile("Samples", FormatCount(data.report.layers(0).samples()),
                      fmt::format("{} activation layers", data.report.layers_size()));
  tiles += html::Tile("Sparsity", FormatPercent(inactive, elements), "of all elements");
  tiles += html::Tile("Skippable work", FormatPercent(work.skippable_macs(), work.macs()),
                      fmt::format("of {} MACs a sample", FormatCount(work.macs())));
  tiles += html::Tile("Zero compression saves", FormatBytes(work.memory().saved_bytes()),
                      fmt::format("of {} a sample", FormatBytes(work.memory().dense_bytes())));
  tiles += html::Tile("Dead channels", std::to_string(dead), fmt::format("of {} judged", channels),
                      dead > 0 ? "bad" : "good");
  tiles += html::Tile("Non-finite elements", std::to_string(non_finite), "NaN or infinite",
                      non_finite > 0 ? "bad" : "good");
  return tiles + "</div>\n";
}

std::string DeadTable(const v1::ListDeadChannelsResponse& dead) {
  std::vector<std::vector<std::string>> rows;
  for (const v1::QuietChannel& channel : dead.channels()) {
    rows.push_back({channel.layer(), std::to_string(channel.channel()),
                    channel.dead() ? "bad:dead" : "rarely active",
                    std::to_string(channel.active_samples()), std::to_string(channel.samples())});
  }
  if (rows.empty()) return "<p>None.</p>\n";
  return html::Table({"Layer", "Channel", "State", "Active samples", "Samples"}, rows);
}

std::string DriftTable(const v1::GetDriftResponse& drift) {
  std::vector<std::vector<std::string>> rows;
  for (const v1::LayerDrift& layer : drift.layers()) {
    rows.push_back({layer.name(),
                    !layer.measured()  ? "too few samples"
                    : layer.drifting() ? "bad:drifts"
                                       : "good:steady",
                    fmt::format("{:.3f}", layer.distance()),
                    fmt::format("{:.3f}", layer.threshold()),
                    fmt::format("{:.1f}%", 100 * layer.baseline_mean()),
                    fmt::format("{:.1f}%", 100 * layer.mean())});
  }
  return html::Table({"Layer", "Drift", "Distance", "Threshold", "Baseline", "Now"}, rows);
}

std::string LayerTable(const v1::SparsityReport& report) {
  std::vector<std::vector<std::string>> rows;
  for (const v1::LayerActivity& layer : report.layers()) {
    rows.push_back({layer.name(), layer.operator_(), std::to_string(layer.samples()),
                    std::to_string(layer.elements()), std::to_string(layer.inactive()),
                    FormatPercent(layer.inactive(), layer.elements()),
                    std::to_string(layer.saturated()), std::to_string(layer.non_finite())});
  }
  return html::Table({"Layer", "Operator", "Samples", "Elements", "Inactive", "Sparsity",
                      "Saturated", "Non-finite"},
                     rows);
}

}  // namespace

std::string SparsityPage(const SparsityPageData& data) {
  const v1::SparsityReport& report = data.report;
  const std::string title = fmt::format("Activation sparsity of {}, version {}",
                                        report.model_name(), report.model_version());
  std::string body = fmt::format("<p class=\"note\">Counted from {} to {}.</p>\n",
                                 TimeText(report.begin()), TimeText(report.end()));
  if (report.layers_size() == 0) {
    return html::Page(title, body + "<p>No request was computed in this time.</p>\n");
  }
  body += Tiles(data);
  body += Section("Layer profile",
                  "Share of inactive elements. The thin line spans the samples from the least to "
                  "the most sparse, with ticks at the quartiles.",
                  LayerProfile(report));
  body += Section("Channels",
                  "Each cell is a channel, or several side by side: the darker, the more of its "
                  "elements were inactive. Red: never active.",
                  ChannelMap(report));
  std::string figures = "<div class=\"charts\">\n";
  for (const v1::LayerActivity& layer : report.layers()) figures += DistributionFigure(layer);
  body +=
      Section("Distributions", "Samples by their sparsity at each layer.", figures + "</div>\n");
  body += Section("Dead and rarely active channels",
                  "Judged in layers with at least 100 samples; rarely active: in less than 1% of "
                  "them.",
                  DeadTable(data.dead));
  if (data.drift) {
    body += Section("Drift",
                    "Kolmogorov-Smirnov distance between the distributions and those of the "
                    "baseline.",
                    DriftTable(*data.drift));
  }
  body += Section("Skippable work",
                  "Multiply-accumulates of the layers that read an activation; filled, those whose "
                  "activation operand was zero.",
                  WorkChart(report.work()));
  body += Section("Counts", "Exact, over all samples.", LayerTable(report));
  return html::Page(title, body);
}

}  // namespace reluserve::client
