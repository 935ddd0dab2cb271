// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The reluserve authors

#include "server/rpc/request_trace.h"

#include <gtest/gtest.h>

namespace reluserve::rpc {
namespace {

TEST(RequestTraceTest, ReadsTraceParents) {
  const std::string ids = "4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7";
  const struct {
    std::string header;
    std::string expected;
  } rows[] = {
      {"00-" + ids + "-01", ids},
      {"00-" + ids + "-00", ids},
      {"01-" + ids + "-01-what-a-later-version-adds", ids},
      {"00-" + ids + "-01-more", ""},
      {"ff-" + ids + "-01", ""},
      {"", ""},
      {"00-" + ids, ""},
      {"00-4BF92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01", ""},
      {"00-00000000000000000000000000000000-00f067aa0ba902b7-01", ""},
      {"00-4bf92f3577b34da6a3ce929d0e0e4736-0000000000000000-01", ""},
      {"00_4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01", ""},
      {std::string(55, '\n'), ""},
  };
  for (const auto& row : rows) EXPECT_EQ(ParseTraceParent(row.header), row.expected) << row.header;
}

}  // namespace
}  // namespace reluserve::rpc
