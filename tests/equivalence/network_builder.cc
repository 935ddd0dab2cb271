// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The reluserve authors

#include "tests/equivalence/network_builder.h"

#include <cmath>

#include <fmt/format.h>

namespace reluserve::equivalence {

using graph::ValueId;

// Integers are drawn from `choices`, floats from [-bound, bound).
ValueId NetworkBuilder::ConstantOf(const Shape& shape, const std::vector<float>& choices,
                                   float bound) {
  if (numbers_ == Numbers::kFloats) {
    return graph_.Constant(test_support::RandomFloats(shape, -bound, bound, random_));
  }
  std::vector<float> elements(shape.ElementCount());
  for (float& element : elements) {
    element = choices[random_.Integer(0, static_cast<int64_t>(choices.size()) - 1)];
  }
  return graph_.Constant(Tensor::Of<float>(shape, elements));
}

ValueId NetworkBuilder::Weights(const Shape& shape, int64_t terms_of_a_sum) {
  // Keeps activations of one order of magnitude from layer to layer.
  const float bound = std::sqrt(4.0f / static_cast<float>(terms_of_a_sum));
  return ConstantOf(shape, {-1.0f, 0.0f, 0.0f, 1.0f}, bound);
}

ValueId NetworkBuilder::Biases(const Shape& shape) {
  return ConstantOf(shape, {-2.0f, -1.0f, 0.0f, 1.0f, 2.0f}, 0.5f);
}

ValueId NetworkBuilder::Factors(const Shape& shape) {
  return ConstantOf(shape, {-2.0f, -1.0f, -0.5f, 0.5f, 1.0f, 2.0f}, 1.5f);
}

Feature NetworkBuilder::Input(const std::vector<int64_t>& extents) {
  std::vector<int64_t> dims = {-1};
  dims.insert(dims.end(), extents.begin(), extents.end());
  return {graph_.Input("data", dims), extents[0]};
}

std::string NetworkBuilder::NextName(const graph::Op& op) {
  return fmt::format("{}_{}", graph::Name(op), nodes_++);
}

Feature NetworkBuilder::Apply(graph::Op op, Feature x, std::vector<ValueId> more) {
  more.insert(more.begin(), x.id);
  std::string name = NextName(op);
  return {graph_.Add(std::move(op), std::move(more), std::move(name)), x.channels};
}

Feature NetworkBuilder::Conv(Feature x, int64_t channels, const ConvArgs& args) {
  Shape shape = {channels, x.channels / args.group};
  int64_t terms = x.channels / args.group;
  for (int64_t extent : args.kernel) {
    shape.push_back(extent);
    terms *= extent;
  }
  graph::Conv conv{args.window, args.group};
  conv.window.kernel = args.kernel;
  std::vector<ValueId> operands = {Weights(shape, terms)};
  if (args.bias) operands.push_back(Biases({channels}));
  return {Apply(conv, x, operands).id, channels};
}

Feature NetworkBuilder::Conv3x3(Feature x, int64_t channels) {
  return Conv(x, channels, {.window = {.pads_begin = {1, 1}, .pads_end = {1, 1}}});
}

Feature NetworkBuilder::Conv1x1(Feature x, int64_t channels) {
  return Conv(x, channels, {.kernel = {1, 1}});
}

Feature NetworkBuilder::ConvTranspose(Feature x, int64_t channels, const ConvArgs& args) {
  Shape shape = {x.channels, channels / args.group};
  int64_t terms = x.channels / args.group;
  for (int64_t extent : args.kernel) {
    shape.push_back(extent);
    terms *= extent;
  }
  graph::ConvTranspose op{args.window, args.group, {}, {}};
  op.window.kernel = args.kernel;
  std::vector<ValueId> operands = {Weights(shape, terms)};
  if (args.bias) operands.push_back(Biases({channels}));
  return {Apply(op, x, operands).id, channels};
}

Feature NetworkBuilder::BatchNorm(Feature x) {
  const Shape shape = {x.channels};
  std::vector<float> variance(x.channels);
  for (float& element : variance) {
    element = numbers_ == Numbers::kFloats ? static_cast<float>(random_.Uniform(0.2, 3.0))
                                           : std::exp2(2.0f * random_.Integer(0, 1));
  }
  const float epsilon = numbers_ == Numbers::kFloats ? 1e-3f : 0.0f;
  return Apply(graph::BatchNormalization{epsilon}, x,
               {Factors(shape), Biases(shape), Biases(shape),
                graph_.Constant(Tensor::Of<float>(shape, variance))});
}

Feature NetworkBuilder::Relu(Feature x) { return Apply(graph::Activation{}, x); }

Feature NetworkBuilder::PRelu(Feature x, const Shape& slope_shape) {
  return Apply(graph::PRelu{}, x, {Factors(slope_shape)});
}

Feature NetworkBuilder::Gemm(Feature x, int64_t inner, int64_t outputs) {
  const graph::Gemm op = {.alpha = 1.0f, .beta = 1.0f, .transpose_a = false, .transpose_b = true};
  return {Apply(op, x, {Weights({outputs, inner}, inner), Biases({outputs})}).id, outputs};
}

Feature NetworkBuilder::Binary(graph::BinaryKind kind, Feature a, Feature b) {
  return Apply(graph::Binary{kind}, a, {b.id});
}

Feature NetworkBuilder::Concat(const std::vector<Feature>& parts) {
  std::vector<ValueId> operands;
  int64_t channels = 0;
  for (const Feature& part : parts) {
    operands.push_back(part.id);
    channels += part.channels;
  }
  const graph::Concat op = {.axis = 1};
  return {graph_.Add(op, operands, NextName(op)), channels};
}

graph::Graph NetworkBuilder::Build(const std::vector<Feature>& outputs) {
  std::vector<ValueId> ids;
  for (const Feature& output : outputs) ids.push_back(output.id);
  return graph_.Build(ids);
}

}  // namespace reluserve::equivalence
