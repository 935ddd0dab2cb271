// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The reluserve authors

// Any bytes as a model's configuration, in protobuf's text format and as JSON.

#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string>

#include "server/repository/config_parser.h"

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  const std::string text(reinterpret_cast<const char*>(data), size);
  const auto parsed = reluserve::repository::ParseConfigText(text);
  if (!parsed.ok() && parsed.status().message().empty()) std::abort();
  const auto json = reluserve::repository::ParseConfigJson(text);
  if (!json.ok() && json.status().message().empty()) std::abort();
  return 0;
}
