// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The reluserve authors

#include "server/engine/layout.h"

#include <gtest/gtest.h>

namespace reluserve::engine {
namespace {

using compat::Desc;
using Tag = dnnl::memory::format_tag;

Desc Floats(const compat::Dims& dims, Tag tag) {
  return Desc(dims, dnnl::memory::data_type::f32, tag);
}

TEST(LayoutTest, KnowsWhatLiesPlain) {
  EXPECT_TRUE(LiesPlain(PlainDesc(DataType::kFloat32, {2, 3, 4, 5})));
  EXPECT_FALSE(LiesPlain(Floats({2, 16, 4, 5}, Tag::nChw8c)));
  EXPECT_FALSE(LiesPlain(Floats({2, 3, 4, 5}, Tag::nhwc)));
  // One position, so the blocks follow each other as the channels do.
  EXPECT_TRUE(LiesPlain(Floats({2, 16, 1, 1}, Tag::nChw8c)));
  EXPECT_TRUE(LiesPlain(Floats({2, 3, 1, 1}, Tag::nhwc)));
  // Padding comes between the samples.
  EXPECT_FALSE(LiesPlain(Floats({2, 12, 1, 1}, Tag::nChw8c)));
}

TEST(LayoutTest, FindsTheChannelBlock) {
  EXPECT_EQ(ChannelBlock(Floats({2, 16, 4, 5}, Tag::nChw8c)), 8);
  EXPECT_EQ(ChannelBlock(Floats({2, 3, 4}, Tag::nCw16c)), 16);
  EXPECT_EQ(ChannelBlock(Floats({2, 16, 4, 5}, Tag::nchw)), std::nullopt);
  EXPECT_EQ(ChannelBlock(Floats({16, 16, 4, 5}, Tag::NChw16n16c)), std::nullopt);
}

TEST(LayoutTest, CountsInPlaceWhereItCan) {
  const auto planar = CountingLayout(Floats({2, 3, 4, 5}, Tag::nchw));
  ASSERT_TRUE(planar);
  EXPECT_EQ(planar->samples, 2);
  EXPECT_EQ(planar->channels, 3);
  EXPECT_EQ(planar->positions, 20);
  EXPECT_EQ(planar->block, 1);
  EXPECT_EQ(CountingLayout(Floats({2, 3, 4, 5}, Tag::nChw8c))->block, 8);
  EXPECT_EQ(CountingLayout(Floats({2, 3, 4, 5}, Tag::nhwc))->block, 3);
  EXPECT_EQ(CountingLayout(Floats({2, 10}, Tag::nc))->block, 10);
  EXPECT_EQ(CountingLayout(Floats({7}, Tag::x))->samples, 7);
  EXPECT_FALSE(CountingLayout(Floats({16, 16, 4, 5}, Tag::NChw16n16c)));
  // Positions in another order than row-major would still count right by channel, but are not
  // known.
  EXPECT_FALSE(CountingLayout(Floats({2, 3, 4, 5}, Tag::abdc)));
}

TEST(LayoutTest, Names) {
  EXPECT_EQ(LayoutName(Floats({2, 3, 4, 5}, Tag::nchw)), "abcd");
  EXPECT_EQ(LayoutName(Floats({2, 16, 4, 5}, Tag::nChw8c)), "aBcd8b");
  EXPECT_EQ(LayoutName(Floats({2, 3, 4, 5}, Tag::nhwc)), "acdb");
}

}  // namespace
}  // namespace reluserve::engine
