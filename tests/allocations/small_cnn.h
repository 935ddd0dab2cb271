// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The reluserve authors

#ifndef RELUSERVE_TESTS_ALLOCATIONS_SMALL_CNN_H_
#define RELUSERVE_TESTS_ALLOCATIONS_SMALL_CNN_H_

#include <cstdint>
#include <random>
#include <string>
#include <vector>

#include "tests/unit/onnx/model_builder.h"

namespace reluserve::allocations {

inline onnx::TensorProto RandomWeights(const onnx_import::Ints& dims, std::mt19937& random) {
  int64_t count = 1;
  for (const int64_t dim : dims) count *= dim;
  std::uniform_real_distribution<float> values(-0.5f, 0.5f);
  std::vector<float> weights(static_cast<size_t>(count));
  for (float& weight : weights) weight = values(random);
  return onnx_import::FloatTensor(dims, weights);
}

// Images of [batch,3,16,16] to four scores; with a ReLU, a LeakyReLU, a Maxout of two convolutions
// and one of channels that are reshaped into branches, and layers that oneDNN does not compute.
inline std::string CnnBytes() {
  using onnx_import::Ints;
  using onnx_import::ModelBuilder;
  std::mt19937 random(1);
  ModelBuilder builder;
  builder.Input("x", {-1, 3, 16, 16});
  const auto convolution = [&](const std::string& name, const std::string& from, int64_t inputs,
                               int64_t outputs) {
    builder.Initializer(name + "_w", RandomWeights({outputs, inputs, 3, 3}, random));
    builder.Node("Conv", {from, name + "_w"}, {name}, {{"pads", Ints{1, 1, 1, 1}}});
  };
  convolution("first", "x", 3, 8);
  builder.Node("Relu", {"first"}, {"rectified"});
  builder.Node("MaxPool", {"rectified"}, {"pooled"},
               {{"kernel_shape", Ints{2, 2}}, {"strides", Ints{2, 2}}});
  convolution("second", "pooled", 8, 8);
  builder.Node("LeakyRelu", {"second"}, {"leaky"}, {{"alpha", 0.1}});
  convolution("left", "leaky", 8, 8);
  convolution("right", "leaky", 8, 8);
  builder.Node("Max", {"left", "right"}, {"maxout"});
  builder.Initializer("split", onnx_import::IntTensor({5}, {0, 2, 4, 8, 8}));
  builder.Node("Reshape", {"maxout", "split"}, {"branches"});
  builder.Node("ReduceMax", {"branches"}, {"largest"}, {{"axes", Ints{1}}, {"keepdims", 0}});
  const auto integers = [&](const std::string& name, const Ints& values) {
    builder.Initializer(name,
                        onnx_import::IntTensor({static_cast<int64_t>(values.size())}, values));
  };
  integers("starts", {7, 0});
  integers("ends", {-9, 8});
  integers("axes", {2, 3});
  integers("steps", {-2, 3});
  builder.Node("Slice", {"largest", "starts", "ends", "axes", "steps"}, {"slice"});
  builder.Node("Transpose", {"slice"}, {"turned"}, {{"perm", Ints{0, 1, 3, 2}}});
  builder.Node("GlobalAveragePool", {"turned"}, {"average"});
  builder.Node("Flatten", {"average"}, {"features"});
  builder.Initializer("scores_w", RandomWeights({4, 4}, random));
  builder.Node("Gemm", {"features", "scores_w"}, {"products"});
  builder.Node("Softmax", {"products"}, {"scores"});
  builder.Output("scores");
  return builder.Bytes();
}

}  // namespace reluserve::allocations

#endif  // RELUSERVE_TESTS_ALLOCATIONS_SMALL_CNN_H_
