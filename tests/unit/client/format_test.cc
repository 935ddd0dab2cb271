// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The reluserve authors

#include "client/format.h"

#include <cstdint>
#include <limits>
#include <string>
#include <vector>

#include <gtest/gtest.h>

namespace reluserve::client {
namespace {

constexpr TextStyle kAscii{.utf8 = false, .colour = false};
constexpr TextStyle kUtf8{.utf8 = true, .colour = false};

TEST(FormatTest, Counts) {
  const std::vector<std::pair<uint64_t, std::string>> rows = {
      {0, "0"},
      {999, "999"},
      {1000, "1.00 k"},
      {1234, "1.23 k"},
      {9994, "9.99 k"},
      {9995, "10.0 k"},
      {99949, "99.9 k"},
      {99950, "100 k"},
      {999499, "999 k"},
      {999500, "1.00 M"},  // not "1000 k"
      {4089284608, "4.09 G"},
      {std::numeric_limits<uint64_t>::max(), "18.4 E"},
  };
  for (const auto& [count, text] : rows) EXPECT_EQ(FormatCount(count), text) << count;
}

TEST(FormatTest, Bytes) {
  const std::vector<std::pair<uint64_t, std::string>> rows = {
      {0, "0 B"},
      {999, "999 B"},
      {1000, "0.98 KiB"},
      {1024, "1.00 KiB"},
      {1536, "1.50 KiB"},
      {102400, "100 KiB"},
      {1048576, "1.00 MiB"},
      {std::numeric_limits<uint64_t>::max(), "16.0 EiB"},
  };
  for (const auto& [bytes, text] : rows) EXPECT_EQ(FormatBytes(bytes), text) << bytes;
}

TEST(FormatTest, OnlyNoneIsZeroPercentAndOnlyAllIsAHundred) {
  struct Row {
    uint64_t part;
    uint64_t whole;
    std::string text;
  };
  const std::vector<Row> rows = {
      {0, 0, "-"},          {0, 8, "0.0%"},         {8, 8, "100.0%"},
      {1, 3, "33.3%"},      {1, 1000000, "0.1%"},   {999999, 1000000, "99.9%"},
      {437, 1000, "43.7%"}, {9996, 10000, "99.9%"},
  };
  for (const Row& row : rows) EXPECT_EQ(FormatPercent(row.part, row.whole), row.text);
}

TEST(FormatTest, Shapes) {
  EXPECT_EQ(FormatShape({}), "[]");
  EXPECT_EQ(FormatShape(std::vector<int64_t>{-1, 3, 224, 224}), "[?,3,224,224]");
}

TEST(FormatTest, Bars) {
  struct Row {
    double share;
    std::string ascii;
    std::string utf8;
  };
  const std::vector<Row> rows = {
      {0, "", ""},      {0.5, "##", "██"},           {1, "####", "████"}, {1.0 / 32, "", "▏"},
      {0.3, "#", "█▎"}, {31.0 / 32, "####", "███▉"}, {-1, "", ""},        {7, "####", "████"},
  };
  for (const Row& row : rows) {
    EXPECT_EQ(FormatBar(row.share, 4, kAscii), row.ascii) << row.share;
    EXPECT_EQ(FormatBar(row.share, 4, kUtf8), row.utf8) << row.share;
  }
}

TEST(FormatTest, HistogramsLeaveOnlyZeroBlank) {
  const std::vector<uint64_t> counts = {0, 1, 500, 1000};
  EXPECT_EQ(FormatHistogram(counts, kAscii), " .=@");
  EXPECT_EQ(FormatHistogram(counts, kUtf8), " ▁▄█");
  EXPECT_EQ(FormatHistogram(std::vector<uint64_t>{0, 0}, kUtf8), "  ");
  EXPECT_EQ(FormatHistogram({}, kUtf8), "");
}

}  // namespace
}  // namespace reluserve::client
