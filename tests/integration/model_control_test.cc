// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The reluserve authors

// Repositories as users bring them, and what the server says about them.

#include <chrono>
#include <filesystem>
#include <memory>
#include <span>
#include <string>
#include <thread>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/integration/digits.h"
#include "tests/integration/server_process.h"
#include "tests/support/temp_dir.h"

namespace reluserve::integration {
namespace {

using grpc::health::v1::HealthCheckResponse;
using ::testing::ElementsAre;
using ::testing::HasSubstr;

std::string Model() { return SourceFile("server/builtin/digits.onnx"); }

constexpr char kWords[] = "zero\none\ntwo\nthree\nfour\nfive\nsix\nseven\neight\nnine\n";

v1::PredictRequest ImageRequest(const std::string& model) {
  v1::PredictRequest request;
  request.set_model_name(model);
  request.set_top_k(1);
  request.set_image(SourceFile("client/samples/digit_7_2.png"));
  return request;
}

TEST(ModelControlTest, ServesARepositoryMadeForTritonAsItIs) {
  const test_support::TempDir repository;
  for (const char* version : {"1", "2", "4"}) {
    repository.Write(std::string("net/") + version + "/network.onnx", Model());
  }
  repository.Write("net/words.txt", kWords);
  repository.Write("net/config.pbtxt", R"(
name: "net"
platform: "onnxruntime_onnx"
max_batch_size: 4
default_model_filename: "network.onnx"
input [ { name: "image" data_type: TYPE_FP32 format: FORMAT_NCHW dims: [ 1, 8, 8 ] } ]
output [ { name: "logits" data_type: TYPE_FP32 dims: [ 10 ] label_filename: "words.txt" } ]
version_policy: { specific: { versions: [ 1, 2 ] } }
dynamic_batching { preferred_batch_size: [ 4 ] max_queue_delay_microseconds: 100 }
instance_group [ { count: 2 kind: KIND_CPU } ]
optimization { execution_accelerators { cpu_execution_accelerator : [ { name : "openvino" } ] } }
parameters: { key: "intra_op_thread_count" value: { string_value: "4" } }
max_bach_size: 8
)");
  const auto server = ServerProcess::Start({"--model-repository", repository.path()});
  ASSERT_NE(server, nullptr);
  const client::Client client = server->NewClient();
  EXPECT_TRUE(*client.ServerReady());
  for (const char* version : {"1", "2"}) EXPECT_TRUE(*client.ModelReady("net", version));
  EXPECT_EQ(client.ModelReady("net", "4").status().code(), absl::StatusCode::kNotFound);
  const auto metadata = client.ModelMetadata("net");
  ASSERT_TRUE(metadata.ok()) << metadata.status();
  EXPECT_THAT(metadata->inputs(0).shape(), ElementsAre(-1, 1, 8, 8));
  const auto response = client.Predict(ImageRequest("net"));
  ASSERT_TRUE(response.ok()) << response.status();
  EXPECT_EQ(response->model_version(), "2");
  EXPECT_EQ(response->classifications(0).classes(0).label(), "seven");
  // More than a batch may have: computed in several runs.
  auto request = InferRequest(std::span(Digits()).first(11));
  request.set_model_name("net");
  const auto many = client.ModelInfer(request);
  ASSERT_TRUE(many.ok()) << many.status();
  EXPECT_THAT(many->outputs(0).shape(), ElementsAre(11, 10));
  const std::string log = server->log();
  for (const char* field :
       {"config_ignored model=net field=\"instance_group[0].count: ",
        "config_ignored model=net field=\"optimization.execution_accelerators."
        "cpu_execution_accelerator[0].name: ",
        "config_ignored model=net field=\"parameters[\"intra_op_thread_count\"]: ",
        "has no field named \"max_bach_size\""}) {
    EXPECT_THAT(log, HasSubstr(field));
  }
}

TEST(ModelControlTest, RefusesAConfigurationOfAnotherModel) {
  const test_support::TempDir repository;
  repository.Write("net/1/model.onnx", Model());
  repository.Write("net/config.pbtxt", "input [ { name: \"image\" dims: [ 3, 8, 8 ] } ]");
  const auto server = ServerProcess::Start({"--model-repository", repository.path()});
  ASSERT_NE(server, nullptr);
  const absl::Status status = server->NewClient().Predict(ImageRequest("net")).status();
  EXPECT_EQ(status.code(), absl::StatusCode::kUnavailable);
  EXPECT_THAT(std::string(status.message()),
              HasSubstr("input \"image\": dims are [3,8,8], but the model has [1,8,8]"));
}

// A reshape hides the batch of a network that has it fixed, as in Triton's own examples.
TEST(ModelControlTest, ReshapesBetweenClientAndModel) {
  const test_support::TempDir repository;
  repository.Write("net/1/model.onnx", Model());
  repository.Write("net/config.pbtxt", R"(
max_batch_size: 0
input [ { name: "image" dims: [ 64 ] reshape { shape: [ 1, 1, 8, 8 ] } } ]
output [ { name: "logits" dims: [ 10 ] reshape { shape: [ 1, 10 ] } } ]
)");
  const auto server = ServerProcess::Start({"--model-repository", repository.path()});
  ASSERT_NE(server, nullptr);
  const client::Client client = server->NewClient();
  auto request = InferRequest(std::span(Digits()).first(1));
  request.set_model_name("net");
  EXPECT_THAT(std::string(client.ModelInfer(request).status().message()),
              HasSubstr("has shape [1,1,8,8], expected [64]"));
  request.mutable_inputs(0)->clear_shape();
  request.mutable_inputs(0)->add_shape(64);
  const auto response = client.ModelInfer(request);
  ASSERT_TRUE(response.ok()) << response.status();
  EXPECT_THAT(response->outputs(0).shape(), ElementsAre(10));
}

TEST(ModelControlTest, ServesASingleModelFromAReadOnlyDirectory) {
  const test_support::TempDir directory;
  directory.Write("models/model.onnx", Model());
  directory.Write("models/labels.txt", kWords);
  const auto models = directory.path() / "models";
  std::filesystem::permissions(
      models, std::filesystem::perms::owner_read | std::filesystem::perms::owner_exec);
  for (const auto& path : {models, models / "model.onnx"}) {
    const auto server = ServerProcess::Start({"--model-repository", path, "--model-name", "mine"});
    ASSERT_NE(server, nullptr);
    const auto response = server->NewClient().Predict(ImageRequest("mine"));
    ASSERT_TRUE(response.ok()) << response.status();
    EXPECT_EQ(response->classifications(0).classes(0).index(), 7u);
    EXPECT_EQ(response->classifications(0).classes(0).label(), path == models ? "seven" : "");
  }
  std::filesystem::permissions(models, std::filesystem::perms::owner_all);
}

// Pixels may be brought to the network's range by the configuration.
TEST(ModelControlTest, PreprocessesImagesAsConfigured) {
  const test_support::TempDir repository;
  repository.Write("plain/1/model.onnx", Model());
  repository.Write("black/1/model.onnx", Model());
  repository.Write("black/config.pbtxt", R"(
parameters { key: "image_scale" value { string_value: "1/1000000" } }
)");
  const auto server = ServerProcess::Start({"--model-repository", repository.path()});
  ASSERT_NE(server, nullptr);
  const client::Client client = server->NewClient();
  const auto plain = client.Predict(ImageRequest("plain"));
  const auto black = client.Predict(ImageRequest("black"));
  ASSERT_TRUE(plain.ok()) << plain.status();
  ASSERT_TRUE(black.ok()) << black.status();
  EXPECT_EQ(plain->classifications(0).classes(0).index(), 7u);
  EXPECT_GT(plain->classifications(0).classes(0).score(),
            black->classifications(0).classes(0).score() + 1);
}

TEST(ModelControlTest, ServesModelsThatComeLater) {
  const test_support::TempDir repository;
  const auto server =
      ServerProcess::Start({"--model-repository", repository.path(), "--model-control-mode", "poll",
                            "--repository-poll-secs", "0.02"});
  ASSERT_NE(server, nullptr);
  const client::Client client = server->NewClient();
  EXPECT_EQ(client.CheckHealth("late").status().code(), absl::StatusCode::kNotFound);
  repository.Write("late/1/model.onnx", Model());
  const auto deadline = std::chrono::steady_clock::now() + kPatience;
  while (!client.ModelReady("late").value_or(false) && std::chrono::steady_clock::now() < deadline)
    std::this_thread::yield();
  // Told right after that.
  while (!client.CheckHealth("late").ok() && std::chrono::steady_clock::now() < deadline)
    std::this_thread::yield();
  EXPECT_EQ(*client.CheckHealth("late"), HealthCheckResponse::SERVING);
  EXPECT_TRUE(client.Predict(ImageRequest("late")).ok());
}

TEST(ModelControlTest, LoadsOnlyWhatItIsTold) {
  const test_support::TempDir repository;
  repository.Write("a/1/model.onnx", Model());
  repository.Write("b/1/model.onnx", Model());
  const auto server =
      ServerProcess::Start({"--model-repository", repository.path(), "--model-control-mode",
                            "explicit", "--load-model", "b"});
  ASSERT_NE(server, nullptr);
  const client::Client client = server->NewClient();
  EXPECT_TRUE(*client.ServerReady());
  EXPECT_TRUE(client.Predict(ImageRequest("b")).ok());
  EXPECT_EQ(client.Predict(ImageRequest("a")).status().code(), absl::StatusCode::kNotFound);
  const auto models = client.ListModels();
  ASSERT_EQ(models->models_size(), 2);
  EXPECT_EQ(models->models(0).name(), "a");
  EXPECT_EQ(models->models(0).reason(), "not loaded");

  ChildProcess wrong({RELUSERVE_BINARY, "--grpc-address", "127.0.0.1:0", "--model-repository",
                      repository.path(), "--load-model", "b"});
  EXPECT_EQ(wrong.Wait(), 1);
  EXPECT_THAT(wrong.error_text(), HasSubstr("--load-model b needs --model-control-mode explicit"));
}

TEST(ModelControlTest, IsReadyWithoutABrokenModelWhereToldSo) {
  const test_support::TempDir repository;
  repository.Write("bad/1/model.onnx", "not a model");
  repository.Write("good/1/model.onnx", Model());
  const auto server = ServerProcess::Start(
      {"--model-repository", repository.path(), "--strict-readiness", "false"});
  ASSERT_NE(server, nullptr);
  const client::Client client = server->NewClient();
  EXPECT_TRUE(*client.ServerReady());
  EXPECT_EQ(*client.CheckHealth(""), HealthCheckResponse::SERVING);
  EXPECT_FALSE(*client.ModelReady("bad"));
}

TEST(ModelControlTest, AnswersWhileItIsALameDuck) {
  const auto server = ServerProcess::Start({"--lame-duck-s", "4"});
  ASSERT_NE(server, nullptr);
  const client::Client client = server->NewClient();
  EXPECT_EQ(*client.CheckHealth(""), HealthCheckResponse::SERVING);
  server->Terminate();
  while (*client.CheckHealth("") == HealthCheckResponse::SERVING) std::this_thread::yield();
  EXPECT_TRUE(client.Predict(ImageRequest("digits")).ok());
  EXPECT_FALSE(*client.ServerReady());
  EXPECT_FALSE(*client.ModelReady("digits"));
  EXPECT_TRUE(*client.ServerLive());
  EXPECT_EQ(server->Stop(), 0);
}

}  // namespace
}  // namespace reluserve::integration
