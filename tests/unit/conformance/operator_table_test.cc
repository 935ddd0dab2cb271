// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The reluserve authors

#include "tests/conformance/operator_table.h"

#include <fstream>
#include <iterator>
#include <string>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace reluserve::conformance {
namespace {

TEST(OperatorTableTest, TheReadmeShowsIt) {
  std::ifstream stream(CONFORMANCE_README);
  const std::string readme{std::istreambuf_iterator<char>(stream),
                           std::istreambuf_iterator<char>()};
  EXPECT_THAT(readme, ::testing::HasSubstr(OperatorTableAsMarkdown()))
      << "replace the table in README.md by what conformance_runner --operators prints";
}

}  // namespace
}  // namespace reluserve::conformance
