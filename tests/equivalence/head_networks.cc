// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The reluserve authors

#include "tests/equivalence/networks.h"

namespace reluserve::equivalence {
namespace {

using graph::BinaryKind;
using graph::Pool;
using graph::PoolKind;
using Outputs = std::vector<Feature>;

Outputs FullyConnected(NetworkBuilder& net) {
  Feature x = net.Relu(net.Conv3x3(net.Input({3, 5, 6}), 17));
  x = net.Apply(graph::Flatten{}, x);
  x = net.Relu(net.Gemm(x, 17 * 5 * 6, 33));
  x = net.Relu(net.Gemm(x, 33, 16));
  return {net.Apply(graph::Softmax{}, net.Gemm(x, 16, 10))};
}

Outputs MatMulHead(NetworkBuilder& net) {
  Feature x = net.Relu(net.Conv3x3(net.Input({3, 4, 4}), 8));
  x = net.Apply(graph::Reshape{}, x, {net.Integers({0, -1})});
  x = net.Apply(graph::MatMul{}, x, {net.Weights({128, 17}, 128)});
  x = net.Relu(net.Apply(graph::Binary{BinaryKind::kAdd}, x, {net.Biases({17})}));
  x = net.Apply(graph::MatMul{}, x, {net.Weights({17, 5}, 17)});
  return {x, net.Apply(graph::Softmax{.axis = 1, .log = true}, x)};
}

Outputs AlexNet(NetworkBuilder& net) {
  const graph::Lrn lrn = {.size = 5, .alpha = 0.05f, .beta = 0.75f, .bias = 1.0f};
  Feature x = net.Relu(net.Conv(net.Input({3, 15, 15}), 17, {.window = {.strides = {2, 2}}}));
  x = net.Apply(Pool{.window = {.kernel = {3, 3}, .strides = {2, 2}}}, net.Apply(lrn, x));
  x = net.Apply(lrn, net.Relu(net.Conv3x3(x, 16)));
  return {net.Conv1x1(x, 4)};
}

// Every form of pooling, one after each convolution.
Outputs Pools(NetworkBuilder& net) {
  const Pool pools[] = {
      {.window = {.kernel = {2, 2}, .strides = {2, 2}}},
      {.window = {.kernel = {3, 3}, .strides = {2, 2}}, .ceil_mode = true},
      {.window = {.kernel = {3, 2}, .pads_begin = {0, 0}, .pads_end = {1, 1}}},
      {.window = {.kernel = {2, 2}, .dilations = {2, 2}}},
      {.window = {.kernel = {3, 3}, .strides = {2, 2}, .auto_pad = graph::AutoPad::kSameUpper}},
      {.kind = PoolKind::kAverage,
       .window = {.kernel = {2, 2}, .strides = {2, 2}, .pads_begin = {1, 1}, .pads_end = {0, 1}}},
      {.kind = PoolKind::kAverage,
       .window = {.kernel = {2, 2}, .strides = {2, 2}, .pads_begin = {1, 1}, .pads_end = {1, 1}},
       .count_include_pad = true},
      {.kind = PoolKind::kAverage,
       .window = {.kernel = {4, 4}, .strides = {3, 3}},
       .ceil_mode = true,
       .count_include_pad = true},
      {.kind = PoolKind::kAverage, .global = true},
      {.kind = PoolKind::kMax, .global = true},
      {.kind = PoolKind::kLp, .window = {.kernel = {2, 2}}},
  };
  const Feature x = net.Relu(net.Conv3x3(net.Input({3, 9, 10}), 17));
  Outputs outputs;
  for (const Pool& pool : pools) outputs.push_back(net.Conv1x1(net.Apply(pool, x), 5));
  return outputs;
}

Outputs PReluSlopes(NetworkBuilder& net) {
  Feature x = net.PRelu(net.Conv3x3(net.Input({3, 6, 7}), 17), {17, 1, 1});
  x = net.PRelu(net.Conv3x3(x, 9), {1});
  x = net.PRelu(net.Conv1x1(x, 8), {1, 8, 1, 1});
  return {net.PRelu(net.Conv1x1(x, 4), {4, 6, 7})};
}

Outputs InstanceNormalized(NetworkBuilder& net) {
  Feature x = net.Conv3x3(net.Input({3, 6, 7}), 17);
  x = net.Relu(net.Apply(graph::InstanceNormalization{}, x, {net.Factors({17}), net.Biases({17})}));
  return {net.Conv1x1(x, 4)};
}

Outputs Padded(NetworkBuilder& net) {
  const auto pad = [&](graph::PadMode mode, Feature x, std::vector<int64_t> pads) {
    return net.Apply(graph::Pad{mode}, x, {net.Integers(pads)});
  };
  Feature x = pad(graph::PadMode::kReflect, net.Input({3, 6, 7}), {0, 0, 2, 1, 0, 0, 1, 2});
  x = net.Relu(net.Conv(x, 16));
  x = net.Relu(net.Conv(pad(graph::PadMode::kConstant, x, {0, 0, 1, 1, 0, 0, 1, 1}), 9));
  x = pad(graph::PadMode::kConstant, x, {0, 0, 1, 0, 0, 0, 0, 1});
  x = net.Apply(Pool{.kind = PoolKind::kAverage, .window = {.kernel = {2, 2}}}, x);
  // Negative pads crop.
  return {net.Relu(net.Conv1x1(pad(graph::PadMode::kEdge, x, {0, 0, -1, 1, 0, 0, 1, 0}), 4))};
}

// The sum before the activation is an output too, so it has to be there as well.
Outputs PreActivationIsAnOutput(NetworkBuilder& net) {
  const Feature sum = net.Conv3x3(net.Input({3, 6, 6}), 16);
  const Feature active = net.Relu(sum);
  return {sum, active, net.Conv1x1(active, 4)};
}

// Two activations of the same sum.
Outputs PreActivationIsReadTwice(NetworkBuilder& net) {
  const Feature sum = net.Conv3x3(net.Input({3, 6, 6}), 16);
  const Feature negated = net.Binary(BinaryKind::kSub, net.Relu(sum), sum);
  const graph::Activation leaky = {graph::ActivationKind::kLeakyRelu, 0.25f, 0.0f};
  return {net.Concat({net.Relu(negated), net.Apply(leaky, sum)})};
}

// Nothing but activations and moves, with the input itself among the outputs.
Outputs NoWeights(NetworkBuilder& net) {
  const Feature x = net.Input({5, 4, 3});
  const Feature relu = net.Relu(x);
  const Feature again = net.Relu(relu);
  return {x, relu, again, net.Apply(graph::Identity{}, x), net.Concat({x, again})};
}

Outputs Broadcasts(NetworkBuilder& net) {
  const auto with = [&](BinaryKind kind, Feature x, const Shape& shape) {
    return net.Apply(graph::Binary{kind}, x, {net.Factors(shape)});
  };
  Feature x = net.Relu(with(BinaryKind::kAdd, net.Conv3x3(net.Input({3, 6, 5}), 17), {17, 1, 1}));
  x = net.Relu(with(BinaryKind::kSub, net.Conv1x1(x, 8), {6, 5}));
  x = net.Relu(with(BinaryKind::kMul, net.Conv1x1(x, 9), {1, 9, 6, 5}));
  x = with(BinaryKind::kDiv, net.Conv1x1(x, 4), {1});
  const Feature column = net.Apply(Pool{.kind = PoolKind::kMax, .window = {.kernel = {6, 1}}}, x);
  return {net.Relu(net.Binary(BinaryKind::kSub, column, x))};
}

// Weights and biases that only a run makes, each in another layout than its primitive wants.
Outputs WeightsOfTheRun(NetworkBuilder& net) {
  const Feature data = net.Input({3, 5, 6});
  const Feature row = net.Apply(graph::Reshape{}, data, {net.Integers({1, -1})});
  const Feature column = net.Apply(graph::Reshape{}, data, {net.Integers({-1})});
  const Feature square = net.Apply(graph::MatMul{}, row, {column.id});
  const Feature zero = net.Apply(graph::Binary{BinaryKind::kMul}, square, {net.Scalar(0.0f)});
  const auto made = [&](graph::ValueId constant) {
    return net.Apply(graph::Binary{BinaryKind::kAdd}, zero, {constant}).id;
  };
  const graph::Conv conv = {{.kernel = {3, 3}, .pads_begin = {1, 1}, .pads_end = {1, 1}}, 1};
  Feature x = net.Relu(
      net.Apply(conv, data, {made(net.Weights({16, 3, 3, 3}, 27)), made(net.Biases({16}))}));
  const graph::ConvTranspose wider = {{.kernel = {2, 2}, .strides = {2, 2}}, 2, {}, {}};
  x = net.Relu(net.Apply(wider, x, {made(net.Weights({16, 4, 2, 2}, 8)), made(net.Biases({8}))}));
  x = net.Apply(graph::Flatten{}, x);
  const graph::Gemm gemm = {
      .alpha = 1.0f, .beta = 1.0f, .transpose_a = false, .transpose_b = false};
  x = net.Relu(net.Apply(
      gemm, x, {made(net.Weights({8 * 10 * 12, 17}, 8 * 10 * 12)), made(net.Biases({17}))}));
  return {net.Apply(graph::MatMul{}, x, {made(net.Weights({17, 5}, 17))})};
}

const Network kNetworks[] = {
    {"fully_connected", FullyConnected},
    {"matmul_head", MatMulHead},
    {"alexnet", AlexNet, /*exact=*/false},
    {"pools", Pools},
    {"prelu_slopes", PReluSlopes},
    {"instance_normalized", InstanceNormalized, /*exact=*/false},
    {"padded", Padded},
    {"pre_activation_is_an_output", PreActivationIsAnOutput},
    {"pre_activation_is_read_twice", PreActivationIsReadTwice},
    {"no_weights", NoWeights},
    {"broadcasts", Broadcasts},
    {"weights_of_the_run", WeightsOfTheRun},
};

}  // namespace

std::span<const Network> HeadNetworks() { return kNetworks; }

}  // namespace reluserve::equivalence
