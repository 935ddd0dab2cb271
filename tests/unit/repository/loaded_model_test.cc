// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The reluserve authors

#include "server/repository/loaded_model.h"

#include <atomic>
#include <thread>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "server/builtin/builtin_model.h"
#include "tests/unit/repository/small_models.h"

namespace reluserve::repository {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;

TEST(LoadedModelTest, ShowsInputsAndOutputs) {
  const auto model = LoadSmall(SumBytes());
  EXPECT_EQ(model->name(), "m");
  EXPECT_EQ(model->version(), 7);
  EXPECT_TRUE(model->batchable());
  ASSERT_EQ(model->inputs().size(), 2u);
  EXPECT_EQ(model->inputs()[1].name, "b");
  EXPECT_EQ(model->inputs()[1].type, DataType::kFloat32);
  EXPECT_THAT(model->inputs()[1].shape, ElementsAre(-1, 2));
  ASSERT_EQ(model->outputs().size(), 2u);
  EXPECT_EQ(model->outputs()[0].name, "sum");
  EXPECT_EQ(model->outputs()[1].name, "positive");
  EXPECT_THAT(model->outputs()[1].shape, ElementsAre(-1, 2));
}

// A literal 1 in a Reshape: the batch is open in the file, but only one sample goes through.
TEST(LoadedModelTest, ShowsTheOneBatchOfAModelThatCannotBatch) {
  const auto model = LoadSmall(ModelBuilder()
                                   .Input("x", {-1, 4})
                                   .Initializer("shape", onnx_import::IntTensor({3}, {1, 2, 2}))
                                   .Node("Reshape", {"x", "shape"}, {"y"})
                                   .Output("y")
                                   .Bytes());
  EXPECT_FALSE(model->batchable());
  EXPECT_THAT(model->inputs()[0].shape, ElementsAre(1, 4));
  EXPECT_THAT(model->outputs()[0].shape, ElementsAre(1, 2, 2));
}

TEST(LoadedModelTest, KeepsOtherOpenExtentsOpen) {
  const auto model = LoadSmall(
      ModelBuilder().Input("x", {-1, 3, -1, -1}).Node("Relu", {"x"}, {"y"}).Output("y").Bytes());
  EXPECT_THAT(model->inputs()[0].shape, ElementsAre(-1, 3, -1, -1));
  EXPECT_THAT(model->outputs()[0].shape, ElementsAre(-1, 3, -1, -1));
  EXPECT_EQ(model->class_count(), std::nullopt);
}

TEST(LoadedModelTest, RunsSamplesTogetherInTheShapesItTried) {
  const auto fixed = LoadSmall(ReluBytes());
  const TensorView three[] = {{DataType::kFloat32, {6, 3}, nullptr}};
  EXPECT_EQ(fixed->RunSize(three, 6), 6);
  // Other extents may have other kernels, for which no batch was tried.
  const auto open =
      LoadSmall(ModelBuilder().Input("x", {-1, -1}).Node("Relu", {"x"}, {"y"}).Output("y").Bytes());
  const int64_t tried = open->compiled().shapes().probe_inputs[0][1];
  const TensorView as_tried[] = {{DataType::kFloat32, {6, tried}, nullptr}};
  EXPECT_EQ(open->RunSize(as_tried, 6), 6);
  const TensorView longer[] = {{DataType::kFloat32, {6, tried + 1}, nullptr}};
  EXPECT_EQ(open->RunSize(longer, 6), 1);
}

TEST(LoadedModelTest, RunsSamplesOneByOneUntilOtherSizesAreFound) {
  const auto model = LoadedModel::Load({"m", 1, ReluBytes(), {}}).value();
  const TensorView six[] = {{DataType::kFloat32, {6, 3}, nullptr}};
  EXPECT_FALSE(model->run_sizes_found());
  EXPECT_THAT(model->run_sizes(), ElementsAre(1));
  EXPECT_EQ(model->RunSize(six, 6), 1);
  // A trial that is given up, at once or after some runs, leaves it at that.
  for (int runs = 0; runs < 5; ++runs) {
    int asked = 0;
    EXPECT_FALSE(model->FindRunSizes([&] { return asked++ < runs; }));
    EXPECT_EQ(asked, runs + 1) << "it went on";
    EXPECT_FALSE(model->run_sizes_found());
    EXPECT_EQ(model->RunSize(six, 6), 1);
  }
  EXPECT_TRUE(model->FindRunSizes());
  EXPECT_TRUE(model->run_sizes_found());
  EXPECT_EQ(model->RunSize(six, 6), 6);
  EXPECT_TRUE(model->FindRunSizes([] { return false; })) << "there is nothing left to find";
}

TEST(LoadedModelTest, HasNothingToFindWhereOneSampleIsAll) {
  ModelSource source = {"m", 1, ReluBytes(), {}};
  source.batching.max_batch_size = 1;
  EXPECT_TRUE(LoadedModel::Load(source).value()->run_sizes_found());
  source.onnx = ModelBuilder().Input("x", {3}).Node("Relu", {"x"}, {"y"}).Output("y").Bytes();
  EXPECT_TRUE(LoadedModel::Load(source).value()->run_sizes_found());
}

// Requests go on while the sizes are found: by plans of one sample, which the search leaves alone.
TEST(LoadedModelTest, FindsSizesWhileItIsRun) {
  const auto model =
      LoadedModel::Load({"digits", 1, std::string(builtin::DigitsModel()), {}}).value();
  const Shape one = model->OneSampleShape(0);
  const std::vector<float> image(static_cast<size_t>(one.ElementCount()), 0.5f);
  std::atomic<bool> found = false;
  const auto run = [&] {
    engine::ExecutionContext context;
    std::vector<float> scores(10), first;
    for (int i = 0; i < 20 || !found; ++i) {
      const auto plan = model->compiled().GetPlan({&one, 1});
      ASSERT_TRUE(plan.ok()) << plan.status();
      const void* input = image.data();
      void* output = scores.data();
      ASSERT_EQ(context.Run(*plan, {&input, 1}, {&output, 1}, nullptr), absl::OkStatus());
      if (first.empty()) first = scores;
      ASSERT_EQ(scores, first);
      ASSERT_GE(model->run_sizes().size(), 1u);
    }
  };
  std::thread runs(run);
  EXPECT_TRUE(model->FindRunSizes());
  found = true;
  runs.join();
  EXPECT_THAT(model->run_sizes(), testing::SizeIs(testing::Gt(1u)));
}

// What is remembered of a model belongs to its weights, wherever they are.
TEST(LoadedModelTest, FingerprintCoversWeightsInOtherFiles) {
  onnx::TensorProto elsewhere;
  elsewhere.set_data_type(onnx::TensorProto::FLOAT);
  elsewhere.add_dims(1);
  elsewhere.set_data_location(onnx::TensorProto::EXTERNAL);
  onnx::StringStringEntryProto& location = *elsewhere.add_external_data();
  location.set_key("location");
  location.set_value("w.data");
  const std::string bytes = ModelBuilder()
                                .Input("x", {-1, 3})
                                .Initializer("w", elsewhere)
                                .Node("Mul", {"x", "w"}, {"y"})
                                .Output("y")
                                .Bytes();
  const auto fingerprint = [&](const std::string& weights) {
    ModelSource source = {"m", 1, bytes, {}};
    source.read_external = [&](const std::string& path) -> absl::StatusOr<std::string> {
      EXPECT_EQ(path, "w.data");
      return weights;
    };
    return LoadedModel::Load(source).value()->fingerprint();
  };
  EXPECT_EQ(fingerprint("aaaa"), fingerprint("aaaa"));
  EXPECT_NE(fingerprint("aaaa"), fingerprint("aaab"));
}

TEST(LoadedModelTest, LoadsTheBuiltinModel) {
  const auto model = LoadedModel::Load({"digits", 1, std::string(builtin::DigitsModel()), {}});
  ASSERT_TRUE(model.ok()) << model.status();
  EXPECT_THAT((*model)->inputs()[0].shape, ElementsAre(-1, 1, 8, 8));
  EXPECT_EQ((*model)->class_count(), 10);
  EXPECT_GT((*model)->compiled().layers().size(), 0u);
}

TEST(LoadedModelTest, RefusesLabelsOfAnotherModel) {
  EXPECT_EQ(LoadSmall(ReluBytes(), {"cat", "dog", "owl"})->labels().size(), 3u);
  const auto model = LoadedModel::Load({"m", 1, ReluBytes(), {"cat", "dog"}});
  EXPECT_EQ(model.status(),
            absl::InvalidArgumentError("labels.txt has 2 labels, but output \"y\" has 3 classes"));
}

TEST(LoadedModelTest, RefusesBytesThatAreNoModel) {
  const std::string whole = ReluBytes();
  for (const std::string& onnx : {std::string(), std::string("not a model"), whole.substr(0, 20)}) {
    EXPECT_EQ(LoadedModel::Load({"m", 1, onnx, {}}).status().code(),
              absl::StatusCode::kInvalidArgument);
  }
}

TEST(LoadedModelTest, NamesTheOperatorItCannotRun) {
  const auto model = LoadedModel::Load(
      {"m",
       1,
       ModelBuilder().Input("x", {1}).Node("Frobnicate", {"x"}, {"y"}).Output("y").Bytes(),
       {}});
  EXPECT_EQ(model.status().code(), absl::StatusCode::kUnimplemented);
  EXPECT_THAT(std::string(model.status().message()), HasSubstr("Frobnicate"));
}

}  // namespace
}  // namespace reluserve::repository
