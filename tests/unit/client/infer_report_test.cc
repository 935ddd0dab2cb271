// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The reluserve authors

#include "client/infer_report.h"

#include <cstring>
#include <string>
#include <vector>

#include <gmock/gmock.h>
#include <google/protobuf/text_format.h>
#include <gtest/gtest.h>

namespace reluserve::client {
namespace {

using ::testing::HasSubstr;

constexpr TextStyle kAscii{.utf8 = false, .colour = false};

InferResult ResultOf(const std::string& input, const std::string& response) {
  InferResult result;
  result.input = input;
  EXPECT_TRUE(google::protobuf::TextFormat::ParseFromString(response, &result.response))
      << response;
  return result;
}

void AddOutput(const std::vector<float>& values, InferResult* result) {
  v1::Tensor* output = result->response.add_outputs();
  output->set_name("logits");
  output->set_datatype("FP32");
  output->add_shape(1);
  output->add_shape(static_cast<int64_t>(values.size()));
  output->set_data(values.data(), values.size() * sizeof(float));
}

constexpr const char* kSeven = R"(
  model_name: "digits" model_version: "1"
  classifications {
    classes { index: 7 label: "seven" score: 9.125 }
    classes { index: 1 label: "one" score: 2 }
    classes { index: 9 score: -0.5 }
  }
  layers { name: "relu" operator: "Relu" shape: [1, 2] elements: 2 inactive: 1 }
)";

TEST(InferReportTest, ShowsClassesAndSparsity) {
  const std::vector<InferResult> results = {ResultOf("a.png", kSeven)};
  EXPECT_EQ(*InferReportText(results, kAscii),
            "INPUT  CLASS  SCORE  RUNNERS-UP\n"
            "a.png  seven   9.12  one 2.00, 9 -0.50\n"
            "\n"
            "LAYER  OPERATOR  ELEMENTS  INACTIVE  SPARSITY\n"
            "relu   Relu             2         1     50.0%  ##########\n");
}

TEST(InferReportTest, ComparesWithTheTruthAndNumbersSamples) {
  std::vector<InferResult> results = {
      ResultOf("a.npy",
               R"(classifications { classes { index: 7 score: 1 } }
                  classifications { classes { index: 3 score: 2 } })"),
      ResultOf("b.npy", R"(classifications { classes { index: 3 score: 3 } })"),
  };
  results[0].truth = "7";
  EXPECT_EQ(*InferReportText(results, kAscii),
            "INPUT  SAMPLE  TRUTH         CLASS  SCORE  RUNNERS-UP\n"
            "a.npy       0  7      right  7       1.00\n"
            "a.npy       1  7      wrong  3       2.00\n"
            "b.npy       0                3       3.00\n"
            "1 of 2 right\n");
}

TEST(InferReportTest, WithoutClassesShowsOutputs) {
  InferResult result = ResultOf("a.npy", "");
  AddOutput({1, -2, 4}, &result);
  EXPECT_EQ(*InferReportText(std::vector<InferResult>{result}, kAscii),
            "INPUT  OUTPUT  DATATYPE  SHAPE  MIN  MEAN  MAX  NON-FINITE\n"
            "a.npy  logits  FP32      [1,3]   -2     1    4           0\n");
}

TEST(InferReportTest, JsonIsComplete) {
  std::vector<InferResult> results = {ResultOf("a.png", kSeven)};
  results[0].truth = "seven";
  AddOutput({0.1f, 9.125f}, &results[0]);
  v1::ChannelCounts* channels = results[0].response.mutable_layers(0)->mutable_channels();
  channels->set_elements_per_channel(1);
  for (const int inactive : {1, 0}) {
    channels->add_inactive(inactive);
    channels->add_saturated(0);
    channels->add_non_finite(0);
  }
  const auto expected = nlohmann::ordered_json::parse(R"({
    "requests": [{
      "input": "a.png",
      "truth": "seven",
      "model": "digits",
      "version": "1",
      "outputs": [{"name": "logits", "datatype": "FP32", "shape": [1, 2], "data": [0.1, 9.125]}],
      "classifications": [[
        {"index": 7, "label": "seven", "score": 9.125},
        {"index": 1, "label": "one", "score": 2.0},
        {"index": 9, "label": "", "score": -0.5}
      ]],
      "layers": [{
        "name": "relu", "operator": "Relu", "shape": [1, 2], "elements": 2, "inactive": 1,
        "saturated": 0, "non_finite": 0,
        "channels": {"elements_per_channel": 1, "inactive": [1, 0], "saturated": [0, 0],
                     "non_finite": [0, 0]}
      }]
    }],
    "judged": 1,
    "right": 1
  })");
  EXPECT_EQ(InferReportJson(results)->dump(2), expected.dump(2));
}

TEST(InferReportTest, RefusesOutputsThatContradictThemselves) {
  InferResult result = ResultOf("a.npy", "");
  AddOutput({1, 2}, &result);
  result.response.mutable_outputs(0)->set_shape(1, 1000);
  const std::vector<InferResult> results = {result};
  EXPECT_THAT(std::string(InferReportText(results, kAscii).status().message()),
              HasSubstr("FP32 [1,1000] but has 8 bytes"));
  EXPECT_FALSE(InferReportJson(results).ok());
}

}  // namespace
}  // namespace reluserve::client
