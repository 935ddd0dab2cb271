// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The reluserve authors

#include "server/repository/config_parser.h"

#include <string>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace reluserve::repository {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

TEST(ConfigParserTest, ReadsAFileMadeForTriton) {
  const auto parsed = ParseConfigText(R"(
name: "densenet"
platform: "onnxruntime_onnx"
max_batch_size : 0  # spaces and comments
input [ { name: "data_0" data_type: TYPE_FP32 format: FORMAT_NCHW
          dims: [ 3, 224, 224 ] reshape { shape: [ 1, 3, 224, 224 ] } } ]
output [ { name: "fc6_1" data_type: TYPE_FP32 dims: [ 1000 ]
           label_filename: "densenet_labels.txt" } ]
version_policy: { specific: { versions: [1, 3] } }
instance_group [ { count: 2 kind: KIND_CPU } ]
parameters: { key: "image_scale" value: { string_value: "1/255" } }
)");
  ASSERT_TRUE(parsed.ok()) << parsed.status();
  EXPECT_THAT(parsed->warnings, IsEmpty());
  const inference::ModelConfig& config = parsed->config;
  EXPECT_TRUE(config.has_max_batch_size());
  EXPECT_EQ(config.max_batch_size(), 0);
  EXPECT_THAT(config.input(0).reshape().shape(), ElementsAre(1, 3, 224, 224));
  EXPECT_EQ(config.output(0).label_filename(), "densenet_labels.txt");
  EXPECT_THAT(config.version_policy().specific().versions(), ElementsAre(1, 3));
  EXPECT_EQ(config.parameters().at("image_scale").string_value(), "1/255");
}

TEST(ConfigParserTest, NamesFieldsThatNobodyKnows) {
  const auto parsed = ParseConfigText("max_batch_size: 4\nmax_bach_size: 8\ninput { nam: 'x' }\n");
  ASSERT_TRUE(parsed.ok()) << parsed.status();
  EXPECT_EQ(parsed->config.max_batch_size(), 4);
  EXPECT_THAT(parsed->warnings,
              ElementsAre(testing::AllOf(HasSubstr("line 2: "), HasSubstr("\"max_bach_size\"")),
                          testing::AllOf(HasSubstr("line 3: "), HasSubstr("\"nam\""))));
}

TEST(ConfigParserTest, SaysWhereAFileIsWrong) {
  const std::pair<std::string, const char*> cases[] = {
      {"name: \"m\"\nmax_batch_size: many", "config.pbtxt: line 2 column 17: "},
      {"input {", "config.pbtxt: line 1"},
      {"input { data_type: TYPE_COMPLEX }", "TYPE_COMPLEX"},
      {"max_batch_size: 99999999999", "out of range"},
      {std::string("\0\x01\x02", 3), "config.pbtxt: line 1"},
  };
  for (const auto& [text, message] : cases) {
    const auto parsed = ParseConfigText(text);
    EXPECT_EQ(parsed.status().code(), absl::StatusCode::kInvalidArgument) << text;
    EXPECT_THAT(std::string(parsed.status().message()), HasSubstr(message));
  }
}

TEST(ConfigParserTest, IsNotBroughtDownByDepth) {
  std::string deep;
  for (int i = 0; i < 100000; ++i) deep += "unknown {";
  EXPECT_FALSE(ParseConfigText(deep).ok());
}

TEST(ConfigParserTest, ReadsJson) {
  for (const char* json : {R"({"max_batch_size": 4, "input": [{"name": "x", "dims": ["3", 8]}]})",
                           R"({"maxBatchSize": 4, "input": [{"name": "x", "dims": [3, 8]}]})"}) {
    const auto config = ParseConfigJson(json);
    ASSERT_TRUE(config.ok()) << config.status();
    EXPECT_EQ(config->max_batch_size(), 4);
    EXPECT_THAT(config->input(0).dims(), ElementsAre(3, 8));
  }
  EXPECT_FALSE(ParseConfigJson("{}")->has_max_batch_size());
  for (const char* json :
       {"", "{", "[]", R"({"max_bach_size": 4})", R"({"max_batch_size": "x"})"}) {
    const auto config = ParseConfigJson(json);
    EXPECT_EQ(config.status().code(), absl::StatusCode::kInvalidArgument) << json;
    EXPECT_THAT(std::string(config.status().message()), HasSubstr("config: ")) << json;
  }
}

}  // namespace
}  // namespace reluserve::repository
