// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The reluserve authors

#include "client/load/stability.h"

#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "tests/unit/client/load/simulation.h"

namespace reluserve::load {
namespace {

TEST(StabilityTest, LastWindowsHaveToAgree) {
  struct Row {
    std::string name;
    std::vector<WindowRate> windows;
    bool stable;
  };
  const Nanoseconds ms = milliseconds(1);
  const std::vector<Row> rows = {
      {"none", {}, false},
      {"too few", {{100, ms}, {100, ms}}, false},
      {"equal", {{100, ms}, {100, ms}, {100, ms}}, true},
      {"within a tenth", {{100, ms}, {95, ms}, {105, ms}}, true},
      {"throughput off", {{100, ms}, {80, ms}, {100, ms}}, false},
      {"latency off", {{100, ms}, {100, ms}, {100, ms * 2}}, false},
      {"a start that was off", {{10, ms * 9}, {100, ms}, {100, ms}, {100, ms}}, true},
      {"an end that is off", {{100, ms}, {100, ms}, {100, ms}, {10, ms}}, false},
      {"nothing answered", {{0, ms * 0}, {0, ms * 0}, {0, ms * 0}}, false},
      {"a window without answers", {{100, ms}, {0, ms * 0}, {100, ms}}, false},
  };
  for (const Row& row : rows) {
    EXPECT_EQ(IsStable(row.windows, 0.1), row.stable) << row.name;
  }
  EXPECT_TRUE(IsStable(rows[4].windows, 0.2));
}

}  // namespace
}  // namespace reluserve::load
