// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The reluserve authors

#include "server/base/printable.h"

#include <gtest/gtest.h>

namespace reluserve {
namespace {

struct Row {
  std::string_view text;
  size_t limit;
  std::string_view expected;
};

TEST(PrintableTest, EscapesAndShortens) {
  const Row rows[] = {
      {"", 10, ""},
      {"conv1/relu", 10, "conv1/relu"},
      {"conv1/relu", 9, "conv1/rel... (10 bytes)"},
      {"a\nb\x7f\t", 10, "a\\x0ab\\x7f\\x09"},
      // Two bytes a letter: a limit in the middle of one leaves it out.
      {"\xc3\xa9\xc3\xa9", 4, "\xc3\xa9\xc3\xa9"},
      {"\xc3\xa9\xc3\xa9", 3, "\xc3\xa9... (4 bytes)"},
      {"\xc3\xa9\xc3\xa9", 2, "\xc3\xa9... (4 bytes)"},
      {"\xc3\xa9\xc3\xa9", 1, "... (4 bytes)"},
      {"x", 0, "... (1 bytes)"},
  };
  for (const Row& row : rows) {
    EXPECT_EQ(Printable(row.text, row.limit), row.expected) << row.text << " " << row.limit;
  }
}

}  // namespace
}  // namespace reluserve
