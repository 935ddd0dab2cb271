// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The reluserve authors

#include "server/rpc/bytes_tensor.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace reluserve::rpc {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;

TEST(BytesTensorTest, SplitsWhatWasAppended) {
  std::string raw;
  AppendBytesElement("cat", raw);
  AppendBytesElement("", raw);
  AppendBytesElement(std::string("\0\1", 2), raw);
  EXPECT_EQ(raw, std::string("\3\0\0\0cat\0\0\0\0\2\0\0\0\0\1", 17));
  const auto elements = SplitBytesElements("x", raw, 3);
  ASSERT_TRUE(elements.ok()) << elements.status();
  EXPECT_THAT(*elements, ElementsAre("cat", "", std::string_view("\0\1", 2)));
}

TEST(BytesTensorTest, RefusesWhatDoesNotAddUp) {
  struct Row {
    std::string name;
    std::string raw;
    int64_t count;
    std::string message;
  };
  const Row rows[] = {
      {"ends within a length", std::string("\1\0\0", 3), 1, "end within element 0"},
      {"one byte too short", std::string("\3\0\0\0ab", 6), 1, "end within element 0"},
      {"second too long", std::string("\0\0\0\0\xff\xff\xff\xff", 8), 2, "end within element 1"},
      {"fewer", std::string("\0\0\0\0", 4), 2, "1 BYTES elements, expected 2"},
      {"more", std::string("\0\0\0\0\0\0\0\0", 8), 1, "2 BYTES elements, expected 1"},
      {"none", "", 1, "0 BYTES elements, expected 1"},
  };
  for (const Row& row : rows) {
    const auto elements = SplitBytesElements("x", row.raw, row.count);
    EXPECT_TRUE(absl::IsInvalidArgument(elements.status())) << row.name;
    EXPECT_THAT(std::string(elements.status().message()), HasSubstr(row.message)) << row.name;
  }
}

}  // namespace
}  // namespace reluserve::rpc
