// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The reluserve authors

// A model repository in which some models are broken: each is reported with its reason, and the
// others serve.

#include <cstdint>
#include <functional>
#include <memory>
#include <span>
#include <string>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <onnx/onnx_pb.h>

#include "tests/integration/digits.h"
#include "tests/integration/server_process.h"
#include "tests/support/temp_dir.h"

namespace reluserve::integration {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;

std::string GoodModel() { return SourceFile("server/builtin/digits.onnx"); }

// The built-in model after `change`.
std::string Changed(const std::function<void(onnx::GraphProto*)>& change) {
  onnx::ModelProto model;
  EXPECT_TRUE(model.ParseFromString(GoodModel()));
  change(model.mutable_graph());
  return model.SerializeAsString();
}

struct BrokenModel {
  std::string name;
  std::string file;
  // Of the reason that is reported.
  std::vector<std::string> parts;
};

std::vector<BrokenModel> BrokenModels() {
  const std::string good = GoodModel();
  using Graph = onnx::GraphProto;
  return {
      {"empty", "", {"the file is empty"}},
      {"text", "This is not a model.", {"ONNX"}},
      {"truncated", good.substr(0, good.size() / 2), {"ONNX"}},
      {"cycle", Changed([](Graph* g) { g->mutable_node(0)->set_input(0, "logits"); }), {"cycle"}},
      {"undefined_value",
       Changed([](Graph* g) { g->mutable_node(2)->set_input(0, "nowhere"); }),
       {"nowhere"}},
      {"wrong_size",
       Changed([](Graph* g) { g->mutable_initializer(0)->mutable_raw_data()->resize(572); }),
       {"stem.conv.weight", "572", "576"}},
      {"overflowing_dims",
       Changed([](Graph* g) {
         g->mutable_initializer(0)->set_dims(0, int64_t{1} << 62);
         g->mutable_initializer(0)->set_dims(1, int64_t{1} << 62);
       }),
       {"stem.conv.weight"}},
      {"negative_dims",
       Changed([](Graph* g) { g->mutable_initializer(0)->set_dims(0, -16); }),
       {"stem.conv.weight", "-16"}},
      {"unknown_operator",
       Changed([](Graph* g) { g->mutable_node(2)->set_op_type("Frobnicate"); }),
       {"Frobnicate", "stem/relu"}},
      {"external_data",
       Changed([](Graph* g) {
         onnx::TensorProto* tensor = g->mutable_initializer(0);
         tensor->clear_raw_data();
         tensor->set_data_location(onnx::TensorProto::EXTERNAL);
         onnx::StringStringEntryProto* location = tensor->add_external_data();
         location->set_key("location");
         location->set_value("/etc/passwd");
       }),
       {"stem.conv.weight", "expected one in the directory of the model"}},
      {"shapes_disagree",
       Changed([](Graph* g) {
         g->mutable_input(0)
             ->mutable_type()
             ->mutable_tensor_type()
             ->mutable_shape()
             ->mutable_dim(1)
             ->set_dim_value(3);
       }),
       {"stem/conv"}},
  };
}

const v1::ModelSummary* Find(const v1::ListModelsResponse& models, const std::string& name) {
  for (const v1::ModelSummary& model : models.models()) {
    if (model.name() == name) return &model;
  }
  return nullptr;
}

TEST(RepositoryTest, BrokenModelsAreReportedAndGoodOnesServe) {
  const test_support::TempDir repository;
  repository.Write("good/1/model.onnx", GoodModel());
  for (const BrokenModel& broken : BrokenModels()) {
    repository.Write(broken.name + "/1/model.onnx", broken.file);
  }
  const auto server = ServerProcess::Start({"--model-repository", repository.path()});
  ASSERT_NE(server, nullptr);
  const client::Client client = server->NewClient();
  const auto models = client.ListModels();
  ASSERT_TRUE(models.ok()) << models.status();
  EXPECT_EQ(models->models_size(), static_cast<int>(BrokenModels().size()) + 1);

  inference::ModelInferRequest request = InferRequest(std::span(Digits()).first(20));
  for (const BrokenModel& broken : BrokenModels()) {
    SCOPED_TRACE(broken.name);
    const v1::ModelSummary* summary = Find(*models, broken.name);
    ASSERT_NE(summary, nullptr);
    EXPECT_FALSE(summary->ready());
    request.set_model_name(broken.name);
    const absl::Status status = client.ModelInfer(request).status();
    EXPECT_EQ(status.code(), absl::StatusCode::kUnavailable) << status;
    for (const std::string& part : broken.parts) {
      EXPECT_THAT(summary->reason(), HasSubstr(part));
      EXPECT_THAT(std::string(status.message()), HasSubstr(part));
    }
    const auto ready = client.ModelReady(broken.name);
    ASSERT_TRUE(ready.ok()) << ready.status();
    EXPECT_FALSE(*ready);
    const auto health = client.CheckHealth(broken.name);
    ASSERT_TRUE(health.ok()) << health.status();
    EXPECT_EQ(*health, grpc::health::v1::HealthCheckResponse::NOT_SERVING);
  }

  EXPECT_TRUE(*client.ServerLive());
  EXPECT_FALSE(*client.ServerReady()) << "not every model is loaded";
  EXPECT_TRUE(*client.ModelReady("good"));
  EXPECT_EQ(*client.CheckHealth("good"), grpc::health::v1::HealthCheckResponse::SERVING);
  request.set_model_name("good");
  const auto response = client.ModelInfer(request);
  ASSERT_TRUE(response.ok()) << response.status();
  EXPECT_GE(CountRight(std::span(Digits()).first(20), ClassesOf(response->raw_output_contents(0))),
            19);
}

// Versions are numbers: 10 is newer than 9.
TEST(RepositoryTest, NewestVersionIsServed) {
  const test_support::TempDir repository;
  repository.Write("versions/9/model.onnx", "not a model");
  repository.Write("versions/10/model.onnx", GoodModel());
  const auto server = ServerProcess::Start({"--model-repository", repository.path()});
  ASSERT_NE(server, nullptr);
  const client::Client client = server->NewClient();
  EXPECT_THAT(client.ModelMetadata("versions")->versions(), ElementsAre("10"));
  inference::ModelInferRequest request = InferRequest(std::span(Digits()).first(3));
  request.set_model_name("versions");
  for (const std::string version : {"", "10"}) {
    request.set_model_version(version);
    const auto response = client.ModelInfer(request);
    ASSERT_TRUE(response.ok()) << response.status();
    EXPECT_EQ(response->model_version(), "10");
  }
  request.set_model_version("9");
  const absl::Status status = client.ModelInfer(request).status();
  EXPECT_EQ(status.code(), absl::StatusCode::kNotFound);
  EXPECT_THAT(std::string(status.message()), HasSubstr("10"));
}

TEST(RepositoryTest, LabelsNameTheClasses) {
  const test_support::TempDir repository;
  repository.Write("words/1/model.onnx", GoodModel());
  repository.Write("words/labels.txt",
                   "zero\none\ntwo\nthree\nfour\nfive\nsix\nseven\neight\nnine\n");
  const auto server = ServerProcess::Start({"--model-repository", repository.path()});
  ASSERT_NE(server, nullptr);
  v1::PredictRequest request;
  request.set_model_name("words");
  request.set_top_k(1);
  request.set_image(SourceFile("client/samples/digit_7_2.png"));
  const auto response = server->NewClient().Predict(request);
  ASSERT_TRUE(response.ok()) << response.status();
  EXPECT_EQ(response->classifications(0).classes(0).label(), "seven");
}

// Two models with the same inputs side by side: neither answers for the other.
TEST(RepositoryTest, ModelsAreKeptApart) {
  const std::string other = Changed([](onnx::GraphProto* graph) {
    graph->mutable_output(0)->set_name("other");
    graph->mutable_node(graph->node_size() - 1)->set_output(0, "other");
  });
  const test_support::TempDir repository;
  repository.Write("a/1/model.onnx", GoodModel());
  repository.Write("b/1/model.onnx", other);
  const auto server = ServerProcess::Start({"--model-repository", repository.path()});
  ASSERT_NE(server, nullptr);
  const client::Client client = server->NewClient();
  inference::ModelInferRequest request = InferRequest(std::span(Digits()).first(3));
  request.set_model_name("a");
  const auto from_a = client.ModelInfer(request);
  request.set_model_name("b");
  const auto from_b = client.ModelInfer(request);
  ASSERT_TRUE(from_a.ok()) << from_a.status();
  ASSERT_TRUE(from_b.ok()) << from_b.status();
  EXPECT_EQ(from_a->outputs(0).name(), "logits");
  EXPECT_EQ(from_b->outputs(0).name(), "other");
  EXPECT_TRUE(from_a->raw_output_contents(0) == from_b->raw_output_contents(0));
  EXPECT_EQ(client.ModelMetadata("digits").status().code(), absl::StatusCode::kNotFound);
}

TEST(RepositoryTest, AServerWithoutModelsDoesNotStart) {
  const test_support::TempDir empty;
  for (const std::string& path : {empty.path().string(), (empty.path() / "missing").string()}) {
    ChildProcess process({RELUSERVE_BINARY, "--grpc-address", "127.0.0.1:0", "--http-address",
                          "off", "--model-repository", path});
    EXPECT_EQ(process.Wait(), 1);
    EXPECT_THAT(process.error_text(), HasSubstr(path));
  }
}

}  // namespace
}  // namespace reluserve::integration
