// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The reluserve authors

// Resize, and Upsample, its forerunner.

#include <algorithm>

#include "server/onnx/ops/constants.h"
#include "server/onnx/ops/importers.h"
#include "server/onnx/tensor_proto.h"

namespace reluserve::onnx_import {
namespace {

using graph::CoordinateMode;
using graph::kNoValue;
using graph::NearestMode;
using graph::ResizeMode;
using graph::ValueId;

// The operand, or kNoValue for a constant without elements: how opset 11 leaves one out.
ValueId UnlessEmpty(const NodeContext& node, ValueId id) {
  const Tensor* constant = node.Constant(id);
  return constant != nullptr && constant->shape().ElementCount() == 0 ? kNoValue : id;
}

// Opsets 1 to 10 all map coordinates by the plain ratio.
graph::Resize EarlyResize(NodeContext& node, NearestMode nearest_mode) {
  graph::Resize op;
  // Upsample calls linear "bilinear" in opset 1.
  op.mode = node.Choice<ResizeMode>("mode", {{"nearest", ResizeMode::kNearest},
                                             {"linear", ResizeMode::kLinear},
                                             {"bilinear", ResizeMode::kLinear}});
  op.coordinate_mode = CoordinateMode::kAsymmetric;
  op.nearest_mode = nearest_mode;
  return op;
}

void EmitWithScales(NodeContext& node, const graph::Resize& op, ValueId scales) {
  node.Emit(op, {node.Input(0), kNoValue, scales});
}

// The larger (or smaller) of each scale and 1.
ValueId BoundScales(NodeContext& node, std::string_view step, graph::VariadicKind kind) {
  const ValueId scales = node.Input(1);
  constexpr float kOne = 1.0f;
  const Tensor* constant = node.Constant(scales);
  if (constant == nullptr || constant->type() != DataType::kFloat32) {
    const ValueId bound = node.AddConstant(fmt::format("{}_bound", step), ScalarTensor(kOne));
    return node.EmitStep(step, graph::Variadic{kind}, {scales, bound});
  }
  const std::span<const float> values = constant->values<float>();
  std::vector<float> bounded(values.begin(), values.end());
  for (float& scale : bounded) {
    scale = kind == graph::VariadicKind::kMax ? std::max(scale, kOne) : std::min(scale, kOne);
  }
  return node.AddConstant(step, Tensor::Of<float>(constant->shape(), bounded));
}

// Whether all scales are known and none is beyond 1 on that side.
bool AllScales(const NodeContext& node, bool (*fits)(float)) {
  const Tensor* constant = node.Constant(node.Input(1));
  if (constant == nullptr || constant->type() != DataType::kFloat32) return false;
  const std::span<const float> values = constant->values<float>();
  return std::all_of(values.begin(), values.end(), fits);
}

}  // namespace

void ImportUpsample1(NodeContext& node) {
  const std::vector<float> scales = {1.0f, 1.0f, node.Float("height_scale", 1.0f),
                                     node.Float("width_scale", 1.0f)};
  EmitWithScales(node, EarlyResize(node, NearestMode::kFloor),
                 node.AddConstant("scales", VectorTensor(scales)));
}

void ImportUpsample(NodeContext& node) {
  const ValueId scales = node.Has("scales")
                             ? node.AddConstant("scales", VectorTensor(node.Floats("scales")))
                             : node.Input(1);
  EmitWithScales(node, EarlyResize(node, NearestMode::kFloor), scales);
}

// Nearest neighbours of opset 10 are those below where the scale enlarges, and those above where it
// reduces. Scales of both kinds, or unknown ones, take two steps: first those that enlarge.
void ImportResize10(NodeContext& node) {
  const graph::Resize enlarge = EarlyResize(node, NearestMode::kFloor);
  const graph::Resize reduce = EarlyResize(node, NearestMode::kCeil);
  const bool only_enlarges = AllScales(node, [](float scale) { return scale >= 1.0f; });
  if (only_enlarges || enlarge.mode != ResizeMode::kNearest) {
    return EmitWithScales(node, enlarge, node.Input(1));
  }
  if (AllScales(node, [](float scale) { return scale <= 1.0f; })) {
    return EmitWithScales(node, reduce, node.Input(1));
  }
  const ValueId larger = BoundScales(node, "enlarging", graph::VariadicKind::kMax);
  const ValueId smaller = BoundScales(node, "reducing", graph::VariadicKind::kMin);
  const ValueId enlarged = node.EmitStep("enlarged", enlarge, {node.Input(0), kNoValue, larger});
  node.Emit(reduce, {enlarged, kNoValue, smaller});
}

// Since opset 11. Which modes an opset has is not checked: no name changed its meaning.
void ImportResize(NodeContext& node) {
  graph::Resize op;
  op.mode = node.Choice<ResizeMode>("mode", {{"nearest", ResizeMode::kNearest},
                                             {"linear", ResizeMode::kLinear},
                                             {"cubic", ResizeMode::kCubic}});
  op.coordinate_mode =
      node.Choice<CoordinateMode>("coordinate_transformation_mode",
                                  {{"half_pixel", CoordinateMode::kHalfPixel},
                                   {"half_pixel_symmetric", CoordinateMode::kHalfPixelSymmetric},
                                   {"pytorch_half_pixel", CoordinateMode::kPytorchHalfPixel},
                                   {"align_corners", CoordinateMode::kAlignCorners},
                                   {"asymmetric", CoordinateMode::kAsymmetric},
                                   {"tf_half_pixel_for_nn", CoordinateMode::kTfHalfPixelForNearest},
                                   {"tf_crop_and_resize", CoordinateMode::kTfCropAndResize}});
  op.nearest_mode = node.Choice<NearestMode>(
      "nearest_mode", {{"round_prefer_floor", NearestMode::kRoundPreferFloor},
                       {"round_prefer_ceil", NearestMode::kRoundPreferCeil},
                       {"floor", NearestMode::kFloor},
                       {"ceil", NearestMode::kCeil}});
  op.aspect_ratio_policy = node.Choice<graph::AspectRatioPolicy>(
      "keep_aspect_ratio_policy", {{"stretch", graph::AspectRatioPolicy::kStretch},
                                   {"not_larger", graph::AspectRatioPolicy::kNotLarger},
                                   {"not_smaller", graph::AspectRatioPolicy::kNotSmaller}});
  op.antialias = node.Flag("antialias", false);
  op.exclude_outside = node.Flag("exclude_outside", false);
  op.cubic_coefficient = node.Float("cubic_coeff_a", -0.75f);
  op.extrapolation_value = node.Float("extrapolation_value", 0.0f);
  op.axes = node.IntsBetween("axes", -kMaxRank, kMaxRank - 1);

  const bool crops = op.coordinate_mode == CoordinateMode::kTfCropAndResize;
  const ValueId roi = crops ? UnlessEmpty(node, node.Input(1)) : kNoValue;
  const ValueId sizes = UnlessEmpty(node, node.Input(3));
  ValueId scales = UnlessEmpty(node, node.Input(2));
  // Opset 11 demands scales; computed ones are empty where there are sizes, or the model is not
  // valid.
  if (sizes != kNoValue && node.Constant(scales) == nullptr) scales = kNoValue;
  if ((scales == kNoValue) == (sizes == kNoValue)) {
    node.Fail("it has {} of its inputs \"scales\" and \"sizes\", expected one of them",
              scales == kNoValue ? "none" : "both");
  }
  if (crops && roi == kNoValue)
    node.Fail("input \"roi\" is absent, which tf_crop_and_resize needs");
  node.Emit(op, {node.Input(0), roi, scales, sizes});
}

}  // namespace reluserve::onnx_import
