// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The reluserve authors

// fuzz_seeds DIRECTORY: writes what the fuzzers start from. DIRECTORY/onnx and DIRECTORY/config get
// a file for each of some small models and configurations, DIRECTORY/onnx.dict the words of models.

#include <filesystem>
#include <fstream>
#include <iostream>
#include <map>
#include <set>
#include <string>
#include <string_view>

#include "server/onnx/ops/op_table.h"
#include "tests/unit/onnx/model_builder.h"

namespace reluserve {
namespace {

namespace fs = std::filesystem;

using onnx_import::Attribute;
using onnx_import::FloatTensor;
using onnx_import::Floats;
using onnx_import::Ints;
using onnx_import::IntTensor;
using onnx_import::ModelBuilder;
using onnx_import::RawTensor;

std::string Convolutions() {
  return ModelBuilder(13)
      .Input("x", {-1, 1, 4, 4})
      .Initializer("w", FloatTensor({2, 1, 1, 1}, {1, -1}))
      .Initializer("s", FloatTensor({2}, {1, 2}))
      .Node("Conv", {"x", "w"}, {"c"}, {{"pads", Ints{1, 1, 1, 1}}})
      .Node("BatchNormalization", {"c", "s", "s", "s", "s"}, {"b"})
      .Node("Relu", {"b"}, {"r"})
      .Node("MaxPool", {"r"}, {"p"}, {{"kernel_shape", Ints{2, 2}}, {"ceil_mode", 1}})
      .Node("GlobalAveragePool", {"p"}, {"g"})
      .Node("Flatten", {"g"}, {"f"})
      .Node("Softmax", {"f"}, {"y"})
      .Output("y")
      .Bytes();
}

std::string ShapeArithmetic() {
  return ModelBuilder(11)
      .Input("x", {-1, 2, -1})
      .Initializer("zero", IntTensor({}, {0}))
      .Initializer("minus", IntTensor({1}, {-1}))
      .Node("Shape", {"x"}, {"s"})
      .Node("Gather", {"s", "zero"}, {"n"})
      .Node("Unsqueeze", {"n"}, {"u"}, {{"axes", Ints{0}}})
      .Node("Concat", {"u", "minus"}, {"t"}, {{"axis", 0}})
      .Node("Reshape", {"x", "t"}, {"y"})
      .Node("ConstantOfShape", {"t"}, {"filled"})
      .Output("y")
      .Output("filled")
      .Bytes();
}

std::string Quantized() {
  return ModelBuilder(13)
      .Opset("com.microsoft", 1)
      .Input("x", {1, 1, 2, 2})
      .Initializer("scale", FloatTensor({}, {0.5f}))
      .Initializer("zero", RawTensor(onnx::TensorProto::UINT8, {}, 1))
      .Initializer("w", RawTensor(onnx::TensorProto::INT8, {2, 1, 1, 1}, 2))
      .Initializer("wz", RawTensor(onnx::TensorProto::INT8, {}, 1))
      .Node("QuantizeLinear", {"x", "scale", "zero"}, {"q"})
      .Node("QLinearConv", {"q", "scale", "zero", "w", "scale", "wz", "scale", "zero"}, {"c"})
      .Node("QLinearSigmoid", {"c", "scale", "zero", "scale", "zero"}, {"s"})
      .InDomain("com.microsoft")
      .Node("DequantizeLinear", {"s", "scale", "zero"}, {"y"})
      .Output("y")
      .Bytes();
}

std::string Resampled() {
  return ModelBuilder(18)
      .Input("x", {1, 1, 3, 3})
      .Initializer("scales", FloatTensor({4}, {1, 1, 2, 2}))
      .Initializer("pads", IntTensor({8}, {0, 0, 1, 1, 0, 0, 1, 1}))
      .Node("Resize", {"x", "", "scales"}, {"r"}, {{"mode", "linear"}})
      .Node("Pad", {"r", "pads"}, {"p"}, {{"mode", "reflect"}})
      .Node("Split", {"p"}, {"a", "b"}, {{"axis", 2}, {"num_outputs", 2}})
      .Node("Add", {"a", "b"}, {"y"})
      .Output("y")
      .Bytes();
}

// A function, and weights in another file.
std::string FunctionAndFile() {
  ModelBuilder model(13);
  onnx::TensorProto weights;
  weights.set_data_type(onnx::TensorProto::FLOAT);
  weights.add_dims(2);
  weights.set_data_location(onnx::TensorProto::EXTERNAL);
  onnx::StringStringEntryProto& location = *weights.add_external_data();
  location.set_key("location");
  location.set_value("w");
  model.Opset("own", 1).Input("x", {2}).Initializer("w", weights);
  model.Node("f", {"x", "w"}, {"y"}, {{"a", 0.5}}).InDomain("own").Output("y");
  onnx::FunctionProto& function = *model.proto().add_functions();
  function.set_domain("own");
  function.set_name("f");
  for (const char* input : {"u", "v"}) function.add_input(input);
  function.add_output("z");
  function.add_attribute("a");
  onnx::NodeProto& sum = *function.add_node();
  sum.set_op_type("Mul");
  for (const char* input : {"u", "v"}) sum.add_input(input);
  sum.add_output("s");
  onnx::NodeProto& leaky = *function.add_node();
  leaky.set_op_type("LeakyRelu");
  leaky.add_input("s");
  leaky.add_output("z");
  onnx::AttributeProto& alpha = *leaky.add_attribute();
  alpha.set_name("alpha");
  alpha.set_ref_attr_name("a");
  return model.Bytes();
}

void Write(const fs::path& file, std::string_view content) {
  fs::create_directories(file.parent_path());
  std::ofstream(file, std::ios::binary) << content;
}

void WriteSeeds(const fs::path& directory) {
  const std::map<std::string, std::string> models = {{"convolutions", Convolutions()},
                                                     {"shape_arithmetic", ShapeArithmetic()},
                                                     {"quantized", Quantized()},
                                                     {"resampled", Resampled()},
                                                     {"function_and_file", FunctionAndFile()}};
  for (const auto& [name, bytes] : models) Write(directory / "onnx" / name, bytes);
  Write(directory / "config/text",
        "name: \"m\"\nmax_batch_size: 8\ninput [ { name: \"x\" data_type: TYPE_FP32 dims: [ 3, -1 ] "
        "} ]\ndynamic_batching { max_queue_delay_microseconds: 100 }\n"
        "parameters { key: \"image_color\" value { string_value: \"RGB\" } }\n");
  Write(directory / "config/json",
        "{\"maxBatchSize\": 4, \"output\": [{\"name\": \"y\", \"dims\": [\"10\"]}]}");
  std::set<std::string_view> words;
  for (const onnx_import::OpRow& row : onnx_import::OpTable()) words.insert(row.name);
  std::string dictionary;
  for (const std::string_view word : words) dictionary += "\"" + std::string(word) + "\"\n";
  Write(directory / "onnx.dict", dictionary);
}

}  // namespace
}  // namespace reluserve

int main(int argc, char** argv) {
  if (argc != 2) {
    std::cerr << "usage: fuzz_seeds DIRECTORY\n";
    return 2;
  }
  reluserve::WriteSeeds(argv[1]);
  return 0;
}
