// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The reluserve authors

// Configuration, repository, trace and log settings over gRPC, and what reluctl makes of them.

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/integration/builtin_model_fixture.h"
#include "tests/integration/child_process.h"
#include "tests/integration/digits.h"

namespace reluserve::integration {
namespace {

using ::testing::AllOf;
using ::testing::HasSubstr;

class AdministrationTest : public BuiltinModelFixture {
 protected:
  void Infer(const std::string& id) {
    auto request = InferRequest(std::span(Digits()).first(1));
    request.set_id(id);
    EXPECT_TRUE(client().ModelInfer(request).ok()) << id;
  }

  std::string Reluctl(std::vector<std::string> arguments, int expected_code = 0) {
    arguments.insert(arguments.begin(), {RELUCTL_BINARY, "--server", server().address()});
    ChildProcess reluctl(arguments);
    EXPECT_EQ(reluctl.Wait(), expected_code) << reluctl.error_text();
    return expected_code == 0 ? reluctl.output() : reluctl.error_text();
  }
};

// What perf_analyzer looks at.
TEST_F(AdministrationTest, ConfigFitsTheMetadata) {
  const auto response = client().ModelConfig("digits");
  ASSERT_TRUE(response.ok()) << response.status();
  const inference::ModelConfig& config = response->config();
  EXPECT_EQ(config.name(), "digits");
  EXPECT_GT(config.max_batch_size(), 0);
  ASSERT_EQ(config.input_size(), 1);
  EXPECT_EQ(config.input(0).name(), "image");
  EXPECT_EQ(config.input(0).data_type(), inference::TYPE_FP32);
  ASSERT_EQ(config.output_size(), 1);
  EXPECT_EQ(config.output(0).name(), "logits");
  EXPECT_FALSE(config.has_sequence_batching());
  EXPECT_FALSE(config.has_ensemble_scheduling());
  EXPECT_FALSE(config.model_transaction_policy().decoupled());
  EXPECT_TRUE(absl::IsNotFound(client().ModelConfig("digit").status()));
  EXPECT_TRUE(absl::IsNotFound(client().ModelConfig("digits", "9").status()));
  EXPECT_THAT(Reluctl({"config", "digits"}), HasSubstr("name: \"digits\""));
}

TEST_F(AdministrationTest, IndexListsTheModel) {
  const auto index = client().RepositoryIndex();
  ASSERT_TRUE(index.ok()) << index.status();
  ASSERT_EQ(index->models_size(), 1);
  EXPECT_EQ(index->models(0).name(), "digits");
  EXPECT_EQ(index->models(0).version(), "1");
  EXPECT_EQ(index->models(0).state(), "READY");
  EXPECT_THAT(Reluctl({"index"}), AllOf(HasSubstr("digits"), HasSubstr("READY")));
}

TEST_F(AdministrationTest, LoadingIsRefusedUnlessTheServerIsToldWhatToServe) {
  inference::RepositoryModelLoadRequest request;
  request.set_model_name("digits");
  const absl::Status loaded = client().LoadModel(request);
  EXPECT_TRUE(absl::IsFailedPrecondition(loaded)) << loaded;
  EXPECT_FALSE(client().UnloadModel("digits").ok());
  EXPECT_THAT(Reluctl({"load-model", "digits"}, 1), HasSubstr("FAILED_PRECONDITION"));
  (*request.mutable_parameters())["config"].set_int64_param(1);
  EXPECT_TRUE(absl::IsInvalidArgument(client().LoadModel(request)));
  EXPECT_TRUE(client().ModelInfer(InferRequest(std::span(Digits()).first(1))).ok());
}

TEST_F(AdministrationTest, TracesWhatItIsAskedTo) {
  inference::TraceSettingRequest request;
  request.set_model_name("digits");
  (*request.mutable_settings())["trace_level"].add_value("TIMESTAMPS");
  (*request.mutable_settings())["trace_rate"].add_value("1");
  (*request.mutable_settings())["trace_count"].add_value("1");
  const auto response = client().TraceSetting(request);
  ASSERT_TRUE(response.ok()) << response.status();
  EXPECT_EQ(response->settings().at("trace_level").value(0), "TIMESTAMPS");
  Infer("first");
  Infer("second");
  // A new count begins.
  ASSERT_TRUE(client().TraceSetting(request).ok());
  Infer("third");
  EXPECT_TRUE(server().WaitForLog("trace method=ModelInfer model=digits id=\"third\" code=OK"));
  EXPECT_THAT(server().log(), HasSubstr("id=\"first\""));
  EXPECT_EQ(server().log().find("id=\"second\""), std::string::npos);
  request.set_model_name("digit");
  EXPECT_TRUE(absl::IsNotFound(client().TraceSetting(request).status()));
}

TEST_F(AdministrationTest, LogsWhatItIsAskedTo) {
  inference::LogSettingsRequest request;
  (*request.mutable_settings())["log_verbose_level"].set_uint32_param(1);
  ASSERT_TRUE(client().LogSettings(request).ok());
  Infer("verbose");
  (*request.mutable_settings())["log_verbose_level"].set_uint32_param(0);
  ASSERT_TRUE(client().LogSettings(request).ok());
  Infer("terse");
  (*request.mutable_settings())["log_verbose_level"].set_uint32_param(1);
  ASSERT_TRUE(client().LogSettings(request).ok());
  Infer("again");
  EXPECT_TRUE(server().WaitForLog("rpc method=ModelInfer model=digits id=\"again\""));
  EXPECT_THAT(server().log(), HasSubstr("rpc method=ModelInfer model=digits id=\"verbose\""));
  EXPECT_EQ(server().log().find("terse"), std::string::npos);
}

TEST_F(AdministrationTest, ReluctlShowsStatistics) {
  ASSERT_TRUE(client().ModelInfer(InferRequest(std::span(Digits()).first(1))).ok());
  EXPECT_THAT(Reluctl({"stats"}), AllOf(HasSubstr("SAMPLES/BATCH"), HasSubstr("digits")));
  EXPECT_THAT(Reluctl({"stats", "digits", "--output", "json"}), HasSubstr("\"execution_count\""));
}

}  // namespace
}  // namespace reluserve::integration
