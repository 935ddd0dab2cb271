// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The reluserve authors

#include "server/repository/config_support.h"

#include <string>

#include <gmock/gmock.h>
#include <google/protobuf/text_format.h>
#include <gtest/gtest.h>

namespace reluserve::repository {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;
using testing::StartsWith;

std::vector<std::string> Unsupported(const std::string& text) {
  inference::ModelConfig config;
  EXPECT_TRUE(google::protobuf::TextFormat::ParseFromString(text, &config)) << text;
  return UnsupportedFields(config);
}

TEST(ConfigSupportTest, IsSilentAboutWhatHasAnEffect) {
  EXPECT_THAT(Unsupported(R"(
      name: "m" platform: "onnxruntime_onnx" backend: "onnxruntime" max_batch_size: 8
      default_model_filename: "net.onnx"
      input { name: "x" data_type: TYPE_FP32 format: FORMAT_NHWC dims: [8, 8, 3]
              reshape { shape: [192] } }
      output { name: "y" dims: [10] label_filename: "l.txt" }
      version_policy { latest { num_versions: 2 } }
      dynamic_batching { preferred_batch_size: [4, 8] max_queue_delay_microseconds: 100
                         priority_levels: 2 default_priority_level: 1
                         default_queue_policy { max_queue_size: 3 timeout_action: DELAY }
                         priority_queue_policy { key: 2 value { max_queue_size: 1 } } }
      instance_group { count: 1 kind: KIND_CPU }
      parameters { key: "image_mean" value { string_value: "1" } }
      model_transaction_policy { decoupled: false })"),
              IsEmpty());
}

TEST(ConfigSupportTest, NamesWhatHasNone) {
  EXPECT_THAT(
      Unsupported(R"(
          optimization { graph { level: 1 }
                         execution_accelerators { cpu_execution_accelerator { name: "openvino" } } }
          input { name: "x" }
          input { name: "y" optional: true }
          dynamic_batching { preserve_ordering: true }
          instance_group { count: 2 kind: KIND_GPU gpus: [0, 1] }
          metric_tags { key: "a" value: "b" }
          parameters { key: "intra_op_thread_count" value { string_value: "4" } }
          model_warmup { name: "w" batch_size: 1 }
          response_cache { enable: true })"),
      ElementsAre(StartsWith("input[1].optional: "), StartsWith("instance_group[0].gpus: "),
                  StartsWith("metric_tags: "), StartsWith("dynamic_batching.preserve_ordering: "),
                  StartsWith("optimization.graph.level: "),
                  StartsWith("optimization.execution_accelerators.cpu_execution_accelerator[0]."
                             "name: the server optimises"),
                  StartsWith("model_warmup[0].name: "), StartsWith("model_warmup[0].batch_size: "),
                  StartsWith("response_cache.enable: "), StartsWith("instance_group[0].count: "),
                  StartsWith("instance_group[0].kind: "),
                  StartsWith("parameters[\"intra_op_thread_count\"]: ")));
  EXPECT_THAT(Unsupported("optimization {}"), ElementsAre(StartsWith("optimization: ")));
}

}  // namespace
}  // namespace reluserve::repository
