// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The reluserve authors

// Convolution and its transpose over any element types: the loops are here, the arithmetic is a
// rule
//   Sum Start(channel), Sum Product(x, w, channel), Y Finish(sum, channel)
// with `channel` the output's. Every sum adds its products in the same order, whatever the batch.

#ifndef RELUSERVE_SERVER_ENGINE_KERNELS_CONVOLUTION_LOOP_H_
#define RELUSERVE_SERVER_ENGINE_KERNELS_CONVOLUTION_LOOP_H_

#include <cstdint>
#include <vector>

#include "server/engine/kernels/parallel.h"
#include "server/engine/kernels/window_loop.h"

namespace reluserve::engine::kernels {

struct ConvolutionShape {
  ConvolutionShape(const graph::ResolvedWindow& resolved, const Shape& x, const Shape& y,
                   int64_t groups)
      : batch(x[0]),
        input_channels(x[1]),
        output_channels(y[1]),
        group(groups),
        window(resolved, x) {}

  int64_t batch;
  int64_t input_channels;   // of X
  int64_t output_channels;  // of Y
  int64_t group;
  SpatialWindow window;

  int64_t group_inputs() const { return input_channels / group; }
  int64_t group_outputs() const { return output_channels / group; }
};

// X [N, C, input], W [M, C/group, taps] -> Y [N, M, output].
template <typename X, typename W, typename Y, typename Rule>
void Convolve(const ConvolutionShape& shape, const X* x, const W* w, Y* y, const Rule& rule) {
  using Sum = decltype(rule.Start(0));
  const SpatialWindow& window = shape.window;
  const int64_t rows = window.output_rows();
  const int64_t width = window.axes[2].output;
  const int64_t stride = window.axes[2].stride;
  const int64_t taps = window.taps();
  const int64_t inputs = shape.group_inputs();
  ParallelRanges(
      shape.batch * shape.output_channels * rows, inputs * taps * width,
      [&](int64_t begin, int64_t end) {
        std::vector<Sum> sums(static_cast<size_t>(width));
        for (int64_t item = begin; item < end; ++item) {
          const int64_t channel = item / rows % shape.output_channels;
          const int64_t sample = item / rows / shape.output_channels;
          const int64_t first_input = channel / shape.group_outputs() * inputs;
          sums.assign(sums.size(), rule.Start(channel));
          for (int64_t c = 0; c < inputs; ++c) {
            const X* plane =
                x + (sample * shape.input_channels + first_input + c) * window.input_size();
            const W* weights = w + (channel * inputs + c) * taps;
            window.ForEachTap(item % rows, [&](int64_t tap, int64_t offset, IndexRange outputs) {
              const W weight = weights[tap];
              const X* from = plane + offset;
              Sum* to = sums.data() + outputs.begin;
              for (int64_t i = 0; i < outputs.end - outputs.begin; ++i) {
                to[i] += rule.Product(from[i * stride], weight, channel);
              }
            });
          }
          for (int64_t i = 0; i < width; ++i) y[item * width + i] = rule.Finish(sums[i], channel);
        }
      });
}

// X [N, C, window's output], W [C, M/group, taps] -> Y [N, M, window's input].
template <typename X, typename W, typename Y, typename Rule>
void ConvolveTransposed(const ConvolutionShape& shape, const X* x, const W* w, Y* y,
                        const Rule& rule) {
  using Sum = decltype(rule.Start(0));
  const SpatialWindow& window = shape.window;
  const int64_t rows = window.axes[0].input * window.axes[1].input;
  const int64_t width = window.axes[2].input;
  const int64_t stride = window.axes[2].stride;
  const int64_t taps = window.taps();
  const int64_t inputs = shape.group_inputs();
  ParallelRanges(
      shape.batch * shape.output_channels * rows, inputs * taps * width,
      [&](int64_t begin, int64_t end) {
        std::vector<Sum> sums(static_cast<size_t>(width));
        for (int64_t item = begin; item < end; ++item) {
          const int64_t channel = item / rows % shape.output_channels;
          const int64_t sample = item / rows / shape.output_channels;
          const int64_t first_input = channel / shape.group_outputs() * inputs;
          sums.assign(sums.size(), rule.Start(channel));
          for (int64_t c = first_input; c < first_input + inputs; ++c) {
            const X* plane = x + (sample * shape.input_channels + c) * window.output_size();
            const W* weights =
                w + (c * shape.group_outputs() + channel % shape.group_outputs()) * taps;
            window.ForEachTransposedTap(
                item % rows, [&](int64_t tap, int64_t offset, IndexRange outputs, int64_t at) {
                  const W weight = weights[tap];
                  const X* from = plane + offset;
                  Sum* to = sums.data() + at;
                  for (int64_t i = 0; i < outputs.end - outputs.begin; ++i) {
                    to[i * stride] += rule.Product(from[i], weight, channel);
                  }
                });
          }
          for (int64_t i = 0; i < width; ++i) y[item * width + i] = rule.Finish(sums[i], channel);
        }
      });
}

}  // namespace reluserve::engine::kernels

#endif  // RELUSERVE_SERVER_ENGINE_KERNELS_CONVOLUTION_LOOP_H_
