// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The reluserve authors

#include "server/image/decode.h"

#include <png.h>
#include <turbojpeg.h>

#include <cstdlib>
#include <string>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace reluserve::image {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;

// A PNG file of 8-bit pixels in one of libpng's formats.
std::string Png(png_uint_32 format, int width, int height, const std::vector<uint8_t>& pixels) {
  png_image image = {};
  image.version = PNG_IMAGE_VERSION;
  image.format = format;
  image.width = static_cast<png_uint_32>(width);
  image.height = static_cast<png_uint_32>(height);
  png_alloc_size_t bytes = 0;
  EXPECT_NE(png_image_write_to_memory(&image, nullptr, &bytes, 0, pixels.data(), 0, nullptr), 0);
  std::string file(bytes, '\0');
  EXPECT_NE(png_image_write_to_memory(&image, file.data(), &bytes, 0, pixels.data(), 0, nullptr),
            0);
  file.resize(bytes);
  return file;
}

std::string Jpeg(int format, int subsampling, int width, int height,
                 const std::vector<uint8_t>& pixels) {
  const tjhandle encoder = tjInitCompress();
  unsigned char* bytes = nullptr;
  unsigned long size = 0;
  EXPECT_EQ(tjCompress2(encoder, pixels.data(), width, 0, height, format, &bytes, &size,
                        subsampling, /*jpegQual=*/100, TJFLAG_ACCURATEDCT),
            0);
  std::string file(reinterpret_cast<char*>(bytes), size);
  tjFree(bytes);
  tjDestroy(encoder);
  return file;
}

// Smooth, so that JPEG keeps it nearly as it is.
std::vector<uint8_t> Gradient(int width, int height, int channels) {
  std::vector<uint8_t> pixels;
  for (int y = 0; y < height; ++y) {
    for (int x = 0; x < width; ++x) {
      for (int c = 0; c < channels; ++c) {
        pixels.push_back(static_cast<uint8_t>(40 + 4 * x + 3 * y + 20 * c));
      }
    }
  }
  return pixels;
}

TEST(DecodeTest, DecodesPngToTheByte) {
  const std::vector<uint8_t> colour = Gradient(5, 3, 3);
  const auto image = DecodeImage(Png(PNG_FORMAT_RGB, 5, 3, colour));
  ASSERT_TRUE(image.ok()) << image.status();
  EXPECT_EQ(image->width, 5);
  EXPECT_EQ(image->height, 3);
  EXPECT_EQ(image->channels, 3);
  EXPECT_EQ(image->pixels, colour);

  const std::vector<uint8_t> grey = Gradient(5, 3, 1);
  const auto grey_image = DecodeImage(Png(PNG_FORMAT_GRAY, 5, 3, grey));
  ASSERT_TRUE(grey_image.ok()) << grey_image.status();
  EXPECT_EQ(grey_image->channels, 1);
  EXPECT_EQ(grey_image->pixels, grey);
}

TEST(DecodeTest, LaysTransparentPixelsOverBlack) {
  const auto image = DecodeImage(Png(PNG_FORMAT_RGBA, 2, 1, {200, 100, 50, 255, 200, 100, 50, 0}));
  ASSERT_TRUE(image.ok()) << image.status();
  EXPECT_EQ(image->channels, 3);
  EXPECT_THAT(image->pixels, ElementsAre(200, 100, 50, 0, 0, 0));
}

TEST(DecodeTest, DecodesJpegNearly) {
  struct Case {
    int format;
    int subsampling;
    int channels;
  };
  for (const Case& each : {Case{TJPF_RGB, TJSAMP_444, 3}, Case{TJPF_RGB, TJSAMP_420, 3},
                           Case{TJPF_GRAY, TJSAMP_GRAY, 1}}) {
    const std::vector<uint8_t> pixels = Gradient(17, 9, each.channels);
    const auto image = DecodeImage(Jpeg(each.format, each.subsampling, 17, 9, pixels));
    ASSERT_TRUE(image.ok()) << image.status();
    EXPECT_EQ(image->width, 17);
    EXPECT_EQ(image->height, 9);
    ASSERT_EQ(image->channels, each.channels);
    ASSERT_EQ(image->pixels.size(), pixels.size());
    for (size_t i = 0; i < pixels.size(); ++i) {
      ASSERT_LE(std::abs(image->pixels[i] - pixels[i]), 4) << "at " << i;
    }
  }
}

TEST(DecodeTest, RefusesWhatIsNoImage) {
  const auto empty = DecodeImage("");
  EXPECT_EQ(empty.status().code(), absl::StatusCode::kInvalidArgument);
  EXPECT_THAT(std::string(empty.status().message()), HasSubstr("starts with nothing"));
  const auto gif = DecodeImage("GIF89a");
  EXPECT_EQ(gif.status(),
            absl::InvalidArgumentError(
                "image of 6 bytes is neither PNG nor JPEG; it starts with 47 49 46 38 39 61"));
}

TEST(DecodeTest, RefusesFilesThatAreCutShort) {
  const std::string png = Png(PNG_FORMAT_RGB, 16, 16, Gradient(16, 16, 3));
  const std::string jpeg = Jpeg(TJPF_RGB, TJSAMP_444, 16, 16, Gradient(16, 16, 3));
  for (const std::string& file : {png, jpeg}) {
    // The last cut is into the last pixels: a PNG's end marker alone is not missed.
    for (const size_t bytes : {size_t{8}, size_t{30}, file.size() / 2, file.size() - 24}) {
      EXPECT_EQ(DecodeImage(file.substr(0, bytes)).status().code(),
                absl::StatusCode::kInvalidArgument)
          << bytes << " of " << file.size();
    }
  }
}

TEST(DecodeTest, RefusesSizesBeforeTakingMemory) {
  const auto wide = DecodeImage(Png(PNG_FORMAT_GRAY, 8193, 1, std::vector<uint8_t>(8193)));
  EXPECT_EQ(wide.status().code(), absl::StatusCode::kInvalidArgument);
  EXPECT_THAT(std::string(wide.status().message()),
              HasSubstr("image has 8193x1 pixels, expected at most 8192 on a side"));
  EXPECT_TRUE(DecodeImage(Png(PNG_FORMAT_GRAY, 8192, 1, std::vector<uint8_t>(8192))).ok());
  // A JPEG's header can be changed without a checksum: height and width follow its marker.
  std::string jpeg = Jpeg(TJPF_GRAY, TJSAMP_GRAY, 16, 16, Gradient(16, 16, 1));
  const size_t marker = jpeg.find("\xff\xc0");
  ASSERT_NE(marker, std::string::npos);
  for (size_t i = 5; i < 9; ++i) jpeg[marker + i] = '\x7f';
  const auto huge = DecodeImage(jpeg);
  EXPECT_THAT(std::string(huge.status().message()), HasSubstr("image has 32639x32639 pixels"));
}

}  // namespace
}  // namespace reluserve::image
