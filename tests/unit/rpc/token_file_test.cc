// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The reluserve authors

#include "server/rpc/token_file.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/support/temp_dir.h"

namespace reluserve::rpc {
namespace {

using testing::HasSubstr;

class TokenFileTest : public ::testing::Test {
 protected:
  absl::StatusOr<std::unique_ptr<TokenFile>> Open(const std::string& content) {
    return TokenFile::Open(directory_.Write("tokens", content), [this] { return now_; });
  }

  // Looked at again only after a second.
  void Wait() { now_ += absl::Seconds(2); }

  test_support::TempDir directory_;
  absl::Time now_ = absl::FromUnixSeconds(1000);
};

TEST_F(TokenFileTest, KnowsTokensALine) {
  const auto file = Open("# people\nalpha\n\n  beta gamma \t\r\n#delta\nepsilon");
  ASSERT_TRUE(file.ok()) << file.status();
  for (const char* token : {"alpha", "beta gamma", "epsilon"}) {
    EXPECT_TRUE((*file)->Contains(token)) << token;
  }
  for (const char* token : {"", "alph", "alphaa", "Alpha", "beta", "delta", "#delta", "# people"}) {
    EXPECT_FALSE((*file)->Contains(token)) << token;
  }
}

TEST_F(TokenFileTest, RefusesAFileWithoutTokens) {
  const auto empty = Open("# nothing yet\n\n");
  EXPECT_TRUE(absl::IsInvalidArgument(empty.status())) << empty.status();
  EXPECT_THAT(std::string(empty.status().message()), HasSubstr("holds no token"));
  EXPECT_TRUE(absl::IsInvalidArgument(Open(std::string((1 << 20) + 1, 'x')).status()));
  const auto missing = TokenFile::Open(directory_.path() / "missing");
  EXPECT_TRUE(absl::IsNotFound(missing.status())) << missing.status();
}

TEST_F(TokenFileTest, TakesUpChanges) {
  const auto file = Open("old\n").value();
  directory_.Write("tokens", "brand new\n");
  EXPECT_TRUE(file->Contains("old")) << "looked again within a second";
  Wait();
  EXPECT_FALSE(file->Contains("old"));
  EXPECT_TRUE(file->Contains("brand new"));
}

TEST_F(TokenFileTest, KeepsTheTokensOfAFileThatBreaks) {
  const auto file = Open("good\n").value();
  directory_.Write("tokens", "");
  Wait();
  EXPECT_TRUE(file->Contains("good"));
  EXPECT_FALSE(file->Contains(""));
  std::filesystem::remove(directory_.path() / "tokens");
  Wait();
  EXPECT_TRUE(file->Contains("good"));
  directory_.Write("tokens", "another\n");
  Wait();
  EXPECT_TRUE(file->Contains("another"));
  EXPECT_FALSE(file->Contains("good"));
}

}  // namespace
}  // namespace reluserve::rpc
