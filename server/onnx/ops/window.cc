// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The reluserve authors

#include "server/onnx/ops/window.h"

namespace reluserve::onnx_import {
namespace {

// The number of spatial axes, told by the first list that has entries; 0 when all are left out.
size_t SpatialRank(const graph::Window& window) {
  for (const auto* list :
       {&window.kernel, &window.strides, &window.dilations, &window.pads_begin}) {
    if (!list->empty()) return list->size();
  }
  return 0;
}

}  // namespace

graph::Window ReadWindow(NodeContext& node) {
  graph::Window window;
  window.auto_pad =
      node.Choice<graph::AutoPad>("auto_pad", {{"NOTSET", graph::AutoPad::kNotSet},
                                               {"SAME_UPPER", graph::AutoPad::kSameUpper},
                                               {"SAME_LOWER", graph::AutoPad::kSameLower},
                                               {"VALID", graph::AutoPad::kValid}});
  window.kernel = node.IntsBetween("kernel_shape", 1, kMaxExtent);
  window.strides = node.IntsBetween("strides", 1, kMaxExtent);
  window.dilations = node.IntsBetween("dilations", 1, kMaxExtent);
  CheckSpatialRank(node, window,
                   {{"strides", window.strides.size()}, {"dilations", window.dilations.size()}});
  const std::vector<int64_t> pads = node.IntsBetween("pads", 0, kMaxExtent);
  if (window.auto_pad != graph::AutoPad::kNotSet || pads.empty()) return window;
  const size_t rank = SpatialRank(window) > 0 ? SpatialRank(window) : pads.size() / 2;
  if (pads.size() != 2 * rank) {
    node.Fail("attribute \"pads\" has {} entries, expected {} (2 per spatial axis)", pads.size(),
              2 * rank);
    return window;
  }
  window.pads_begin.assign(pads.begin(), pads.begin() + static_cast<int64_t>(rank));
  window.pads_end.assign(pads.begin() + static_cast<int64_t>(rank), pads.end());
  return window;
}

void CheckSpatialRank(NodeContext& node, const graph::Window& window,
                      std::initializer_list<std::pair<std::string_view, size_t>> attributes) {
  const size_t rank = SpatialRank(window);
  for (const auto& [name, size] : attributes) {
    if (rank == 0 || size == 0 || size == rank) continue;
    node.Fail("attribute \"{}\" has {} entries, expected {} (1 per spatial axis)", name, size,
              rank);
  }
}

}  // namespace reluserve::onnx_import
