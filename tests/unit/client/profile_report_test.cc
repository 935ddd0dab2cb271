// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The reluserve authors

#include "client/profile_report.h"

#include <string>

#include <gmock/gmock.h>
#include <google/protobuf/text_format.h>
#include <gtest/gtest.h>

namespace reluserve::client {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;

constexpr TextStyle kAscii{.utf8 = false, .colour = false};

v1::Profile SomeProfile() {
  v1::Profile profile;
  EXPECT_TRUE(google::protobuf::TextFormat::ParseFromString(R"(
    model_name: "m" model_version: "2" running: true
    plans {
      input_shapes { extents: [1, 3, 8, 8] } threads: 2 runs: 4 time { nanos: 20000000 }
      steps {
        node: "small" operator: "Conv" implementation: "jit:avx2" activation: "relu" macs: 1000000
        time { nanos: 6000000 } fastest { nanos: 1000000 } elements: 400 inactive: 100
      }
      steps {
        node: "relu" operator: "count" implementation: "counter"
        time { nanos: 2000000 } fastest { nanos: 500000 } elements: 400 inactive: 100
      }
      steps {
        node: "large" operator: "Conv" implementation: "jit_wino" by_sample: true macs: 8000000
        time { nanos: 12000000 } fastest { nanos: 2500000 }
      }
    })",
                                                            &profile));
  return profile;
}

TEST(ProfileReportTest, ShowsStepsInTheOrderOfExecution) {
  EXPECT_EQ(ProfileText(SomeProfile(), {}, kAscii),
            "m 2: [1,3,8,8]\n"
            "NODE   OPERATOR  KERNEL                  MS  FASTEST  SHARE  GFLOP/S  INACTIVE\n"
            "small  Conv      jit:avx2             1.500    1.000  30.0%      2.0     25.0%\n"
            "relu   count     counter              0.500    0.500  10.0%              25.0%\n"
            "large  Conv      jit_wino, by sample  3.000    2.500  60.0%      6.4\n"
            "4 runs on 2 threads, 5.000 ms each; with every step at its fastest 4.000 ms, "
            "4.5 GFLOP/s, of which counting activations took 12.5%\n");
}

TEST(ProfileReportTest, ShowsTheSlowestSteps) {
  const std::string text = ProfileText(SomeProfile(), {.by_time = true, .top = 2}, kAscii);
  EXPECT_LT(text.find("large"), text.find("small"));
  EXPECT_THAT(text, Not(HasSubstr("relu ")));
  EXPECT_THAT(text, HasSubstr("4 runs on 2 threads"));
}

TEST(ProfileReportTest, SaysThatNothingRan) {
  v1::Profile profile;
  profile.set_model_name("m");
  profile.set_model_version("2");
  EXPECT_EQ(ProfileText(profile, {}, kAscii), "Nothing of m 2 was run while it was profiled.\n");
}

TEST(ProfileReportTest, PrintsJson) {
  const nlohmann::ordered_json json = ToJson(SomeProfile());
  EXPECT_EQ(json["model"], "m");
  EXPECT_EQ(json["running"], true);
  const auto& plan = json["plans"][0];
  EXPECT_EQ(plan["input_shapes"].dump(), "[[1,3,8,8]]");
  EXPECT_EQ(plan["runs"], 4);
  EXPECT_EQ(plan["total_ms"], 20.0);
  EXPECT_EQ(plan["steps"][2]["by_sample"], true);
  EXPECT_EQ(plan["steps"][2]["fastest_ms"], 2.5);
  EXPECT_EQ(plan["steps"][0]["inactive"], 100);
}

}  // namespace
}  // namespace reluserve::client
