// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The reluserve authors

// What the server keeps about the activations of all its traffic.

#include <signal.h>

#include <algorithm>
#include <cstring>
#include <filesystem>
#include <map>
#include <random>
#include <string>
#include <thread>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <onnx/onnx_pb.h>

#include "tests/integration/digits.h"
#include "tests/integration/server_process.h"
#include "tests/support/temp_dir.h"

namespace reluserve::integration {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;
using ::testing::UnorderedElementsAreArray;

// Of one layer: elements, inactive, and inactive by channel.
struct Counts {
  uint64_t elements = 0;
  uint64_t inactive = 0;
  std::vector<uint64_t> channels;

  friend bool operator==(const Counts&, const Counts&) = default;
};
using CountsByLayer = std::map<std::string, Counts>;

void Add(const v1::PredictResponse& response, CountsByLayer* sums) {
  for (const v1::LayerSparsity& layer : response.layers()) {
    Counts& sum = (*sums)[layer.name()];
    sum.elements += layer.elements();
    sum.inactive += layer.inactive();
    sum.channels.resize(static_cast<size_t>(layer.channels().inactive_size()));
    for (size_t i = 0; i < sum.channels.size(); ++i) {
      sum.channels[i] += layer.channels().inactive(static_cast<int>(i));
    }
  }
}

CountsByLayer CountsOf(const v1::SparsityReport& report) {
  CountsByLayer counts;
  for (const v1::LayerActivity& layer : report.layers()) {
    counts[layer.name()] = {
        layer.elements(),
        layer.inactive(),
        {layer.channels().inactive().begin(), layer.channels().inactive().end()}};
  }
  return counts;
}

v1::SparsityReport Report(const client::Client& client, const std::string& model = "digits",
                          v1::SparsityWindow window = v1::SPARSITY_WINDOW_UNSPECIFIED) {
  v1::GetSparsityRequest request;
  request.set_model_name(model);
  request.set_channels(true);
  request.set_window(window);
  const auto report = client.GetSparsity(request);
  EXPECT_TRUE(report.ok()) << report.status();
  return report.ok() ? *report : v1::SparsityReport();
}

v1::PredictResponse Predict(const client::Client& client, std::span<const Digit> digits,
                            const std::string& model = "digits") {
  v1::PredictRequest request = PredictRequest(digits);
  request.set_model_name(model);
  request.set_sparsity(v1::SPARSITY_DETAIL_CHANNELS);
  const auto response = client.Predict(request);
  EXPECT_TRUE(response.ok()) << response.status();
  return response.ok() ? *response : v1::PredictResponse();
}

std::vector<Digit> Draw(std::mt19937& random, size_t count) {
  std::vector<Digit> digits;
  for (size_t i = 0; i < count; ++i) digits.push_back(Digits()[random() % Digits().size()]);
  return digits;
}

v1::GetDriftResponse Drift(const client::Client& client) {
  v1::GetDriftRequest request;
  request.set_model_name("digits");
  const auto response = client.GetDrift(request);
  EXPECT_TRUE(response.ok()) << response.status();
  return response.ok() ? *response : v1::GetDriftResponse();
}

void Reset(const client::Client& client) {
  v1::ResetSparsityRequest request;
  request.set_model_name("digits");
  EXPECT_TRUE(client.ResetSparsity(request).ok());
}

TEST(SparsityServiceTest, SumsToWhatTheResponsesSaid) {
  const auto server = ServerProcess::Start({"--lanes", "2", "--threads-per-lane", "1"});
  ASSERT_NE(server, nullptr);
  constexpr size_t kClients = 4;
  std::vector<CountsByLayer> sums(kClients);
  std::vector<std::thread> threads;
  for (size_t i = 0; i < kClients; ++i) {
    threads.emplace_back([&, i] {
      const client::Client client = server->NewClient();
      size_t next = i * 100;
      for (const size_t batch : {1, 3, 8, 3, 1, 8}) {
        Add(Predict(client, std::span(Digits()).subspan(next, batch)), &sums[i]);
        next += batch;
      }
    });
  }
  for (std::thread& thread : threads) thread.join();
  CountsByLayer expected = sums[0];
  for (size_t i = 1; i < kClients; ++i) {
    for (auto& [name, counts] : expected) {
      counts.elements += sums[i].at(name).elements;
      counts.inactive += sums[i].at(name).inactive;
      for (size_t c = 0; c < counts.channels.size(); ++c) {
        counts.channels[c] += sums[i].at(name).channels[c];
      }
    }
  }
  ASSERT_EQ(expected.size(), 7u);
  const client::Client client = server->NewClient();
  const v1::SparsityReport report = Report(client);
  EXPECT_EQ(CountsOf(report), expected);
  EXPECT_EQ(CountsOf(Report(client, "digits", v1::SPARSITY_WINDOW_ONE_HOUR)), expected);
  EXPECT_EQ(report.layers(0).samples(), 4u * 24u);
  for (const v1::LayerActivity& layer : report.layers()) {
    EXPECT_LT(layer.min(), layer.mean());
    EXPECT_LT(layer.mean(), layer.max());
    EXPECT_NEAR(layer.mean(),
                static_cast<double>(layer.inactive()) / static_cast<double>(layer.elements()),
                1e-6);
    EXPECT_GT(layer.standard_deviation(), 0.0);
    EXPECT_EQ(layer.quantiles_size(), 7);
  }
  EXPECT_GT(report.work().skippable_macs(), 0u);
  EXPECT_LT(report.work().skippable_macs(), report.work().reading_macs());
  EXPECT_LT(report.work().reading_macs(), report.work().macs());
  EXPECT_GT(report.work().memory().saved_bytes(), 0u);
}

TEST(SparsityServiceTest, RefusesWhatItCannotAnswer) {
  const auto server = ServerProcess::Start();
  ASSERT_NE(server, nullptr);
  const client::Client client = server->NewClient();
  v1::GetSparsityRequest request;
  request.set_model_name("nobody");
  EXPECT_EQ(client.GetSparsity(request).status().code(), absl::StatusCode::kNotFound);
  request.set_model_name("digits");
  EXPECT_EQ(client.GetSparsity(request)->layers_size(), 0) << "before the first request";
  request.add_layers("no/such/layer");
  EXPECT_THAT(std::string(client.GetSparsity(request).status().message()),
              HasSubstr("no/such/layer"));
  request.set_window(static_cast<v1::SparsityWindow>(17));
  EXPECT_EQ(client.GetSparsity(request).status().code(), absl::StatusCode::kInvalidArgument);

  v1::SetBaselineRequest baseline;
  baseline.set_model_name("digits");
  EXPECT_EQ(client.SetBaseline(baseline).status().code(), absl::StatusCode::kFailedPrecondition);
  v1::GetDriftRequest drift;
  drift.set_model_name("digits");
  EXPECT_EQ(client.GetDrift(drift).status().code(), absl::StatusCode::kFailedPrecondition);
  v1::ListDeadChannelsRequest dead;
  dead.set_model_name("digits");
  dead.set_rarely_active_below(1.5);
  EXPECT_EQ(client.ListDeadChannels(dead).status().code(), absl::StatusCode::kInvalidArgument);
  v1::WatchSparsityRequest watch;
  watch.mutable_sparsity()->set_model_name("digits");
  watch.set_interval_ms(99);
  EXPECT_EQ(client.WatchSparsity(watch, [](const auto&) { return true; }).code(),
            absl::StatusCode::kInvalidArgument);
}

TEST(SparsityServiceTest, WatchesWhileRequestsCome) {
  const auto server = ServerProcess::Start();
  ASSERT_NE(server, nullptr);
  const client::Client client = server->NewClient();
  v1::WatchSparsityRequest request;
  request.mutable_sparsity()->set_model_name("digits");
  request.set_interval_ms(100);
  std::vector<uint64_t> samples;
  const absl::Status status = client.WatchSparsity(request, [&](const v1::SparsityReport& report) {
    samples.push_back(report.layers_size() == 0 ? 0 : report.layers(0).samples());
    Predict(client, std::span(Digits()).first(3));
    return samples.size() < 4;
  });
  EXPECT_TRUE(status.ok()) << status;
  EXPECT_THAT(samples, ::testing::ElementsAre(0u, 3u, 6u, 9u));
}

TEST(SparsityServiceTest, StopsAlthoughSomebodyWatches) {
  const auto server = ServerProcess::Start();
  ASSERT_NE(server, nullptr);
  const client::Client client = server->NewClient();
  v1::WatchSparsityRequest request;
  request.mutable_sparsity()->set_model_name("digits");
  request.set_interval_ms(3600 * 1000);
  const absl::Status status = client.WatchSparsity(request, [&](const v1::SparsityReport&) {
    server->Terminate();
    return true;
  });
  EXPECT_FALSE(status.ok());
  EXPECT_EQ(server->Stop(), 0);
}

// Over 20 seeds: digits drawn anew are the same distribution; noise and inverted digits are not.
TEST(SparsityServiceTest, RaisesTheDriftAlarmForOtherInputsOnly) {
  const auto server = ServerProcess::Start();
  ASSERT_NE(server, nullptr);
  const client::Client client = server->NewClient();
  for (uint32_t seed = 0; seed < 20; ++seed) {
    SCOPED_TRACE(testing::Message() << "seed " << seed);
    std::mt19937 random(seed);
    Reset(client);
    Predict(client, Draw(random, 200));
    v1::SetBaselineRequest baseline;
    baseline.set_model_name("digits");
    ASSERT_TRUE(client.SetBaseline(baseline).ok());

    Reset(client);
    Predict(client, Draw(random, 200));
    const v1::GetDriftResponse same = Drift(client);
    EXPECT_FALSE(same.drifting()) << same.DebugString();
    EXPECT_TRUE(same.layers(0).measured());
    EXPECT_GT(same.layers(0).distance(), 0.0);

    std::vector<Digit> inverted = Draw(random, 200);
    for (Digit& digit : inverted) {
      for (float& pixel : digit.pixels) pixel = 1.0f - pixel;
    }
    Reset(client);
    Predict(client, inverted);
    EXPECT_TRUE(Drift(client).drifting());

    std::vector<Digit> noise(200);
    std::uniform_real_distribution<float> uniform(0.0f, 1.0f);
    for (Digit& digit : noise) {
      for (float& pixel : digit.pixels) pixel = uniform(random);
    }
    Reset(client);
    Predict(client, noise);
    EXPECT_TRUE(Drift(client).drifting());
  }
}

// The built-in model with some channels killed by their normalisation: a scale of zero, and a bias
// below zero.
std::string WithDeadChannels(const std::string& normalization,
                             const std::vector<int64_t>& channels) {
  onnx::ModelProto model;
  EXPECT_TRUE(model.ParseFromString(SourceFile("server/builtin/digits.onnx")));
  onnx::GraphProto& graph = *model.mutable_graph();
  const auto node = std::find_if(graph.node().begin(), graph.node().end(),
                                 [&](const auto& n) { return n.name() == normalization; });
  if (node == graph.node().end()) {
    ADD_FAILURE() << "no node " << normalization;
    return "";
  }
  int changed = 0;
  for (onnx::TensorProto& tensor : *graph.mutable_initializer()) {
    const bool scale = tensor.name() == node->input(1);
    const bool bias = node->input_size() > 2 && tensor.name() == node->input(2);
    if (!scale && !bias) continue;
    std::string& bytes = *tensor.mutable_raw_data();
    std::vector<float> values(bytes.size() / sizeof(float));
    std::memcpy(values.data(), bytes.data(), bytes.size());
    const size_t per_channel = values.size() / static_cast<size_t>(tensor.dims(0));
    for (const int64_t channel : channels) {
      const auto begin = values.begin() + channel * static_cast<int64_t>(per_channel);
      std::fill(begin, begin + static_cast<int64_t>(per_channel), scale ? 0.0f : -1.0f);
      ++changed;
    }
    std::memcpy(bytes.data(), values.data(), bytes.size());
  }
  EXPECT_EQ(changed, static_cast<int>(2 * channels.size()));
  return model.SerializeAsString();
}

TEST(SparsityServiceTest, ListsExactlyTheChannelsThatWereKilled) {
  const std::vector<int64_t> killed = {0, 5, 31};
  test_support::TempDir models;
  models.Write("wounded/1/model.onnx", WithDeadChannels("block2/bn1", killed));
  models.Write("healthy/1/model.onnx", SourceFile("server/builtin/digits.onnx"));
  const auto server = ServerProcess::Start({"--model-repository", models.path()});
  ASSERT_NE(server, nullptr);
  const client::Client client = server->NewClient();

  using Channel = std::pair<std::string, int64_t>;
  const auto dead = [&client](const std::string& model) {
    v1::ListDeadChannelsRequest request;
    request.set_model_name(model);
    request.set_min_samples(200);
    const auto response = client.ListDeadChannels(request);
    EXPECT_TRUE(response.ok()) << response.status();
    std::vector<Channel> found;
    for (const v1::QuietChannel& channel : response->channels()) {
      if (channel.dead()) found.emplace_back(channel.layer(), channel.channel());
    }
    return found;
  };
  for (const char* model : {"wounded", "healthy"}) {
    Predict(client, std::span(Digits()).first(199), model);
    EXPECT_TRUE(dead(model).empty()) << "before min_samples";
    Predict(client, std::span(Digits()).subspan(199), model);
  }
  std::vector<Channel> expected = dead("healthy");
  for (const int64_t channel : killed) expected.emplace_back("block2/relu1", channel);
  EXPECT_THAT(dead("wounded"), UnorderedElementsAreArray(expected));
}

TEST(SparsityServiceTest, KeepsCountsOverARestart) {
  test_support::TempDir state;
  const std::vector<std::string> flags = {"--state-dir", state.path()};
  CountsByLayer sums;
  {
    const auto server = ServerProcess::Start(flags);
    ASSERT_NE(server, nullptr);
    Add(Predict(server->NewClient(), std::span(Digits()).first(20)), &sums);
  }
  const auto server = ServerProcess::Start(flags);
  ASSERT_NE(server, nullptr);
  const client::Client client = server->NewClient();
  EXPECT_EQ(CountsOf(Report(client)), sums);
  Add(Predict(client, std::span(Digits()).first(5)), &sums);
  EXPECT_EQ(CountsOf(Report(client)), sums);
}

TEST(SparsityServiceTest, LosesAtMostOneIntervalWhenKilled) {
  test_support::TempDir state;
  const std::vector<std::string> flags = {"--state-dir", state.path(), "--state-interval-s", "1"};
  CountsByLayer at_least, at_most;
  {
    const auto server = ServerProcess::Start(flags);
    ASSERT_NE(server, nullptr);
    const client::Client client = server->NewClient();
    for (size_t i = 0; i < 10; ++i) Add(Predict(client, std::span(Digits()).first(7)), &at_least);
    // What is counted by now is saved when the file has changed twice after it.
    const auto file = state.path() / "sparsity.state";
    at_most = at_least;
    for (int saves = 0; saves < 2; ++saves) {
      const auto before = std::filesystem::last_write_time(file);
      while (std::filesystem::last_write_time(file) == before) {
        Add(Predict(client, std::span(Digits()).first(7)), &at_most);
      }
    }
    server->Kill();
  }
  const auto server = ServerProcess::Start(flags);
  ASSERT_NE(server, nullptr);
  EXPECT_THAT(server->log(), Not(HasSubstr("corrupt")));
  const CountsByLayer restored = CountsOf(Report(server->NewClient()));
  ASSERT_EQ(restored.size(), 7u);
  for (const auto& [name, counts] : restored) {
    EXPECT_GE(counts.elements, at_least[name].elements) << name;
    EXPECT_LE(counts.elements, at_most[name].elements) << name;
    EXPECT_EQ(counts.elements % (at_least[name].elements / 10), 0u) << "a part of a request";
  }
}

TEST(SparsityServiceTest, StartsWithACorruptState) {
  test_support::TempDir state;
  state.Write("sparsity.state", "nonsense");
  const auto server = ServerProcess::Start({"--state-dir", state.path()});
  ASSERT_NE(server, nullptr);
  EXPECT_THAT(server->log(), HasSubstr("sparsity.state.corrupt"));
  EXPECT_EQ(Report(server->NewClient()).layers_size(), 0);
}

}  // namespace
}  // namespace reluserve::integration
