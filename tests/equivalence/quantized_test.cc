// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The reluserve authors

// Layers between QuantizeLinear and DequantizeLinear: the engine, computing in 8-bit integers and,
// with the passes off, in floats, against the reference in double precision.
//
// Codes may differ by one, and few may: single precision rounds a number that lies almost midway
// between two codes to either. Counts are exact counts of the codes the engine itself came to.

#include <algorithm>
#include <cmath>
#include <ostream>
#include <string>
#include <vector>

#include <fmt/format.h>
#include <gtest/gtest.h>

#include "server/engine/dnnl_compat.h"
#include "tests/equivalence/engine_run.h"
#include "tests/support/compare.h"
#include "tests/support/graph_builder.h"
#include "tests/support/random_tensor.h"
#include "tests/support/reference.h"

namespace reluserve::equivalence {
namespace {

using graph::ValueId;

constexpr uint64_t kSeed = 20260801;
constexpr int64_t kBatch = 3;
// Share of codes that may differ by one from those of the reference.
constexpr double kMidway = 0.002;

enum class Layer { kConv, kGemm, kGemmTransposed, kMatMul, kAdd, kMaxPool, kConcat };
enum class After { kNothing, kRelu, kRelu6 };

struct Case {
  std::string name;
  Layer layer = Layer::kConv;
  After after = After::kRelu;
  DataType type = DataType::kUint8;  // of the activations
  int32_t source_zero_point = 0;
  int32_t result_zero_point = 0;
  std::vector<int64_t> extents = {16, 9, 9};  // of the input, without the batch
  int64_t channels = 24;
  std::vector<int64_t> kernel = {3, 3};
  int64_t pad = 1;
  int64_t stride = 1;
  int64_t group = 1;
  bool unsigned_weights = false;  // uint8 with zero point 128
  bool bias = true;
  bool normalized = false;  // a BatchNormalization follows
};

void PrintTo(const Case& test, std::ostream* out) { *out << test.name; }

const std::vector<Case>& Cases() {
  static const std::vector<Case> cases = {
      {.name = "conv_u8"},
      {.name = "conv_u8_zero_points", .source_zero_point = 17, .result_zero_point = 9},
      {.name = "conv_s8", .type = DataType::kInt8, .result_zero_point = -128},
      {.name = "conv_s8_zero_points",
       .type = DataType::kInt8,
       .source_zero_point = -5,
       .result_zero_point = 11},
      {.name = "conv_linear", .after = After::kNothing, .result_zero_point = 128},
      {.name = "conv_clamped_by_codes", .after = After::kNothing},
      {.name = "conv_relu6", .after = After::kRelu6},
      {.name = "conv_relu6_zero_point", .after = After::kRelu6, .result_zero_point = 31},
      {.name = "conv_1x1", .extents = {24, 7, 7}, .channels = 58, .kernel = {1, 1}, .pad = 0},
      {.name = "conv_rgb_stride",
       .source_zero_point = 114,
       .extents = {3, 21, 21},
       .channels = 32,
       .stride = 2},
      {.name = "conv_depthwise", .extents = {32, 9, 9}, .channels = 32, .group = 32},
      {.name = "conv_depthwise_zero_points",
       .source_zero_point = 99,
       .result_zero_point = 7,
       .extents = {58, 9, 9},
       .channels = 58,
       .group = 58},
      {.name = "conv_groups", .extents = {32, 9, 9}, .channels = 32, .group = 4},
      {.name = "conv_few_channels", .extents = {6, 9, 9}, .channels = 4, .group = 2},
      {.name = "conv_1d", .extents = {8, 40}, .channels = 12, .kernel = {5}, .pad = 2},
      {.name = "conv_3d", .extents = {8, 5, 5, 5}, .channels = 12, .kernel = {3, 3, 3}},
      {.name = "conv_unsigned_weights", .unsigned_weights = true},
      {.name = "conv_without_bias", .bias = false},
      {.name = "conv_normalized", .normalized = true},
      {.name = "gemm", .layer = Layer::kGemm, .extents = {75}, .channels = 40},
      {.name = "gemm_transposed",
       .layer = Layer::kGemmTransposed,
       .source_zero_point = 3,
       .result_zero_point = 5,
       .extents = {128},
       .channels = 10},
      {.name = "matmul",
       .layer = Layer::kMatMul,
       .type = DataType::kInt8,
       .extents = {6, 33},
       .channels = 20,
       .bias = false},
      {.name = "add", .layer = Layer::kAdd, .source_zero_point = 120, .result_zero_point = 3},
      {.name = "add_s8",
       .layer = Layer::kAdd,
       .type = DataType::kInt8,
       .source_zero_point = -2,
       .result_zero_point = -128},
      {.name = "add_linear",
       .layer = Layer::kAdd,
       .after = After::kNothing,
       .source_zero_point = 100,
       .result_zero_point = 101,
       .extents = {5, 3, 3}},
      {.name = "max_pool", .layer = Layer::kMaxPool, .after = After::kNothing},
      {.name = "concat", .layer = Layer::kConcat, .after = After::kNothing},
  };
  return cases;
}

// One layer between quantised tensors; the only output is its codes.
class QuantizedNetwork {
 public:
  explicit QuantizedNetwork(const Case& test) : test_(test), random_(kSeed) {}

