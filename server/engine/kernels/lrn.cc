// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The reluserve authors

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <vector>

#include "server/engine/kernels/dispatch.h"
#include "server/engine/kernels/kernel_list.h"
#include "server/engine/kernels/parallel.h"

namespace reluserve::engine::kernels {

// y = x / (bias + alpha/size · sum of x² over `size` channels around)^beta. Of an even size the
// larger half lies after the channel.
absl::Status Lrn(const graph::Node& node, Inputs inputs, Outputs outputs) {
  const auto& op = std::get<graph::Lrn>(node.op);
  const AxisSplit split = SplitAtAxis(inputs[0].shape, 1);
  const int64_t channels = split.length;
  const int64_t before = (op.size - 1) / 2;
  const int64_t after = op.size - 1 - before;
  const double weight = static_cast<double>(op.alpha) / static_cast<double>(op.size);
  constexpr int64_t kPowerSteps = 32;
  return Dispatch(FloatTypes{}, node, inputs[0].type, [&]<typename T>(std::type_identity<T>) {
    ParallelRanges(
        split.outer * channels, split.inner * kPowerSteps, [&](int64_t begin, int64_t end) {
          std::vector<double> squares(static_cast<size_t>(split.inner));
          for (int64_t plane = begin; plane < end; ++plane) {
            const int64_t channel = plane % channels;
            const T* sample = Elements<T>(inputs[0]) + (plane - channel) * split.inner;
            std::fill(squares.begin(), squares.end(), 0.0);
            const int64_t last = channel + std::min(after, channels - 1 - channel);
            for (int64_t c = std::max<int64_t>(channel - before, 0); c <= last; ++c) {
              const T* x = sample + c * split.inner;
              for (int64_t i = 0; i < split.inner; ++i) {
                squares[i] += static_cast<double>(x[i]) * static_cast<double>(x[i]);
              }
            }
            const T* x = sample + channel * split.inner;
            T* y = Elements<T>(outputs[0]) + plane * split.inner;
            for (int64_t i = 0; i < split.inner; ++i) {
              y[i] = static_cast<T>(
                  x[i] * std::pow(op.bias + weight * squares[i], -static_cast<double>(op.beta)));
            }
          }
        });
  });
}

}  // namespace reluserve::engine::kernels
