// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The reluserve authors

#include "server/image/decode.h"

#include <png.h>
#include <turbojpeg.h>

#include <algorithm>
#include <memory>
#include <string>

#include "server/base/status.h"

namespace reluserve::image {
namespace {

constexpr int64_t kMaxSide = 8192;
constexpr int64_t kMaxPixels = int64_t{64} << 20;

constexpr std::string_view kPngSignature = "\x89PNG\r\n\x1a\n";
constexpr std::string_view kJpegSignature = "\xff\xd8\xff";

absl::Status CheckSize(int64_t width, int64_t height) {
  if (width >= 1 && height >= 1 && width <= kMaxSide && height <= kMaxSide &&
      width * height <= kMaxPixels) {
    return absl::OkStatus();
  }
  return InvalidArgument("image has {}x{} pixels, expected at most {} on a side and {} in all",
                         width, height, kMaxSide, kMaxPixels);
}

absl::StatusOr<Image> DecodePng(std::string_view bytes) {
  png_image header = {};
  header.version = PNG_IMAGE_VERSION;
  const std::unique_ptr<png_image, void (*)(png_image*)> cleanup(&header, png_image_free);
  if (png_image_begin_read_from_memory(&header, bytes.data(), bytes.size()) == 0) {
    return InvalidArgument("PNG image cannot be read: {}", header.message);
  }
  RELUSERVE_RETURN_IF_ERROR(CheckSize(header.width, header.height));
  const bool grey = (header.format & PNG_FORMAT_FLAG_COLOR) == 0;
  header.format = grey ? PNG_FORMAT_GRAY : PNG_FORMAT_RGB;
  Image image = {static_cast<int>(header.width), static_cast<int>(header.height), grey ? 1 : 3, {}};
  image.pixels.resize(PNG_IMAGE_SIZE(header));
  const png_color black = {0, 0, 0};
  if (png_image_finish_read(&header, &black, image.pixels.data(), /*row_stride=*/0, nullptr) == 0) {
    return InvalidArgument("PNG image cannot be decoded: {}", header.message);
  }
  return image;
}

absl::StatusOr<Image> DecodeJpeg(std::string_view bytes) {
  const std::unique_ptr<void, int (*)(tjhandle)> decoder(tjInitDecompress(), tjDestroy);
  if (decoder == nullptr) return ResourceExhausted("no memory for a JPEG decoder");
  const auto* data = reinterpret_cast<const unsigned char*>(bytes.data());
  int width = 0;
  int height = 0;
  int subsampling = 0;
  int colorspace = 0;
  if (tjDecompressHeader3(decoder.get(), data, bytes.size(), &width, &height, &subsampling,
                          &colorspace) != 0) {
    return InvalidArgument("JPEG image cannot be read: {}", tjGetErrorStr2(decoder.get()));
  }
  RELUSERVE_RETURN_IF_ERROR(CheckSize(width, height));
  const bool grey = colorspace == TJCS_GRAY;
  Image image = {width, height, grey ? 1 : 3, {}};
  image.pixels.resize(static_cast<size_t>(width) * static_cast<size_t>(height) *
                      static_cast<size_t>(image.channels));
  // Warnings, as of a file that ends early, are errors to us: what is missing would be grey.
  if (tjDecompress2(decoder.get(), data, bytes.size(), image.pixels.data(), width, /*pitch=*/0,
                    height, grey ? TJPF_GRAY : TJPF_RGB, TJFLAG_ACCURATEDCT) != 0) {
    return InvalidArgument("JPEG image cannot be decoded: {}", tjGetErrorStr2(decoder.get()));
  }
  return image;
}

}  // namespace

absl::StatusOr<Image> DecodeImage(std::string_view bytes) {
  if (bytes.starts_with(kPngSignature)) return DecodePng(bytes);
  if (bytes.starts_with(kJpegSignature)) return DecodeJpeg(bytes);
  std::string start;
  for (const char byte : bytes.substr(0, 8)) {
    start += fmt::format(" {:02x}", static_cast<unsigned char>(byte));
  }
  return InvalidArgument("image of {} bytes is neither PNG nor JPEG; it starts with{}",
                         bytes.size(), start.empty() ? " nothing" : start);
}

}  // namespace reluserve::image
