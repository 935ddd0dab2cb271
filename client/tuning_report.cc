// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The reluserve authors

#include "client/tuning_report.h"

#include <fmt/format.h>
#include <google/protobuf/text_format.h>

#include "client/milliseconds.h"

namespace reluserve::client {
namespace {

using enum Table::Align;

std::string Algorithm(uint32_t tile) {
  return tile == 0 ? "direct" : fmt::format("Winograd {0}x{0}", tile);
}

}  // namespace

std::string TuningText(const v1::TuneResult& result, const TextStyle& style) {
  Table table({{"CONVOLUTION"}, {"BY THE RULES"}, {"MS", kRight}, {"TUNED"}, {"MS", kRight}});
  int changed = 0;
  for (const v1::TunedConvolution& convolution : result.convolutions()) {
    if (convolution.tile() == convolution.tile_by_rules()) continue;
    ++changed;
    table.AddRow({convolution.node(), Algorithm(convolution.tile_by_rules()),
                  fmt::format("{:.3f}", Milliseconds(convolution.time_by_rules())),
                  Algorithm(convolution.tile()),
                  fmt::format("{:.3f}", Milliseconds(convolution.time()))});
  }
  const double by_rules = Milliseconds(result.time_by_rules());
  const double tuned = Milliseconds(result.time_tuned());
  std::string text = changed == 0 ? "" : table.ToString(style);
  text += fmt::format("{} of {} convolutions with a choice are computed otherwise{}.\n", changed,
                      result.convolutions_size(),
                      result.tuning().in_blocks() ? "" : ", and all lie as oneDNN likes it best");
  text += fmt::format("A run takes {:.3f} ms, by the rules {:.3f} ms: {:.3f} times as fast.\n",
                      tuned, by_rules, tuned <= 0 ? 1 : by_rules / tuned);
  return text;
}

nlohmann::ordered_json ToJson(const v1::TuneResult& result) {
  nlohmann::ordered_json convolutions = nlohmann::ordered_json::array();
  for (const v1::TunedConvolution& convolution : result.convolutions()) {
    convolutions.push_back({{"node", convolution.node()},
                            {"tile_by_rules", convolution.tile_by_rules()},
                            {"tile", convolution.tile()},
                            {"ms_by_rules", Milliseconds(convolution.time_by_rules())},
                            {"ms", Milliseconds(convolution.time())}});
  }
  return {{"ms_by_rules", Milliseconds(result.time_by_rules())},
          {"ms_tuned", Milliseconds(result.time_tuned())},
          {"convolutions", std::move(convolutions)},
          {"tuning", TuningFile(result.tuning())}};
}

std::string TuningFile(const v1::Tuning& tuning) {
  std::string text;
  google::protobuf::TextFormat::PrintToString(tuning, &text);
  return text;
}

}  // namespace reluserve::client
