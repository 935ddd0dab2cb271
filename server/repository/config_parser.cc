// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The reluserve authors

#include "server/repository/config_parser.h"

#include <utility>

#include <google/protobuf/util/json_util.h>

#include "server/base/printable.h"
#include "server/base/status.h"
#include "server/repository/text_proto.h"

namespace reluserve::repository {
namespace {

constexpr size_t kMaxShownBytes = 300;

}  // namespace

absl::StatusOr<ParsedConfig> ParseConfigText(const std::string& text) {
  ParsedConfig parsed;
  auto warnings = ParseTextProto(text, parsed.config);
  if (!warnings.ok()) return Annotate(warnings.status(), "config.pbtxt");
  parsed.warnings = *std::move(warnings);
  return parsed;
}

absl::StatusOr<inference::ModelConfig> ParseConfigJson(const std::string& json) {
  inference::ModelConfig config;
  const auto status = google::protobuf::util::JsonStringToMessage(json, &config);
  if (!status.ok()) {
    return InvalidArgument("config: {}", Printable(std::string(status.message()), kMaxShownBytes));
  }
  return config;
}

}  // namespace reluserve::repository
