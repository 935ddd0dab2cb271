// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The reluserve authors

// Where each output position of a resized axis reads its input. Resizing is separable: an axis is
// resized without regard to the others.

#ifndef RELUSERVE_SERVER_ENGINE_KERNELS_RESIZE_TABLE_H_
#define RELUSERVE_SERVER_ENGINE_KERNELS_RESIZE_TABLE_H_

#include <cstdint>
#include <vector>

#include "server/graph/op.h"

namespace reluserve::engine::kernels {

// One axis of a Resize.
struct ResizeAxis {
  int64_t input = 1;
  int64_t output = 1;
  float scale = 1.0f;  // as the model gives it; output/input need not be exactly that
  float roi_begin = 0.0f;
  float roi_end = 1.0f;
};

// Whether the axis stays as it is.
bool IsIdentity(const graph::Resize& op, const ResizeAxis& axis);

// For each output position whether it lies outside the input and takes the extrapolation value:
// kTfCropAndResize only, otherwise empty.
std::vector<bool> OutsideTable(const graph::Resize& op, const ResizeAxis& axis);

// Nearest mode: for each output position the input position.
std::vector<int64_t> NearestTable(const graph::Resize& op, const ResizeAxis& axis);

// Linear and cubic mode: each output position is a weighted sum of `taps` input positions.
struct WeightTable {
  int64_t taps = 0;
  std::vector<int64_t> positions;  // [output, taps], within the input
  std::vector<float> weights;      // [output, taps]
};
WeightTable MakeWeightTable(const graph::Resize& op, const ResizeAxis& axis);

}  // namespace reluserve::engine::kernels

#endif  // RELUSERVE_SERVER_ENGINE_KERNELS_RESIZE_TABLE_H_
