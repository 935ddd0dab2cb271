// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The reluserve authors

#include <cstdint>
#include <cstring>

#include "server/base/status.h"
#include "server/engine/kernels/kernel_list.h"
#include "server/engine/kernels/parallel.h"
#include "server/graph/ops/axes.h"
#include "server/graph/ops/sampling.h"

namespace reluserve::engine::kernels {
namespace {

using graph::ResolvedCol2Im;

// The element of an image that tap `tap` of block `block` covers, or -1 where that is outside.
int64_t PlaceOf(const ResolvedCol2Im& op, int64_t tap, int64_t block) {
  int64_t place = 0;
  int64_t stride = 1;
  for (size_t axis = op.image.size(); axis-- > 0;) {
    const int64_t position = block % op.counts[axis] * op.strides[axis] +
                             tap % op.block[axis] * op.dilations[axis] - op.pads_begin[axis];
    if (position < 0 || position >= op.image[axis]) return -1;
    place += position * stride;
    stride *= op.image[axis];
    block /= op.counts[axis];
    tap /= op.block[axis];
  }
  return place;
}

}  // namespace

absl::Status Col2Im(const graph::Node& node, Inputs inputs, Outputs outputs) {
  RELUSERVE_ASSIGN_OR_RETURN(const auto image, graph::ReadIntegers(inputs[1]));
  RELUSERVE_ASSIGN_OR_RETURN(const auto block, graph::ReadIntegers(inputs[2]));
  RELUSERVE_ASSIGN_OR_RETURN(
      const ResolvedCol2Im op,
      graph::ResolveCol2Im(std::get<graph::Col2Im>(node.op), inputs[0].shape, image, block));
  const int64_t blocks = inputs[0].shape[2];
  const int64_t pixels = op.output.ElementCount(2, op.output.rank());
  const int64_t channels = op.output[0] * op.output[1];
  const int64_t taps = channels == 0 ? 0 : inputs[0].shape[0] * inputs[0].shape[1] / channels;
  std::memset(outputs[0].data, 0, outputs[0].byte_size());
  ParallelRanges(channels, taps * blocks, [&](int64_t begin, int64_t end) {
    for (int64_t channel = begin; channel < end; ++channel) {
      const float* x = Elements<float>(inputs[0]) + channel * taps * blocks;
      float* y = Elements<float>(outputs[0]) + channel * pixels;
      for (int64_t tap = 0; tap < taps; ++tap) {
        for (int64_t i = 0; i < blocks; ++i, ++x) {
          const int64_t place = PlaceOf(op, tap, i);
          if (place >= 0) y[place] += *x;
        }
      }
    }
  });
  return absl::OkStatus();
}

}  // namespace reluserve::engine::kernels
