// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The reluserve authors

#include "server/metrics/catalogue.h"

#include <fstream>
#include <regex>
#include <set>
#include <string>

#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace reluserve::metrics {
namespace {

TEST(CatalogueTest, NamesFollowConventions) {
  const std::regex pattern("(reluserve|process)(_[a-z0-9]+)+");
  std::set<std::string> names;
  for (const MetricInfo& info : Catalogue()) {
    const std::string name = info.name;
    EXPECT_TRUE(std::regex_match(name, pattern)) << name;
    EXPECT_TRUE(names.insert(name).second) << name << " is there twice";
    EXPECT_EQ(info.type == prometheus::MetricType::Counter, name.ends_with("_total")) << name;
    EXPECT_FALSE(std::string(info.help).empty()) << name;
  }
}

// The README has exactly one row for each metric, as the catalogue says, in its order.
TEST(CatalogueTest, IsWhatTheReadmeSays) {
  std::vector<std::string> expected;
  for (const MetricInfo& info : Catalogue()) {
    expected.push_back(fmt::format("| `{}` | {} | {} | {} |", info.name, TypeName(info.type),
                                   info.labels, info.help));
  }
  std::ifstream readme(METRICS_README);
  ASSERT_TRUE(readme) << METRICS_README;
  std::vector<std::string> rows;
  for (std::string line; std::getline(readme, line);) {
    if (line.starts_with("| `reluserve_") || line.starts_with("| `process_")) rows.push_back(line);
  }
  EXPECT_THAT(rows, ::testing::ElementsAreArray(expected));
}

}  // namespace
}  // namespace reluserve::metrics
