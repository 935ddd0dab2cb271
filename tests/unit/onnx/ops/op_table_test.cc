// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The reluserve authors

#include "server/onnx/ops/op_table.h"

#include <algorithm>
#include <map>
#include <string>

#include <gtest/gtest.h>

namespace reluserve::onnx_import {
namespace {

TEST(OpTableTest, RowsOfAnOperatorFollowEachOtherWithoutGapOrOverlap) {
  std::map<std::string, const OpRow*> previous;
  for (const OpRow& row : OpTable()) {
    const std::string key = std::string(row.domain) + ":" + std::string(row.name);
    EXPECT_LE(row.first_opset, row.last_opset) << key;
    EXPECT_LE(row.last_opset, kNewestOpset) << key;
    if (const OpRow*& before = previous[key]; before != nullptr) {
      EXPECT_EQ(row.first_opset, before->last_opset + 1) << key;
      // Rows of one operator stand together.
      EXPECT_EQ(&row, before + 1) << key;
    }
    previous[key] = &row;
  }
  // The operators that every convolutional network needs, and an idea of the table's size.
  EXPECT_GT(previous.size(), 130u);
  for (const char* name : {":Conv", ":Relu", ":Gemm", ":MaxPool", "com.microsoft:QLinearAdd"}) {
    EXPECT_TRUE(previous.contains(name)) << name;
  }
}

TEST(OpTableTest, AttributesAreSortedNames) {
  for (const OpRow& row : OpTable()) {
    std::vector<std::string> names;
    for (std::string_view rest = row.attributes; !rest.empty();) {
      const std::string_view name = rest.substr(0, rest.find(' '));
      EXPECT_FALSE(name.empty()) << row.name << ": \"" << row.attributes << "\"";
      names.emplace_back(name.substr(0, name.find('!')));
      rest.remove_prefix(std::min(rest.size(), name.size() + 1));
    }
    EXPECT_TRUE(std::is_sorted(names.begin(), names.end())) << row.name;
    EXPECT_EQ(std::adjacent_find(names.begin(), names.end()), names.end()) << row.name;
    EXPECT_LE(row.inputs.min, row.inputs.max) << row.name;
    EXPECT_GE(row.outputs.min, 1) << row.name;
    EXPECT_NE(row.import, nullptr) << row.name;
  }
}

}  // namespace
}  // namespace reluserve::onnx_import