  graph::Graph Build() {
    std::vector<int64_t> dims = {-1};
    dims.insert(dims.end(), test_.extents.begin(), test_.extents.end());
    const ValueId input = net_.Input("input", dims);
    ValueId x = Dequantize(Quantize(input, kInputScale, test_.source_zero_point), kInputScale,
                           test_.source_zero_point);
    x = AddLayer(x);
    if (test_.after == After::kRelu) x = net_.Add(graph::Activation{}, {x}, "relu");
    if (test_.after == After::kRelu6) {
      x = net_.Add(graph::Activation{graph::ActivationKind::kClip, 0.0f, 6.0f}, {x}, "relu6");
    }
    const bool selects = test_.layer == Layer::kMaxPool || test_.layer == Layer::kConcat;
    const ValueId codes = selects ? Quantize(x, kInputScale, test_.source_zero_point)
                                  : Quantize(x, kResultScale, test_.result_zero_point);
    return net_.Build({codes});
  }

 private:
  // A power of two, so that inputs that are multiples of it are quantised without rounding.
  static constexpr float kInputScale = 0.25f;
  static constexpr float kResultScale = 0.037f;

  ValueId AddLayer(ValueId x) {
    switch (test_.layer) {
      case Layer::kConv: {
        std::vector<ValueId> operands = {x, Weights(ConvWeights(), 0)};
        if (test_.bias) operands.push_back(Bias());
        graph::Window window;
        const std::vector<int64_t> pads(test_.kernel.size(), test_.pad);
        window.pads_begin = window.pads_end = pads;
        window.strides = std::vector<int64_t>(test_.kernel.size(), test_.stride);
        const ValueId y = net_.Add(graph::Conv{window, test_.group}, operands, "layer");
        return test_.normalized ? Normalized(y) : y;
      }
      case Layer::kGemm:
        return net_.Add(graph::Gemm{}, {x, Weights({test_.extents[0], test_.channels}, 1), Bias()},
                        "layer");
      case Layer::kGemmTransposed:
        return net_.Add(graph::Gemm{.transpose_b = true},
                        {x, Weights({test_.channels, test_.extents[0]}, 0), Bias()}, "layer");
      case Layer::kMatMul:
        return net_.Add(graph::MatMul{}, {x, Weights({test_.extents.back(), test_.channels}, 1)},
                        "layer");
      case Layer::kAdd:
        return net_.Add(graph::Binary{graph::BinaryKind::kAdd}, {x, Other(x)}, "layer");
      case Layer::kMaxPool: {
        graph::Pool pool;
        pool.window.kernel = {3, 3};
        pool.window.strides = {2, 2};
        pool.window.pads_begin = pool.window.pads_end = {1, 1};
        return net_.Add(pool, {x}, "layer");
      }
      case Layer::kConcat:
        return net_.Add(graph::Concat{1}, {x, x}, "layer");
    }
    return x;
  }

  Shape ConvWeights() const {
    Shape shape = {test_.channels, test_.extents[0] / test_.group};
    for (int64_t extent : test_.kernel) shape.push_back(extent);
    return shape;
  }

