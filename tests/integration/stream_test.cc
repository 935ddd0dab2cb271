// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The reluserve authors

// Many requests on one stream: the same answers as alone, in order, whatever goes wrong with some.

#include <span>
#include <string>
#include <thread>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/integration/builtin_model_fixture.h"
#include "tests/integration/digits.h"

namespace reluserve::integration {
namespace {

using ::testing::HasSubstr;

// More than a stream has under way at once.
constexpr size_t kRequests = 200;

class StreamTest : public BuiltinModelFixture {};

// The nth request: one to three digits, and every seventh for a model that is not there.
inference::ModelInferRequest NthInfer(size_t n) {
  auto request = InferRequest(std::span(Digits()).subspan(n % 300, 1 + n % 3));
  request.set_id(std::to_string(n));
  if (n % 7 == 0) request.set_model_name("digit");
  return request;
}

TEST_F(StreamTest, AnswersInOrderWithTheBitsOfSingleRequests) {
  const auto stream = client().OpenInferStream();
  std::thread sender([&] {
    for (size_t n = 0; n < kRequests; ++n) EXPECT_TRUE(stream->Send(NthInfer(n)));
    stream->CloseSending();
  });
  for (size_t n = 0; n < kRequests; ++n) {
    const auto answer = stream->Receive();
    ASSERT_TRUE(answer.ok()) << answer.status();
    ASSERT_TRUE(answer->has_value()) << "after " << n << " answers";
    const inference::ModelInferResponse& response = (*answer)->infer_response();
    ASSERT_EQ(response.id(), std::to_string(n));
    EXPECT_TRUE(response.parameters().at("triton_final_response").bool_param());
    const auto alone = client().ModelInfer(NthInfer(n));
    if (alone.ok()) {
      EXPECT_EQ((*answer)->error_message(), "");
      ASSERT_EQ(response.raw_output_contents_size(), 1);
      EXPECT_TRUE(response.raw_output_contents(0) == alone->raw_output_contents(0)) << n;
    } else {
      EXPECT_THAT((*answer)->error_message(), HasSubstr("NOT_FOUND: there is no model \"digit\""));
      EXPECT_EQ(response.raw_output_contents_size(), 0);
    }
  }
  sender.join();
  const auto end = stream->Receive();
  ASSERT_TRUE(end.ok()) << end.status();
  EXPECT_FALSE(end->has_value());
}

TEST_F(StreamTest, StaysOpenAfterErrors) {
  const auto stream = client().OpenInferStream();
  auto request = NthInfer(1);
  request.mutable_raw_input_contents(0)->pop_back();
  ASSERT_TRUE(stream->Send(request));
  auto answer = stream->Receive();
  ASSERT_TRUE(answer.ok() && answer->has_value()) << answer.status();
  EXPECT_THAT((*answer)->error_message(), HasSubstr("INVALID_ARGUMENT: input \"image\""));
  ASSERT_TRUE(stream->Send(NthInfer(1)));
  answer = stream->Receive();
  ASSERT_TRUE(answer.ok() && answer->has_value()) << answer.status();
  EXPECT_EQ((*answer)->error_message(), "");
}

TEST_F(StreamTest, EndsWithoutRequests) {
  const auto stream = client().OpenInferStream();
  stream->CloseSending();
  const auto end = stream->Receive();
  ASSERT_TRUE(end.ok()) << end.status();
  EXPECT_FALSE(end->has_value());
}

// The server has to drop what is under way, and go on.
TEST_F(StreamTest, MayBeLeftInTheMiddle) {
  for (int round = 0; round < 5; ++round) {
    const auto stream = client().OpenInferStream();
    for (size_t n = 0; n < 20; ++n) ASSERT_TRUE(stream->Send(NthInfer(n)));
    if (round % 2 == 0) {
      ASSERT_TRUE(stream->Receive().ok());
    }
  }
  EXPECT_TRUE(client().ModelInfer(NthInfer(1)).ok());
}

TEST_F(StreamTest, PredictsInOrder) {
  const auto stream = client().OpenPredictStream();
  std::thread sender([&] {
    for (size_t n = 0; n < kRequests; ++n) {
      auto request = PredictRequest(std::span(Digits()).subspan(n, 1));
      request.set_id(std::to_string(n));
      if (n % 5 == 0) request.set_image("no image");
      EXPECT_TRUE(stream->Send(request));
    }
    stream->CloseSending();
  });
  for (size_t n = 0; n < kRequests; ++n) {
    const auto answer = stream->Receive();
    ASSERT_TRUE(answer.ok() && answer->has_value()) << n << answer.status();
    ASSERT_EQ((*answer)->has_error(), n % 5 == 0) << n;
    if ((*answer)->has_error()) {
      EXPECT_EQ((*answer)->error().id(), std::to_string(n));
      EXPECT_EQ((*answer)->error().code(), static_cast<int>(absl::StatusCode::kInvalidArgument));
      EXPECT_NE((*answer)->error().message(), "");
    } else {
      EXPECT_EQ((*answer)->response().id(), std::to_string(n));
    }
  }
  sender.join();
  const auto end = stream->Receive();
  ASSERT_TRUE(end.ok()) << end.status();
  EXPECT_FALSE(end->has_value());
}

}  // namespace
}  // namespace reluserve::integration
