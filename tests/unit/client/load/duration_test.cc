// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The reluserve authors

#include "client/load/duration.h"

#include <string>
#include <utility>
#include <vector>

#include <gtest/gtest.h>

#include "tests/unit/client/load/simulation.h"

namespace reluserve::load {
namespace {

TEST(DurationTest, Parses) {
  const std::vector<std::pair<std::string, Nanoseconds>> rows = {
      {"1ns", Nanoseconds(1)},      {"250us", microseconds(250)}, {"20ms", milliseconds(20)},
      {"1.5s", milliseconds(1500)}, {"2m", seconds(120)},         {"24h", seconds(86400)},
      {"1e3ms", seconds(1)},
  };
  for (const auto& [text, span] : rows) {
    const auto parsed = ParseDuration(text);
    ASSERT_TRUE(parsed.ok()) << parsed.status();
    EXPECT_EQ(*parsed, span) << text;
  }
}

TEST(DurationTest, RefusesWhatIsNone) {
  for (const char* text :
       {"", "5", "s", "-1s", "0s", "1 s", "1d", "25h", "nans", "infs", "1s2", "0.1ns", "1e999s"}) {
    EXPECT_FALSE(ParseDuration(text).ok()) << text;
  }
}

TEST(DurationTest, Formats) {
  const std::vector<std::pair<Nanoseconds, std::string>> rows = {
      {Nanoseconds(0), "0"},
      {Nanoseconds(7), "7 ns"},
      {Nanoseconds(999), "999 ns"},
      {Nanoseconds(1000), "1.00 us"},
      {Nanoseconds(12345), "12.3 us"},
      {Nanoseconds(999600), "1.00 ms"},
      {microseconds(4560), "4.56 ms"},
      {milliseconds(123), "123 ms"},
      {seconds(95), "95.0 s"},
      {seconds(7200), "7200 s"},
      {Nanoseconds(-4560000), "-4.56 ms"},
  };
  for (const auto& [span, text] : rows) EXPECT_EQ(FormatDuration(span), text);
}

}  // namespace
}  // namespace reluserve::load
