// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The reluserve authors

#include "server/rpc/trace_settings.h"

#include <charconv>
#include <string_view>
#include <system_error>
#include <utility>

#include "server/base/status.h"

namespace reluserve::rpc {
namespace {

constexpr int64_t kDefaultRate = 1000;
constexpr int64_t kDefaultCount = -1;
constexpr size_t kMaxModels = 1024;  // with settings of their own

using Value = inference::TraceSettingRequest::SettingValue;

// Nothing for no value, which resets the setting.
absl::StatusOr<std::optional<int64_t>> ReadNumber(const std::string& name, const Value& value,
                                                  int64_t least) {
  if (value.value().empty()) return std::nullopt;
  const std::string& text = value.value(0);
  int64_t number = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  const bool good = value.value_size() == 1 && error == std::errc() &&
                    end == text.data() + text.size() && number >= least;
  if (good) return number;
  return InvalidArgument("trace setting \"{}\" is \"{}\", expected one integer, at least {}", name,
                         text, least);
}

absl::StatusOr<std::optional<bool>> ReadLevel(const Value& value) {
  if (value.value().empty()) return std::nullopt;
  bool timestamps = false;
  for (const std::string& level : value.value()) {
    if (level == "TENSORS") {
      return absl::UnimplementedError(
          "trace setting \"trace_level\": tensors are not traced here, expected OFF or TIMESTAMPS");
    }
    if (level != "OFF" && level != "TIMESTAMPS") {
      return InvalidArgument("trace setting \"trace_level\" is \"{}\", expected OFF or TIMESTAMPS",
                             level);
    }
    timestamps = timestamps || level == "TIMESTAMPS";
  }
  return timestamps;
}

// A setting that has one value only.
absl::Status CheckFixed(const std::string& name, const Value& value, std::string_view only) {
  for (const std::string& each : value.value()) {
    if (each != only) {
      return InvalidArgument("trace setting \"{}\" is \"{}\", expected \"{}\"", name, each, only);
    }
  }
  return absl::OkStatus();
}

}  // namespace

absl::Status TraceSettings::Apply(const inference::TraceSettingRequest& request, Values& values) {
  for (const auto& [name, value] : request.settings()) {
    if (name == "trace_level") {
      RELUSERVE_ASSIGN_OR_RETURN(values.timestamps, ReadLevel(value));
    } else if (name == "trace_rate") {
      RELUSERVE_ASSIGN_OR_RETURN(values.rate, ReadNumber(name, value, 1));
    } else if (name == "trace_count") {
      RELUSERVE_ASSIGN_OR_RETURN(values.count, ReadNumber(name, value, -1));
      values.traced = 0;
    } else if (name == "log_frequency") {
      // Each trace is written at once: there is no file to rotate.
      RELUSERVE_RETURN_IF_ERROR(CheckFixed(name, value, "0"));
    } else if (name == "trace_file") {
      RELUSERVE_RETURN_IF_ERROR(CheckFixed(name, value, ""));
    } else if (name == "trace_mode") {
      RELUSERVE_RETURN_IF_ERROR(CheckFixed(name, value, "triton"));
    } else {
      return InvalidArgument(
          "unknown trace setting \"{}\"; there are trace_level, trace_rate, trace_count, "
          "log_frequency, trace_file and trace_mode",
          name);
    }
  }
  return absl::OkStatus();
}

absl::Status TraceSettings::Update(const inference::TraceSettingRequest& request,
                                   inference::TraceSettingResponse& response) {
  absl::MutexLock lock(&mutex_);
  const std::string& model = request.model_name();
  if (!request.settings().empty()) {
    if (!model.empty() && !models_.contains(model) && models_.size() >= kMaxModels) {
      return ResourceExhausted("{} models have trace settings of their own, which is the limit",
                               models_.size());
    }
    Values values = model.empty() ? server_ : models_.contains(model) ? models_[model] : Values();
    RELUSERVE_RETURN_IF_ERROR(Apply(request, values));
    (model.empty() ? server_ : models_[model]) = values;
    bool any = server_.timestamps.value_or(false);
    for (const auto& [name, own] : models_) any = any || own.timestamps.value_or(false);
    any_ = any;
  }
  const Values values = Effective(model);
  const auto set = [&](const std::string& name, std::string value) {
    (*response.mutable_settings())[name].add_value(std::move(value));
  };
  set("trace_level", values.timestamps.value_or(false) ? "TIMESTAMPS" : "OFF");
  set("trace_rate", std::to_string(values.rate.value_or(kDefaultRate)));
  set("trace_count", std::to_string(values.count.value_or(kDefaultCount)));
  set("log_frequency", "0");
  set("trace_file", "");
  set("trace_mode", "triton");
  return absl::OkStatus();
}

TraceSettings::Values TraceSettings::Effective(const std::string& model) const {
  const auto found = models_.find(model);
  if (found == models_.end()) return server_;
  Values values = found->second;
  if (!values.timestamps) values.timestamps = server_.timestamps;
  if (!values.rate) values.rate = server_.rate;
  if (!values.count) values.count = server_.count;
  return values;
}

bool TraceSettings::Sample(const std::string& model) {
  if (!any_) return false;
  absl::MutexLock lock(&mutex_);
  const Values values = Effective(model);
  if (!values.timestamps.value_or(false)) return false;
  const auto found = models_.find(model);
  Values& counted = found == models_.end() ? server_ : found->second;
  const int64_t count = values.count.value_or(kDefaultCount);
  if (count >= 0 && counted.traced >= count) return false;
  if (counted.seen++ % values.rate.value_or(kDefaultRate) != 0) return false;
  ++counted.traced;
  return true;
}

}  // namespace reluserve::rpc
