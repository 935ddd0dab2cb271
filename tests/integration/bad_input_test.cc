// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The reluserve authors

// Requests that do not fit the model get one clear error, and the server goes on as if nothing was.

#include <cstdint>
#include <functional>
#include <limits>
#include <span>
#include <string>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/integration/builtin_model_fixture.h"
#include "tests/integration/digits.h"

namespace reluserve::integration {
namespace {

using ::testing::HasSubstr;

using InferInput = inference::ModelInferRequest::InferInputTensor;

template <typename Message>
void SetShape(const std::vector<int64_t>& shape, Message* message) {
  message->clear_shape();
  for (const int64_t extent : shape) message->add_shape(extent);
}

class BadInputTest : public BuiltinModelFixture {
 protected:
  // The server still answers a good request as it did before.
  void ExpectGoodAnswer() {
    const auto response = client().ModelInfer(InferRequest(std::span(Digits()).first(2)));
    ASSERT_TRUE(response.ok()) << response.status();
    if (good_answer_.empty()) good_answer_ = response->raw_output_contents(0);
    EXPECT_TRUE(response->raw_output_contents(0) == good_answer_);
  }

  void ExpectError(const absl::Status& status, absl::StatusCode code,
                   const std::vector<std::string>& parts) {
    EXPECT_EQ(status.code(), code) << status;
    for (const std::string& part : parts) {
      EXPECT_THAT(std::string(status.message()), HasSubstr(part));
    }
    ExpectGoodAnswer();
  }

