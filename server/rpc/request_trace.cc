// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The reluserve authors

#include "server/rpc/request_trace.h"

#include <algorithm>
#include <cstdint>
#include <random>

#include <fmt/format.h>

namespace reluserve::rpc {
namespace {

constexpr size_t kLongestRequestId = 128;

bool IsDigit(char c) { return c >= '0' && c <= '9'; }

bool IsHex(std::string_view text) {
  return std::all_of(text.begin(), text.end(),
                     [](char c) { return IsDigit(c) || (c >= 'a' && c <= 'f'); });
}

bool IsRequestId(std::string_view text) {
  const auto allowed = [](char c) {
    return IsDigit(c) || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') ||
           std::string_view("._:-").find(c) != std::string_view::npos;
  };
  return !text.empty() && text.size() <= kLongestRequestId &&
         std::all_of(text.begin(), text.end(), allowed);
}

// Tells requests apart; it need not be unpredictable.
std::string NewRequestId() {
  thread_local std::mt19937_64 random(std::random_device{}());
  return fmt::format("{:016x}", random());
}

std::string_view MetadataOf(const grpc::CallbackServerContext& context, const char* key) {
  const auto found = context.client_metadata().find(key);
  if (found == context.client_metadata().end()) return {};
  return {found->second.data(), found->second.size()};
}

std::string MicrosecondsText(absl::Duration time) {
  return std::to_string(absl::ToInt64Microseconds(time));
}

}  // namespace

std::string ParseTraceParent(std::string_view header) {
  // version "-" trace-id "-" parent-id "-" flags; versions after 00 may append more.
  constexpr size_t kLength = 2 + 1 + 32 + 1 + 16 + 1 + 2;
  if (header.size() < kLength || header[2] != '-' || header[35] != '-' || header[52] != '-') {
    return "";
  }
  const std::string_view version = header.substr(0, 2), trace_id = header.substr(3, 32),
                         parent_id = header.substr(36, 16), flags = header.substr(53, 2);
  if (!IsHex(version) || !IsHex(trace_id) || !IsHex(parent_id) || !IsHex(flags)) return "";
  if (version == "ff" || (version == "00" && header.size() != kLength)) return "";
  const auto zero = [](std::string_view text) {
    return text.find_first_not_of('0') == std::string_view::npos;
  };
  if (zero(trace_id) || zero(parent_id)) return "";
  return fmt::format("{}-{}", trace_id, parent_id);
}

RequestTrace BeginTrace(grpc::CallbackServerContext& context) {
  RequestTrace trace;
  const std::string_view given = MetadataOf(context, kRequestIdKey);
  trace.request_id = IsRequestId(given) ? std::string(given) : NewRequestId();
  trace.trace_parent = ParseTraceParent(MetadataOf(context, kTraceParentKey));
  trace.wants_times = context.client_metadata().count(kTimingKey) != 0;
  context.AddInitialMetadata(kRequestIdKey, trace.request_id);
  return trace;
}

void AddTimes(grpc::CallbackServerContext& context, absl::Duration queue, absl::Duration compute,
              absl::Duration encode) {
  context.AddTrailingMetadata(kQueueTimeKey, MicrosecondsText(queue));
  context.AddTrailingMetadata(kComputeTimeKey, MicrosecondsText(compute));
  context.AddTrailingMetadata(kEncodeTimeKey, MicrosecondsText(encode));
}

}  // namespace reluserve::rpc
