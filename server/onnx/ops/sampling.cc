// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The reluserve authors

// Operators that read or write images at computed places.

#include "server/onnx/ops/importers.h"

namespace reluserve::onnx_import {
namespace {

// Largest result of a RoiAlign along an axis, and most samples of a cell: detectors use 7 to 28 and
// 2. They bound what one region costs.
constexpr int64_t kMaxRegionCells = 1024;
constexpr int64_t kMaxSamplingRatio = 64;

}  // namespace

// The modes got new names in opset 20.
void ImportGridSample(NodeContext& node) {
  using graph::ResizeMode;
  graph::GridSample op;
  op.mode = node.opset() < 20 ? node.Choice<ResizeMode>("mode", {{"bilinear", ResizeMode::kLinear},
                                                                 {"nearest", ResizeMode::kNearest},
                                                                 {"bicubic", ResizeMode::kCubic}})
                              : node.Choice<ResizeMode>("mode", {{"linear", ResizeMode::kLinear},
                                                                 {"nearest", ResizeMode::kNearest},
                                                                 {"cubic", ResizeMode::kCubic}});
  op.padding = node.Choice<graph::GridPadding>("padding_mode",
                                               {{"zeros", graph::GridPadding::kZeros},
                                                {"border", graph::GridPadding::kBorder},
                                                {"reflection", graph::GridPadding::kReflection}});
  op.align_corners = node.Flag("align_corners", false);
  node.Emit(op);
}

void ImportAffineGrid(NodeContext& node) {
  node.Emit(graph::AffineGrid{node.Flag("align_corners", false)});
}

// Until opset 15 regions counted from the corners of pixels.
void ImportRoiAlign(NodeContext& node) {
  graph::RoiAlign op;
  op.max = node.Choice<bool>("mode", {{"avg", false}, {"max", true}});
  op.half_pixel =
      node.opset() >= 16 && node.Choice<bool>("coordinate_transformation_mode",
                                              {{"half_pixel", true}, {"output_half_pixel", false}});
  op.output_height = node.IntBetween("output_height", 1, 1, kMaxRegionCells);
  op.output_width = node.IntBetween("output_width", 1, 1, kMaxRegionCells);
  op.sampling_ratio = node.IntBetween("sampling_ratio", 0, 0, kMaxSamplingRatio);
  op.spatial_scale = node.Float("spatial_scale", 1.0f);
  node.Emit(op);
}

void ImportCol2Im(NodeContext& node) {
  graph::Col2Im op;
  op.strides = node.Ints("strides");
  op.dilations = node.Ints("dilations");
  const std::vector<int64_t> pads = node.Ints("pads");
  if (pads.size() % 2 != 0) {
    return node.Fail("attribute \"pads\" has {} entries, expected two an axis", pads.size());
  }
  const auto middle = pads.begin() + static_cast<int64_t>(pads.size() / 2);
  op.pads_begin.assign(pads.begin(), middle);
  op.pads_end.assign(middle, pads.end());
  node.Emit(op);
}

}  // namespace reluserve::onnx_import
