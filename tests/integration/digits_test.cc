// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The reluserve authors

// The built-in model answers over both protocols as it was trained to.

#include <algorithm>
#include <span>
#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "tests/integration/builtin_model_fixture.h"
#include "tests/integration/digits.h"

namespace reluserve::integration {
namespace {

class DigitsTest : public BuiltinModelFixture {
 protected:
  // All test images, in batches of at most `batch`, by the Open Inference Protocol: the bytes of
  // the logits of all images.
  std::string InferAll(size_t batch) const {
    const std::span<const Digit> digits = Digits();
    std::string logits;
    for (size_t begin = 0; begin < digits.size(); begin += batch) {
      const auto part = digits.subspan(begin, std::min(batch, digits.size() - begin));
      const auto response = client().ModelInfer(InferRequest(part));
      EXPECT_TRUE(response.ok()) << response.status();
      if (!response.ok()) return logits;
      EXPECT_EQ(response->outputs_size(), 1);
      EXPECT_EQ(response->outputs(0).name(), "logits");
      EXPECT_EQ(response->outputs(0).shape(0), static_cast<int64_t>(part.size()));
      logits += response->raw_output_contents(0);
    }
    return logits;
  }
};

TEST_F(DigitsTest, ReadsTheTestImages) {
  const std::vector<int> classes = ClassesOf(InferAll(32));
  ASSERT_EQ(classes.size(), Digits().size());
  const int right = CountRight(Digits(), classes);
  RecordProperty("right", right);
  EXPECT_GE(right, static_cast<int>(Digits().size() * 98 / 100)) << "of " << Digits().size();
}

TEST_F(DigitsTest, ASampleHasTheSameBitsInBatchesOfAnySize) {
  const std::string alone = InferAll(1);
  ASSERT_EQ(Floats(alone).size(), 10 * Digits().size());
  for (const size_t batch : {size_t{2}, size_t{7}, size_t{64}, Digits().size()}) {
    SCOPED_TRACE(batch);
    EXPECT_TRUE(InferAll(batch) == alone) << "bits differ";
  }
}

TEST_F(DigitsTest, PredictGivesTheSameLogitsAndTheirLargest) {
  const std::span<const Digit> digits = std::span(Digits()).first(50);
  const auto inferred = client().ModelInfer(InferRequest(digits));
  v1::PredictRequest request = PredictRequest(digits);
  request.set_top_k(3);
  request.set_id("a request");
  const auto predicted = client().Predict(request);
  ASSERT_TRUE(inferred.ok()) << inferred.status();
  ASSERT_TRUE(predicted.ok()) << predicted.status();
  EXPECT_EQ(predicted->model_name(), "digits");
  EXPECT_EQ(predicted->model_version(), inferred->model_version());
  EXPECT_EQ(predicted->id(), "a request");
  ASSERT_EQ(predicted->outputs_size(), 1);
  EXPECT_EQ(predicted->outputs(0).name(), "logits");
  EXPECT_EQ(predicted->outputs(0).datatype(), "FP32");
  EXPECT_TRUE(predicted->outputs(0).data() == inferred->raw_output_contents(0));
  EXPECT_EQ(predicted->layers_size(), 0) << "sparsity was not asked for";

  const std::vector<float> logits = Floats(inferred->raw_output_contents(0));
  const std::vector<int> classes = ClassesOf(inferred->raw_output_contents(0));
  ASSERT_EQ(predicted->classifications_size(), 50);
  for (int i = 0; i < 50; ++i) {
    const auto& sample = predicted->classifications(i).classes();
    ASSERT_EQ(sample.size(), 3);
    EXPECT_EQ(static_cast<int>(sample[0].index()), classes[i]);
    EXPECT_GE(sample[0].score(), sample[1].score());
    EXPECT_GE(sample[1].score(), sample[2].score());
    for (const v1::Class& entry : sample) {
      EXPECT_EQ(entry.label(), std::to_string(entry.index()));
      EXPECT_EQ(entry.score(), logits[i * 10 + entry.index()]);
    }
  }
}

TEST_F(DigitsTest, TopKIsAtMostTheNumberOfClasses) {
  v1::PredictRequest request = PredictRequest(std::span(Digits()).first(1));
  request.set_top_k(4000000000);
  const auto response = client().Predict(request);
  ASSERT_TRUE(response.ok()) << response.status();
  EXPECT_EQ(response->classifications(0).classes_size(), 10);
}

TEST_F(DigitsTest, LeavesOutOutputsWhenAsked) {
  v1::PredictRequest request = PredictRequest(std::span(Digits()).first(1));
  request.set_omit_outputs(true);
  const auto response = client().Predict(request);
  ASSERT_TRUE(response.ok()) << response.status();
  EXPECT_EQ(response->outputs_size(), 0);
  EXPECT_EQ(response->classifications_size(), 1);
}

TEST_F(DigitsTest, ReadsTheSampleImages) {
  // <label>_<place in the test images>
  for (const char* name :
       {"0_8", "1_7", "2_3", "3_0", "4_12", "5_5", "6_9", "7_2", "8_1", "9_14"}) {
    SCOPED_TRACE(name);
    v1::PredictRequest request;
    request.set_model_name("digits");
    request.set_top_k(1);
    request.set_image(SourceFile(std::string("client/samples/digit_") + name + ".png"));
    const auto response = client().Predict(request);
    ASSERT_TRUE(response.ok()) << response.status();
    ASSERT_EQ(response->classifications_size(), 1);
    EXPECT_EQ(response->classifications(0).classes(0).label(), std::string(name, 1));
  }
}

TEST_F(DigitsTest, AnImageIsDecodedToTheModelsInput) {
  const Digit& digit = Digits()[12];
  v1::PredictRequest by_tensor = PredictRequest(std::span(&digit, 1));
  v1::PredictRequest by_image;
  by_image.set_model_name("digits");
  by_image.set_image(SourceFile("client/samples/digit_4_12.png"));
  const auto from_tensor = client().Predict(by_tensor);
  const auto from_image = client().Predict(by_image);
  ASSERT_TRUE(from_tensor.ok()) << from_tensor.status();
  ASSERT_TRUE(from_image.ok()) << from_image.status();
  const std::vector<float> expected = Floats(from_tensor->outputs(0).data());
  const std::vector<float> logits = Floats(from_image->outputs(0).data());
  ASSERT_EQ(logits.size(), expected.size());
  // The file has its pixels rounded to 1/255.
  for (size_t i = 0; i < logits.size(); ++i) EXPECT_NEAR(logits[i], expected[i], 0.1);
}

TEST_F(DigitsTest, TypedContentsGiveTheSameBitsAsRawOnes) {
  const std::span<const Digit> digits = std::span(Digits()).first(5);
  const inference::ModelInferRequest raw = InferRequest(digits);
  inference::ModelInferRequest typed = raw;
  typed.clear_raw_input_contents();
  for (const Digit& digit : digits) {
    for (const float pixel : digit.pixels) {
      typed.mutable_inputs(0)->mutable_contents()->add_fp32_contents(pixel);
    }
  }
  const auto from_raw = client().ModelInfer(raw);
  const auto from_typed = client().ModelInfer(typed);
  ASSERT_TRUE(from_raw.ok()) << from_raw.status();
  ASSERT_TRUE(from_typed.ok()) << from_typed.status();
  EXPECT_TRUE(from_raw->raw_output_contents(0) == from_typed->raw_output_contents(0));
}

TEST_F(DigitsTest, EchoesTheIdAndAnswersWithTheOutputsThatWereNamed) {
  inference::ModelInferRequest request = InferRequest(std::span(Digits()).first(1));
  request.set_id("42");
  request.add_outputs()->set_name("logits");
  (*request.mutable_parameters())["unknown to the server"].set_int64_param(1);
  const auto response = client().ModelInfer(request);
  ASSERT_TRUE(response.ok()) << response.status();
  EXPECT_EQ(response->id(), "42");
  EXPECT_EQ(response->model_name(), "digits");
  EXPECT_EQ(response->model_version(), "1");
  ASSERT_EQ(response->outputs_size(), 1);
  EXPECT_EQ(response->outputs(0).name(), "logits");
  EXPECT_EQ(response->outputs(0).datatype(), "FP32");
}

}  // namespace
}  // namespace reluserve::integration
