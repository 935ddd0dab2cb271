// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The reluserve authors

#include "tests/conformance/skip_list.h"

#include <gtest/gtest.h>

#include "tests/support/temp_dir.h"

namespace reluserve::conformance {
namespace {

TEST(SkipListTest, MatchesNamesAndOperators) {
  const test_support::TempDir dir;
  const auto list = SkipList::Read(dir.Write("skips.tsv",
                                             "# what\twhy\n"
                                             "\n"
                                             "node/test_*_float16\thalf precision\n"
                                             "op:LSTM\trecurrent\n"));
  ASSERT_TRUE(list.ok()) << list.status();
  EXPECT_EQ(list->ReasonFor("node/test_max_float16", {"Max"}), "half precision");
  EXPECT_EQ(list->ReasonFor("node/test_max_float32", {"Max"}), "");
  EXPECT_EQ(list->ReasonFor("real/tagger", {"Gemm", "LSTM"}), "recurrent");
}

TEST(SkipListTest, EverySkipNeedsAReason) {
  const test_support::TempDir dir;
  EXPECT_EQ(SkipList::Read(dir.Write("a.tsv", "node/test_relu\n")).status().code(),
            absl::StatusCode::kInvalidArgument);
  EXPECT_EQ(SkipList::Read(dir.Write("b.tsv", "node/test_relu\t\n")).status().code(),
            absl::StatusCode::kInvalidArgument);
  EXPECT_EQ(SkipList::Read(dir.path() / "none.tsv").status().code(), absl::StatusCode::kNotFound);
}

}  // namespace
}  // namespace reluserve::conformance
