// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The reluserve authors

#include "tests/equivalence/networks.h"

namespace reluserve::equivalence {
namespace {

using graph::AutoPad;
using graph::Window;
using Outputs = std::vector<Feature>;

Outputs Plain(NetworkBuilder& net) {
  Feature x = net.Input({3, 9, 10});
  x = net.Relu(net.Conv3x3(x, 16));
  x = net.Relu(net.Conv3x3(x, 32));
  return {net.Conv1x1(x, 8)};
}

// Blocked layouts pad these to whole blocks of 8 or 16.
Outputs OddChannels(NetworkBuilder& net) {
  Feature x = net.Input({5, 9, 7});
  x = net.Relu(net.Conv3x3(x, 17));
  x = net.Relu(net.Conv3x3(x, 3));
  x = net.Relu(net.Conv3x3(x, 24));
  x = net.Relu(net.Conv1x1(x, 1));
  return {x};
}

Outputs StridesAndPads(NetworkBuilder& net) {
  Feature x = net.Input({3, 11, 14});
  x = net.Relu(net.Conv(
      x, 17,
      {.kernel = {5, 3}, .window = {.strides = {2, 3}, .pads_begin = {2, 0}, .pads_end = {1, 2}}}));
  x = net.Relu(net.Conv(x, 16, {.window = {.strides = {2, 2}, .auto_pad = AutoPad::kSameUpper}}));
  x = net.Relu(net.Conv(x, 16, {.kernel = {2, 2}, .window = {.auto_pad = AutoPad::kSameLower}}));
  return {net.Relu(net.Conv(x, 8, {.kernel = {2, 2}, .window = {.auto_pad = AutoPad::kValid}}))};
}

Outputs Dilated(NetworkBuilder& net) {
  Feature x = net.Input({4, 11, 12});
  const Window twice = {.dilations = {2, 2}, .pads_begin = {2, 2}, .pads_end = {2, 2}};
  x = net.Relu(net.Conv(x, 16, {.window = twice}));
  const Window uneven = {.dilations = {3, 1}, .pads_begin = {3, 0}, .pads_end = {3, 1}};
  return {net.Relu(net.Conv(x, 9, {.window = uneven}))};
}

Outputs Grouped(NetworkBuilder& net) {
  Feature x = net.Input({6, 8, 8});
  x = net.Relu(net.Conv(x, 15, {.group = 3}));
  x = net.Relu(net.Conv1x1(x, 32));
  x = net.Relu(net.Conv(x, 32, {.group = 2}));
  return {net.Relu(net.Conv(x, 64, {.group = 4}))};
}

Outputs Depthwise(NetworkBuilder& net) {
  const graph::Activation relu6 = {graph::ActivationKind::kClip, 0.0f, 6.0f};
  Feature x = net.Input({5, 9, 9});
  const Window same = {.pads_begin = {1, 1}, .pads_end = {1, 1}};
  x = net.Apply(relu6, net.Conv(x, 5, {.window = same, .group = 5}));
  x = net.Apply(relu6, net.Conv1x1(x, 24));
  x = net.Apply(relu6, net.Conv(x, 24, {.window = {.strides = {2, 2}}, .group = 24}));
  // Two outputs from each input.
  x = net.Apply(relu6, net.Conv(x, 48, {.kernel = {2, 2}, .group = 24}));
  return {net.Conv1x1(x, 3)};
}

Outputs OneDimension(NetworkBuilder& net) {
  Feature x = net.Input({3, 40});
  x = net.Relu(net.Conv(x, 16, {.kernel = {5}, .window = {.strides = {2}}}));
  x = net.Apply(graph::Pool{.window = {.kernel = {3}, .strides = {2}}}, x);
  return {net.Relu(net.Conv(x, 7, {.kernel = {3}}))};
}

Outputs ThreeDimensions(NetworkBuilder& net) {
  Feature x = net.Input({2, 5, 6, 7});
  x = net.Relu(net.Conv(x, 17, {.kernel = {3, 2, 3}, .window = {.strides = {1, 2, 1}}}));
  x = net.Apply(graph::Pool{.kind = graph::PoolKind::kAverage, .window = {.kernel = {2, 1, 1}}}, x);
  return {net.Relu(net.Conv(x, 5, {.kernel = {1, 2, 2}}))};
}

Outputs Transposed(NetworkBuilder& net) {
  Feature x = net.Input({6, 5, 4});
  x = net.ConvTranspose(x, 16, {.window = {.strides = {2, 2}}});
  x = net.Relu(net.BatchNorm(x));
  x = net.ConvTranspose(x, 8,
                        {.kernel = {2, 3},
                         .window = {.pads_begin = {0, 1}, .pads_end = {1, 0}},
                         .group = 2,
                         .bias = false});
  return {net.Relu(x)};
}

Outputs OnePixel(NetworkBuilder& net) {
  Feature x = net.Input({24, 3, 3});
  x = net.Relu(net.Conv(x, 17));
  return {net.Relu(net.Conv1x1(x, 9))};
}

const Network kNetworks[] = {
    {"plain", Plain},
    {"odd_channels", OddChannels},
    {"strides_and_pads", StridesAndPads},
    {"dilated", Dilated},
    {"grouped", Grouped},
    {"depthwise", Depthwise},
    {"one_dimension", OneDimension},
    {"three_dimensions", ThreeDimensions},
    {"transposed", Transposed},
    {"one_pixel", OnePixel},
};

}  // namespace

std::span<const Network> ConvolutionNetworks() { return kNetworks; }

}  // namespace reluserve::equivalence
