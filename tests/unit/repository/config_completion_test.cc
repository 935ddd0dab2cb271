// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The reluserve authors

#include "server/repository/config_completion.h"

#include <string>

#include <gmock/gmock.h>
#include <google/protobuf/text_format.h>
#include <google/protobuf/util/message_differencer.h>
#include <gtest/gtest.h>

namespace reluserve::repository {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;

inference::ModelConfig Config(const std::string& text) {
  inference::ModelConfig config;
  EXPECT_TRUE(google::protobuf::TextFormat::ParseFromString(text, &config)) << text;
  return config;
}

// Input x [batch,3,8,8], outputs y [batch,10] and z [batch,1,1].
ModelFacts Batching() {
  return {"m",
          {{"x", DataType::kFloat32, {-1, 3, 8, 8}, {}}},
          {{"y", DataType::kFloat32, {-1, 10}, {}}, {"z", DataType::kInt64, {-1, 1, 1}, {}}},
          true,
          ""};
}

// Input x [1,3,any,any], output y [1,10].
ModelFacts Fixed() {
  return {"m",
          {{"x", DataType::kFloat32, {1, 3, -1, -1}, {}}},
          {{"y", DataType::kFloat32, {1, 10}, {}}},
          false,
          "its batch is fixed"};
}

struct Completion {
  const char* what;
  ModelFacts facts;
  const char* config;
  // Of the result.
  const char* expected;
};

TEST(ConfigCompletionTest, CompletesFromTheModel) {
  const char* kRest =
      "name: 'm' platform: 'onnx_reluserve' backend: 'reluserve' "
      "default_model_filename: 'model.onnx' version_policy { latest { num_versions: 1 } }";
  const Completion cases[] = {
      {"nothing given", Batching(), "",
       "max_batch_size: 8 dynamic_batching {} "
       "input { name: 'x' data_type: TYPE_FP32 dims: [3,8,8] } "
       "output { name: 'y' data_type: TYPE_FP32 dims: [10] } "
       "output { name: 'z' data_type: TYPE_INT64 dims: [1,1] }"},
      {"batching turned off", Batching(), "max_batch_size: 0",
       "max_batch_size: 0 input { name: 'x' data_type: TYPE_FP32 dims: [1,3,8,8] } "
       "output { name: 'y' data_type: TYPE_FP32 dims: [1,10] } "
       "output { name: 'z' data_type: TYPE_INT64 dims: [1,1,1] }"},
      {"dims with the batch in them", Batching(), "input { name: 'x' dims: [-1,3,8,8] }",
       "max_batch_size: 0 input { name: 'x' data_type: TYPE_FP32 dims: [-1,3,8,8] } "
       "output { name: 'y' data_type: TYPE_FP32 dims: [-1,10] } "
       "output { name: 'z' data_type: TYPE_INT64 dims: [-1,1,1] }"},
      {"dims without it", Batching(), "input { name: 'x' dims: [3,8,8] }",
       "max_batch_size: 8 dynamic_batching {} "
       "input { name: 'x' data_type: TYPE_FP32 dims: [3,8,8] } "
       "output { name: 'y' data_type: TYPE_FP32 dims: [10] } "
       "output { name: 'z' data_type: TYPE_INT64 dims: [1,1] }"},
      {"a size of batches, which are then not put together", Batching(), "max_batch_size: 4",
       "max_batch_size: 4 input { name: 'x' data_type: TYPE_FP32 dims: [3,8,8] } "
       "output { name: 'y' data_type: TYPE_FP32 dims: [10] } "
       "output { name: 'z' data_type: TYPE_INT64 dims: [1,1] }"},
      {"outputs in another order, with labels and a reshape", Batching(),
       "max_batch_size: 4 dynamic_batching { max_queue_delay_microseconds: 9 } "
       "output { name: 'z' dims: [1] reshape { shape: [1,1] } } "
       "output { name: 'y' label_filename: 'l.txt' }",
       "max_batch_size: 4 dynamic_batching { max_queue_delay_microseconds: 9 } "
       "input { name: 'x' data_type: TYPE_FP32 dims: [3,8,8] } "
       "output { name: 'y' data_type: TYPE_FP32 dims: [10] label_filename: 'l.txt' } "
       "output { name: 'z' data_type: TYPE_INT64 dims: [1] reshape { shape: [1,1] } }"},
      {"a model that cannot batch", Fixed(), "",
       "max_batch_size: 0 input { name: 'x' data_type: TYPE_FP32 dims: [1,3,-1,-1] } "
       "output { name: 'y' data_type: TYPE_FP32 dims: [1,10] }"},
      {"open extents made narrower", Fixed(), "input { name: 'x' dims: [1,3,32,-1] }",
       "max_batch_size: 0 input { name: 'x' data_type: TYPE_FP32 dims: [1,3,32,-1] } "
       "output { name: 'y' data_type: TYPE_FP32 dims: [1,10] }"},
      {"no batch to be seen, and a reshape that adds it", Fixed(),
       "max_batch_size: 0 "
       "input { name: 'x' dims: [3,32,32] reshape { shape: [1,3,32,32] } format: FORMAT_NCHW } "
       "output { name: 'y' dims: [10] reshape { shape: [1,10] } }",
       "max_batch_size: 0 "
       "input { name: 'x' data_type: TYPE_FP32 dims: [3,32,32] format: FORMAT_NCHW "
       "        reshape { shape: [1,3,32,32] } } "
       "output { name: 'y' data_type: TYPE_FP32 dims: [10] reshape { shape: [1,10] } }"},
  };
  for (const Completion& each : cases) {
    inference::ModelConfig config = Config(each.config);
    const absl::Status status = CompleteConfig(each.facts, 8, config);
    ASSERT_TRUE(status.ok()) << each.what << ": " << status;
    inference::ModelConfig expected = Config(each.expected);
    expected.MergeFrom(Config(kRest));
    EXPECT_TRUE(google::protobuf::util::MessageDifferencer::Equals(config, expected))
        << each.what << ":\n"
        << config.DebugString() << "instead of\n"
        << expected.DebugString();
  }
}

struct Contradiction {
  const char* config;
  const char* message;
};

TEST(ConfigCompletionTest, RefusesWhatContradictsTheModel) {
  const Contradiction cases[] = {
      {"name: 'n'", "name is \"n\", but the model is \"m\""},
      {"platform: 'tensorrt_plan'", "platform is \"tensorrt_plan\", expected onnxruntime_onnx or"},
      {"backend: 'python'", "backend is \"python\", expected onnxruntime or"},
      {"max_batch_size: -1", "max_batch_size is -1, expected at least 0"},
      {"max_batch_size: 0 dynamic_batching {}", "dynamic_batching is set, but max_batch_size is 0"},
      {"input { name: 'w' }", "input \"w\" is not in the model, which has x"},
      {"output { name: 'w' }", "output \"w\" is not in the model, which has y, z"},
      {"input { name: 'x' } input { name: 'x' }", "input \"x\" is given twice"},
      {"input { name: 'x' data_type: TYPE_UINT8 }",
       "input \"x\": data_type is TYPE_UINT8, but the model has TYPE_FP32"},
      {"input { name: 'x' dims: [3,8,9] }", "input \"x\": dims are [3,8,9], but the model has "},
      {"max_batch_size: 8 input { name: 'x' dims: [-1,3,8,8] }", "but the model has [3,8,8]"},
      {"max_batch_size: 0 input { name: 'x' dims: [3,8,8] }", "but the model has [-1,3,8,8]"},
      {"input { name: 'x' dims: [3,0,8] }", "dims [3,0,8] have 0, expected -1 or at least 1"},
      {"input { name: 'x' dims: [3,-1,8] }", "dims are [3,-1,8], but the model has [3,8,8]"},
      {"input { name: 'x' dims: [3,65] reshape { shape: [3,8,8] } }",
       "dims [3,65] and reshape [3,8,8] do not have as many elements"},
      {"input { name: 'x' reshape { shape: [3,8,8] } }", "reshape is set without dims"},
      {"max_batch_size: 1 sequence_batching {}", "sequence_batching is set, which this server"},
      {"ensemble_scheduling {}", "ensemble_scheduling is set, which this server"},
      {"model_transaction_policy { decoupled: true }", "a request has one answer"},
  };
  for (const Contradiction& each : cases) {
    inference::ModelConfig config = Config(each.config);
    const absl::Status status = CompleteConfig(Batching(), 8, config);
    EXPECT_EQ(status.code(), absl::StatusCode::kInvalidArgument) << each.config;
    EXPECT_THAT(std::string(status.message()), HasSubstr(each.message)) << each.config;
  }
  inference::ModelConfig config = Config("max_batch_size: 2");
  EXPECT_EQ(CompleteConfig(Fixed(), 8, config),
            absl::InvalidArgumentError("max_batch_size is 2, but the model cannot batch: its batch "
                                       "is fixed; expected 0"));
}

TEST(ConfigCompletionTest, ShowsTensorsAsClientsSeeThem) {
  inference::ModelConfig config = Config("output { name: 'z' dims: [1] reshape { shape: [1,1] } }");
  ASSERT_TRUE(CompleteConfig(Batching(), 8, config).ok());
  const std::vector<TensorSpec> inputs = InputSpecs(config);
  ASSERT_EQ(inputs.size(), 1u);
  EXPECT_THAT(inputs[0].shape, ElementsAre(-1, 3, 8, 8));
  EXPECT_THAT(inputs[0].model_shape, ElementsAre(-1, 3, 8, 8));
  const std::vector<TensorSpec> outputs = OutputSpecs(config);
  ASSERT_EQ(outputs.size(), 2u);
  EXPECT_EQ(outputs[1].type, DataType::kInt64);
  EXPECT_THAT(outputs[1].shape, ElementsAre(-1, 1));
  EXPECT_THAT(outputs[1].model_shape, ElementsAre(-1, 1, 1));
}

}  // namespace
}  // namespace reluserve::repository
