// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The reluserve authors

// Operators that read or write images at computed places; see op.h for what all of them have in
// common.

#ifndef RELUSERVE_SERVER_GRAPH_SAMPLING_OPS_H_
#define RELUSERVE_SERVER_GRAPH_SAMPLING_OPS_H_

#include <cstdint>
#include <vector>

namespace reluserve::graph {

// X, [roi], [scales float], [sizes int64] -> Y. Upsample is a Resize with kAsymmetric and kFloor.
enum class ResizeMode : uint8_t { kNearest, kLinear, kCubic };
enum class CoordinateMode : uint8_t {
  kHalfPixel,
  kHalfPixelSymmetric,
  kPytorchHalfPixel,
  kAlignCorners,
  kAsymmetric,
  kTfHalfPixelForNearest,
  kTfCropAndResize,
};
enum class NearestMode : uint8_t { kRoundPreferFloor, kRoundPreferCeil, kFloor, kCeil };
enum class AspectRatioPolicy : uint8_t { kStretch, kNotLarger, kNotSmaller };
struct Resize {
  ResizeMode mode = ResizeMode::kNearest;
  CoordinateMode coordinate_mode = CoordinateMode::kHalfPixel;
  NearestMode nearest_mode = NearestMode::kRoundPreferFloor;
  AspectRatioPolicy aspect_ratio_policy = AspectRatioPolicy::kStretch;
  bool antialias = false;
  bool exclude_outside = false;
  float cubic_coefficient = -0.75f;
  float extrapolation_value = 0.0f;
  std::vector<int64_t> axes;  // empty = all
};

// X [N,C,spatial...], grid [N,out..., number of spatial axes] -> Y [N,C,out...]: X read at the
// places of the grid, whose coordinates, the last spatial axis first, go from -1 to 1.
enum class GridPadding : uint8_t { kZeros, kBorder, kReflection };
struct GridSample {
  ResizeMode mode = ResizeMode::kLinear;
  GridPadding padding = GridPadding::kZeros;
  bool align_corners = false;
};
// theta [N,2,3] or [N,3,4], size int64 [N,C,spatial...] -> grid [N,spatial..., 2 or 3] for a
// GridSample.
struct AffineGrid {
  bool align_corners = false;
};
// X [N,C,H,W], rois [count,4] (x1, y1, x2, y2), batch_indices int64 [count] ->
// Y [count,C,output_height,output_width].
struct RoiAlign {
  bool max = false;        // of the samples of a cell; otherwise their mean
  bool half_pixel = true;  // rois count from the centres of pixels
  int64_t output_height = 1;
  int64_t output_width = 1;
  int64_t sampling_ratio = 0;  // samples of a cell along an axis; 0 = as many as pixels, rounded up
  float spatial_scale = 1.0f;
};
// X [N,C·kernel, blocks], image_shape int64, block_shape int64 -> Y [N,C,image...]: overlapping
// blocks added up, the inverse of cutting an image into them.
struct Col2Im {
  std::vector<int64_t> strides;     // empty = 1
  std::vector<int64_t> dilations;   // empty = 1
  std::vector<int64_t> pads_begin;  // empty = 0
  std::vector<int64_t> pads_end;
};

}  // namespace reluserve::graph

#endif  // RELUSERVE_SERVER_GRAPH_SAMPLING_OPS_H_
