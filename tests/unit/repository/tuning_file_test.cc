// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The reluserve authors

#include "server/repository/tuning_file.h"

#include <cstring>
#include <string>
#include <vector>

#include <gmock/gmock.h>
#include <google/protobuf/text_format.h>
#include <gtest/gtest.h>

#include "server/repository/model_loader.h"
#include "tests/support/temp_dir.h"
#include "tests/unit/repository/small_models.h"

namespace reluserve::repository {
namespace {

using test_support::TempDir;
using testing::HasSubstr;
using testing::IsEmpty;

constexpr uint64_t kFingerprint = 0x123456789abcdef0;

std::string Text(const v1::Tuning& tuning) {
  std::string text;
  google::protobuf::TextFormat::PrintToString(tuning, &text);
  return text;
}

TEST(TuningFileTest, GivesBackWhatWasWritten) {
  const engine::Tuning tuning = {{{"a", 4}, {"b/c \"d\"", 2}}, true};
  const auto parsed = ParseTuning(Text(EncodeTuning(tuning, kFingerprint)), kFingerprint);
  ASSERT_TRUE(parsed.ok()) << parsed.status();
  EXPECT_EQ(*parsed, tuning);
}

TEST(TuningFileTest, IsForOneModelCpuAndLibrary) {
  const auto reason = [](void (*change)(v1::Tuning&)) {
    v1::Tuning tuning = EncodeTuning({}, kFingerprint);
    change(tuning);
    const absl::Status status = ParseTuning(Text(tuning), kFingerprint).status();
    EXPECT_TRUE(absl::IsFailedPrecondition(status)) << status;
    return std::string(status.message());
  };
  EXPECT_THAT(reason([](v1::Tuning& tuning) { tuning.set_model_fingerprint("00"); }),
              HasSubstr("made for model \"00\", this is \"123456789abcdef0\""));
  EXPECT_THAT(reason([](v1::Tuning& tuning) { tuning.set_cpu_isa(tuning.cpu_isa() + 1); }),
              HasSubstr("instruction set"));
  EXPECT_THAT(reason([](v1::Tuning& tuning) { tuning.set_onednn_version("0.1.0"); }),
              HasSubstr("oneDNN \"0.1.0\""));
}

TEST(TuningFileTest, RefusesWhatItCannotRead) {
  const std::string good = Text(EncodeTuning({}, kFingerprint));
  for (const std::string& bad :
       {std::string("winograd {"), good + "winograd { node: \"a\" tile: 3 }",
        good + "winograd { node: \"a\" }", good + "in_blocks: 7", std::string(1000, '{')}) {
    EXPECT_TRUE(absl::IsInvalidArgument(ParseTuning(bad, kFingerprint).status())) << bad;
  }
}

class TunedModelTest : public ::testing::Test {
 protected:
  // With `tuning` beside it, unless that is empty.
  std::shared_ptr<const LoadedModel> Load(const std::string& tuning) {
    dir_.Write("m/1/model.onnx", ReluBytes());
    if (!tuning.empty()) dir_.Write("m/1/tuning.pbtxt", tuning);
    auto model = LoadVersion("m", *DirectoryFolder(dir_.path() / "m"), 1, {}, {});
    EXPECT_TRUE(model.ok()) << model.status();
    return model.ok() ? *model : nullptr;
  }

  TempDir dir_;
};

TEST_F(TunedModelTest, GoesByTheFileBesideIt) {
  const auto plain = Load("");
  ASSERT_NE(plain, nullptr);
  EXPECT_FALSE(plain->compiled().tuning().in_blocks);
  const engine::Tuning tuning = {{}, /*in_blocks=*/true};
  const auto tuned = Load(Text(EncodeTuning(tuning, plain->fingerprint())));
  ASSERT_NE(tuned, nullptr);
  EXPECT_TRUE(tuned->tuning_status().ok()) << tuned->tuning_status();
  EXPECT_TRUE(tuned->compiled().tuning().in_blocks);
  EXPECT_EQ(tuned->fingerprint(), plain->fingerprint());
}

TEST_F(TunedModelTest, LoadsWithoutOneThatDoesNotFit) {
  const auto model = Load(Text(EncodeTuning({{}, true}, kFingerprint)));
  ASSERT_NE(model, nullptr);
  EXPECT_TRUE(absl::IsFailedPrecondition(model->tuning_status()));
  EXPECT_FALSE(model->compiled().tuning().in_blocks);
  EXPECT_TRUE(absl::IsInvalidArgument(Load("nonsense")->tuning_status()));
}

}  // namespace
}  // namespace reluserve::repository
