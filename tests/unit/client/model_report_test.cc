// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The reluserve authors

#include "client/model_report.h"

#include <string>

#include <gmock/gmock.h>
#include <google/protobuf/text_format.h>
#include <gtest/gtest.h>

namespace reluserve::client {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;

constexpr TextStyle kAscii{.utf8 = false, .colour = false};

template <typename Message>
Message Parse(const std::string& text) {
  Message message;
  EXPECT_TRUE(google::protobuf::TextFormat::ParseFromString(text, &message)) << text;
  return message;
}

TEST(ModelReportTest, ListsModelsAndWhyTheyAreNotReady) {
  const auto response = Parse<v1::ListModelsResponse>(R"(
    models {
      name: "digits" version: "1" ready: true producer: "pytorch 1.13.1" activation_layers: 7
      inputs { name: "image" datatype: "FP32" shape: [-1, 1, 8, 8] }
      outputs { name: "logits" datatype: "FP32" shape: [-1, 10] }
    }
    models { name: "broken" version: "12" reason: "not an ONNX file" })");
  EXPECT_EQ(ModelsText(response, kAscii),
            "NAME    VERSION  STATE      INPUTS                OUTPUTS             "
            "ACTIVATION LAYERS  PRODUCER\n"
            "digits        1  ready      image FP32 [?,1,8,8]  logits FP32 [?,10]  "
            "                7  pytorch 1.13.1\n"
            "broken       12  not ready\n"
            "\n"
            "broken 12 is not ready: not an ONNX file\n");
}

TEST(ModelReportTest, SaysThatThereAreNoModels) {
  EXPECT_EQ(ModelsText({}, kAscii), "The server has no models.\n");
}

TEST(ModelReportTest, DescribesPlanAndMemory) {
  const auto response = Parse<v1::DescribeModelResponse>(R"(
    summary {
      name: "digits" version: "3" ready: true producer: "pytorch 1.13.1" activation_layers: 1
      inputs { name: "image" datatype: "FP32" shape: [-1, 1, 8, 8] }
      outputs { name: "logits" datatype: "FP32" shape: [-1, 10] }
    }
    graph_before: "conv, relu" graph_after: "conv+relu\n"
    passes { name: "fuse_activation" changes: 1 }
    steps {
      node: "conv" operator: "Conv" implementation: "jit:avx2" output_layout: "aBcd8b [2,16,8,8]"
      activation: "relu" macs: 18432
    }
    steps { node: "pool" operator: "MaxPool" implementation: "kernel" output_layout: "abcd [2,16]" }
    macs: 18432 arena_bytes: 8192 activation_bytes: 16384 scratchpad_bytes: 100
    packed_weight_bytes: 1048576
    input_shapes { extents: [2, 1, 8, 8] })");
  const std::string text = DescriptionText(response, {}, kAscii);
  EXPECT_EQ(text,
            "MODEL              digits\n"
            "version            3\n"
            "state              ready\n"
            "producer           pytorch 1.13.1\n"
            "inputs             image FP32 [?,1,8,8]\n"
            "outputs            logits FP32 [?,10]\n"
            "activation layers  1\n"
            "\n"
            "PASS             CHANGES\n"
            "fuse_activation        1\n"
            "\n"
            "STEP  NODE  OPERATOR  ACTIVATION  KERNEL    OUTPUT               MACS\n"
            "   1  conv  Conv      relu        jit:avx2  aBcd8b [2,16,8,8]  18.4 k\n"
            "   2  pool  MaxPool               kernel    abcd [2,16]\n"
            "\n"
            "PLAN                  [2,1,8,8]\n"
            "multiply-accumulates  18.4 k\n"
            "packed weights        1.00 MiB\n"
            "activations           8.00 KiB (16.0 KiB without reuse)\n"
            "scratchpad            100 B\n"
            "batch sizes run       1; others are still being tried\n");
  EXPECT_EQ(DescriptionText(response, {.before = true, .after = true}, kAscii),
            text +
                "\nGRAPH BEFORE THE PASSES\nconv, relu\n"
                "\nGRAPH AFTER THE PASSES\nconv+relu\n");
  EXPECT_THAT(DescriptionText(response, {.before = false, .after = true}, kAscii),
              Not(HasSubstr("BEFORE")));
}

TEST(ModelReportTest, ShowsTheBatchSizesThatWereFound) {
  const auto response = Parse<v1::DescribeModelResponse>("run_sizes: [1, 2, 4]");
  EXPECT_THAT(DescriptionText(response, {}, kAscii), HasSubstr("batch sizes run       1, 2, 4\n"));
}

}  // namespace
}  // namespace reluserve::client
