// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The reluserve authors

#include "server/repository/text_proto.h"

#include <utility>

#include <google/protobuf/io/tokenizer.h>
#include <google/protobuf/text_format.h>

#include "server/base/printable.h"
#include "server/base/status.h"

namespace reluserve::repository {
namespace {

// Deeper than any schema here; protobuf itself sets no limit.
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

absl::StatusOr<std::vector<std::string>> ParseTextProto(const std::string& text,
                                                        google::protobuf::Message& message) {
  Messages messages;
  google::protobuf::TextFormat::Parser parser;
  parser.RecordErrorsTo(&messages);
  parser.AllowUnknownField(true);
  parser.SetRecursionLimit(kMaxDepth);
  if (parser.ParseFromString(text, &message)) return std::move(messages.warnings);
  return InvalidArgument("{}", messages.errors.empty() ? "cannot be read" : messages.errors[0]);
}

}  // namespace reluserve::repository
