// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The reluserve authors

#include "server/image/preprocess.h"

#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace reluserve::image {
namespace {

using testing::ElementsAre;
using testing::FloatEq;
using testing::Pointwise;
using Resize = Preprocessing::Resize;

std::vector<float> Preprocessed(const Image& image, Preprocessing how) {
  std::vector<float> target(static_cast<size_t>(how.channels * how.height * how.width), -1.0f);
  Preprocess(image, how, target.data());
  return target;
}

// Without arithmetic on the bytes.
Preprocessing Bytes(int channels, int height, int width) {
  Preprocessing how;
  how.channels = channels;
  how.height = height;
  how.width = width;
  how.scale = 1.0f;
  return how;
}

// Two pixels: red 10, green 20, blue 30, and 40, 50, 60.
const Image kColour = {2, 1, 3, {10, 20, 30, 40, 50, 60}};

TEST(PreprocessTest, KeepsTheBytesOfAPictureOfTheRightSize) {
  Image image = {16, 16, 1, {}};
  std::vector<float> expected;
  for (int i = 0; i < 256; ++i) {
    image.pixels.push_back(static_cast<uint8_t>(i));
    expected.push_back(static_cast<float>(i) * (1.0f / 255.0f));
  }
  Preprocessing how;
  how.channels = 1;
  how.height = how.width = 16;
  for (const Resize resize : {Resize::kStretch, Resize::kCrop, Resize::kPad}) {
    how.resize = resize;
    EXPECT_EQ(Preprocessed(image, how), expected);
  }
}

TEST(PreprocessTest, PutsChannelsWhereTheModelHasThem) {
  Preprocessing how = Bytes(3, 1, 2);
  EXPECT_THAT(Preprocessed(kColour, how), ElementsAre(10, 40, 20, 50, 30, 60));
  how.bgr = true;
  EXPECT_THAT(Preprocessed(kColour, how), ElementsAre(30, 60, 20, 50, 10, 40));
  how.planar = false;
  EXPECT_THAT(Preprocessed(kColour, how), ElementsAre(30, 20, 10, 60, 50, 40));
  how.bgr = false;
  EXPECT_THAT(Preprocessed(kColour, how), ElementsAre(10, 20, 30, 40, 50, 60));
}

TEST(PreprocessTest, TurnsColourToGreyAndGreyToColour) {
  EXPECT_THAT(Preprocessed(kColour, Bytes(1, 1, 2)),
              ElementsAre(FloatEq(0.299f * 10 + 0.587f * 20 + 0.114f * 30),
                          FloatEq(0.299f * 40 + 0.587f * 50 + 0.114f * 60)));
  EXPECT_THAT(Preprocessed({2, 1, 1, {7, 9}}, Bytes(3, 1, 2)), ElementsAre(7, 9, 7, 9, 7, 9));
}

TEST(PreprocessTest, ScalesSubtractsAndDividesByChannelOfTheInput) {
  Preprocessing how = Bytes(3, 1, 2);
  how.bgr = true;
  how.scale = 0.5f;
  how.mean = {1, 2, 3};
  how.deviation = {2, 4, 8};
  EXPECT_THAT(Preprocessed(kColour, how),
              Pointwise(FloatEq(), {(15.0f - 1) / 2, (30.0f - 1) / 2, (10.0f - 2) / 4,
                                    (25.0f - 2) / 4, (5.0f - 3) / 8, (20.0f - 3) / 8}));
}

TEST(PreprocessTest, SamplesBilinearlyBetweenPixelCentres) {
  const Image row = {2, 1, 1, {0, 100}};
  EXPECT_THAT(Preprocessed(row, Bytes(1, 1, 4)),
              Pointwise(FloatEq(), std::vector<float>{0, 25, 75, 100}));
  EXPECT_THAT(Preprocessed(row, Bytes(1, 1, 1)), ElementsAre(50));
  const Image square = {2, 2, 1, {0, 40, 80, 120}};
  EXPECT_THAT(Preprocessed(square, Bytes(1, 1, 1)), ElementsAre(60));
}

// Wide 4 x 2, brought to a square of 2.
const Image kWide = {4, 2, 1, {1, 2, 3, 4, 5, 6, 7, 8}};

TEST(PreprocessTest, CropsTheMiddle) {
  Preprocessing how = Bytes(1, 2, 2);
  how.resize = Resize::kCrop;
  EXPECT_THAT(Preprocessed(kWide, how), ElementsAre(2, 3, 6, 7));
  // The shorter side at twice its size, of which the middle quarter is taken.
  how.shorter_side = 4;
  EXPECT_THAT(Preprocessed(kWide, how),
              Pointwise(FloatEq(), std::vector<float>{3.25, 3.75, 5.25, 5.75}));
  // At half its size the picture is 2 x 1: black above and below.
  how.shorter_side = 1;
  how.height = 3;
  EXPECT_THAT(Preprocessed(kWide, how), ElementsAre(0, 0, 3.5, 5.5, 0, 0));
}

TEST(PreprocessTest, PadsWithBlack) {
  Preprocessing how = Bytes(1, 4, 4);
  how.resize = Resize::kPad;
  EXPECT_THAT(Preprocessed(kWide, how),
              ElementsAre(0, 0, 0, 0, 1, 2, 3, 4, 5, 6, 7, 8, 0, 0, 0, 0));
  // Black is a colour, and normalised as such.
  how.mean = {1, 1, 1};
  EXPECT_EQ(Preprocessed(kWide, how)[0], -1.0f);
}

}  // namespace
}  // namespace reluserve::image
