// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The reluserve authors

#include "server/repository/image_input.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <cmath>
#include <limits>
#include <string>
#include <vector>

#include "server/base/printable.h"
#include "server/base/status.h"

namespace reluserve::repository {
namespace {

using image::Preprocessing;
using inference::ModelInput;

constexpr std::string_view kPrefix = "image_";
constexpr int kMaxShorterSide = 16384;
constexpr size_t kMaxShownBytes = 100;

std::optional<float> ParseNumber(std::string_view text) {
  const size_t first = text.find_first_not_of(' ');
  if (first == std::string_view::npos) return std::nullopt;
  text = text.substr(first, text.find_last_not_of(' ') - first + 1);
  float number = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (error != std::errc() || end != text.data() + text.size() || !std::isfinite(number)) {
    return std::nullopt;
  }
  return number;
}

// "0.017" or "1/255".
std::optional<float> ParseFraction(std::string_view text) {
  const size_t slash = text.find('/');
  if (slash == std::string_view::npos) return ParseNumber(text);
  const auto above = ParseNumber(text.substr(0, slash));
  const auto below = ParseNumber(text.substr(slash + 1));
  if (!above || !below || *below == 0) return std::nullopt;
  return *above / *below;
}

// One number, or one for each channel.
std::optional<std::array<float, 3>> ParseByChannel(std::string_view text, int channels) {
  std::vector<float> numbers;
  while (true) {
    const size_t comma = std::min(text.find(','), text.size());
    const auto number = ParseNumber(text.substr(0, comma));
    if (!number) return std::nullopt;
    numbers.push_back(*number);
    if (comma == text.size()) break;
    text.remove_prefix(comma + 1);
  }
  if (numbers.size() == 1) return std::array<float, 3>{numbers[0], numbers[0], numbers[0]};
  if (numbers.size() != static_cast<size_t>(channels)) return std::nullopt;
  return std::array<float, 3>{numbers[0], numbers[1], numbers[2]};
}

bool SetColor(std::string_view value, Preprocessing& how) {
  how.bgr = value == "BGR";
  return value == "BGR" || value == "RGB";
}

bool SetResize(std::string_view value, Preprocessing& how) {
  using Resize = Preprocessing::Resize;
  how.resize = value == "crop" ? Resize::kCrop : value == "pad" ? Resize::kPad : Resize::kStretch;
  return value == "crop" || value == "pad" || value == "stretch";
}

bool SetShorterSide(std::string_view value, Preprocessing& how) {
  const auto [end, error] =
      std::from_chars(value.data(), value.data() + value.size(), how.shorter_side);
  return error == std::errc() && end == value.data() + value.size() && how.shorter_side >= 1 &&
         how.shorter_side <= kMaxShorterSide;
}

bool SetScale(std::string_view value, Preprocessing& how) {
  const std::optional<float> scale = ParseFraction(value);
  how.scale = scale.value_or(0);
  return scale && *scale != 0;
}

bool SetMean(std::string_view value, Preprocessing& how) {
  const auto mean = ParseByChannel(value, how.channels);
  if (mean) how.mean = *mean;
  return mean.has_value();
}

bool SetDeviation(std::string_view value, Preprocessing& how) {
  const auto deviation = ParseByChannel(value, how.channels);
  if (deviation) how.deviation = *deviation;
  return deviation && std::find(deviation->begin(), deviation->end(), 0.0f) == deviation->end();
}

struct Parameter {
  std::string_view key;
  bool (*set)(std::string_view value, Preprocessing& how);
  std::string_view expected;
};
constexpr Parameter kParameters[] = {
    {"image_color", SetColor, "RGB or BGR"},
    {"image_resize", SetResize, "stretch, crop or pad"},
    {"image_resize_shorter", SetShorterSide, "a whole number from 1 to 16384"},
    {"image_scale", SetScale, "a number or a fraction, as 1/255, but not 0"},
    {"image_mean", SetMean, "one number, or one for each channel"},
    {"image_std", SetDeviation, "one number, or one for each channel, and none of them 0"},
};

// The shape of a picture as the model takes it: three extents, of which the batch is no part.
std::optional<Preprocessing> PictureShape(const inference::ModelConfig& config) {
  if (config.input_size() != 1 || config.input(0).data_type() != inference::TYPE_FP32) return {};
  const ModelInput& input = config.input(0);
  std::vector<int64_t> dims(input.dims().begin(), input.dims().end());
  // A whole shape has the batch of one, or any, in front.
  if (dims.size() == 4 && (dims[0] == 1 || dims[0] == -1)) dims.erase(dims.begin());
  if (dims.size() != 3) return {};
  const auto channels = [](int64_t extent) { return extent == 1 || extent == 3; };
  const bool planar = input.format() == ModelInput::FORMAT_NCHW ||
                      (input.format() == ModelInput::FORMAT_NONE && channels(dims[0]));
  if (!planar) std::rotate(dims.begin(), dims.begin() + 2, dims.end());
  constexpr int64_t kMax = std::numeric_limits<int>::max();
  if (!channels(dims[0]) || dims[1] < 1 || dims[2] < 1 || dims[1] > kMax || dims[2] > kMax) {
    return {};
  }
  Preprocessing how;
  how.planar = planar;
  how.channels = static_cast<int>(dims[0]);
  how.height = static_cast<int>(dims[1]);
  how.width = static_cast<int>(dims[2]);
  return how;
}

}  // namespace

bool IsImageParameter(std::string_view key) {
  return std::any_of(std::begin(kParameters), std::end(kParameters),
                     [&](const Parameter& row) { return row.key == key; });
}

absl::StatusOr<std::optional<Preprocessing>> ImageInput(const inference::ModelConfig& config) {
  std::optional<Preprocessing> how = PictureShape(config);
  // In the order of their names, so that the same one is complained about every time.
  for (const Parameter& row : kParameters) {
    const auto given = config.parameters().find(std::string(row.key));
    if (given == config.parameters().end()) continue;
    if (!how) {
      return InvalidArgument(
          "parameters[\"{}\"] is set, but the model takes no image: that needs one FP32 input of 1 "
          "or 3 channels and known height and width",
          row.key);
    }
    if (!row.set(given->second.string_value(), *how)) {
      return InvalidArgument("parameters[\"{}\"] is \"{}\", expected {}", row.key,
                             Printable(given->second.string_value(), kMaxShownBytes), row.expected);
    }
  }
  for (const auto& [key, value] : config.parameters()) {
    if (key.starts_with(kPrefix) && !IsImageParameter(key)) {
      return InvalidArgument("parameters[\"{}\"] is unknown, expected one like image_mean",
                             Printable(key, kMaxShownBytes));
    }
  }
  if (how && how->shorter_side > 0 && how->resize != Preprocessing::Resize::kCrop) {
    return InvalidArgument("parameters[\"image_resize_shorter\"] needs image_resize crop");
  }
  return how;
}

}  // namespace reluserve::repository
