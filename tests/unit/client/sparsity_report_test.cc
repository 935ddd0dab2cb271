// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The reluserve authors

#include "client/sparsity_report.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "client/sparsity_page.h"

namespace reluserve::client {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;

constexpr TextStyle kPlain;

// One layer of three channels: active, dead, and half active.
v1::SparsityReport SomeReport() {
  v1::SparsityReport report;
  report.set_model_name("m");
  report.mutable_end()->set_seconds(60);
  v1::LayerActivity& layer = *report.add_layers();
  layer.set_name("a,\"b\"<i>");
  layer.set_operator_("Relu");
  layer.set_samples(10);
  layer.set_elements(300);
  layer.set_inactive(150);
  layer.set_min(0.4);
  layer.set_max(0.6);
  layer.set_mean(0.5);
  for (double q : {0.01, 0.05, 0.25, 0.5, 0.75, 0.95, 0.99}) {
    layer.add_quantiles()->set_q(q);
    layer.mutable_quantiles()->rbegin()->set_sparsity(0.4 + 0.2 * q);
  }
  v1::ChannelActivity& channels = *layer.mutable_channels();
  channels.set_samples(10);
  channels.set_elements_per_channel(100);
  for (const auto& [inactive, active_samples] : {std::pair{0, 10}, {100, 0}, {50, 9}}) {
    channels.add_inactive(static_cast<uint64_t>(inactive));
    channels.add_active_samples(static_cast<uint64_t>(active_samples));
  }
  report.mutable_work()->set_macs(1000);
  report.mutable_work()->set_skippable_macs(250);
  return report;
}

TEST(SparsityReportTest, PrintsARowForEachLayer) {
  const std::string text = SparsityText(SomeReport(), kPlain);
  EXPECT_THAT(text, HasSubstr("50.0%  40.0%   50.0%  60.0%"));
  EXPECT_THAT(text, HasSubstr("############"));
  EXPECT_THAT(text, HasSubstr("Skippable: 250 of 1.00 k MACs a sample (25.0%)"));
  EXPECT_THAT(SparsityText({}, kPlain), HasSubstr("No request"));
}

TEST(SparsityReportTest, DrawsChannelsAsAStrip) {
  const std::string text = ChannelStripText(SomeReport().layers(0), kPlain);
  EXPECT_THAT(text, HasSubstr("     0  @x+\n"));
  EXPECT_THAT(text, HasSubstr("never (1)"));
}

TEST(SparsityReportTest, WritesCsvThatSpreadsheetsRead) {
  EXPECT_EQ(SparsityCsv(SomeReport()),
            "layer,channel,samples,active_samples,elements,inactive\r\n"
            "\"a,\"\"b\"\"<i>\",0,10,10,100,0\r\n"
            "\"a,\"\"b\"\"<i>\",1,10,0,100,100\r\n"
            "\"a,\"\"b\"\"<i>\",2,10,9,100,50\r\n");
  v1::SparsityReport by_layer = SomeReport();
  by_layer.mutable_layers(0)->clear_channels();
  EXPECT_THAT(SparsityCsv(by_layer), HasSubstr("\",Relu,10,300,150,0,0,0.4,0.6,0.5,0\r\n"));
}

TEST(SparsityReportTest, GivesJsonWithNumbers) {
  const auto json = ToJson(SomeReport());
  EXPECT_EQ(json["layers"][0]["inactive"], 150);
  EXPECT_EQ(json["layers"][0]["channels"]["active_samples"][2], 9);
  EXPECT_EQ(json["work"]["skippable_macs"], 250);
}

TEST(SparsityReportTest, SaysWhichChannelsAreDeadAndWhichLayersDrift) {
  v1::ListDeadChannelsResponse dead;
  v1::QuietChannel& channel = *dead.add_channels();
  channel.set_layer("l");
  channel.set_channel(5);
  channel.set_dead(true);
  channel.set_samples(200);
  v1::LayerChannels& judged = *dead.add_layers();
  judged.set_judged(true);
  judged.set_channels(8);
  judged.set_dead(1);
  dead.add_layers();
  EXPECT_THAT(DeadChannelsText(dead, kPlain), HasSubstr("1 dead and 0 rarely active of 8"));
  EXPECT_THAT(DeadChannelsText(dead, kPlain), HasSubstr("1 layers have too few samples"));

  v1::GetDriftResponse drift;
  v1::LayerDrift& moved = *drift.add_layers();
  moved.set_name("l");
  moved.set_measured(true);
  moved.set_drifting(true);
  moved.set_distance(0.75);
  EXPECT_THAT(DriftText(drift, kPlain), HasSubstr("drifts     0.750"));
  EXPECT_THAT(DriftText(drift, kPlain), HasSubstr("1 of 1 layers drift."));
}

TEST(SparsityPageTest, StandsAloneAndShowsNamesAsText) {
  SparsityPageData data;
  data.report = SomeReport();
  for (int i = 0; i < 512; ++i) data.report.mutable_layers(0)->add_distribution(i == 256 ? 10 : 0);
  const std::string page = SparsityPage(data);
  EXPECT_THAT(page, HasSubstr("a,&quot;b&quot;&lt;i&gt;"));
  EXPECT_THAT(page, Not(HasSubstr("<i>")));
  EXPECT_THAT(page, Not(HasSubstr("http")));
  EXPECT_THAT(page, HasSubstr("Skippable work"));
  EXPECT_THAT(page, Not(HasSubstr("<h2>Drift</h2>"))) << "there is no baseline";
  EXPECT_THAT(SparsityPage({}), HasSubstr("No request was computed"));
}

}  // namespace
}  // namespace reluserve::client
