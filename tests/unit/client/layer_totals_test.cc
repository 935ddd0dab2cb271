// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The reluserve authors

#include "client/layer_totals.h"

#include <string>

#include <google/protobuf/text_format.h>
#include <gtest/gtest.h>

namespace reluserve::client {
namespace {

constexpr TextStyle kAscii{.utf8 = false, .colour = false};

v1::PredictResponse ResponseOf(const std::string& text) {
  v1::PredictResponse response;
  EXPECT_TRUE(google::protobuf::TextFormat::ParseFromString(text, &response)) << text;
  return response;
}

TEST(LayerTotalsTest, AddsUpByLayer) {
  LayerTotals totals;
  EXPECT_TRUE(totals.empty());
  totals.Add(ResponseOf(R"(
    layers { name: "a" operator: "Relu" elements: 100 inactive: 10 }
    layers { name: "b" operator: "Relu" elements: 40 inactive: 40 })"));
  totals.Add(ResponseOf(R"(
    layers { name: "a" operator: "Relu" elements: 300 inactive: 190 }
    layers { name: "c" operator: "PRelu" elements: 8 inactive: 0 })"));
  EXPECT_FALSE(totals.empty());
  EXPECT_EQ(totals.ToTable(kAscii),
            "LAYER  OPERATOR  ELEMENTS  INACTIVE  SPARSITY\n"
            "a      Relu           400       200     50.0%  ##########\n"
            "b      Relu            40        40    100.0%  ####################\n"
            "c      PRelu            8         0      0.0%\n");
}

TEST(LayerTotalsTest, ShowsSaturatedAndNonFiniteWhereThereAreAny) {
  LayerTotals totals;
  totals.Add(ResponseOf(R"(
    layers { name: "a" operator: "Clip" elements: 16 inactive: 4 saturated: 8 non_finite: 1 })"));
  EXPECT_EQ(totals.ToTable(kAscii),
            "LAYER  OPERATOR  ELEMENTS  INACTIVE  SPARSITY  SATURATED  NON-FINITE\n"
            "a      Clip            16         4     25.0%      50.0%           1  #####\n");
}

TEST(LayerTotalsTest, ChannelsAreSilentOnlyWhereNoRequestSawThemActive) {
  LayerTotals totals;
  totals.Add(ResponseOf(R"(
    layers {
      name: "a" operator: "Relu" elements: 40 inactive: 21
      channels { elements_per_channel: 10 inactive: [10, 10, 1, 0] }
    })"));
  totals.Add(ResponseOf(R"(
    layers {
      name: "a" operator: "Relu" elements: 40 inactive: 19
      channels { elements_per_channel: 10 inactive: [10, 9, 0, 0] }
    })"));
  // Shares 1, 0.95, 0.05 and 0: two channels in the last tenth and two in the first.
  EXPECT_EQ(
      totals.ToTable(kAscii),
      "LAYER  OPERATOR  ELEMENTS  INACTIVE  SPARSITY  CHANNELS  SILENT  0 TO 100%\n"
      "a      Relu            80        40     50.0%         4       1  @        @  ##########\n");
}

}  // namespace
}  // namespace reluserve::client
