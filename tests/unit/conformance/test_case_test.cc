// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The reluserve authors

#include "tests/conformance/test_case.h"

#include <gtest/gtest.h>

#include "tests/support/temp_dir.h"

namespace reluserve::conformance {
namespace {

using test_support::TempDir;

TEST(TestCaseTest, FollowsTheManifest) {
  const TempDir dir;
  dir.Write("node/b/model.onnx", "");
  dir.Write("node/a/model.onnx", "");
  dir.Write("node/a/test_data_set_0/input_0.pb", "");
  dir.Write("node/a/test_data_set_1/input_0.pb", "");
  dir.Write("node/unlisted/model.onnx", "");
  dir.Write("MANIFEST.tsv",
            "category\tname\ttier\trtol\tatol\n"
            "node\tb\t1\t0.5\t0.25\n"
            "node\ta\t1\t1e-3\t1e-6\n");
  const auto cases = FindCases(dir.path());
  ASSERT_TRUE(cases.ok()) << cases.status();
  ASSERT_EQ(cases->size(), 2u);
  EXPECT_EQ((*cases)[0].id(), "node/b");
  EXPECT_EQ((*cases)[0].relative_tolerance, 0.5);
  EXPECT_EQ((*cases)[0].absolute_tolerance, 0.25);
  EXPECT_EQ((*cases)[1].id(), "node/a");
  EXPECT_EQ((*cases)[1].DataSets().size(), 2u);
}

TEST(TestCaseTest, FindsCasesWithoutAManifest) {
  const TempDir dir;
  dir.Write("node/test_b/model.onnx", "");
  dir.Write("node/test_a/model.onnx", "");
  dir.Write("simple/test_c/model.onnx", "");
  dir.Write("node/no_model/readme", "");
  const auto cases = FindCases(dir.path());
  ASSERT_TRUE(cases.ok()) << cases.status();
  ASSERT_EQ(cases->size(), 3u);
  EXPECT_EQ((*cases)[0].id(), "node/test_a");
  EXPECT_EQ((*cases)[1].id(), "node/test_b");
  EXPECT_EQ((*cases)[2].id(), "simple/test_c");
}

TEST(TestCaseTest, RefusesAManifestThatDoesNotFit) {
  const TempDir dir;
  dir.Write("node/a/model.onnx", "");
  const std::string header = "category\tname\trtol\tatol\n";
  for (const std::string& content :
       {std::string(), std::string("category\tname\n"), header + "node\ta\n",
        header + "node\ta\tmuch\t0\n", header + "node\tmissing\t0\t0\n"}) {
    dir.Write("MANIFEST.tsv", content);
    EXPECT_EQ(FindCases(dir.path()).status().code(), absl::StatusCode::kInvalidArgument) << content;
  }
}

TEST(TestCaseTest, NoCasesIsAnError) {
  const TempDir dir;
  EXPECT_EQ(FindCases(dir.path()).status().code(), absl::StatusCode::kNotFound);
  EXPECT_EQ(FindCases(dir.path() / "missing").status().code(), absl::StatusCode::kNotFound);
}

}  // namespace
}  // namespace reluserve::conformance
