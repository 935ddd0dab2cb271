// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The reluserve authors

#include "client/load/endpoint_picker.h"

#include <map>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/unit/client/load/simulation.h"

namespace reluserve::load {
namespace {

using ::testing::ElementsAre;

std::vector<int> PickMany(EndpointPicker& picker, Nanoseconds now, int count) {
  std::vector<int> picks;
  for (int i = 0; i < count; ++i) picks.push_back(picker.Pick(now));
  return picks;
}

TEST(EndpointPickerTest, TakesTurns) {
  EndpointPicker picker(3, seconds(1));
  EXPECT_THAT(PickMany(picker, seconds(0), 7), ElementsAre(0, 1, 2, 0, 1, 2, 0));
  EndpointPicker single(1, seconds(1));
  EXPECT_THAT(PickMany(single, seconds(0), 2), ElementsAre(0, 0));
}

TEST(EndpointPickerTest, TheOthersShareTheTurnsOfOneThatRests) {
  EndpointPicker picker(4, seconds(1));
  picker.OnUnavailable(1, seconds(10));
  std::map<int, int> picks;
  for (const int pick : PickMany(picker, milliseconds(10999), 300)) ++picks[pick];
  EXPECT_THAT(picks, ElementsAre(std::pair(0, 100), std::pair(2, 100), std::pair(3, 100)));
  EXPECT_EQ(picker.Pick(seconds(11)), 1);
  picks.clear();
  for (const int pick : PickMany(picker, seconds(11), 400)) ++picks[pick];
  EXPECT_THAT(picks, ElementsAre(std::pair(0, 100), std::pair(1, 100), std::pair(2, 100),
                                 std::pair(3, 100)));
}

TEST(EndpointPickerTest, OneHasToBeTakenWhereAllRest) {
  EndpointPicker picker(2, seconds(1));
  picker.OnUnavailable(0, seconds(0));
  picker.OnUnavailable(1, seconds(0));
  EXPECT_THAT(PickMany(picker, milliseconds(1), 4), ElementsAre(0, 1, 0, 1));
}

TEST(EndpointPickerTest, AvoidsWhereTheLastAttemptFailed) {
  EndpointPicker picker(2, seconds(1));
  EXPECT_EQ(picker.Pick(seconds(0)), 0);
  EXPECT_EQ(picker.Pick(seconds(0), 1), 0);
  // Even where the other one rests.
  picker.OnUnavailable(1, seconds(0));
  EXPECT_EQ(picker.Pick(seconds(0), 0), 1);
  EndpointPicker single(1, seconds(1));
  EXPECT_EQ(single.Pick(seconds(0), 0), 0);
}

}  // namespace
}  // namespace reluserve::load