  ValueId Scalar(float value) {
    return net_.Constant(Tensor::Of<float>(Shape{}, std::vector<float>{value}));
  }
  ValueId Code(int32_t code) {
    if (test_.type == DataType::kInt8) {
      return net_.Constant(
          Tensor::Of<int8_t>(Shape{}, std::vector<int8_t>{static_cast<int8_t>(code)}));
    }
    return net_.Constant(
        Tensor::Of<uint8_t>(Shape{}, std::vector<uint8_t>{static_cast<uint8_t>(code)}));
  }
  ValueId Quantize(ValueId x, float scale, int32_t zero_point) {
    return net_.Add(graph::QuantizeLinear{.to = test_.type}, {x, Scalar(scale), Code(zero_point)});
  }
  ValueId Dequantize(ValueId x, float scale, int32_t zero_point) {
    return net_.Add(graph::DequantizeLinear{}, {x, Scalar(scale), Code(zero_point)});
  }
  // The same codes by another scale: another number.
  ValueId Other(ValueId x) {
    return Dequantize(Quantize(x, 0.5f, test_.source_zero_point), 0.31f, test_.source_zero_point);
  }

  std::vector<float> Scales(int64_t count, double terms) {
    std::vector<float> scales;
    for (int64_t i = 0; i < count; ++i) {
      scales.push_back(static_cast<float>(random_.Uniform(0.004, 0.02) / std::sqrt(terms)));
    }
    return scales;
  }

  ValueId Weights(const Shape& shape, int64_t axis) {
    const int64_t entries = shape[static_cast<int>(axis)];
    const auto scales = Scales(entries, static_cast<double>(shape.ElementCount()) / entries);
    const ValueId scale = net_.Constant(Tensor::Of<float>({entries}, scales));
    std::vector<int8_t> codes;
    for (int64_t i = 0; i < shape.ElementCount(); ++i) {
      codes.push_back(static_cast<int8_t>(random_.Integer(-127, 127)));
    }
    const graph::DequantizeLinear op = {.axis = axis};
    if (!test_.unsigned_weights) {
      return net_.Add(op, {net_.Constant(Tensor::Of<int8_t>(shape, codes)), scale});
    }
    std::vector<uint8_t> shifted;
    for (int8_t code : codes) shifted.push_back(static_cast<uint8_t>(code + 128));
    const ValueId zeros =
        net_.Constant(Tensor::Of<uint8_t>({entries}, std::vector<uint8_t>(entries, 128)));
    return net_.Add(op, {net_.Constant(Tensor::Of<uint8_t>(shape, shifted)), scale, zeros});
  }

  ValueId Bias() {
    return net_.Constant(test_support::RandomFloats({test_.channels}, -0.5f, 0.5f, random_));
  }
  ValueId Normalized(ValueId x) {
    const Shape shape = {test_.channels};
    return net_.Add(graph::BatchNormalization{},
                    {x, net_.Constant(test_support::RandomFloats(shape, -1.5f, 1.5f, random_)),
                     net_.Constant(test_support::RandomFloats(shape, -0.5f, 0.5f, random_)),
                     net_.Constant(test_support::RandomFloats(shape, -0.5f, 0.5f, random_)),
                     net_.Constant(test_support::RandomFloats(shape, 0.5f, 2.0f, random_))},
                    "norm");
  }

