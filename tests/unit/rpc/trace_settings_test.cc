// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The reluserve authors

#include "server/rpc/trace_settings.h"

#include <map>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace reluserve::rpc {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using Changes = std::map<std::string, std::vector<std::string>>;

class TraceSettingsTest : public ::testing::Test {
 protected:
  absl::Status Update(const std::string& model, const Changes& changes) {
    inference::TraceSettingRequest request;
    request.set_model_name(model);
    for (const auto& [name, values] : changes) {
      auto& setting = (*request.mutable_settings())[name];
      for (const std::string& value : values) setting.add_value(value);
    }
    response_.Clear();
    return settings_.Update(request, response_);
  }

  std::string Value(const std::string& name) { return response_.settings().at(name).value(0); }

  int Sampled(const std::string& model, int requests) {
    int sampled = 0;
    for (int i = 0; i < requests; ++i) sampled += settings_.Sample(model) ? 1 : 0;
    return sampled;
  }

  TraceSettings settings_;
  inference::TraceSettingResponse response_;
};

TEST_F(TraceSettingsTest, IsOffAtFirst) {
  ASSERT_TRUE(Update("", {}).ok());
  EXPECT_EQ(Value("trace_level"), "OFF");
  EXPECT_EQ(Value("trace_rate"), "1000");
  EXPECT_EQ(Value("trace_count"), "-1");
  EXPECT_EQ(response_.settings_size(), 6);
  EXPECT_EQ(Sampled("m", 5000), 0);
}

TEST_F(TraceSettingsTest, TracesOneOfSoMany) {
  ASSERT_TRUE(Update("", {{"trace_level", {"TIMESTAMPS"}}, {"trace_rate", {"10"}}}).ok());
  EXPECT_EQ(Value("trace_level"), "TIMESTAMPS");
  EXPECT_EQ(Sampled("m", 100), 10);
  ASSERT_TRUE(Update("", {{"trace_count", {"3"}}, {"trace_rate", {"1"}}}).ok());
  EXPECT_EQ(Sampled("m", 100), 3);
  ASSERT_TRUE(Update("", {{"trace_count", {"2"}}}).ok());
  EXPECT_EQ(Sampled("m", 100), 2);
  ASSERT_TRUE(Update("", {{"trace_level", {"OFF"}}, {"trace_count", {}}}).ok());
  EXPECT_EQ(Value("trace_count"), "-1");
  EXPECT_EQ(Sampled("m", 100), 0);
}

TEST_F(TraceSettingsTest, LetsModelsDiffer) {
  ASSERT_TRUE(Update("m", {{"trace_level", {"TIMESTAMPS"}}, {"trace_rate", {"1"}}}).ok());
  EXPECT_EQ(Sampled("m", 10), 10);
  EXPECT_EQ(Sampled("n", 10), 0);
  ASSERT_TRUE(Update("", {{"trace_level", {"TIMESTAMPS"}}, {"trace_rate", {"5"}}}).ok());
  EXPECT_EQ(Sampled("n", 10), 2);
  EXPECT_EQ(Sampled("m", 10), 10);
  // Without a value it is the server's again.
  ASSERT_TRUE(Update("m", {{"trace_rate", {}}}).ok());
  EXPECT_EQ(Value("trace_rate"), "5");
  ASSERT_TRUE(Update("m", {{"trace_level", {"OFF"}}}).ok());
  EXPECT_EQ(Sampled("m", 10), 0);
  EXPECT_EQ(Sampled("n", 5), 1);
}

TEST_F(TraceSettingsTest, ChangesAllOrNothing) {
  struct Row {
    Changes changes;
    absl::StatusCode code;
    std::string message;
  };
  constexpr auto kInvalid = absl::StatusCode::kInvalidArgument;
  const Row rows[] = {
      {{{"trace_level", {"MAXIMAL"}}}, kInvalid, "MAXIMAL"},
      {{{"trace_level", {"TIMESTAMPS", "TENSORS"}}}, absl::StatusCode::kUnimplemented, "tensors"},
      {{{"trace_rate", {"0"}}}, kInvalid, "at least 1"},
      {{{"trace_rate", {"ten"}}}, kInvalid, "\"ten\""},
      {{{"trace_rate", {"1", "2"}}}, kInvalid, "one integer"},
      {{{"trace_rate", {"99999999999999999999"}}}, kInvalid, "99999999999999999999"},
      {{{"trace_rate", {""}}}, kInvalid, "one integer"},
      {{{"trace_count", {"-2"}}}, kInvalid, "at least -1"},
      {{{"log_frequency", {"7"}}}, kInvalid, "expected \"0\""},
      {{{"trace_file", {"/etc/passwd"}}}, kInvalid, "trace_file"},
      {{{"trace_mode", {"opentelemetry"}}}, kInvalid, "\"triton\""},
      {{{"colour", {"red"}}}, kInvalid, "unknown trace setting \"colour\""},
  };
  for (Row row : rows) {
    row.changes["trace_count"].push_back("7");
    const absl::Status status = Update("", row.changes);
    EXPECT_EQ(status.code(), row.code) << row.message << ": " << status;
    EXPECT_THAT(std::string(status.message()), HasSubstr(row.message));
    ASSERT_TRUE(Update("", {}).ok());
    EXPECT_EQ(Value("trace_count"), "-1") << row.message;
  }
}

TEST_F(TraceSettingsTest, AcceptsWhatItAnswers) {
  ASSERT_TRUE(Update("m", {}).ok());
  Changes changes;
  for (const auto& [name, value] : response_.settings()) {
    changes[name] = {value.value().begin(), value.value().end()};
  }
  EXPECT_TRUE(Update("m", changes).ok());
}

}  // namespace
}  // namespace reluserve::rpc
