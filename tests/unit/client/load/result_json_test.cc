// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The reluserve authors

#include "client/load/result_json.h"

#include <string>
#include <utility>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/unit/client/load/sample_run.h"

namespace reluserve::load {
namespace {

using ::testing::HasSubstr;

TEST(ResultJsonTest, ComesBack) {
  RunResult run = SampleRun();
  run.slo = "p99=1ms";
  run.stages[0].slo_misses = {"p99 9.95 ms, over 1.00 ms"};
  run.stages[0].measurement.total.errors[absl::StatusCode::kUnavailable] = 7;
  run.stages[0].measurement.total.retries = 3;
  run.stages[0].server = ServerCounters{.success = 5, .queue = milliseconds(3)};
  const auto again = RunFromJson(ToJson(run).dump());
  ASSERT_TRUE(again.ok()) << again.status();
  ASSERT_EQ(again->stages.size(), 2);
  const StageResult& stage = again->stages[0];
  EXPECT_EQ(stage.label, "concurrency 1");
  EXPECT_EQ(stage.measurement.length, seconds(10));
  EXPECT_EQ(stage.measurement.throughput, 200);
  EXPECT_EQ(stage.measurement.total.ok, 2000);
  EXPECT_EQ(stage.measurement.total.errors, run.stages[0].measurement.total.errors);
  EXPECT_EQ(stage.measurement.total.retries, 3);
  EXPECT_EQ(stage.measurement.total.latency.Buckets(),
            run.stages[0].measurement.total.latency.Buckets());
  EXPECT_EQ(stage.slo_misses, run.stages[0].slo_misses);
  EXPECT_EQ(stage.server->queue, milliseconds(3));
  EXPECT_FALSE(again->stages[1].server.has_value());
  EXPECT_FALSE(Compare(run, *again, 0)->worse());
}

TEST(ResultJsonTest, HasPercentilesForOtherReaders) {
  const auto json = ToJson(SampleRun());
  const auto& latency = json["stages"][0]["requests"]["latency"];
  EXPECT_NEAR(latency["p50_ns"].get<double>(), 7.5e6, 7.5e6 / 256);
  EXPECT_NEAR(latency["p99.9_ns"].get<double>(), 9.995e6, 1e7 / 256);
  EXPECT_EQ(latency["count"], 2000);
}

TEST(ResultJsonTest, RefusesWhatIsNoRun) {
  const auto good = ToJson(SampleRun());
  const auto changed = [&good](const std::string& pointer, const nlohmann::ordered_json& value) {
    auto json = good;
    json[nlohmann::ordered_json::json_pointer(pointer)] = value;
    return json.dump();
  };
  auto without = good;
  without["stages"][1].erase("throughput_per_s");
  const std::vector<std::pair<std::string, std::string>> rows = {
      {"", "not a saved run"},
      {"[]", "not a saved run"},
      {"{\"format\": 7}", "not a saved run"},
      {good.dump().substr(0, 500), "not a saved run"},
      {changed("/format", "reluctl load 9"), "not a saved run"},
      {changed("/stages", 5), "run.stages has a value of another type"},
      {changed("/stages/0", "x"), "run.stages[0].label is missing"},
      {changed("/stages/0/label", 5), "run.stages[0].label has a value of another type"},
      {changed("/stages/1/seconds", 1e300), "run.stages[1].seconds is out of range"},
      {changed("/stages/0/requests/latency/buckets_ns", {{513, 1}}), "smallest value of a bucket"},
      {changed("/stages/0/requests/latency/buckets_ns", {{5, -1}}), "cannot hold"},
      {changed("/stages/0/requests/latency/max_ns", 5), "contradict the buckets"},
      {without.dump(), "run.stages[1].throughput_per_s is missing"},
  };
  for (const auto& [text, message] : rows) {
    const auto run = RunFromJson(text);
    ASSERT_FALSE(run.ok()) << message;
    EXPECT_THAT(std::string(run.status().message()), HasSubstr(message));
  }
}

}  // namespace
}  // namespace reluserve::load
