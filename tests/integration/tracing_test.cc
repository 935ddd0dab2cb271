// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The reluserve authors

// Request ids, traces and times, as any client sends and sees them.

#include <map>
#include <string>

#include <fmt/format.h>
#include <gmock/gmock.h>
#include <grpcpp/client_context.h>
#include <grpcpp/create_channel.h>
#include <gtest/gtest.h>

#include "proto/reluserve/v1/prediction.grpc.pb.h"
#include "tests/integration/digits.h"
#include "tests/integration/server_process.h"

namespace reluserve::integration {
namespace {

using ::testing::ContainsRegex;
using ::testing::MatchesRegex;

class TracingTest : public ::testing::Test {
 protected:
  void SetUp() override {
    server_ = ServerProcess::Start({"--log-level", "debug"});
    ASSERT_NE(server_, nullptr);
    stub_ = v1::PredictionService::NewStub(
        grpc::CreateChannel(server_->address(), grpc::InsecureChannelCredentials()));
  }

  // Sends one digit with this metadata, and keeps the answer's.
  void Predict(const std::map<std::string, std::string>& metadata,
               const std::string& model = "digits") {
    grpc::ClientContext context;
    for (const auto& [key, value] : metadata) context.AddMetadata(key, value);
    v1::PredictRequest request = PredictRequest(std::span(Digits()).first(1));
    request.set_model_name(model);
    v1::PredictResponse response;
    stub_->Predict(&context, request, &response);
    answer_.clear();
    for (const auto* part :
         {&context.GetServerInitialMetadata(), &context.GetServerTrailingMetadata()}) {
      for (const auto& [key, value] : *part) {
        answer_[std::string(key.data(), key.size())] = std::string(value.data(), value.size());
      }
    }
  }

  std::unique_ptr<ServerProcess> server_;
  std::unique_ptr<v1::PredictionService::Stub> stub_;
  std::map<std::string, std::string> answer_;
};

TEST_F(TracingTest, GivesTheIdBackAndLogsIt) {
  const std::string trace = "4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7";
  Predict({{"x-request-id", "my.id:7"}, {"traceparent", "00-" + trace + "-01"}});
  EXPECT_EQ(answer_["x-request-id"], "my.id:7");
  Predict({{"x-request-id", "unknown-model"}}, "nobody");
  EXPECT_EQ(answer_["x-request-id"], "unknown-model");
  server_->Stop();
  EXPECT_THAT(server_->log(),
              ContainsRegex("rpc method=Predict .*request_id=my.id:7 trace=" + trace));
  EXPECT_THAT(server_->log(),
              ContainsRegex("rpc method=Predict .*request_id=unknown-model trace= "));
}

TEST_F(TracingTest, MakesAnIdUpWhereThereIsNoneThatIsFitForALog) {
  Predict({});
  const std::string first = answer_["x-request-id"];
  EXPECT_THAT(first, MatchesRegex("[0-9a-f]{16}"));
  Predict({{"x-request-id", "two words\" code=OK"}});
  EXPECT_THAT(answer_["x-request-id"], MatchesRegex("[0-9a-f]{16}"));
  EXPECT_NE(answer_["x-request-id"], first);
}

TEST_F(TracingTest, TellsTimesWhereTheyAreAskedFor) {
  Predict({});
  EXPECT_EQ(answer_.count("x-reluserve-compute-us"), 0u);
  Predict({{"x-reluserve-timing", "1"}});
  for (const char* time : {"queue", "compute", "encode"}) {
    EXPECT_THAT(answer_[fmt::format("x-reluserve-{}-us", time)], MatchesRegex("[0-9]+")) << time;
  }
  EXPECT_GT(std::stoll(answer_["x-reluserve-compute-us"]), 0);
}

}  // namespace
}  // namespace reluserve::integration
