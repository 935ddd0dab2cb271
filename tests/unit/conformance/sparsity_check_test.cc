// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The reluserve authors

#include "tests/conformance/sparsity_check.h"

#include <vector>

#include <gtest/gtest.h>

#include "tests/support/temp_dir.h"

namespace reluserve::conformance {
namespace {

sparsity::Trace TraceOf(uint32_t inactive, int64_t positions) {
  sparsity::LayerCounts counts;
  counts.samples = 1;
  counts.channels = 1;
  counts.positions = positions;
  counts.inactive = {inactive};
  counts.saturated = {0};
  counts.non_finite = {0};
  return {.layers = {counts}};
}

struct Row {
  const char* what;
  LayerReference expected;
  uint32_t inactive;
  const char* difference;
};

class SparsityCheckTest : public ::testing::TestWithParam<Row> {};

TEST_P(SparsityCheckTest, GivesTheRow) {
  const Row& row = GetParam();
  const std::vector<sparsity::LayerInfo> layers = {
      {.name = "relu1", .op_type = "Relu", .rule = {}}};
  EXPECT_EQ(DifferenceOf({row.expected}, layers, TraceOf(row.inactive, 100000)), row.difference)
      << row.what;
}

INSTANTIATE_TEST_SUITE_P(
    Rows, SparsityCheckTest,
    ::testing::Values(
        Row{"equal", {"relu1", "y", 500, 100000}, 500, ""},
        Row{"a ten-thousandth more", {"relu1", "y", 500, 100000}, 510, ""},
        Row{"more than that",
            {"relu1", "y", 500, 100000},
            511,
            "layer \"relu1\": 511 of 100000 elements inactive, expected 500"},
        Row{"known by its output", {"", "relu1", 500, 100000}, 500, ""},
        Row{"other size",
            {"relu1", "y", 500, 1000},
            500,
            "layer \"relu1\": 100000 elements, expected 1000"},
        Row{"not there", {"relu2", "y", 500, 100000}, 500, "no activation layer \"relu2\""}));

TEST(SparsityReferenceTest, ReadsTheFile) {
  const test_support::TempDir dir;
  const auto reference = ReadSparsityReference(dir.Write(
      "sparsity.json",
      R"({"model": "m", "sets": {"test_data_set_0": [{"node": "", "output": "r", "zeros": 3,
          "total": 9, "shape": [9]}], "test_data_set_1": []}})"));
  ASSERT_TRUE(reference.ok()) << reference.status();
  const std::vector<LayerReference>& layers = reference->at("test_data_set_0");
  ASSERT_EQ(layers.size(), 1u);
  EXPECT_EQ(layers[0].node, "");
  EXPECT_EQ(layers[0].output, "r");
  EXPECT_EQ(layers[0].zeros, 3);
  EXPECT_EQ(layers[0].total, 9);
}

TEST(SparsityReferenceTest, RefusesWhatItIsNot) {
  const test_support::TempDir dir;
  for (const char* content : {"", "{", "{}", R"({"sets": {"s": [{"node": ""}]}})"}) {
    EXPECT_EQ(ReadSparsityReference(dir.Write("sparsity.json", content)).status().code(),
              absl::StatusCode::kInvalidArgument)
        << content;
  }
}

}  // namespace
}  // namespace reluserve::conformance
