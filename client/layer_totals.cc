// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The reluserve authors

#include "client/layer_totals.h"

#include <algorithm>
#include <array>
#include <utility>

#include "client/format.h"

namespace reluserve::client {
namespace {

constexpr int kBarWidth = 20;

}  // namespace

void LayerTotals::Add(const v1::PredictResponse& response) {
  for (const v1::LayerSparsity& counts : response.layers()) {
    // By name, because another version of the model may have answered, with other layers.
    auto layer = std::find_if(layers_.begin(), layers_.end(), [&counts](const Layer& known) {
      return known.name == counts.name();
    });
    if (layer == layers_.end()) {
      layer = layers_.emplace(layer);
      layer->name = counts.name();
      layer->op_type = counts.operator_();
    }
    layer->elements += counts.elements();
    layer->inactive += counts.inactive();
    layer->saturated += counts.saturated();
    layer->non_finite += counts.non_finite();
    any_saturated_ |= counts.saturated() > 0;
    any_non_finite_ |= counts.non_finite() > 0;
    if (!counts.has_channels()) continue;
    any_channels_ = true;
    const auto& inactive = counts.channels().inactive();
    layer->channel_inactive.resize(
        std::max(layer->channel_inactive.size(), static_cast<size_t>(inactive.size())));
    for (int channel = 0; channel < inactive.size(); ++channel) {
      layer->channel_inactive[channel] += inactive[channel];
    }
    layer->elements_per_channel += counts.channels().elements_per_channel();
  }
}

std::string LayerTotals::ToTable(const TextStyle& style) const {
  using enum Table::Align;
  std::vector<Table::Column> columns = {
      {"LAYER"}, {"OPERATOR"}, {"ELEMENTS", kRight}, {"INACTIVE", kRight}, {"SPARSITY", kRight}};
  if (any_saturated_) columns.push_back({"SATURATED", kRight});
  if (any_non_finite_) columns.push_back({"NON-FINITE", kRight});
  if (any_channels_) {
    columns.insert(columns.end(), {{"CHANNELS", kRight}, {"SILENT", kRight}, {"0 TO 100%"}});
  }
  columns.push_back({""});
  Table table(std::move(columns));
  for (const Layer& layer : layers_) table.AddRow(Row(layer, style));
  return table.ToString(style);
}

std::vector<Table::Cell> LayerTotals::Row(const Layer& layer, const TextStyle& style) const {
  std::vector<Table::Cell> row = {layer.name, layer.op_type, std::to_string(layer.elements),
                                  std::to_string(layer.inactive),
                                  FormatPercent(layer.inactive, layer.elements)};
  if (any_saturated_) row.push_back(FormatPercent(layer.saturated, layer.elements));
  if (any_non_finite_) row.push_back(std::to_string(layer.non_finite));
  if (any_channels_) {
    uint64_t silent = 0;
    std::array<uint64_t, 10> tenths{};
    for (uint64_t inactive : layer.channel_inactive) {
      if (inactive >= layer.elements_per_channel) ++silent;
      const double share =
          layer.elements_per_channel == 0
              ? 0
              : static_cast<double>(inactive) / static_cast<double>(layer.elements_per_channel);
      ++tenths[std::min<size_t>(static_cast<size_t>(share * tenths.size()), tenths.size() - 1)];
    }
    row.insert(row.end(), {std::to_string(layer.channel_inactive.size()), std::to_string(silent),
                           FormatHistogram(tenths, style)});
  }
  const double share = layer.elements == 0 ? 0
                                           : static_cast<double>(layer.inactive) /
                                                 static_cast<double>(layer.elements);
  row.push_back({FormatBar(share, kBarWidth, style), "cyan"});
  return row;
}

}  // namespace reluserve::client
