// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The reluserve authors

#include "server/repository/image_input.h"

#include <string>

#include <gmock/gmock.h>
#include <google/protobuf/text_format.h>
#include <gtest/gtest.h>

namespace reluserve::repository {
namespace {

using image::Preprocessing;
using testing::ElementsAre;
using testing::HasSubstr;

inference::ModelConfig Config(const std::string& text) {
  inference::ModelConfig config;
  EXPECT_TRUE(google::protobuf::TextFormat::ParseFromString(text, &config)) << text;
  return config;
}

std::string Parameter(const std::string& key, const std::string& value) {
  return "parameters { key: '" + key + "' value { string_value: '" + value + "' } } ";
}

constexpr char kPlanar[] =
    "max_batch_size: 8 input { name: 'x' data_type: TYPE_FP32 dims: [3,224,200] } ";

TEST(ImageInputTest, KnowsInputsThatArePictures) {
  const auto planar = ImageInput(Config(kPlanar)).value();
  ASSERT_TRUE(planar);
  EXPECT_TRUE(planar->planar);
  EXPECT_EQ(planar->channels, 3);
  EXPECT_EQ(planar->height, 224);
  EXPECT_EQ(planar->width, 200);
  const auto interleaved =
      ImageInput(Config("input { data_type: TYPE_FP32 dims: [1,224,200,3] }")).value();
  ASSERT_TRUE(interleaved);
  EXPECT_FALSE(interleaved->planar);
  EXPECT_EQ(interleaved->channels, 3);
  EXPECT_EQ(interleaved->height, 224);
  EXPECT_EQ(interleaved->width, 200);
  // The format decides where the shape alone would not.
  const auto odd =
      ImageInput(Config("input { data_type: TYPE_FP32 format: FORMAT_NHWC dims: [3,5,1] }"))
          .value();
  ASSERT_TRUE(odd);
  EXPECT_FALSE(odd->planar);
  EXPECT_EQ(odd->height, 3);
  for (const char* other :
       {"", "input { data_type: TYPE_INT64 dims: [3,8,8] }",
        "input { data_type: TYPE_FP32 dims: [4,8,8] }",
        "input { data_type: TYPE_FP32 dims: [3,8] }",
        "input { data_type: TYPE_FP32 dims: [3,-1,8] }",
        "input { data_type: TYPE_FP32 dims: [2,3,8,8] }",
        "input { data_type: TYPE_FP32 dims: [3,8,8] } input { data_type: TYPE_FP32 dims: [1] }"}) {
    EXPECT_EQ(ImageInput(Config(other)).value(), std::nullopt) << other;
  }
}

TEST(ImageInputTest, TakesEveryParameter) {
  const auto how =
      ImageInput(
          Config(kPlanar + Parameter("image_color", "BGR") + Parameter("image_resize", "crop") +
                 Parameter("image_resize_shorter", "256") + Parameter("image_scale", "1/255") +
                 Parameter("image_mean", "0.5, 0.25,0.125") + Parameter("image_std", "2")))
          .value();
  ASSERT_TRUE(how);
  EXPECT_TRUE(how->bgr);
  EXPECT_EQ(how->resize, Preprocessing::Resize::kCrop);
  EXPECT_EQ(how->shorter_side, 256);
  EXPECT_FLOAT_EQ(how->scale, 1.0f / 255.0f);
  EXPECT_THAT(how->mean, ElementsAre(0.5f, 0.25f, 0.125f));
  EXPECT_THAT(how->deviation, ElementsAre(2.0f, 2.0f, 2.0f));
}

TEST(ImageInputTest, SaysWhatAParameterShouldBe) {
  const std::tuple<const char*, const char*, const char*> cases[] = {
      {"image_color", "rgb", "parameters[\"image_color\"] is \"rgb\", expected RGB or BGR"},
      {"image_resize", "fit", "expected stretch, crop or pad"},
      {"image_resize_shorter", "-1", "expected a whole number"},
      {"image_resize_shorter", "256", "needs image_resize crop"},
      {"image_scale", "0", "expected a number or a fraction"},
      {"image_scale", "1/0", "expected a number or a fraction"},
      {"image_scale", "nan", "expected a number or a fraction"},
      {"image_mean", "1,2", "expected one number, or one for each channel"},
      {"image_mean", "1,,2", "expected one number, or one for each channel"},
      {"image_std", "1,0,1", "none of them 0"},
      {"image_means", "1", "parameters[\"image_means\"] is unknown"},
  };
  for (const auto& [key, value, message] : cases) {
    const auto how = ImageInput(Config(kPlanar + Parameter(key, value)));
    EXPECT_EQ(how.status().code(), absl::StatusCode::kInvalidArgument) << key << value;
    EXPECT_THAT(std::string(how.status().message()), HasSubstr(message));
  }
  const auto none = ImageInput(Config(Parameter("image_mean", "1")));
  EXPECT_THAT(std::string(none.status().message()), HasSubstr("the model takes no image"));
}

}  // namespace
}  // namespace reluserve::repository
