// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The reluserve authors

#include "tests/conformance/isolate.h"

#include <unistd.h>

#include <cstdlib>
#include <string>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace reluserve::conformance {
namespace {

using ::testing::HasSubstr;
using ::testing::StartsWith;

constexpr int kPlentyOfSeconds = 60;

TEST(IsolateTest, HandsOverTheVerdict) {
  const std::string long_message(200000, 'x');
  const Verdict verdict = RunIsolated(
      [&] {
        return Verdict{.passed = true, .note = "as is", .message = long_message, .vacuous = true};
      },
      kPlentyOfSeconds);
  EXPECT_TRUE(verdict.passed);
  EXPECT_EQ(verdict.note, "as is");
  EXPECT_EQ(verdict.message, long_message);
  EXPECT_TRUE(verdict.vacuous);
}

TEST(IsolateTest, MessagesNeedNotBeUtf8) {
  const Verdict verdict =
      RunIsolated([] { return Verdict{.message = "name \xff"}; }, kPlentyOfSeconds);
  EXPECT_FALSE(verdict.passed);
  EXPECT_THAT(verdict.message, StartsWith("name "));
}

TEST(IsolateTest, ACrashIsAFailure) {
  const Verdict verdict = RunIsolated(
      []() -> Verdict {
        signal(SIGABRT, SIG_DFL);
        std::abort();
      },
      kPlentyOfSeconds);
  EXPECT_FALSE(verdict.passed);
  EXPECT_THAT(verdict.message, HasSubstr("Aborted"));
}

TEST(IsolateTest, AnEarlyEndIsAFailure) {
  const Verdict verdict = RunIsolated([]() -> Verdict { _exit(0); }, kPlentyOfSeconds);
  EXPECT_FALSE(verdict.passed);
  EXPECT_EQ(verdict.message, "ended with code 0 and no verdict");
}

TEST(IsolateTest, AHangIsAFailure) {
  const Verdict verdict = RunIsolated(
      []() -> Verdict {
        while (true) pause();
      },
      1);
  EXPECT_FALSE(verdict.passed);
  EXPECT_EQ(verdict.message, "took longer than 1 s");
}

}  // namespace
}  // namespace reluserve::conformance