 private:
  std::string good_answer_;
};

TEST_F(BadInputTest, ModelInfer) {
  struct Row {
    std::string name;
    std::function<void(inference::ModelInferRequest*)> damage;
    absl::StatusCode code;
    std::vector<std::string> parts;
  };
  constexpr auto kInvalid = absl::StatusCode::kInvalidArgument;
  constexpr auto kNotFound = absl::StatusCode::kNotFound;
  using Request = inference::ModelInferRequest;
  const std::vector<Row> rows = {
      {"unknown model", [](Request* r) { r->set_model_name("digit"); }, kNotFound, {"digit"}},
      {"no model", [](Request* r) { r->clear_model_name(); }, kNotFound, {"model"}},
      {"unknown version",
       [](Request* r) { r->set_model_version("2"); },
       kNotFound,
       {"digits", "2"}},
      {"version that is no number",
       [](Request* r) { r->set_model_version("newest"); },
       kNotFound,
       {"newest"}},
      {"wrong name",
       [](Request* r) { r->mutable_inputs(0)->set_name("imgae"); },
       kInvalid,
       {"imgae", "image"}},
      {"no inputs",
       [](Request* r) {
         r->clear_inputs();
         r->clear_raw_input_contents();
       },
       kInvalid,
       {"image"}},
      {"input twice",
       [](Request* r) {
         *r->add_inputs() = r->inputs(0);
         r->add_raw_input_contents(r->raw_input_contents(0));
       },
       kInvalid,
       {"image"}},
      {"one input too many",
       [](Request* r) {
         *r->add_inputs() = r->inputs(0);
         r->mutable_inputs(1)->set_name("mask");
         r->add_raw_input_contents(r->raw_input_contents(0));
       },
       kInvalid,
       {"mask"}},
      {"wrong datatype",
       [](Request* r) { r->mutable_inputs(0)->set_datatype("INT32"); },
       kInvalid,
       {"image", "INT32", "FP32"}},
      {"unknown datatype",
       [](Request* r) { r->mutable_inputs(0)->set_datatype("FLOAT"); },
       kInvalid,
       {"image", "FLOAT", "FP32"}},
      {"no datatype",
       [](Request* r) { r->mutable_inputs(0)->clear_datatype(); },
       kInvalid,
       {"image", "FP32"}},
      {"wrong rank",
       [](Request* r) {
         SetShape({2, 8, 8}, r->mutable_inputs(0));
       },
       kInvalid,
       {"image", "[2,8,8]", ",1,8,8]"}},
      {"no shape",
       [](Request* r) { SetShape({}, r->mutable_inputs(0)); },
       kInvalid,
       {"image", "[]", ",1,8,8]"}},
      {"wrong extent",
       [](Request* r) {
         SetShape({2, 1, 4, 16}, r->mutable_inputs(0));
       },
       kInvalid,
       {"image", "[2,1,4,16]", ",1,8,8]"}},
      {"more samples than bytes",
       [](Request* r) {
         SetShape({3, 1, 8, 8}, r->mutable_inputs(0));
       },
       kInvalid,
       {"image", "768", "512"}},
      {"fewer samples than bytes",
       [](Request* r) {
         SetShape({1, 1, 8, 8}, r->mutable_inputs(0));
       },
       kInvalid,
       {"image", "256", "512"}},
      {"half an element",
       [](Request* r) { r->mutable_raw_input_contents(0)->pop_back(); },
       kInvalid,
       {"image", "512", "511"}},
      {"no bytes",
       [](Request* r) { r->mutable_raw_input_contents(0)->clear(); },
       kInvalid,
       {"image", "512"}},
      {"no raw contents", [](Request* r) { r->clear_raw_input_contents(); }, kInvalid, {"image"}},
      {"one raw content too many",
       [](Request* r) { r->add_raw_input_contents("abcd"); },
       kInvalid,
       {"raw_input_contents", "2", "1"}},
      {"no samples",
       [](Request* r) {
         SetShape({0, 1, 8, 8}, r->mutable_inputs(0));
         r->mutable_raw_input_contents(0)->clear();
       },
       kInvalid,
       {"image", "[0,1,8,8]"}},
      {"open batch",
       [](Request* r) {
         SetShape({-1, 1, 8, 8}, r->mutable_inputs(0));
       },
       kInvalid,
       {"image", "[-1,1,8,8]"}},
      {"negative batch",
       [](Request* r) {
         SetShape({std::numeric_limits<int64_t>::min(), 1, 8, 8}, r->mutable_inputs(0));
       },
       kInvalid,
       {"image"}},
      {"product over 64 bits",
       [](Request* r) {
         SetShape({int64_t{1} << 58, 1, 8, 8}, r->mutable_inputs(0));
       },
       kInvalid,
       {"image"}},
      {"bytes over 64 bits",
       [](Request* r) {
         SetShape({int64_t{1} << 56, 1, 8, 8}, r->mutable_inputs(0));
       },
       kInvalid,
       {"image"}},
      {"bytes wrap to those sent",
       [](Request* r) {
         SetShape({(int64_t{1} << 56) + 2, 1, 8, 8}, r->mutable_inputs(0));
       },
       kInvalid,
       {"image"}},
      {"hundreds of extents",
       [](Request* r) { SetShape(std::vector<int64_t>(1000, 1), r->mutable_inputs(0)); },
       kInvalid,
       {"image"}},
      {"typed and raw contents",
       [](Request* r) { r->mutable_inputs(0)->mutable_contents()->add_fp32_contents(1); },
       kInvalid,
       {"raw_input_contents"}},
      {"typed contents of another type",
       [](Request* r) {
         r->clear_raw_input_contents();
         for (int i = 0; i < 128; ++i) {
           r->mutable_inputs(0)->mutable_contents()->add_int_contents(1);
         }
       },
       kInvalid,
       {"image", "fp32_contents"}},
      {"too few typed contents",
       [](Request* r) {
         r->clear_raw_input_contents();
         for (int i = 0; i < 127; ++i) {
           r->mutable_inputs(0)->mutable_contents()->add_fp32_contents(1);
         }
       },
       kInvalid,
       {"image", "508", "512"}},
      {"unknown output",
       [](Request* r) { r->add_outputs()->set_name("probabilities"); },
       kInvalid,
       {"probabilities", "logits"}},
      {"output twice",
       [](Request* r) {
         r->add_outputs()->set_name("logits");
         r->add_outputs()->set_name("logits");
       },
       kInvalid,
       {"logits"}},
      {"sparsity that is no string",
       [](Request* r) { (*r->mutable_parameters())["sparsity"].set_int64_param(1); },
       kInvalid,
       {"sparsity"}},
  };
  ExpectGoodAnswer();
  for (const Row& row : rows) {
    SCOPED_TRACE(row.name);
    inference::ModelInferRequest request = InferRequest(std::span(Digits()).first(2));
    row.damage(&request);
    ExpectError(client().ModelInfer(request).status(), row.code, row.parts);
  }
}

TEST_F(BadInputTest, Predict) {
  struct Row {
    std::string name;
    std::function<void(v1::PredictRequest*)> damage;
    absl::StatusCode code;
    std::vector<std::string> parts;
  };
  constexpr auto kInvalid = absl::StatusCode::kInvalidArgument;
  using Request = v1::PredictRequest;
  const auto tensor = [](Request* r) { return r->mutable_tensors()->mutable_tensors(0); };
  const std::string png = SourceFile("client/samples/digit_7_2.png");
  const std::vector<Row> rows = {
      {"unknown model",
       [](Request* r) { r->set_model_name("digit"); },
       absl::StatusCode::kNotFound,
       {"digit"}},
      {"unknown version",
       [](Request* r) { r->set_model_version("2"); },
       absl::StatusCode::kNotFound,
       {"digits", "2"}},
      {"no input", [](Request* r) { r->clear_input(); }, kInvalid, {"image"}},
      {"no tensors",
       [](Request* r) { r->mutable_tensors()->clear_tensors(); },
       kInvalid,
       {"image"}},
      {"wrong name",
       [tensor](Request* r) { tensor(r)->set_name("imgae"); },
       kInvalid,
       {"imgae", "image"}},
      {"wrong datatype",
       [tensor](Request* r) { tensor(r)->set_datatype("FP64"); },
       kInvalid,
       {"image", "FP64", "FP32"}},
      {"wrong rank",
       [tensor](Request* r) {
         SetShape({2, 64}, tensor(r));
       },
       kInvalid,
       {"image", "[2,64]"}},
      {"half an element",
       [tensor](Request* r) { tensor(r)->mutable_data()->pop_back(); },
       kInvalid,
       {"image", "512", "511"}},
      {"product over 64 bits",
       [tensor](Request* r) {
         SetShape({int64_t{1} << 58, 1, 8, 8}, tensor(r));
       },
       kInvalid,
       {"image"}},
      {"no samples",
       [tensor](Request* r) {
         SetShape({0, 1, 8, 8}, tensor(r));
         tensor(r)->clear_data();
       },
       kInvalid,
       {"image", "[0,1,8,8]"}},
      {"unknown detail",
       [](Request* r) { r->set_sparsity(static_cast<v1::SparsityDetail>(9)); },
       kInvalid,
       {"sparsity", "9"}},
      {"empty image", [](Request* r) { r->set_image(""); }, kInvalid, {"image"}},
      {"text for an image",
       [](Request* r) { r->set_image("not an image"); },
       kInvalid,
       {"PNG", "JPEG"}},
      {"PNG cut off",
       [png](Request* r) { r->set_image(png.substr(0, png.size() / 2)); },
       kInvalid,
       {"PNG"}},
      {"PNG header alone",
       [png](Request* r) { r->set_image(png.substr(0, 33)); },
       kInvalid,
       {"PNG"}},
      {"JPEG header alone",
       [](Request* r) { r->set_image("\xff\xd8\xff\xe0"); },
       kInvalid,
       {"image"}},
      {"PNG header damaged",
       [png](Request* r) {
         std::string damaged = png;
         damaged.replace(16, 8, "\x7f\xff\xff\xff\x7f\xff\xff\xff");
         r->set_image(damaged);
       },
       kInvalid,
       {"PNG"}},
  };
  ExpectGoodAnswer();
  for (const Row& row : rows) {
    SCOPED_TRACE(row.name);
    v1::PredictRequest request = PredictRequest(std::span(Digits()).first(2));
    row.damage(&request);
    ExpectError(client().Predict(request).status(), row.code, row.parts);
  }
}

// Bytes of any value are floats of some value: not-a-number, infinity, subnormal.
TEST_F(BadInputTest, AnyBitsAreAnswered) {
  for (const char byte : {'\0', '\1', '\x7f', '\x80', '\xff'}) {
    inference::ModelInferRequest request = InferRequest(std::span(Digits()).first(2));
    request.mutable_raw_input_contents(0)->assign(512, byte);
    const auto response = client().ModelInfer(request);
    ASSERT_TRUE(response.ok()) << response.status();
    EXPECT_EQ(response->raw_output_contents(0).size(), 2 * 10 * sizeof(float));
    ExpectGoodAnswer();
  }
}

TEST_F(BadInputTest, PassedDeadlineIsNotAnswered) {
  const client::Client hasty(server().address(), std::chrono::milliseconds(0));
  const auto response = hasty.ModelInfer(InferRequest(Digits()));
  EXPECT_EQ(response.status().code(), absl::StatusCode::kDeadlineExceeded);
  ExpectGoodAnswer();
}

}  // namespace
}  // namespace reluserve::integration
