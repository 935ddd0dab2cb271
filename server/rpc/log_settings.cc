// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The reluserve authors

#include "server/rpc/log_settings.h"

#include <algorithm>
#include <atomic>
#include <utility>

#include <spdlog/pattern_formatter.h>
#include <spdlog/sinks/sink.h>

#include "server/base/status.h"

namespace reluserve::rpc {
namespace {

using inference::LogSettingsRequest;

constexpr char kIso8601Pattern[] = "%Y-%m-%dT%H:%M:%SZ %l %v";

absl::Status WrongValue(const std::string& name, std::string_view expected) {
  return InvalidArgument("log setting \"{}\" has another value than expected: {}", name, expected);
}

absl::Status ReadBool(const std::string& name, const LogSettingsRequest::SettingValue& value,
                      bool& target) {
  if (!value.has_bool_param()) return WrongValue(name, "a bool");
  target = value.bool_param();
  return absl::OkStatus();
}

}  // namespace

// Passes on the lines of the levels that are on: a logger itself knows only the lowest.
struct LogSettings::Filter final : spdlog::sinks::sink {
  explicit Filter(spdlog::sink_ptr target) : inner(std::move(target)) {}

  void log(const spdlog::details::log_msg& message) override {
    const uint32_t bit = 1u << static_cast<unsigned>(message.level);
    if ((levels.load(std::memory_order_relaxed) & bit) != 0) inner->log(message);
  }
  void flush() override { inner->flush(); }
  void set_pattern(const std::string& pattern) override { inner->set_pattern(pattern); }
  void set_formatter(std::unique_ptr<spdlog::formatter> formatter) override {
    inner->set_formatter(std::move(formatter));
  }

  const spdlog::sink_ptr inner;
  std::atomic<uint32_t> levels = ~0u;
};

LogSettings::LogSettings(std::shared_ptr<spdlog::logger> logger, std::string default_pattern)
    : logger_(std::move(logger)), default_pattern_(std::move(default_pattern)) {
  for (spdlog::sink_ptr& sink : logger_->sinks()) sink = std::make_shared<Filter>(sink);
  const auto level = logger_->level();
  absl::MutexLock lock(&mutex_);
  values_.error = level <= spdlog::level::err;
  values_.warning = level <= spdlog::level::warn;
  values_.info = level <= spdlog::level::info;
  values_.verbose_level = level == spdlog::level::trace ? 2 : level == spdlog::level::debug ? 1 : 0;
  Install(values_);
}

absl::Status LogSettings::Update(const LogSettingsRequest& request,
                                 inference::LogSettingsResponse& response) {
  absl::MutexLock lock(&mutex_);
  Values values = values_;
  RELUSERVE_RETURN_IF_ERROR(Apply(request, values));
  if (!request.settings().empty()) {
    values_ = values;
    Install(values_);
  }
  Encode(values_, response);
  return absl::OkStatus();
}

absl::Status LogSettings::Apply(const LogSettingsRequest& request, Values& values) {
  for (const auto& [name, value] : request.settings()) {
    if (name == "log_error") {
      RELUSERVE_RETURN_IF_ERROR(ReadBool(name, value, values.error));
    } else if (name == "log_warning") {
      RELUSERVE_RETURN_IF_ERROR(ReadBool(name, value, values.warning));
    } else if (name == "log_info") {
      RELUSERVE_RETURN_IF_ERROR(ReadBool(name, value, values.info));
    } else if (name == "log_verbose_level") {
      if (!value.has_uint32_param()) return WrongValue(name, "a number that is not negative");
      values.verbose_level = value.uint32_param();
    } else if (name == "log_format") {
      if (value.string_param() != "default" && value.string_param() != "ISO8601") {
        return WrongValue(name, "\"default\" or \"ISO8601\"");
      }
      values.format = value.string_param();
    } else if (name == "log_file") {
      if (!value.has_string_param() || !value.string_param().empty()) {
        return WrongValue(name, "\"\", as the log stays on standard error");
      }
    } else {
      return InvalidArgument(
          "unknown log setting \"{}\"; there are log_error, log_warning, log_info, "
          "log_verbose_level, log_format and log_file",
          name);
    }
  }
  return absl::OkStatus();
}

void LogSettings::Encode(const Values& values, inference::LogSettingsResponse& response) {
  const auto setting = [&](const std::string& name) -> auto& {
    return (*response.mutable_settings())[name];
  };
  setting("log_file").set_string_param("");
  setting("log_error").set_bool_param(values.error);
  setting("log_warning").set_bool_param(values.warning);
  setting("log_info").set_bool_param(values.info);
  setting("log_verbose_level").set_uint32_param(values.verbose_level);
  setting("log_format").set_string_param(values.format);
}

void LogSettings::Install(const Values& values) {
  const std::pair<spdlog::level::level_enum, bool> levels[] = {
      {spdlog::level::trace, values.verbose_level >= 2},
      {spdlog::level::debug, values.verbose_level >= 1},
      {spdlog::level::info, values.info},
      {spdlog::level::warn, values.warning},
      {spdlog::level::err, values.error},
      {spdlog::level::critical, values.error}};
  auto lowest = spdlog::level::off;
  uint32_t mask = 0;
  for (const auto& [level, on] : levels) {
    if (!on) continue;
    lowest = std::min(lowest, level);
    mask |= 1u << static_cast<unsigned>(level);
  }
  for (const spdlog::sink_ptr& sink : logger_->sinks()) {
    static_cast<Filter&>(*sink).levels.store(mask, std::memory_order_relaxed);
  }
  logger_->set_level(lowest);
  if (values.format == "ISO8601") {
    logger_->set_pattern(kIso8601Pattern, spdlog::pattern_time_type::utc);
  } else {
    logger_->set_pattern(default_pattern_);
  }
}

}  // namespace reluserve::rpc
