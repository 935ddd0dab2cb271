// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The reluserve authors

#include "server/rpc/bytes_tensor.h"

#include <cstring>

#include "server/base/status.h"

namespace reluserve::rpc {

void AppendBytesElement(std::string_view element, std::string& raw) {
  const auto length = static_cast<uint32_t>(element.size());
  raw.append(reinterpret_cast<const char*>(&length), sizeof(length));
  raw.append(element);
}

absl::StatusOr<std::vector<std::string_view>> SplitBytesElements(std::string_view tensor,
                                                                 std::string_view raw,
                                                                 int64_t count) {
  std::vector<std::string_view> elements;
  for (size_t place = 0; place < raw.size();) {
    uint32_t length = 0;
    const bool has_length = raw.size() - place >= sizeof(length);
    if (has_length) std::memcpy(&length, raw.data() + place, sizeof(length));
    place += sizeof(length);
    if (!has_length || length > raw.size() - place) {
      return InvalidArgument(
          "input \"{}\" has {} bytes, which end within element {}; each element is its length in 4 "
          "bytes and then so many bytes",
          tensor, raw.size(), elements.size());
    }
    elements.push_back(raw.substr(place, length));
    place += length;
  }
  if (static_cast<int64_t>(elements.size()) == count) return elements;
  return InvalidArgument("input \"{}\" has {} BYTES elements, expected {} by its shape", tensor,
                         elements.size(), count);
}

}  // namespace reluserve::rpc
