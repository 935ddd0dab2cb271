// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The reluserve authors

#include "server/onnx/names.h"

#include <cstdint>
#include <string>

#include "server/base/status.h"

namespace reluserve::onnx_import {
namespace {

// The length in bytes of the UTF-8 character at the start of `text`, or 0 when there is none: a
// stray or missing continuation byte, an overlong form, a surrogate, or a number above U+10FFFF.
size_t CharacterLength(std::string_view text) {
  const auto byte = [&](size_t i) { return static_cast<uint8_t>(text[i]); };
  const uint8_t lead = byte(0);
  if (lead < 0x80) return 1;
  const size_t length = lead >= 0xf0 ? 4 : lead >= 0xe0 ? 3 : lead >= 0xc0 ? 2 : 0;
  if (length == 0 || lead > 0xf4 || text.size() < length) return 0;
  uint32_t code = lead & (0x7fu >> length);
  for (size_t i = 1; i < length; ++i) {
    if ((byte(i) & 0xc0) != 0x80) return 0;
    code = (code << 6) | (byte(i) & 0x3fu);
  }
  constexpr uint32_t kSmallest[] = {0, 0, 0x80, 0x800, 0x10000};
  const bool surrogate = code >= 0xd800 && code <= 0xdfff;
  return code < kSmallest[length] || code > 0x10ffff || surrogate ? 0 : length;
}

}  // namespace

bool IsCleanName(std::string_view name) {
  if (name.size() > kMaxNameBytes) return false;
  while (!name.empty()) {
    const size_t length = CharacterLength(name);
    if (length == 0 || static_cast<uint8_t>(name[0]) < 0x20 || name[0] == 0x7f) return false;
    name.remove_prefix(length);
  }
  return true;
}

absl::Status CheckName(std::string_view what, std::string_view name) {
  if (IsCleanName(name)) return absl::OkStatus();
  if (name.size() > kMaxNameBytes) {
    return InvalidArgument("the name of {} has {} bytes, at most {} are allowed", what, name.size(),
                           kMaxNameBytes);
  }
  return InvalidArgument("the name of {} is not UTF-8 text without control characters", what);
}

absl::Status WithSubject(const absl::Status& status, std::string_view what, std::string_view name) {
  if (status.ok()) return status;
  return absl::Status(status.code(),
                      fmt::format("{} \"{}\" {}", what, name, std::string(status.message())));
}

}  // namespace reluserve::onnx_import
