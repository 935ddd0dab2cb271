// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The reluserve authors

#include "tests/equivalence/networks.h"

namespace reluserve::equivalence {
namespace {

using graph::BinaryKind;
using graph::Pool;
using graph::PoolKind;
using graph::Window;
using Outputs = std::vector<Feature>;

const Window kSame3x3 = {.pads_begin = {1, 1}, .pads_end = {1, 1}};
const Window kHalving3x3 = {.strides = {2, 2}, .pads_begin = {1, 1}, .pads_end = {1, 1}};

Outputs BatchNormalized(NetworkBuilder& net) {
  Feature x = net.Input({3, 9, 10});
  x = net.Relu(net.BatchNorm(net.Conv(x, 17, {.window = kHalving3x3, .bias = false})));
  x = net.Relu(net.BatchNorm(net.Conv3x3(x, 24)));
  return {net.BatchNorm(net.Conv1x1(x, 8))};
}

// Caffe has the scale and shift in a layer of their own.
Outputs CaffeBatchNormalized(NetworkBuilder& net) {
  Feature x = net.Input({3, 8, 8});
  x = net.BatchNorm(net.Conv3x3(x, 16));
  x = net.Apply(graph::Binary{BinaryKind::kMul}, x, {net.Factors({16, 1, 1})});
  x = net.Apply(graph::Binary{BinaryKind::kAdd}, x, {net.Biases({1, 16, 1, 1})});
  return {net.Relu(x)};
}

Outputs BasicBlocks(NetworkBuilder& net) {
  Feature x = net.Relu(net.Conv3x3(net.Input({3, 8, 8}), 16));
  Feature branch = net.BatchNorm(net.Conv3x3(net.Relu(net.BatchNorm(net.Conv3x3(x, 16))), 16));
  x = net.Relu(net.Binary(BinaryKind::kAdd, branch, x));
  // The second block halves the extents, and so has a convolution on both sides of the sum.
  branch = net.Conv3x3(net.Relu(net.Conv(x, 24, {.window = kHalving3x3})), 24);
  const Feature shortcut = net.Conv(x, 24, {.kernel = {1, 1}, .window = {.strides = {2, 2}}});
  x = net.Relu(net.Binary(BinaryKind::kAdd, shortcut, branch));
  return {net.Apply(Pool{.kind = PoolKind::kAverage, .global = true}, x)};
}

Outputs Bottleneck(NetworkBuilder& net) {
  Feature x = net.Relu(net.Conv1x1(net.Input({6, 8, 7}), 32));
  Feature branch = net.Relu(net.Conv1x1(x, 9));
  branch = net.Relu(net.Conv3x3(branch, 9));
  branch = net.Conv1x1(branch, 32);
  return {net.Relu(net.Apply(graph::Variadic{graph::VariadicKind::kSum}, x, {branch.id}))};
}

// The sum reads a value that is needed again afterwards, so it must not be overwritten.
Outputs ResidualReadAgain(NetworkBuilder& net) {
  const Feature x = net.Relu(net.Conv3x3(net.Input({3, 6, 6}), 16));
  const Feature sum = net.Relu(net.Binary(BinaryKind::kAdd, net.Conv3x3(x, 16), x));
  return {net.Binary(BinaryKind::kMul, sum, x), sum, x};
}

// x + x, and a convolution added to what it reads.
Outputs SumsOfTheSame(NetworkBuilder& net) {
  const Feature x = net.Relu(net.Conv3x3(net.Input({3, 6, 6}), 8));
  const Feature twice =
      net.Relu(net.Binary(BinaryKind::kSub, net.Binary(BinaryKind::kAdd, x, x), net.Conv1x1(x, 8)));
  return {net.Relu(net.Binary(BinaryKind::kAdd, net.Conv1x1(twice, 8), twice))};
}

Outputs Inception(NetworkBuilder& net) {
  const Feature x = net.Relu(net.Conv3x3(net.Input({3, 9, 8}), 16));
  const Feature narrow = net.Relu(net.Conv1x1(x, 5));
  const Feature wide = net.Relu(net.Conv3x3(net.Relu(net.Conv1x1(x, 4)), 17));
  const Window same5x5 = {.pads_begin = {2, 2}, .pads_end = {2, 2}};
  const Feature wider = net.Relu(net.Conv(x, 8, {.kernel = {5, 5}, .window = same5x5}));
  Window pool = kSame3x3;
  pool.kernel = {3, 3};
  const Feature pooled = net.Relu(net.Conv1x1(net.Apply(Pool{.window = pool}, x), 3));
  return {net.Relu(net.Conv1x1(net.Concat({narrow, wide, wider, pooled}), 12))};
}

// Convolutions large enough for Winograd's algorithm, by tiles of 4 and, after the halving, of 2; a
// sum in place, and a normalisation of whole blocks of channels that cannot be folded.
Outputs LargeEnoughForWinograd(NetworkBuilder& net) {
  Feature x = net.Relu(net.Conv3x3(net.Input({3, 17, 18}), 16));
  x = net.Relu(net.Binary(BinaryKind::kAdd, net.Conv3x3(x, 16), x));
  x = net.Relu(net.Conv(x, 16, {.window = kHalving3x3}));
  x = net.Concat({x, net.Relu(net.Conv3x3(x, 48))});
  return {net.Conv1x1(net.Relu(net.BatchNorm(x)), 8)};
}

// Normalisation and activation come before the convolution, and see a concatenation.
Outputs Dense(NetworkBuilder& net) {
  Feature x = net.Conv3x3(net.Input({3, 7, 7}), 10);
  for (int layer = 0; layer < 3; ++layer) {
    x = net.Concat({x, net.Conv3x3(net.Relu(net.BatchNorm(x)), 6)});
  }
  return {net.Relu(net.BatchNorm(x))};
}

Outputs SqueezeExcite(NetworkBuilder& net) {
  const Feature x = net.Relu(net.Conv3x3(net.Input({3, 8, 8}), 16));
  Feature gate = net.Apply(Pool{.kind = PoolKind::kMax, .global = true}, x);
  gate = net.Relu(net.Conv1x1(gate, 4));
  gate = net.Apply(graph::Activation{graph::ActivationKind::kHardSigmoid, 0.25f, 0.5f},
                   net.Conv1x1(gate, 16));
  return {net.Relu(net.Conv1x1(net.Binary(BinaryKind::kMul, x, gate), 8))};
}

// The channel shuffle of ShuffleNet: groups of channels change places through rank 5.
Outputs Shuffle(NetworkBuilder& net) {
  Feature x = net.Relu(net.Conv(net.Input({4, 6, 6}), 12, {.kernel = {1, 1}, .group = 2}));
  x = net.Apply(graph::Reshape{}, x, {net.Integers({0, 2, 6, 6, 6})});
  x = net.Apply(graph::Transpose{.perm = {0, 2, 1, 3, 4}}, x);
  x = net.Apply(graph::Reshape{}, x, {net.Integers({0, 12, 6, 6})});
  return {net.Relu(net.Conv(x, 12, {.window = kSame3x3, .group = 12}))};
}

// A network written for channels last, as tf2onnx exports it.
Outputs ChannelsLast(NetworkBuilder& net) {
  const graph::Transpose to_first = {.perm = {0, 3, 1, 2}};
  const graph::Transpose to_last = {.perm = {0, 2, 3, 1}};
  Feature x = net.Apply(to_first, net.Input({8, 7, 5}));
  x.channels = 5;
  x = net.Apply(to_last, net.Conv3x3(x, 17));
  x = net.Relu(net.Apply(graph::Binary{BinaryKind::kAdd}, x, {net.Biases({17})}));
  x = net.Apply(to_last, net.Conv3x3(net.Apply(to_first, x), 9));
  return {net.Relu(x)};
}

const Network kNetworks[] = {
    {"batch_normalized", BatchNormalized},
    {"caffe_batch_normalized", CaffeBatchNormalized},
    {"basic_blocks", BasicBlocks},
    {"bottleneck", Bottleneck},
    {"residual_read_again", ResidualReadAgain},
    {"sums_of_the_same", SumsOfTheSame},
    {"inception", Inception},
    {"large_enough_for_winograd", LargeEnoughForWinograd, /*exact=*/false},
    {"dense", Dense},
    {"squeeze_excite", SqueezeExcite},
    {"shuffle", Shuffle},
    {"channels_last", ChannelsLast},
};

}  // namespace

std::span<const Network> BlockNetworks() { return kNetworks; }

}  // namespace reluserve::equivalence
