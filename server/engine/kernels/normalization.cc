// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The reluserve authors

// Normalisations whose groups of elements lie along memory: BatchNormalization, which is given its
// statistics, InstanceNormalization, GroupNormalization, LayerNormalization.

#include <array>
#include <cmath>
#include <cstdint>

#include "server/engine/kernels/broadcast_loop.h"
#include "server/engine/kernels/dispatch.h"
#include "server/engine/kernels/kernel_list.h"
#include "server/engine/kernels/parallel.h"

namespace reluserve::engine::kernels {
namespace {

struct Statistics {
  double mean;
  double inverse_deviation;  // 1 / sqrt(variance + epsilon)
};

// In two passes, as the difference of two sums loses digits where the mean is large.
template <typename T>
Statistics Measure(const T* x, int64_t count, double epsilon) {
  double sum = 0;
  for (int64_t i = 0; i < count; ++i) sum += x[i];
  const double mean = sum / static_cast<double>(count);
  double squares = 0;
  for (int64_t i = 0; i < count; ++i) squares += (x[i] - mean) * (x[i] - mean);
  return {mean, 1.0 / std::sqrt(squares / static_cast<double>(count) + epsilon)};
}

// y = (x - mean)·scale + bias
template <typename T>
void Normalize(const T* x, T* y, int64_t count, double mean, double scale, double bias) {
  for (int64_t i = 0; i < count; ++i) y[i] = static_cast<T>((x[i] - mean) * scale + bias);
}

// `groups` neighbouring channels of each sample share their statistics; `scale` and `bias` have
// `entries` entries, each for as many channels.
template <typename T>
void NormalizeGroups(Inputs inputs, Outputs outputs, int64_t groups, float epsilon) {
  const Shape& shape = inputs[0].shape;
  const int64_t channels = shape[1];
  const int64_t positions = shape.ElementCount(2, shape.rank());
  const int64_t group_channels = channels / groups;
  const int64_t channels_per_entry = channels / inputs[1].shape.ElementCount();
  const T* scale = Elements<T>(inputs[1]);
  const T* bias = Elements<T>(inputs[2]);
  ParallelRanges(
      shape[0] * groups, 3 * group_channels * positions, [&](int64_t begin, int64_t end) {
        for (int64_t group = begin; group < end; ++group) {
          const int64_t offset = group * group_channels * positions;
          const T* x = Elements<T>(inputs[0]) + offset;
          T* y = Elements<T>(outputs[0]) + offset;
          const Statistics statistics = Measure(x, group_channels * positions, epsilon);
          for (int64_t i = 0; i < group_channels; ++i) {
            const int64_t entry = (group % groups * group_channels + i) / channels_per_entry;
            Normalize(x + i * positions, y + i * positions, positions, statistics.mean,
                      statistics.inverse_deviation * scale[entry], bias[entry]);
          }
        }
      });
}

// y = y·scale + bias, both broadcast to y; an absent bias is 0.
template <typename T>
void ScaleAndShift(const MutableTensorView& y, const TensorView& scale, const TensorView* bias) {
  const TensorView& shift = bias != nullptr ? *bias : scale;
  const BroadcastLoop<2> loop(y.shape, {&scale.shape, &shift.shape});
  const int64_t scale_step = loop.step(0);
  const int64_t shift_step = loop.step(1);
  loop.Run(1, [&](int64_t at, const std::array<int64_t, 2>& from, int64_t length) {
    T* target = Elements<T>(y) + at;
    const T* factor = Elements<T>(scale) + from[0];
    for (int64_t i = 0; i < length; ++i) target[i] *= factor[i * scale_step];
    if (bias == nullptr) return;
    const T* addend = Elements<T>(shift) + from[1];
    for (int64_t i = 0; i < length; ++i) target[i] += addend[i * shift_step];
  });
}

template <typename T>
void NormalizeLayers(const graph::LayerNormalization& op, Inputs inputs, Outputs outputs) {
  const AxisSplit split = SplitAtAxis(inputs[0].shape, op.axis);
  const int64_t length = split.length * split.inner;
  T* means = Present(outputs, 1) ? Elements<T>(outputs[1]) : nullptr;
  T* inverse_deviations = Present(outputs, 2) ? Elements<T>(outputs[2]) : nullptr;
  ParallelRanges(split.outer, 3 * length, [&](int64_t begin, int64_t end) {
    for (int64_t i = begin; i < end; ++i) {
      const T* x = Elements<T>(inputs[0]) + i * length;
      const Statistics statistics = Measure(x, length, op.epsilon);
      Normalize(x, Elements<T>(outputs[0]) + i * length, length, statistics.mean,
                statistics.inverse_deviation, 0.0);
      if (means != nullptr) means[i] = static_cast<T>(statistics.mean);
      if (inverse_deviations != nullptr) {
        inverse_deviations[i] = static_cast<T>(statistics.inverse_deviation);
      }
    }
  });
  ScaleAndShift<T>(outputs[0], inputs[1], Present(inputs, 2) ? &inputs[2] : nullptr);
}

}  // namespace

absl::Status BatchNormalization(const graph::Node& node, Inputs inputs, Outputs outputs) {
  const double epsilon = std::get<graph::BatchNormalization>(node.op).epsilon;
  const Shape& shape = inputs[0].shape;
  Shape channel_shape = Shape::Filled(shape.rank(), 1);
  channel_shape[1] = shape[1];
  const BroadcastLoop<1> loop(shape, {&channel_shape});
  const int64_t channel_step = loop.step(0);
  return Dispatch(FloatTypes{}, node, inputs[0].type, [&]<typename T>(std::type_identity<T>) {
    const T* scale = Elements<T>(inputs[1]);
    const T* bias = Elements<T>(inputs[2]);
    const T* mean = Elements<T>(inputs[3]);
    const T* variance = Elements<T>(inputs[4]);
    loop.Run(2, [&](int64_t at, const std::array<int64_t, 1>& channel, int64_t length) {
      const T* x = Elements<T>(inputs[0]) + at;
      T* y = Elements<T>(outputs[0]) + at;
      // A run is one channel's plane or, where planes have one element, one element of each
      // channel.
      const int64_t plane = channel_step == 0 ? length : 1;
      for (int64_t i = 0; i < length; i += plane) {
        const int64_t c = channel[0] + i;
        Normalize(x + i, y + i, plane, mean[c], scale[c] / std::sqrt(variance[c] + epsilon),
                  bias[c]);
      }
    });
  });
}

absl::Status InstanceNormalization(const graph::Node& node, Inputs inputs, Outputs outputs) {
  const float epsilon = std::get<graph::InstanceNormalization>(node.op).epsilon;
  return Dispatch(FloatTypes{}, node, inputs[0].type, [&]<typename T>(std::type_identity<T>) {
    NormalizeGroups<T>(inputs, outputs, inputs[0].shape[1], epsilon);
  });
}

absl::Status GroupNormalization(const graph::Node& node, Inputs inputs, Outputs outputs) {
  const auto& op = std::get<graph::GroupNormalization>(node.op);
  return Dispatch(FloatTypes{}, node, inputs[0].type, [&]<typename T>(std::type_identity<T>) {
    NormalizeGroups<T>(inputs, outputs, op.num_groups, op.epsilon);
  });
}

absl::Status LayerNormalization(const graph::Node& node, Inputs inputs, Outputs outputs) {
  const auto& op = std::get<graph::LayerNormalization>(node.op);
  return Dispatch(FloatTypes{}, node, inputs[0].type, [&]<typename T>(std::type_identity<T>) {
    NormalizeLayers<T>(op, inputs, outputs);
  });
}

}  // namespace reluserve::engine::kernels
