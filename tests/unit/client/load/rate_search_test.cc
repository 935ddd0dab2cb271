// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The reluserve authors

#include "client/load/rate_search.h"

#include <string>
#include <vector>

#include <gtest/gtest.h>

namespace reluserve::load {
namespace {

struct Searched {
  std::vector<double> tried;
  SearchResult result;
};

// A server that keeps its objectives up to a rate.
Searched SearchFor(double capacity, double lowest, double highest, double precision) {
  RateSearch search(lowest, highest, precision);
  Searched searched;
  while (const auto rate = search.next()) {
    searched.tried.push_back(*rate);
    search.Report(*rate <= capacity);
    if (searched.tried.size() > 200) break;
  }
  searched.result = search.result();
  return searched;
}

TEST(RateSearchTest, ClosesInOnTheCapacity) {
  for (const double capacity : {10.0, 11.0, 99.0, 100.0, 101.0, 1234.0, 4999.0}) {
    for (const double precision : {0.01, 0.05, 0.5}) {
      SCOPED_TRACE(testing::Message() << capacity << " within " << precision);
      const Searched searched = SearchFor(capacity, 10, 5000, precision);
      EXPECT_LE(searched.result.rate, capacity);
      EXPECT_GT(searched.result.lowest_missed, capacity);
      EXPECT_LE(searched.result.lowest_missed, searched.result.rate * (1 + precision) + 1e-9);
      EXPECT_FALSE(searched.result.at_limit);
      // Nine doublings, and a halving of the ratio for each bit of precision.
      EXPECT_LE(searched.tried.size(), 9 + 8);
      for (const double rate : searched.tried) {
        EXPECT_GE(rate, 10);
        EXPECT_LE(rate, 5000);
      }
    }
  }
}

TEST(RateSearchTest, EndsOfTheRange) {
  const Searched none = SearchFor(5, 10, 1000, 0.05);
  EXPECT_EQ(none.tried, std::vector<double>{10});
  EXPECT_EQ(none.result.rate, 0);
  EXPECT_EQ(none.result.lowest_missed, 10);

  const Searched all = SearchFor(1e9, 10, 50, 0.05);
  EXPECT_EQ(all.tried, (std::vector<double>{10, 20, 40, 50}));
  EXPECT_EQ(all.result.rate, 50);
  EXPECT_TRUE(all.result.at_limit);
  EXPECT_EQ(all.result.lowest_missed, 0);

  const Searched single = SearchFor(1e9, 10, 10, 0.05);
  EXPECT_EQ(single.tried, std::vector<double>{10});
  EXPECT_TRUE(single.result.at_limit);
}

}  // namespace
}  // namespace reluserve::load
