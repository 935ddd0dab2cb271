// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The reluserve authors

// Text from outside, made fit for an error message or a log line.

#ifndef RELUSERVE_SERVER_BASE_PRINTABLE_H_
#define RELUSERVE_SERVER_BASE_PRINTABLE_H_

#include <algorithm>
#include <iterator>
#include <string>
#include <string_view>

#include <fmt/format.h>

namespace reluserve {

// `text` on one line: control characters as \x0a, and where it has more than `limit` bytes only the
// whole UTF-8 characters among the first `limit`, followed by "... (<size> bytes)".
inline std::string Printable(std::string_view text, size_t limit) {
  size_t end = std::min(text.size(), limit);
  const auto continues_character = [&](size_t i) {
    return (static_cast<unsigned char>(text[i]) & 0xc0) == 0x80;
  };
  while (end > 0 && end < text.size() && continues_character(end)) --end;
  std::string result;
  for (const char c : text.substr(0, end)) {
    const auto byte = static_cast<unsigned char>(c);
    if (byte < 0x20 || byte == 0x7f) {
      fmt::format_to(std::back_inserter(result), "\\x{:02x}", byte);
    } else {
      result.push_back(c);
    }
  }
  if (end < text.size()) result += fmt::format("... ({} bytes)", text.size());
  return result;
}

}  // namespace reluserve

#endif  // RELUSERVE_SERVER_BASE_PRINTABLE_H_
