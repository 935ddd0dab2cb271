// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The reluserve authors

#include "server/repository/config_parser.h"

#include <google/protobuf/io/tokenizer.h>
#include <google/protobuf/text_format.h>
#include <google/protobuf/util/json_util.h>

#include "server/base/printable.h"
#include "server/base/status.h"

namespace reluserve::repository {
namespace {

// Deeper than the schema; protobuf itself sets no limit.
constexpr int kMaxDepth = 32;
constexpr size_t kMaxShownBytes = 300;

// Lines and columns as editors count them.
class Messages final : public google::protobuf::io::ErrorCollector {
 public:
  void AddError(int line, google::protobuf::io::ColumnNumber column,
                const std::string& message) override {
    errors.push_back(fmt::format("line {} column {}: {}", line + 1, column + 1,
                                 Printable(message, kMaxShownBytes)));
  }
  void AddWarning(int line, google::protobuf::io::ColumnNumber,
                  const std::string& message) override {
    warnings.push_back(fmt::format("line {}: {}", line + 1, Printable(message, kMaxShownBytes)));
  }

  std::vector<std::string> errors;
  std::vector<std::string> warnings;
};

}  // namespace

absl::StatusOr<ParsedConfig> ParseConfigText(const std::string& text) {
  Messages messages;
  google::protobuf::TextFormat::Parser parser;
  parser.RecordErrorsTo(&messages);
  parser.AllowUnknownField(true);
  parser.SetRecursionLimit(kMaxDepth);
  ParsedConfig parsed;
  if (!parser.ParseFromString(text, &parsed.config)) {
    return InvalidArgument("config.pbtxt: {}",
                           messages.errors.empty() ? "cannot be read" : messages.errors[0]);
  }
  parsed.warnings = std::move(messages.warnings);
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
