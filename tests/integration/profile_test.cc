// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The reluserve authors

// Profiles, and counting some requests only, of the server as a whole.

#include <string>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

#include "tests/integration/child_process.h"
#include "tests/integration/digits.h"
#include "tests/integration/server_process.h"

namespace reluserve::integration {
namespace {

using ::testing::AllOf;
using ::testing::HasSubstr;

// What reluctl prints; it has to succeed.
std::string Reluctl(const ServerProcess& server, std::vector<std::string> arguments) {
  arguments.insert(arguments.begin(), RELUCTL_BINARY);
  arguments.insert(arguments.end(), {"--server", server.address()});
  ChildProcess reluctl(arguments);
  EXPECT_EQ(reluctl.Wait(), 0) << reluctl.error_text();
  return reluctl.output();
}

v1::PredictRequest OneDigit(v1::SparsityDetail sparsity) {
  v1::PredictRequest request = PredictRequest({Digits().data(), 1});
  request.set_sparsity(sparsity);
  return request;
}

TEST(ProfileTest, MeasuresWhatIsAskedWhileItRuns) {
  const auto server = ServerProcess::Start({});
  ASSERT_NE(server, nullptr);
  const client::Client client = server->NewClient();
  const auto predict = [&] {
    ASSERT_TRUE(client.Predict(OneDigit(v1::SPARSITY_DETAIL_LAYERS)).ok());
  };
  predict();
  ASSERT_TRUE(client.StartProfile("digits").ok());
  EXPECT_EQ(client.GetProfile("digits")->plans_size(), 0) << "nothing ran since";
  const auto answer = client.Predict(OneDigit(v1::SPARSITY_DETAIL_LAYERS));
  ASSERT_TRUE(answer.ok()) << answer.status();
  predict();
  EXPECT_TRUE(client.GetProfile("digits")->running());
  ASSERT_TRUE(client.StopProfile("digits").ok());
  predict();
  const auto profile = client.GetProfile("digits");
  ASSERT_TRUE(profile.ok()) << profile.status();
  EXPECT_FALSE(profile->running());
  ASSERT_EQ(profile->plans_size(), 1);
  EXPECT_EQ(profile->plans(0).runs(), 2u);
  // The same digit twice.
  int layers = 0;
  for (const v1::StepProfile& step : profile->plans(0).steps()) {
    if (step.operator_() != "count") continue;
    ASSERT_LT(layers, answer->layers_size());
    const v1::LayerSparsity& layer = answer->layers(layers++);
    EXPECT_EQ(step.node(), layer.name());
    EXPECT_EQ(step.elements(), 2 * layer.elements());
    EXPECT_EQ(step.inactive(), 2 * layer.inactive());
  }
  EXPECT_EQ(layers, answer->layers_size());
}

TEST(ProfileTest, RefusesModelsThatItDoesNotKnow) {
  const auto server = ServerProcess::Start({});
  ASSERT_NE(server, nullptr);
  const client::Client client = server->NewClient();
  EXPECT_EQ(client.StartProfile("nope").code(), absl::StatusCode::kNotFound);
  EXPECT_EQ(client.StopProfile("digits", "7").code(), absl::StatusCode::kNotFound);
  EXPECT_EQ(client.GetProfile("").status().code(), absl::StatusCode::kNotFound);
}

TEST(ProfileTest, ReluctlShowsWhereTheTimeGoes) {
  const auto server = ServerProcess::Start({});
  ASSERT_NE(server, nullptr);
  // From then on two samples are one run.
  ASSERT_TRUE(server->WaitForLog("model_tried model=digits"));
  EXPECT_THAT(
      Reluctl(*server, {"profile", "digits", "--runs", "5", "--batch", "2", "--order", "time"}),
      AllOf(HasSubstr("[2,1,8,8]"), HasSubstr("counter"), HasSubstr("5 runs on ")));
  const auto json =
      nlohmann::json::parse(Reluctl(*server, {"profile", "digits", "--runs", "3", "-o", "json"}));
  EXPECT_EQ(json["running"], false);
  EXPECT_EQ(json["plans"][0]["runs"], 3);
}

TEST(CountEveryTest, CountsSomeRequestsAndThoseThatAsk) {
  const auto server = ServerProcess::Start({"--count-every", "3"});
  ASSERT_NE(server, nullptr);
  const client::Client client = server->NewClient();
  v1::GetSparsityRequest counts;
  counts.set_model_name("digits");
  const auto samples = [&]() -> uint64_t {
    const auto report = client.GetSparsity(counts);
    EXPECT_TRUE(report.ok()) << report.status();
    return report.ok() && report->layers_size() > 0 ? report->layers(0).samples() : 0;
  };
  for (int i = 0; i < 7; ++i) {
    const auto answer = client.Predict(OneDigit(v1::SPARSITY_DETAIL_UNSPECIFIED));
    ASSERT_TRUE(answer.ok()) << answer.status();
    EXPECT_EQ(answer->layers_size(), 0);
  }
  EXPECT_EQ(samples(), 3u) << "the first, the fourth and the seventh";
  const auto asked = client.Predict(OneDigit(v1::SPARSITY_DETAIL_LAYERS));
  ASSERT_TRUE(asked.ok()) << asked.status();
  EXPECT_GT(asked->layers_size(), 0);
  EXPECT_EQ(samples(), 4u);
}

}  // namespace
}  // namespace reluserve::integration
