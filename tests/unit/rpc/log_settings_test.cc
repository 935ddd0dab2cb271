// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The reluserve authors

#include "server/rpc/log_settings.h"

#include <sstream>

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <spdlog/sinks/ostream_sink.h>

namespace reluserve::rpc {
namespace {

using testing::HasSubstr;

class LogSettingsTest : public ::testing::Test {
 protected:
  LogSettingsTest() {
    logger_->set_pattern("<%v>");
    logger_->set_level(spdlog::level::info);
    settings_ = std::make_unique<LogSettings>(logger_, "<%v>");
  }

  template <typename Set>
  absl::Status Update(const std::string& name, const Set& set) {
    inference::LogSettingsRequest request;
    set((*request.mutable_settings())[name]);
    return settings_->Update(request, response_);
  }
  absl::Status SetBool(const std::string& name, bool on) {
    return Update(name, [on](auto& value) { value.set_bool_param(on); });
  }
  absl::Status SetNumber(const std::string& name, uint32_t number) {
    return Update(name, [number](auto& value) { value.set_uint32_param(number); });
  }
  absl::Status SetText(const std::string& name, const std::string& text) {
    return Update(name, [&](auto& value) { value.set_string_param(text); });
  }

  // What a line of each level leaves.
  std::string Lines() {
    text_.str("");
    logger_->trace("t");
    logger_->debug("d");
    logger_->info("i");
    logger_->warn("w");
    logger_->error("e");
    std::string lines = text_.str();
    std::erase(lines, '\n');
    return lines;
  }

  std::ostringstream text_;
  const std::shared_ptr<spdlog::logger> logger_ = std::make_shared<spdlog::logger>(
      "test", std::make_shared<spdlog::sinks::ostream_sink_mt>(text_));
  std::unique_ptr<LogSettings> settings_;
  inference::LogSettingsResponse response_;
};

TEST_F(LogSettingsTest, BeginsWithWhatTheLoggerHas) {
  EXPECT_EQ(Lines(), "<i><w><e>");
  ASSERT_TRUE(settings_->Update({}, response_).ok());
  const auto& settings = response_.settings();
  EXPECT_EQ(settings.size(), 6u);
  EXPECT_TRUE(settings.at("log_info").bool_param());
  EXPECT_EQ(settings.at("log_verbose_level").uint32_param(), 0u);
  EXPECT_EQ(settings.at("log_format").string_param(), "default");
  EXPECT_EQ(Lines(), "<i><w><e>");
}

TEST_F(LogSettingsTest, SwitchesEachLevel) {
  ASSERT_TRUE(SetNumber("log_verbose_level", 1).ok());
  EXPECT_EQ(Lines(), "<d><i><w><e>");
  ASSERT_TRUE(SetNumber("log_verbose_level", 2).ok());
  EXPECT_EQ(Lines(), "<t><d><i><w><e>");
  ASSERT_TRUE(SetBool("log_info", false).ok());
  EXPECT_EQ(Lines(), "<t><d><w><e>");
  ASSERT_TRUE(SetBool("log_warning", false).ok());
  ASSERT_TRUE(SetNumber("log_verbose_level", 0).ok());
  EXPECT_EQ(Lines(), "<e>");
  ASSERT_TRUE(SetBool("log_error", false).ok());
  EXPECT_EQ(Lines(), "");
  ASSERT_TRUE(SetBool("log_info", true).ok());
  EXPECT_EQ(Lines(), "<i>");
}

TEST_F(LogSettingsTest, ChangesTheFormatAndBack) {
  ASSERT_TRUE(SetText("log_format", "ISO8601").ok());
  EXPECT_THAT(Lines(), HasSubstr("Z info i"));
  ASSERT_TRUE(SetText("log_format", "default").ok());
  EXPECT_EQ(Lines(), "<i><w><e>");
}

TEST_F(LogSettingsTest, RefusesWhatItCannotDo) {
  for (const absl::Status& status :
       {SetText("log_format", "xml"), SetText("log_info", "true"),
        SetBool("log_verbose_level", true), SetText("log_file", "/tmp/log"),
        SetBool("log_file", false), SetBool("colour", true)}) {
    EXPECT_TRUE(absl::IsInvalidArgument(status)) << status;
  }
  EXPECT_TRUE(SetText("log_file", "").ok());
  // All or nothing.
  inference::LogSettingsRequest request;
  (*request.mutable_settings())["colour"].set_bool_param(true);
  (*request.mutable_settings())["log_info"].set_bool_param(false);
  EXPECT_FALSE(settings_->Update(request, response_).ok());
  EXPECT_EQ(Lines(), "<i><w><e>");
}

}  // namespace
}  // namespace reluserve::rpc
