// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The reluserve authors

#include "tests/conformance/skip_list.h"

#include <gtest/gtest.h>

#include "tests/support/temp_dir.h"

namespace reluserve::conformance {
namespace {

TEST(SkipListTest, MatchesNamesAndOperators) {
  const test_support::TempDir dir;
  SkipList list;
  ASSERT_TRUE(list.Add(dir.Write("skips.tsv",
                                 "# what\twhy\n"
                                 "\n"
                                 "node/test_*_float16\thalf precision\n"))
                  .ok());
  ASSERT_TRUE(list.Add(dir.Write("more.tsv", "op:LSTM\trecurrent\n")).ok());
  EXPECT_EQ(list.ReasonFor("node/test_max_float16", {"Max"}), "half precision");
  EXPECT_EQ(list.ReasonFor("node/test_max_float32", {"Max"}), "");
  EXPECT_EQ(list.ReasonFor("real/tagger", {"Gemm", "LSTM"}), "recurrent");
}

TEST(SkipListTest, EverySkipNeedsAReason) {
  const test_support::TempDir dir;
  SkipList list;
  EXPECT_TRUE(absl::IsInvalidArgument(list.Add(dir.Write("a.tsv", "node/test_relu\n"))));
  EXPECT_TRUE(absl::IsInvalidArgument(list.Add(dir.Write("b.tsv", "node/test_relu\t\n"))));
  EXPECT_TRUE(absl::IsNotFound(list.Add(dir.path() / "none.tsv")));
}

}  // namespace
}  // namespace reluserve::conformance
