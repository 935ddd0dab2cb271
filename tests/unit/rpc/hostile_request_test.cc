// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The reluserve authors

// Valid requests, damaged at random: whatever arrives, decoding gives an error of the client's or
// inputs that fit the model, and reads nothing that is not there (AddressSanitizer looks on in
// ./dev sanitize).

#include <limits>
#include <random>

#include <gtest/gtest.h>

#include "server/rpc/open_inference_codec.h"
#include "server/rpc/prediction_codec.h"
#include "tests/support/shared_memory.h"
#include "tests/unit/repository/small_models.h"

namespace reluserve::rpc {
namespace {

using inference::ModelInferRequest;
using Random = std::mt19937_64;

constexpr int kRounds = 20'000;

// Two samples of the inputs of SumBytes(), one of them in shared memory.
ModelInferRequest ValidInfer() {
  ModelInferRequest request;
  for (const char* name : {"a", "b"}) {
    auto* input = request.add_inputs();
    input->set_name(name);
    input->set_datatype("FP32");
    input->add_shape(2);
    input->add_shape(2);
  }
  auto& parameters = *request.mutable_inputs(0)->mutable_parameters();
  const std::string region = "shared_memory_region";
  const std::string byte_size = "shared_memory_byte_size";
  const std::string offset = "shared_memory_offset";
  parameters[region].set_string_param("r");
  parameters[byte_size].set_int64_param(16);
  parameters[offset].set_int64_param(8);
  request.add_raw_input_contents(std::string(16, '\1'));
  auto* output = request.add_outputs();
  output->set_name("sum");
  const std::string classification = "classification";
  (*output->mutable_parameters())[classification].set_int64_param(1);
  return request;
}

int64_t HostileNumber(Random& random) {
  constexpr int64_t kMax = std::numeric_limits<int64_t>::max();
  const int64_t numbers[] = {0,        1,         2,         3,
                             -1,       -2,        16,        kMax,
                             kMax - 7, -kMax - 1, kMax / 4,  kMax / 4 + 1,
                             8,        1LL << 31, 1LL << 32, (1LL << 62) + 2};
  return numbers[random() % std::size(numbers)];
}

// One change to the fields that say how large something is, or where.
void DamageFields(Random& random, ModelInferRequest& request) {
  auto* input = request.mutable_inputs(static_cast<int>(random() % 2));
  auto& parameters = *request.mutable_inputs(0)->mutable_parameters();
  switch (random() % 8) {
    case 0:
      input->set_shape(static_cast<int>(random() % 2), HostileNumber(random));
      return;
    case 1:
      input->add_shape(HostileNumber(random));
      return;
    case 2:
      parameters.at("shared_memory_byte_size").set_int64_param(HostileNumber(random));
      return;
    case 3:
      parameters.at("shared_memory_offset").set_int64_param(HostileNumber(random));
      return;
    case 4:
      request.mutable_raw_input_contents(0)->resize(random() % 40);
      return;
    case 5:
      request.mutable_inputs()->SwapElements(0, 1);
      return;
    case 6:
      request.mutable_outputs(0)
          ->mutable_parameters()
          ->at("classification")
          .set_int64_param(HostileNumber(random));
      return;
    default:
      request.add_raw_input_contents("");
  }
}

// A few bytes of the message changed, taken out or put in.
void DamageBytes(Random& random, std::string& bytes) {
  for (uint64_t changes = 1 + random() % 3; changes > 0 && !bytes.empty(); --changes) {
    const size_t place = random() % bytes.size();
    switch (random() % 4) {
      case 0:
        bytes[place] = static_cast<char>(random());
        break;
      case 1:
        bytes.erase(place, 1 + random() % 3);
        break;
      case 2:
        bytes.insert(place, 1, static_cast<char>(random()));
        break;
      default:
        bytes[place] = static_cast<char>(bytes[place] ^ (1 << (random() % 8)));
    }
  }
}

// What the checks promise whoever computes.
void ExpectFits(const std::vector<TensorView>& inputs, int round) {
  ASSERT_EQ(inputs.size(), 2u) << round;
  volatile char sum = 0;
  for (const TensorView& input : inputs) {
    ASSERT_EQ(input.shape.rank(), 2) << round;
    ASSERT_EQ(input.shape[1], 2) << round;
    ASSERT_EQ(input.shape[0], inputs[0].shape[0]) << round;
    const auto* bytes = static_cast<const char*>(input.data);
    for (size_t i = 0; i < input.byte_size(); ++i) sum = static_cast<char>(sum + bytes[i]);
  }
}

TEST(HostileRequestTest, InferIsDecodedOrRefused) {
  constexpr uint64_t kSeed = 20260101;
  SCOPED_TRACE(kSeed);
  Random random(kSeed);
  const test_support::SharedMemoryObject object(24);
  SharedMemoryRegions regions(true, 1 << 20);
  ASSERT_TRUE(regions.Register("r", object.key(), 0, 24).ok());
  const auto model = repository::LoadSmall(repository::SumBytes());
  ASSERT_TRUE(DecodeRequest(ValidInfer(), *model, regions).ok());
  int decoded = 0;
  int refused = 0;
  for (int round = 0; round < kRounds; ++round) {
    ModelInferRequest request = ValidInfer();
    if (round % 2 == 0) DamageFields(random, request);
    if (round % 2 == 1) {
      std::string bytes = request.SerializeAsString();
      DamageBytes(random, bytes);
      if (!request.ParseFromString(bytes)) continue;
    }
    const auto result = DecodeRequest(request, *model, regions);
    if (result.ok()) {
      ++decoded;
      ExpectFits(result->inputs, round);
    } else {
      ++refused;
      EXPECT_TRUE(absl::IsInvalidArgument(result.status()) || absl::IsNotFound(result.status()))
          << round << result.status();
      EXPECT_FALSE(result.status().message().empty()) << round;
    }
  }
  // Both happen, or the damage is too small or too large to find anything.
  EXPECT_GT(decoded, kRounds / 100);
  EXPECT_GT(refused, kRounds / 4);
}

TEST(HostileRequestTest, PredictIsDecodedOrRefused) {
  constexpr uint64_t kSeed = 20260102;
  SCOPED_TRACE(kSeed);
  Random random(kSeed);
  const auto model = repository::LoadSmall(repository::SumBytes());
  v1::PredictRequest valid;
  for (const char* name : {"a", "b"}) {
    v1::Tensor* tensor = valid.mutable_tensors()->add_tensors();
    tensor->set_name(name);
    tensor->set_datatype("FP32");
    tensor->add_shape(2);
    tensor->add_shape(2);
    tensor->set_data(std::string(16, '\1'));
  }
  ASSERT_TRUE(DecodePrediction(valid, *model).ok());
  int decoded = 0;
  int refused = 0;
  for (int round = 0; round < kRounds; ++round) {
    std::string bytes = valid.SerializeAsString();
    DamageBytes(random, bytes);
    v1::PredictRequest request;
    if (!request.ParseFromString(bytes)) continue;
    const auto result = DecodePrediction(request, *model);
    if (result.ok()) {
      ++decoded;
      ExpectFits(result->views, round);
    } else {
      ++refused;
      EXPECT_TRUE(absl::IsInvalidArgument(result.status())) << round << result.status();
    }
  }
  EXPECT_GT(decoded, kRounds / 100);
  EXPECT_GT(refused, kRounds / 20);
}

}  // namespace
}  // namespace reluserve::rpc
