// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The reluserve authors

#include "server/metrics/collector.h"

#include <set>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "server/metrics/catalogue.h"
#include "server/metrics/observer_list.h"
#include "server/metrics/sparsity_recorder.h"
#include "tests/unit/repository/small_models.h"
#include "tests/unit/sparsity/traces.h"

namespace reluserve::metrics {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;

class CollectorTest : public ::testing::Test {
 protected:
  CollectorTest() {
    introspection_.models = [this] {
      return std::vector<ModelState>{{"m", 7, model_, ""}, {"broken", 1, nullptr, "bad file"}};
    };
    introspection_.lanes = [] { return LaneState{2, 1, 5}; };
    introspection_.ready = [] { return false; };
    introspection_.cpus_granted = 4;
  }

  // One batch of samples of three channels of four elements.
  void Record(const std::vector<std::vector<uint32_t>>& inactive) {
    const sparsity::Trace trace = {{sparsity::LayerOf(4, inactive)}};
    batching::RequestRecord request;
    request.samples = trace.layers[0].samples;
    request.queue_time = absl::Milliseconds(3);
    request.compute.infer = absl::Milliseconds(30);
    observers_.OnBatch(
        {*model_, request.samples, request.compute, absl::OkStatus(), trace, {&request, 1}});
  }

  std::shared_ptr<const repository::LoadedModel> model_ =
      repository::LoadSmall(repository::ReluBytes());
  Introspection introspection_;
  sparsity::SparsityStore store_;
  absl::Time now_ = absl::UnixEpoch() + absl::Hours(1);
  SparsityRecorder recorder_{store_, [this] { return now_; }};
  RequestMetrics requests_;
  ObserverList observers_{{&recorder_, &requests_}};
  Collector collector_{introspection_, requests_, store_, [this] { return now_; }};
};

TEST_F(CollectorTest, TellsExactCountsOfLayers) {
  Record({{4, 0, 4}, {4, 1, 3}});
  Record({{4, 2, 4}});
  const std::string text = collector_.Text();
  const std::string labels = R"({model="m",version="7",layer="relu"} )";
  EXPECT_THAT(text, HasSubstr("reluserve_layer_samples_total" + labels + "3\n"));
  EXPECT_THAT(text, HasSubstr("reluserve_layer_elements_total" + labels + "36\n"));
  EXPECT_THAT(text, HasSubstr("reluserve_layer_inactive_elements_total" + labels + "26\n"));
  EXPECT_THAT(text, HasSubstr("reluserve_layer_channels" + labels + "3\n"));
  EXPECT_THAT(text, Not(HasSubstr("reluserve_layer_dead_channels"))) << "too few samples";
  EXPECT_THAT(text, Not(HasSubstr("reluserve_layer_drift"))) << "no baseline";
}

TEST_F(CollectorTest, TellsDeadChannelsAndDrift) {
  for (int i = 0; i < 60; ++i) Record({{4, 0, 1}, {4, 1, 2}});
  ASSERT_TRUE(
      CountsOf(store_, *model_, now_)->SetBaseline(sparsity::Window::kSinceLoad, now_).ok());
  now_ += absl::Hours(1);
  for (int i = 0; i < 60; ++i) Record({{4, 4, 4}});
  const std::string text = collector_.Text();
  const std::string labels = R"({model="m",version="7",layer="relu"} )";
  EXPECT_THAT(text, HasSubstr("reluserve_layer_dead_channels" + labels + "1\n"));
  EXPECT_THAT(text, HasSubstr("reluserve_layer_drift_distance" + labels + "1\n"));
  EXPECT_THAT(text, HasSubstr("reluserve_layer_drifting" + labels + "1\n"));
}

TEST_F(CollectorTest, TellsRequestsByWhatBecameOfThem) {
  Record({{4, 0, 4}, {4, 1, 3}});
  observers_.OnNotComputed(*model_, absl::ResourceExhaustedError("full"), absl::ZeroDuration());
  observers_.OnNotComputed(*model_, absl::ResourceExhaustedError("full"), absl::ZeroDuration());
  observers_.OnNotComputed(*model_, absl::DeadlineExceededError("late"), absl::Seconds(1));
  requests_.OnCall("/a.B/C", absl::StatusCode::kOk, absl::Milliseconds(40), true);
  requests_.OnCall("/a.B/Stream", absl::StatusCode::kCancelled, absl::Hours(40), false);
  const std::string text = collector_.Text();
  const std::string requests = R"(reluserve_requests_total{model="m",version="7",)";
  EXPECT_THAT(text, HasSubstr(requests + R"(code="OK",reason="computed"} 1)" + "\n"));
  EXPECT_THAT(text,
              HasSubstr(requests + R"(code="RESOURCE_EXHAUSTED",reason="queue_full"} 2)" + "\n"));
  EXPECT_THAT(text, HasSubstr(requests + R"(code="DEADLINE_EXCEEDED",reason="expired"} 1)" + "\n"));
  EXPECT_THAT(text, HasSubstr(R"(reluserve_rpc_calls_total{method="/a.B/C",code="OK"} 1)"));
  EXPECT_THAT(text, HasSubstr(R"(reluserve_rpc_seconds_count{method="/a.B/C"} 1)"));
  EXPECT_THAT(text, Not(HasSubstr(R"(reluserve_rpc_seconds_count{method="/a.B/Stream"})")));
  EXPECT_THAT(text, HasSubstr(R"(reluserve_samples_total{model="m",version="7"} 2)"));
  EXPECT_THAT(text, HasSubstr(R"(reluserve_queue_seconds_sum{model="m",version="7"} 0.003)"));
}

TEST_F(CollectorTest, TellsTheStateOfTheServer) {
  const std::string text = collector_.Text();
  EXPECT_THAT(text, HasSubstr("reluserve_lanes 2\n"));
  EXPECT_THAT(text, HasSubstr("reluserve_lanes_busy 1\n"));
  EXPECT_THAT(text, HasSubstr("reluserve_queued_requests 5\n"));
  EXPECT_THAT(text, HasSubstr("reluserve_cpus_granted 4\n"));
  EXPECT_THAT(text, HasSubstr("reluserve_ready 0\n"));
  EXPECT_THAT(text, HasSubstr(R"(reluserve_model_ready{model="m",version="7"} 1)"));
  EXPECT_THAT(text, HasSubstr(R"(reluserve_model_ready{model="broken",version="1"} 0)"));
}

TEST_F(CollectorTest, TellsNothingThatIsNotInTheCatalogue) {
  Record({{4, 0, 4}});
  std::set<std::string> known;
  for (const MetricInfo& info : Catalogue()) known.insert(info.name);
  std::set<std::string> told;
  for (const auto& family : collector_.Collect()) {
    EXPECT_TRUE(known.contains(family.name)) << family.name;
    EXPECT_TRUE(told.insert(family.name).second) << family.name << " is there twice";
    EXPECT_FALSE(family.metric.empty()) << family.name;
  }
  EXPECT_GT(told.size(), 15u);
}

}  // namespace
}  // namespace reluserve::metrics
