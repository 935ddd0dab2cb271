// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The reluserve authors

#include "server/repository/poller.h"

#include <absl/synchronization/notification.h>
#include <gtest/gtest.h>

namespace reluserve::repository {
namespace {

TEST(PollerTest, CallsAgainAndAgainUntilItGoes) {
  absl::Notification third;
  int calls = 0;
  {
    const Poller poller(
        [&] {
          if (++calls == 3) third.Notify();
        },
        absl::Microseconds(1));
    third.WaitForNotification();
  }
  const int at_the_end = calls;
  EXPECT_GE(at_the_end, 3);
}

TEST(PollerTest, DoesNotWaitOutItsInterval) {
  bool called = false;
  {
    const Poller poller([&] { called = true; }, absl::InfiniteDuration());
  }
  EXPECT_FALSE(called);
}

}  // namespace
}  // namespace reluserve::repository
