// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The reluserve authors

#include "tests/conformance/hostile.h"

#include <functional>
#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "tests/unit/onnx/model_builder.h"

namespace reluserve::conformance {
namespace {

using onnx_import::FloatTensor;
using onnx_import::Ints;
using onnx_import::IntTensor;
using onnx_import::ModelBuilder;

constexpr uint64_t kSeed = 20261001;
constexpr int64_t kMegabyte = int64_t{1} << 20;

// A network with shapes that are computed, quantised weights and filled ones.
std::string SmallNetwork() {
  return ModelBuilder(13)
      .Input("x", {-1, 2, 8, 8})
      .Initializer("w", FloatTensor({4, 2, 1, 1}, {1, 2, 3, 4, 5, 6, 7, 8}))
      .Initializer("w2_shape", IntTensor({4}, {3, 4, 3, 3}))
      .Initializer("tail", IntTensor({1}, {-1}))
      .Initializer("axes", IntTensor({1}, {0}))
      .Initializer("scale", FloatTensor({}, {0.25f}))
      .Initializer("w3", FloatTensor({3 * 36, 5}, std::vector<float>(540, 0.5f)))
      .Node("Conv", {"x", "w"}, {"c"})
      .Node("Relu", {"c"}, {"r"})
      .Node("QuantizeLinear", {"r", "scale"}, {"q"})
      .Node("DequantizeLinear", {"q", "scale"}, {"d"})
      .Node("ConstantOfShape", {"w2_shape"}, {"w2"})
      .Node("Conv", {"d", "w2"}, {"e"})
      .Node("Relu", {"e"}, {"f"})
      .Node("Shape", {"f"}, {"shape"})
      .Node("Gather", {"shape", "axes"}, {"n"})
      .Node("Concat", {"n", "tail"}, {"to"}, {{"axis", 0}})
      .Node("Reshape", {"f", "to"}, {"g"})
      .Node("MatMul", {"g", "w3"}, {"y"})
      .Output("y")
      .Bytes();
}

TEST(HostileTest, TheUndamagedNetworkLoads) {
  const LoadCost cost = LoadIsolated(SmallNetwork());
  EXPECT_FALSE(cost.crashed) << cost.message;
  EXPECT_TRUE(cost.loaded) << cost.message;
}

TEST(HostileTest, DamageCostsLittle) {
  const DamageReport report = CheckDamaged(SmallNetwork(), 150, kSeed);
  EXPECT_EQ(report.fault, "") << "seed " << kSeed;
  // Some damage leaves a model, and loading one takes memory.
  EXPECT_GT(report.loaded, 0);
  EXPECT_LT(report.loaded, 300);
  EXPECT_GT(report.peak_bytes, 0);
}

// As large as the weights of VGG-19's first dense layer: filled when a request needs them.
TEST(HostileTest, FilledWeightsAreNotMadeAtLoad) {
  const std::string bytes = ModelBuilder(13)
                                .Input("x", {1, 25088})
                                .Initializer("shape", IntTensor({2}, {25088, 4096}))
                                .Node("ConstantOfShape", {"shape"}, {"w"})
                                .Node("MatMul", {"x", "w"}, {"y"})
                                .Output("y")
                                .Bytes();
  const LoadCost cost = LoadIsolated(bytes);
  EXPECT_FALSE(cost.crashed) << cost.message;
  EXPECT_TRUE(cost.loaded) << cost.message;
  EXPECT_LT(cost.peak_bytes, LoadLimit(bytes.size()));
}

TEST(HostileTest, DamageIsSeenAndReproducible) {
  const std::string bytes = SmallNetwork();
  const std::vector<std::string> files = Damaged(bytes, 20, kSeed);
  ASSERT_EQ(files.size(), 40u);
  EXPECT_EQ(files, Damaged(bytes, 20, kSeed));
  EXPECT_NE(files, Damaged(bytes, 20, kSeed + 1));
  for (const std::string& file : files) EXPECT_NE(file, bytes);
}

// Small files that ask for much memory while they are loaded.
struct Giant {
  std::string name;
  std::function<void(ModelBuilder&)> add;  // makes "big"
};

void PrintTo(const Giant& giant, std::ostream* out) { *out << giant.name; }

std::vector<Giant> Giants() {
  return {
      {"ConstantOfShape",
       [](ModelBuilder& model) {
         model.Initializer("shape", IntTensor({2}, {1 << 15, 1 << 15}))
             .Node("ConstantOfShape", {"shape"}, {"big"});
       }},
      {"Expand",
       [](ModelBuilder& model) {
         model.Initializer("one", FloatTensor({1}, {1}))
             .Initializer("shape", IntTensor({2}, {1 << 14, 1 << 14}))
             .Node("Expand", {"one", "shape"}, {"big"});
       }},
      {"Tile",
       [](ModelBuilder& model) {
         model.Initializer("few", FloatTensor({2, 2}, {1, 2, 3, 4}))
             .Initializer("repeats", IntTensor({2}, {1 << 14, 1 << 13}))
             .Node("Tile", {"few", "repeats"}, {"big"});
       }},
      {"Range",
       [](ModelBuilder& model) {
         model.Initializer("start", FloatTensor({}, {0}))
             .Initializer("limit", FloatTensor({}, {4e8f}))
             .Initializer("delta", FloatTensor({}, {1}))
             .Node("Range", {"start", "limit", "delta"}, {"big"});
       }},
      {"ManyOfMiddleSize",
       [](ModelBuilder& model) {
         model.Initializer("one", FloatTensor({1}, {1}))
             .Initializer("shape", IntTensor({2}, {1024, 1000}));
         for (int i = 0; i < 300; ++i) {
           model.Node("Expand", {"one", "shape"}, {"big" + std::to_string(i)});
         }
         model.Node("Identity", {"big299"}, {"big"});
       }},
  };
}

class GiantTest : public ::testing::TestWithParam<Giant> {};

TEST_P(GiantTest, IsRefusedOrLeftToRunTime) {
  ModelBuilder model(13);
  model.Input("x", {1, 1});
  GetParam().add(model);
  model.Node("Add", {"x", "big"}, {"y"}).Output("y");
  const LoadCost cost = LoadIsolated(model.Bytes());
  EXPECT_FALSE(cost.crashed) << cost.message;
  EXPECT_LT(cost.peak_bytes, 256 * kMegabyte) << cost.message;
  EXPECT_LT(cost.cpu_s, 1.0) << cost.message;
}

INSTANTIATE_TEST_SUITE_P(Files, GiantTest, ::testing::ValuesIn(Giants()),
                         [](const auto& test) { return test.param.name; });

// Blocks of 16 by 16 channels would take 256 times what these weights do.
TEST(HostileTest, PackedWeightsStayInProportion) {
  const std::string bytes =
      ModelBuilder(13)
          .Input("x", {1, 1, 2000, 2000})
          .Initializer("w", FloatTensor({1, 1, 1024, 1024}, std::vector<float>(1 << 20, 0.5f)))
          .Node("Conv", {"x", "w"}, {"y"})
          .Output("y")
          .Bytes();
  const LoadCost cost = LoadIsolated(bytes);
  EXPECT_FALSE(cost.crashed) << cost.message;
  EXPECT_LT(cost.peak_bytes, LoadLimit(bytes.size()));
}

}  // namespace
}  // namespace reluserve::conformance
