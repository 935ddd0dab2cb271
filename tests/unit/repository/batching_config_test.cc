// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The reluserve authors

#include "server/repository/batching_config.h"

#include <string>

#include <gmock/gmock.h>
#include <google/protobuf/text_format.h>
#include <gtest/gtest.h>

namespace reluserve::repository {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;

inference::ModelConfig Config(const std::string& text) {
  inference::ModelConfig config;
  EXPECT_TRUE(google::protobuf::TextFormat::ParseFromString(text, &config)) << text;
  return config;
}

TEST(BatchingConfigTest, TakesEveryField) {
  const auto options = BatchingOfConfig(Config(R"(
      max_batch_size: 16
      dynamic_batching {
        preferred_batch_size: [ 8, 4 ]
        max_queue_delay_microseconds: 500
        priority_levels: 3
        default_priority_level: 2
        default_queue_policy { timeout_action: DELAY default_timeout_microseconds: 9000
                               allow_timeout_override: true max_queue_size: 7 }
        priority_queue_policy { key: 3 value { max_queue_size: 1 } }
      })"),
                                        {});
  ASSERT_TRUE(options.ok()) << options.status();
  EXPECT_EQ(options->max_batch_size, 16);
  EXPECT_TRUE(options->dynamic_batching);
  EXPECT_THAT(options->preferred_batch_sizes, ElementsAre(4, 8));
  EXPECT_EQ(options->max_queue_delay_us, 500);
  EXPECT_EQ(options->priority_levels, 3);
  EXPECT_EQ(options->default_priority_level, 2);
  EXPECT_EQ(options->default_queue_policy.timeout_action, QueuePolicy::TimeoutAction::kDelay);
  EXPECT_EQ(options->default_queue_policy.default_timeout_us, 9000);
  EXPECT_TRUE(options->default_queue_policy.allow_timeout_override);
  EXPECT_EQ(options->default_queue_policy.max_queue_size, 7);
  ASSERT_EQ(options->priority_queue_policy.size(), 1u);
  EXPECT_EQ(options->priority_queue_policy.at(3).max_queue_size, 1);
  EXPECT_FALSE(options->priority_queue_policy.at(3).allow_timeout_override);
}

TEST(BatchingConfigTest, KeepsDefaultsWhereTheFileSaysNothing) {
  BatchingOptions defaults;
  defaults.max_queue_delay_us = 77;
  const auto options = BatchingOfConfig(Config("max_batch_size: 4 dynamic_batching {}"), defaults);
  ASSERT_TRUE(options.ok()) << options.status();
  EXPECT_EQ(options->max_batch_size, 4);
  EXPECT_EQ(options->max_queue_delay_us, 77);
  EXPECT_TRUE(options->default_queue_policy.allow_timeout_override);
}

TEST(BatchingConfigTest, DoesNotPutRequestsTogetherUnlessTold) {
  EXPECT_FALSE(BatchingOfConfig(Config("max_batch_size: 4"), {})->dynamic_batching);
  const auto off = BatchingOfConfig(Config("max_batch_size: 0"), {});
  EXPECT_FALSE(off->dynamic_batching);
  EXPECT_EQ(off->max_batch_size, 1);
}

TEST(BatchingConfigTest, RefusesWhatCannotBe) {
  const std::pair<const char*, const char*> cases[] = {
      {"preferred_batch_size: [ 9 ]", "preferred_batch_size is 9, expected 1 to max_batch_size, 8"},
      {"preferred_batch_size: [ 0 ]", "preferred_batch_size is 0"},
      {"max_queue_delay_microseconds: 99999999999999999", "max_queue_delay_microseconds is 999"},
      {"priority_levels: 2", "default_priority_level is 0, expected 1 to 2"},
      {"priority_levels: 2 default_priority_level: 3",
       "default_priority_level is 3, expected 1 to"},
      {"default_priority_level: 1", "default_priority_level is 1, expected 0"},
      {"priority_levels: 4000000000 default_priority_level: 1", "priority_levels is 4000000000"},
      {"priority_queue_policy { key: 1 value {} }", "is for level 1, expected 1 to"},
  };
  for (const auto& [text, message] : cases) {
    const auto options = BatchingOfConfig(
        Config(std::string("max_batch_size: 8 dynamic_batching { ") + text + " }"), {});
    EXPECT_EQ(options.status().code(), absl::StatusCode::kInvalidArgument) << text;
    EXPECT_THAT(std::string(options.status().message()), HasSubstr(message));
  }
}

}  // namespace
}  // namespace reluserve::repository
