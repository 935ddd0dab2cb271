// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The reluserve authors

// Real models, loaded from ONNX bytes, small enough to check by hand.

#ifndef RELUSERVE_TESTS_UNIT_REPOSITORY_SMALL_MODELS_H_
#define RELUSERVE_TESTS_UNIT_REPOSITORY_SMALL_MODELS_H_

#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "server/repository/loaded_model.h"
#include "tests/unit/onnx/model_builder.h"

namespace reluserve::repository {

using onnx_import::ModelBuilder;

// Input x [batch,3], output y = Relu(x), by the activation layer "relu".
inline std::string ReluBytes() {
  return ModelBuilder()
      .Input("x", {-1, 3})
      .Node("Relu", {"x"}, {"y"})
      .Named("relu")
      .Output("y")
      .Bytes();
}

// Inputs a and b [batch,2]; outputs sum = a + b, and positive = Relu(sum) by the layer "gate".
inline std::string SumBytes() {
  return ModelBuilder()
      .Input("a", {-1, 2})
      .Input("b", {-1, 2})
      .Node("Add", {"a", "b"}, {"sum"})
      .Node("Relu", {"sum"}, {"positive"})
      .Named("gate")
      .Output("sum")
      .Output("positive")
      .Bytes();
}

// Input x [batch,2] of an ONNX element type, output y: the same as floats.
inline std::string CastBytes(int onnx_type) {
  return ModelBuilder()
      .Input("x", {-1, 2}, onnx_type)
      .Node("Cast", {"x"}, {"y"}, {{"to", onnx::TensorProto::FLOAT}})
      .Output("y")
      .Bytes();
}

// Image input x [batch,channels,2,2], output y = x.
inline std::string ImageBytes(int64_t channels) {
  return ModelBuilder()
      .Input("x", {-1, channels, 2, 2})
      .Node("Relu", {"x"}, {"y"})
      .Output("y")
      .Bytes();
}

// The model, called "m", version 7, with its run sizes found.
inline std::shared_ptr<const LoadedModel> LoadSmall(const std::string& onnx,
                                                    std::vector<std::string> labels = {},
                                                    const BatchingOptions& batching = {}) {
  ModelSource source;
  source.name = "m";
  source.version = 7;
  source.onnx = onnx;
  source.labels = std::move(labels);
  source.batching = batching;
  auto model = LoadedModel::Load(source).value();
  model->FindRunSizes();
  return model;
}

}  // namespace reluserve::repository

#endif  // RELUSERVE_TESTS_UNIT_REPOSITORY_SMALL_MODELS_H_
