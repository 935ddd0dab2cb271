// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The reluserve authors

// What the server tells about itself and its models.

#include <string>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/integration/builtin_model_fixture.h"

namespace reluserve::integration {
namespace {

using ::testing::Contains;
using ::testing::ElementsAre;
using ::testing::HasSubstr;

class MetadataTest : public BuiltinModelFixture {};

TEST_F(MetadataTest, ServerIsLiveAndReady) {
  EXPECT_TRUE(*client().ServerLive());
  EXPECT_TRUE(*client().ServerReady());
}

TEST_F(MetadataTest, ServerHasNameVersionAndExtensions) {
  const auto metadata = client().ServerMetadata();
  ASSERT_TRUE(metadata.ok()) << metadata.status();
  EXPECT_EQ(metadata->name(), "reluserve");
  EXPECT_THAT(metadata->version(), ::testing::MatchesRegex("[0-9]+\\.[0-9]+\\.[0-9]+"));
  EXPECT_THAT(metadata->extensions(), Contains("activation_sparsity"));
}

TEST_F(MetadataTest, ModelHasInputsAndOutputs) {
  const auto metadata = client().ModelMetadata("digits");
  ASSERT_TRUE(metadata.ok()) << metadata.status();
  EXPECT_EQ(metadata->name(), "digits");
  EXPECT_THAT(metadata->versions(), ElementsAre("1"));
  ASSERT_EQ(metadata->inputs_size(), 1);
  EXPECT_EQ(metadata->inputs(0).name(), "image");
  EXPECT_EQ(metadata->inputs(0).datatype(), "FP32");
  EXPECT_THAT(metadata->inputs(0).shape(), ElementsAre(-1, 1, 8, 8));
  ASSERT_EQ(metadata->outputs_size(), 1);
  EXPECT_EQ(metadata->outputs(0).name(), "logits");
  EXPECT_EQ(metadata->outputs(0).datatype(), "FP32");
  EXPECT_THAT(metadata->outputs(0).shape(), ElementsAre(-1, 10));
}

TEST_F(MetadataTest, ModelIsReadyInTheVersionServed) {
  EXPECT_TRUE(*client().ModelReady("digits"));
  EXPECT_TRUE(*client().ModelReady("digits", "1"));
}

TEST_F(MetadataTest, UnknownModelsAndVersionsAreNotFound) {
  const std::vector<std::pair<absl::Status, std::string>> rows = {
      {client().ModelReady("nothing").status(), "nothing"},
      {client().ModelReady("digits", "7").status(), "7"},
      {client().ModelReady("digits", "one").status(), "one"},
      {client().ModelMetadata("nothing").status(), "nothing"},
      {client().ModelMetadata("digits", "7").status(), "7"},
      {client().ModelMetadata("").status(), "model"},
  };
  for (const auto& [status, message] : rows) {
    EXPECT_EQ(status.code(), absl::StatusCode::kNotFound) << status;
    EXPECT_THAT(std::string(status.message()), HasSubstr(message));
  }
}

TEST_F(MetadataTest, ListsTheBuiltinModel) {
  const auto models = client().ListModels();
  ASSERT_TRUE(models.ok()) << models.status();
  ASSERT_EQ(models->models_size(), 1);
  const v1::ModelSummary& model = models->models(0);
  EXPECT_EQ(model.name(), "digits");
  EXPECT_EQ(model.version(), "1");
  EXPECT_TRUE(model.ready());
  EXPECT_EQ(model.reason(), "");
  EXPECT_THAT(model.producer(), HasSubstr("pytorch"));
  EXPECT_EQ(model.activation_layers(), 7);
  ASSERT_EQ(model.inputs_size(), 1);
  EXPECT_THAT(model.inputs(0).shape(), ElementsAre(-1, 1, 8, 8));
}

TEST_F(MetadataTest, DescribesThePlanOfAModel) {
  v1::DescribeModelRequest request;
  request.set_name("digits");
  request.set_batch(4);
  const auto description = client().DescribeModel(request);
  ASSERT_TRUE(description.ok()) << description.status();
  EXPECT_EQ(description->summary().name(), "digits");
  ASSERT_EQ(description->input_shapes_size(), 1);
  EXPECT_THAT(description->input_shapes(0).extents(), ElementsAre(4, 1, 8, 8));
  EXPECT_THAT(description->graph_before(), HasSubstr("BatchNormalization"));
  // Batch normalisations are folded into their convolutions, activations fused.
  int convolutions = 0;
  int activations = 0;
  uint64_t macs = 0;
  for (const v1::PlanStep& step : description->steps()) {
    EXPECT_NE(step.operator_(), "BatchNormalization");
    EXPECT_NE(step.operator_(), "Relu");
    if (step.operator_() == "Conv") ++convolutions;
    if (step.operator_() != "count" && !step.activation().empty()) ++activations;
    macs += step.macs();
  }
  EXPECT_EQ(convolutions, 8);
  EXPECT_EQ(activations, 7);
  // Four samples of: the stem and block 1 on 8x8, blocks 2 and 3 on 4x4, the skip, the classifier.
  const uint64_t sample_macs =
      64 * (16 * 9 + 2 * 16 * 16 * 9) + 16 * (16 * 32 * 9 + 16 * 32 + 3 * 32 * 32 * 9) + 32 * 10;
  EXPECT_EQ(description->macs(), 4 * sample_macs);
  EXPECT_EQ(macs, description->macs());
  EXPECT_GT(description->arena_bytes(), 0);
  // Memory is shared: the arena holds the scratchpad too, which oneDNN 3 wants large.
  EXPECT_LT(description->arena_bytes(),
            description->activation_bytes() + description->scratchpad_bytes());
  // Weights are at least the convolutions' and the classifier's.
  EXPECT_GE(
      description->packed_weight_bytes(),
      sizeof(float) * (16 * 9 + 2 * 16 * 16 * 9 + 16 * 32 * 9 + 16 * 32 + 3 * 32 * 32 * 9 + 320));
}

TEST_F(MetadataTest, DescribesThePlanForGivenShapes) {
  v1::DescribeModelRequest request;
  request.set_name("digits");
  for (const int64_t extent : {2, 1, 8, 8}) {
    if (request.input_shapes().empty()) request.add_input_shapes();
    request.mutable_input_shapes(0)->add_extents(extent);
  }
  const auto description = client().DescribeModel(request);
  ASSERT_TRUE(description.ok()) << description.status();
  EXPECT_THAT(description->input_shapes(0).extents(), ElementsAre(2, 1, 8, 8));

  request.mutable_input_shapes(0)->set_extents(1, 3);
  const absl::Status wrong_channels = client().DescribeModel(request).status();
  EXPECT_EQ(wrong_channels.code(), absl::StatusCode::kInvalidArgument) << wrong_channels;
  EXPECT_THAT(std::string(wrong_channels.message()), HasSubstr("image"));

  request.add_input_shapes();
  EXPECT_EQ(client().DescribeModel(request).status().code(), absl::StatusCode::kInvalidArgument);

  request.clear_input_shapes();
  request.set_name("nothing");
  EXPECT_EQ(client().DescribeModel(request).status().code(), absl::StatusCode::kNotFound);
}

}  // namespace
}  // namespace reluserve::integration