  const Case& test_;
  test_support::Random random_;
  test_support::GraphBuilder net_;
};

Tensor MakeBatch(const Case& test) {
  Shape shape = {kBatch};
  for (int64_t extent : test.extents) shape.push_back(extent);
  test_support::Random random(kSeed + 1);
  Tensor batch = test_support::RandomIntegers(shape, -80, 80, random);
  for (float& x : batch.mutable_values<float>()) x *= 0.25f;
  return batch;
}

std::vector<int> CodesOf(const Tensor& tensor) {
  if (tensor.type() == DataType::kInt8) {
    const auto codes = tensor.values<int8_t>();
    return {codes.begin(), codes.end()};
  }
  const auto codes = tensor.values<uint8_t>();
  return {codes.begin(), codes.end()};
}

void ExpectCodes(const test_support::Values& expected, const Tensor& got) {
  ASSERT_EQ(got.shape(), expected.shape);
  EXPECT_EQ(test_support::WhyVacuous(expected.elements), "");
  const std::vector<int> codes = CodesOf(got);
  int64_t differing = 0;
  for (size_t i = 0; i < codes.size(); ++i) {
    const double difference = std::abs(codes[i] - expected.elements[i]);
    ASSERT_LE(difference, 1.0) << "element " << i << ": " << codes[i] << ", expected "
                               << expected.elements[i];
    if (difference > 0.0) ++differing;
  }
  EXPECT_LE(static_cast<double>(differing), std::ceil(kMidway * static_cast<double>(codes.size())));
}

// The layer's counts are those of the codes that came out.
void ExpectCounts(const Case& test, const engine::CompiledModel& model, const Results& results) {
  const bool rectifies = test.result_zero_point == (test.type == DataType::kInt8 ? -128 : 0) &&
                         test.layer != Layer::kMaxPool && test.layer != Layer::kConcat;
  if (test.after == After::kNothing && !rectifies) {
    EXPECT_TRUE(model.layers().empty());
    return;
  }
  ASSERT_EQ(model.layers().size(), 1u);
  const std::vector<int> codes = CodesOf(results.outputs[0]);
  const int64_t inactive =
      std::count_if(codes.begin(), codes.end(), [&](int c) { return c <= test.result_zero_point; });
  const sparsity::LayerTotals totals = sparsity::Total(results.trace.layers[0]);
  EXPECT_EQ(totals.elements, static_cast<int64_t>(codes.size()));
  EXPECT_EQ(totals.inactive, inactive);
  EXPECT_GT(totals.inactive, 0);
  EXPECT_LT(totals.inactive, totals.elements);
  EXPECT_EQ(totals.non_finite, 0);
}

bool ComputesIntegers(engine::CompiledModel& model, const Tensor& batch) {
  const Shape shapes[] = {batch.shape()};
  const auto info = model.Describe(shapes).value();
  return std::any_of(info.steps.begin(), info.steps.end(), [](const engine::StepInfo& step) {
    return step.node == "layer" && step.implementation != "kernel";
  });
}

class QuantizedTest : public ::testing::TestWithParam<Case> {};

TEST_P(QuantizedTest, IntegersAgreeWithReference) {
  const Case& test = GetParam();
  SCOPED_TRACE(fmt::format("seed {}", kSeed));
  const graph::Graph graph = QuantizedNetwork(test).Build();
  const Tensor batch = MakeBatch(test);
  const auto reference = test_support::Evaluate(graph, {&batch, 1});
  ASSERT_TRUE(reference.ok()) << reference.status();
  for (const int threads : {1, 2}) {
    const auto model = Compile(graph, {.passes = true, .threads = threads});
    SCOPED_TRACE(model->graph_after());
    if (engine::compat::HasExactInt8()) {
      const bool all_integer = test.layer != Layer::kAdd;  // what makes its second operand is not
      EXPECT_EQ(model->graph_after().find("DequantizeLinear") == std::string::npos, all_integer);
      EXPECT_TRUE(ComputesIntegers(*model, batch));
    }
    engine::ExecutionContext context;
    const Results results = RunModel(*model, batch, context);
    ExpectCodes(reference->outputs[0], results.outputs[0]);
    ExpectCounts(test, *model, results);
    // A sample has the same bits in any batch: sums of integers are exact.
    const Results alone = RunModel(*model, Samples(batch, 1, 2), context);
    EXPECT_TRUE(SameBits(Samples(results, 1, 2), alone));
  }
}

TEST_P(QuantizedTest, FloatsAgreeWithReference) {
  const Case& test = GetParam();
  SCOPED_TRACE(fmt::format("seed {}", kSeed));
  const graph::Graph graph = QuantizedNetwork(test).Build();
  const Tensor batch = MakeBatch(test);
  const auto reference = test_support::Evaluate(graph, {&batch, 1});
  ASSERT_TRUE(reference.ok()) << reference.status();
  const auto model = Compile(graph, {.passes = false});
  engine::ExecutionContext context;
  ExpectCodes(reference->outputs[0], RunModel(*model, batch, context).outputs[0]);
}

INSTANTIATE_TEST_SUITE_P(Layers, QuantizedTest, ::testing::ValuesIn(Cases()),
                         [](const auto& test) { return test.param.name; });

}  // namespace
}  // namespace reluserve::equivalence
