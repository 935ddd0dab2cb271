// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The reluserve authors

#include "client/json_output.h"

#include <string>

#include <google/protobuf/text_format.h>
#include <gtest/gtest.h>

namespace reluserve::client {
namespace {

template <typename Message>
Message Parse(const std::string& text) {
  Message message;
  EXPECT_TRUE(google::protobuf::TextFormat::ParseFromString(text, &message)) << text;
  return message;
}

TEST(JsonOutputTest, Models) {
  const auto response = Parse<v1::ListModelsResponse>(R"(
    models {
      name: "digits" version: "1" ready: true producer: "pytorch 1.13.1" activation_layers: 7
      inputs { name: "image" datatype: "FP32" shape: [-1, 1, 8, 8] }
      outputs { name: "logits" datatype: "FP32" shape: [-1, 10] }
    }
    models { name: "broken" version: "2" reason: "not an ONNX file" })");
  const auto expected = nlohmann::ordered_json::parse(R"({
    "models": [
      {"name": "digits", "version": "1", "ready": true, "producer": "pytorch 1.13.1",
       "activation_layers": 7,
       "inputs": [{"name": "image", "datatype": "FP32", "shape": [-1, 1, 8, 8]}],
       "outputs": [{"name": "logits", "datatype": "FP32", "shape": [-1, 10]}]},
      {"name": "broken", "version": "2", "ready": false, "reason": "not an ONNX file",
       "producer": "", "activation_layers": 0, "inputs": [], "outputs": []}
    ]
  })");
  EXPECT_EQ(ToJson(response).dump(2), expected.dump(2));
  EXPECT_EQ(ToJson(v1::ListModelsResponse()).dump(), R"({"models":[]})");
}

TEST(JsonOutputTest, Description) {
  const auto response = Parse<v1::DescribeModelResponse>(R"(
    summary { name: "digits" version: "3" ready: true }
    graph_before: "before" graph_after: "after"
    passes { name: "fuse_activation" changes: 1 }
    steps {
      node: "conv" operator: "Conv" implementation: "jit:avx2" output_layout: "aBcd8b [2,16,8,8]"
      activation: "relu" macs: 18446744073709551615
    }
    macs: 1 arena_bytes: 2 activation_bytes: 3 scratchpad_bytes: 4 packed_weight_bytes: 5
    input_shapes { extents: [2, 1, 8, 8] })");
  const auto expected = nlohmann::ordered_json::parse(R"({
    "name": "digits", "version": "3", "ready": true, "producer": "", "activation_layers": 0,
    "inputs": [], "outputs": [],
    "graph_before": "before", "graph_after": "after",
    "passes": [{"name": "fuse_activation", "changes": 1}],
    "input_shapes": [[2, 1, 8, 8]],
    "steps": [{"node": "conv", "operator": "Conv", "implementation": "jit:avx2",
               "output_layout": "aBcd8b [2,16,8,8]", "activation": "relu",
               "macs": 18446744073709551615}],
    "macs": 1, "arena_bytes": 2, "activation_bytes": 3, "scratchpad_bytes": 4,
    "packed_weight_bytes": 5
  })");
  EXPECT_EQ(ToJson(response).dump(2), expected.dump(2));
}

TEST(JsonOutputTest, DumpSurvivesBytesThatAreNotUtf8) {
  EXPECT_EQ(Dump({{"name", "a\xff"}}), "{\n  \"name\": \"a\xef\xbf\xbd\"\n}\n");
}

}  // namespace
}  // namespace reluserve::client
