// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The reluserve authors

#include "client/load/slo.h"

#include <string>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/unit/client/load/sample_run.h"

namespace reluserve::load {
namespace {

using ::testing::HasSubstr;

TEST(SloTest, SaysWhatWasMissed) {
  // 1,000 requests of 10 to 20 ms in 10 s, 10 of them failed.
  StageResult stage = SampleStage(1, 990, milliseconds(10));
  stage.measurement.total.errors[absl::StatusCode::kUnavailable] = 10;
  const std::vector<std::pair<std::string, std::vector<std::string>>> rows = {
      {"p99=20ms", {}},
      {"p99=19ms", {"p99 19.9 ms, over 19.0 ms"}},
      {"p50=16ms,p99.9=1s", {}},
      {"mean=14ms", {"mean 15.0 ms, over 14.0 ms"}},
      {"max=20ms", {}},
      {"max=10ms,mean=10ms", {"max 20.0 ms, over 10.0 ms", "mean 15.0 ms, over 10.0 ms"}},
      {"errors=10", {}},
      {"errors=9", {"errors 10, over 9"}},
      {"errors=0", {"errors 10, over 0"}},
      {"errors=1%", {}},
      {"errors=0.5%", {"errors 1%, over 0.5%"}},
      {"throughput=99", {}},
      {"throughput=100", {"throughput 99/s, under 100/s"}},
  };
  for (const auto& [text, misses] : rows) {
    const auto slo = ParseSlo(text);
    ASSERT_TRUE(slo.ok()) << slo.status();
    EXPECT_EQ(Misses(*slo, stage), misses) << text;
  }
}

TEST(SloTest, NothingAnsweredMissesEveryLatency) {
  StageResult stage;
  stage.measurement.length = seconds(10);
  stage.measurement.total.errors[absl::StatusCode::kUnavailable] = 5;
  EXPECT_THAT(Misses(*ParseSlo("p99=1h"), stage),
              testing::ElementsAre("p99: nothing was answered"));
}

TEST(SloTest, RefusesWhatIsNone) {
  for (const char* text : {"", "p99", "p99=", "=20ms", "p99=20", "p101=1s", "p-1=1s", "p=1s",
                           "q99=1s", "errors=", "errors=-1", "errors=101%", "errors=1.5",
                           "throughput=0", "throughput=x", "p99=1s,", "throughput=1s"}) {
    const auto slo = ParseSlo(text);
    EXPECT_FALSE(slo.ok()) << text;
    EXPECT_THAT(std::string(slo.status().message()), HasSubstr("expected for example")) << text;
  }
  EXPECT_THAT(std::string(ParseSlo("p99=1s,p99=2s").status().message()),
              HasSubstr("two objectives for p99"));
}

TEST(SloTest, FallingBehindShowsInWhatWasAnsweredInTime) {
  StageResult stage = SampleStage(1, 1000, milliseconds(10));
  EXPECT_TRUE(KeptUp(stage));
  stage.measurement.throughput = 96;
  EXPECT_TRUE(KeptUp(stage));
  stage.measurement.throughput = 94;
  EXPECT_FALSE(KeptUp(stage));
  EXPECT_FALSE(KeptUp(SampleStage(1, 0, milliseconds(10))));
}

}  // namespace
}  // namespace reluserve::load
