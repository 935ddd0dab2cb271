// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The reluserve authors

#include "server/onnx/names.h"

#include <string>

#include <gtest/gtest.h>

namespace reluserve::onnx_import {
namespace {

TEST(NamesTest, CleanNamesAreUtf8WithoutControlCharacters) {
  const struct {
    const char* what;
    std::string name;
    bool clean;
  } rows[] = {
      {"empty", "", true},
      {"as exporters make them", "gpu_0/data_0:0", true},
      {"two, three and four bytes", "\xc3\xa9\xe2\x82\xac\xf0\x9f\x98\x80", true},
      {"largest code point", "\xf4\x8f\xbf\xbf", true},
      {"longest", std::string(kMaxNameBytes, 'x'), true},
      {"too long", std::string(kMaxNameBytes + 1, 'x'), false},
      {"line end", "a\nb", false},
      {"zero byte", std::string("a\0b", 3), false},
      {"delete", "a\x7f", false},
      {"stray continuation", "\x80", false},
      {"cut short", "a\xe2\x82", false},
      {"wrong continuation", "\xc3(", false},
      {"overlong", "\xc0\xaf", false},
      {"overlong, three bytes", "\xe0\x80\xaf", false},
      {"surrogate", "\xed\xa0\x80", false},
      {"beyond the largest code point", "\xf4\x90\x80\x80", false},
      {"no lead byte", "\xff", false},
  };
  for (const auto& row : rows) {
    EXPECT_EQ(IsCleanName(row.name), row.clean) << row.what;
    EXPECT_EQ(CheckName("a node", row.name).ok(), row.clean) << row.what;
  }
}

TEST(NamesTest, ErrorsSayWhatIsWrong) {
  EXPECT_EQ(CheckName("a node", std::string(2000, 'x')).message(),
            "the name of a node has 2000 bytes, at most 1024 are allowed");
  EXPECT_EQ(CheckName("a node", "\n").message(),
            "the name of a node is not UTF-8 text without control characters");
  EXPECT_EQ(WithSubject(absl::InternalError("has no shape"), "input", "x"),
            absl::InternalError("input \"x\" has no shape"));
}

}  // namespace
}  // namespace reluserve::onnx_import
