// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The reluserve authors

// Layers whose sources are quantised as they run: the engine with and without the passes, which
// compute them in floats and in integers. The sums are small enough to be equal.

#include <algorithm>
#include <string>
#include <vector>

#include <fmt/format.h>
#include <gtest/gtest.h>

#include "tests/equivalence/engine_run.h"
#include "tests/support/compare.h"
#include "tests/support/graph_builder.h"
#include "tests/support/random_tensor.h"
#include "tests/support/values.h"

namespace reluserve::equivalence {
namespace {

using graph::ValueId;

constexpr uint64_t kSeed = 20260915;

Tensor Codes(const Shape& shape, test_support::Random& random) {
  std::vector<int8_t> codes(shape.ElementCount());
  for (int8_t& code : codes) code = static_cast<int8_t>(random.Integer(-128, 127));
  return Tensor::Of<int8_t>(shape, codes);
}

// As quantisers write it: sums, made floats, times the scales of source and weights; then a ReLU.
class DynamicNetwork {
 public:
  ValueId Layer(ValueId x, const graph::Op& op, const Shape& weights, const std::string& name) {
    const auto quantized = net_.AddMany(graph::DynamicQuantizeLinear{}, {x}, 3);
    const ValueId sums =
        net_.Add(op, {quantized[0], net_.Constant(Codes(weights, random_)), quantized[2]}, name);
    const ValueId real = net_.Add(graph::Cast{DataType::kFloat32}, {sums});
    const ValueId step = net_.Constant(Tensor::Of<float>({1}, std::vector<float>{0.01f}));
    const ValueId scale = net_.Add(graph::Binary{graph::BinaryKind::kMul}, {quantized[1], step});
    const ValueId result = net_.Add(graph::Binary{graph::BinaryKind::kMul}, {real, scale});
    return net_.Add(graph::Activation{}, {result}, name + "_relu");
  }
  graph::Graph Build() {
    const ValueId x = net_.Input("x", {-1, 3, 9, 11});
    const graph::ConvInteger padded = {{.kernel = {3, 3}, .pads_begin = {1, 1}, .pads_end = {1, 1}},
                                       1};
    const graph::ConvInteger depthwise = {{.kernel = {3, 3}, .strides = {2, 2}}, 16};
    ValueId y = Layer(x, padded, {16, 3, 3, 3}, "conv");
    y = Layer(y, depthwise, {16, 1, 3, 3}, "depthwise");
    y = net_.Add(graph::Flatten{}, {y});
    return net_.Build({Layer(y, graph::MatMulInteger{}, {16 * 4 * 5, 10}, "dense")});
  }

 private:
  test_support::Random random_{kSeed};
  test_support::GraphBuilder net_;
};

TEST(DynamicQuantizationTest, FloatsAndIntegersAgree) {
  const graph::Graph graph = DynamicNetwork().Build();
  test_support::Random random(kSeed + 1);
  const Tensor batch = test_support::RandomFloats({3, 3, 9, 11}, -2.0f, 3.0f, random);
  const auto in_floats = Compile(graph, {.passes = true, .threads = 2});
  const auto in_integers = Compile(graph, {.passes = false});
  SCOPED_TRACE(fmt::format("seed {}\n{}", kSeed, in_floats->graph_after()));
  EXPECT_EQ(in_floats->graph_after().find("Integer("), std::string::npos);
  EXPECT_NE(in_integers->graph_after().find("ConvInteger("), std::string::npos);

  engine::ExecutionContext context, other_context;
  const Results floats = RunModel(*in_floats, batch, context);
  const Results integers = RunModel(*in_integers, batch, other_context);
  const test_support::Values expected = test_support::ValuesOf(integers.outputs[0]);
  EXPECT_EQ(test_support::WhyVacuous(expected.elements), "");
  EXPECT_TRUE(test_support::Near(expected, floats.outputs[0].values<float>(), 1e-6));
  ASSERT_EQ(floats.trace.layers.size(), 3u);
  for (size_t i = 0; i < 3; ++i) {
    const sparsity::LayerTotals got = sparsity::Total(floats.trace.layers[i]);
    EXPECT_EQ(got.elements, sparsity::Total(integers.trace.layers[i]).elements);
    EXPECT_EQ(got.inactive, sparsity::Total(integers.trace.layers[i]).inactive);
    EXPECT_GT(got.inactive, 0);
  }
}

}  // namespace
}  // namespace reluserve::equivalence
