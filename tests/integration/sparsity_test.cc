// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The reluserve authors

// The activation counts of a request, over both protocols.

#include <cstdint>
#include <cstring>
#include <limits>
#include <map>
#include <numeric>
#include <span>
#include <string>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/integration/builtin_model_fixture.h"
#include "tests/integration/digits.h"

namespace reluserve::integration {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;

// The activation layers of the built-in model, and the elements that each has for one image.
const std::vector<std::pair<std::string, int64_t>>& Layers() {
  static const std::vector<std::pair<std::string, int64_t>> layers = {
      {"stem/relu", 16 * 8 * 8},    {"block1/relu1", 16 * 8 * 8}, {"block1/relu2", 16 * 8 * 8},
      {"block2/relu1", 32 * 4 * 4}, {"block2/relu2", 32 * 4 * 4}, {"block3/relu1", 32 * 4 * 4},
      {"block3/relu2", 32 * 4 * 4}};
  return layers;
}

// A tensor of the Open Inference Protocol's response by its name; nullptr without one.
const std::string* Output(const inference::ModelInferResponse& response, const std::string& name) {
  for (int i = 0; i < response.outputs_size(); ++i) {
    if (response.outputs(i).name() == name) return &response.raw_output_contents(i);
  }
  return nullptr;
}

std::vector<int64_t> Integers(const std::string& bytes) {
  std::vector<int64_t> integers(bytes.size() / sizeof(int64_t));
  std::memcpy(integers.data(), bytes.data(), integers.size() * sizeof(int64_t));
  return integers;
}

// The strings of a raw BYTES tensor: each after its length in four bytes.
std::vector<std::string> Strings(const std::string& bytes) {
  std::vector<std::string> strings;
  size_t offset = 0;
  while (offset + sizeof(uint32_t) <= bytes.size()) {
    uint32_t length = 0;
    std::memcpy(&length, bytes.data() + offset, sizeof(length));
    offset += sizeof(length);
    strings.push_back(bytes.substr(offset, length));
    offset += length;
  }
  return strings;
}

template <typename Repeated>
uint64_t Sum(const Repeated& values) {
  return std::accumulate(values.begin(), values.end(), uint64_t{0});
}

class SparsityTest : public BuiltinModelFixture {
 protected:
  v1::PredictResponse Predict(std::span<const Digit> digits, v1::SparsityDetail detail) const {
    v1::PredictRequest request = PredictRequest(digits);
    request.set_sparsity(detail);
    const auto response = client().Predict(request);
    EXPECT_TRUE(response.ok()) << response.status();
    return response.ok() ? *response : v1::PredictResponse();
  }

  inference::ModelInferResponse Infer(std::span<const Digit> digits,
                                      const std::string& detail) const {
    inference::ModelInferRequest request = InferRequest(digits);
    (*request.mutable_parameters())["sparsity"].set_string_param(detail);
    const auto response = client().ModelInfer(request);
    EXPECT_TRUE(response.ok()) << response.status();
    return response.ok() ? *response : inference::ModelInferResponse();
  }
};

TEST_F(SparsityTest, CountsEveryActivationLayer) {
  const std::span<const Digit> digits = std::span(Digits()).first(20);
  const v1::PredictResponse response = Predict(digits, v1::SPARSITY_DETAIL_LAYERS);
  ASSERT_EQ(response.layers_size(), static_cast<int>(Layers().size()));
  for (size_t i = 0; i < Layers().size(); ++i) {
    const v1::LayerSparsity& layer = response.layers(static_cast<int>(i));
    SCOPED_TRACE(layer.name());
    EXPECT_EQ(layer.name(), Layers()[i].first);
    EXPECT_EQ(layer.operator_(), "Relu");
    EXPECT_EQ(layer.elements(), 20 * Layers()[i].second);
    EXPECT_EQ(layer.shape(0), 20);
    // A trained network with nothing or everything inactive would be no test.
    EXPECT_GT(layer.inactive(), layer.elements() / 20);
    EXPECT_LT(layer.inactive(), layer.elements() * 19 / 20);
    EXPECT_EQ(layer.saturated(), 0);
    EXPECT_EQ(layer.non_finite(), 0);
    EXPECT_FALSE(layer.has_channels());
  }
}

TEST_F(SparsityTest, ChannelsAddUpToLayers) {
  const v1::PredictResponse response =
      Predict(std::span(Digits()).first(9), v1::SPARSITY_DETAIL_CHANNELS);
  ASSERT_EQ(response.layers_size(), static_cast<int>(Layers().size()));
  for (const v1::LayerSparsity& layer : response.layers()) {
    SCOPED_TRACE(layer.name());
    ASSERT_TRUE(layer.has_channels());
    const v1::ChannelCounts& channels = layer.channels();
    ASSERT_EQ(channels.inactive_size(), layer.shape(1));
    ASSERT_EQ(channels.saturated_size(), layer.shape(1));
    ASSERT_EQ(channels.non_finite_size(), layer.shape(1));
    EXPECT_EQ(channels.elements_per_channel() * layer.shape(1), layer.elements());
    EXPECT_EQ(Sum(channels.inactive()), layer.inactive());
    EXPECT_EQ(Sum(channels.saturated()), layer.saturated());
    EXPECT_EQ(Sum(channels.non_finite()), layer.non_finite());
    for (const uint64_t inactive : channels.inactive()) {
      EXPECT_LE(inactive, channels.elements_per_channel());
    }
  }
}

TEST_F(SparsityTest, RequestsAddUpToTheBatch) {
  const std::span<const Digit> digits = std::span(Digits()).subspan(100, 12);
  std::map<std::string, std::vector<uint64_t>> sums;
  for (const Digit& digit : digits) {
    const v1::PredictResponse alone = Predict(std::span(&digit, 1), v1::SPARSITY_DETAIL_CHANNELS);
    for (const v1::LayerSparsity& layer : alone.layers()) {
      std::vector<uint64_t>& sum = sums[layer.name()];
      sum.resize(layer.channels().inactive_size());
      for (size_t c = 0; c < sum.size(); ++c) sum[c] += layer.channels().inactive(c);
    }
  }
  const v1::PredictResponse batch = Predict(digits, v1::SPARSITY_DETAIL_CHANNELS);
  ASSERT_EQ(batch.layers_size(), static_cast<int>(Layers().size()));
  for (const v1::LayerSparsity& layer : batch.layers()) {
    EXPECT_THAT(layer.channels().inactive(), ::testing::ElementsAreArray(sums[layer.name()]))
        << layer.name();
  }
}

TEST_F(SparsityTest, BothProtocolsCountTheSame) {
  const std::span<const Digit> digits = std::span(Digits()).subspan(30, 6);
  const v1::PredictResponse expected = Predict(digits, v1::SPARSITY_DETAIL_CHANNELS);
  ASSERT_EQ(expected.layers_size(), static_cast<int>(Layers().size()));
  for (const std::string detail : {"layers", "channels"}) {
    SCOPED_TRACE(detail);
    const inference::ModelInferResponse response = Infer(digits, detail);
    const std::string* names = Output(response, "sparsity.names");
    const std::string* counts = Output(response, "sparsity.counts");
    ASSERT_TRUE(names != nullptr && counts != nullptr);
    EXPECT_EQ(response.outputs(0).name(), "logits") << "the model's own outputs stand first";
    EXPECT_EQ(Strings(*names).size(), Layers().size());
    std::vector<int64_t> integers;
    for (int i = 0; i < expected.layers_size(); ++i) {
      const v1::LayerSparsity& layer = expected.layers(i);
      EXPECT_EQ(Strings(*names)[i], layer.name());
      for (const uint64_t count :
           {layer.elements(), layer.inactive(), layer.saturated(), layer.non_finite()}) {
        integers.push_back(static_cast<int64_t>(count));
      }
      const std::string* channels = Output(response, "sparsity.channels/" + layer.name());
      ASSERT_EQ(channels != nullptr, detail == "channels");
      if (channels == nullptr) continue;
      const std::vector<int64_t> table = Integers(*channels);
      ASSERT_EQ(table.size(), size_t{3} * layer.shape(1));
      for (int c = 0; c < layer.shape(1); ++c) {
        EXPECT_EQ(table[3 * c], static_cast<int64_t>(layer.channels().inactive(c)));
        EXPECT_EQ(table[3 * c + 1], static_cast<int64_t>(layer.channels().saturated(c)));
        EXPECT_EQ(table[3 * c + 2], static_cast<int64_t>(layer.channels().non_finite(c)));
      }
    }
    EXPECT_EQ(Integers(*counts), integers);
  }
}

TEST_F(SparsityTest, IsAddedWhateverOutputsAreNamed) {
  inference::ModelInferRequest request = InferRequest(std::span(Digits()).first(1));
  (*request.mutable_parameters())["sparsity"].set_string_param("layers");
  request.add_outputs()->set_name("logits");
  const auto response = client().ModelInfer(request);
  ASSERT_TRUE(response.ok()) << response.status();
  ASSERT_EQ(response->outputs_size(), 3);
  ASSERT_EQ(response->raw_output_contents_size(), 3);
  EXPECT_EQ(response->outputs(1).name(), "sparsity.names");
  EXPECT_EQ(response->outputs(1).datatype(), "BYTES");
  EXPECT_THAT(response->outputs(1).shape(), ElementsAre(7));
  EXPECT_EQ(response->outputs(2).name(), "sparsity.counts");
  EXPECT_EQ(response->outputs(2).datatype(), "INT64");
  EXPECT_THAT(response->outputs(2).shape(), ElementsAre(7, 4));
}

TEST_F(SparsityTest, DoesNotChangeTheAnswer) {
  const std::span<const Digit> digits = std::span(Digits()).first(16);
  const auto without = client().ModelInfer(InferRequest(digits));
  ASSERT_TRUE(without.ok()) << without.status();
  for (const std::string detail : {"layers", "channels"}) {
    EXPECT_TRUE(Infer(digits, detail).raw_output_contents(0) == without->raw_output_contents(0));
  }
}

// A blank page gives every place of a feature map but its border the same value, so counts are far
// from those of a digit; a count of what an earlier request computed would show.
TEST_F(SparsityTest, BelongsToTheRequest) {
  const Digit& digit = Digits()[0];
  const Digit blank;
  const v1::PredictResponse first = Predict(std::span(&digit, 1), v1::SPARSITY_DETAIL_CHANNELS);
  const v1::PredictResponse other = Predict(std::span(&blank, 1), v1::SPARSITY_DETAIL_CHANNELS);
  const v1::PredictResponse again = Predict(std::span(&digit, 1), v1::SPARSITY_DETAIL_CHANNELS);
  EXPECT_EQ(first.SerializeAsString(), again.SerializeAsString());
  ASSERT_GT(first.layers_size(), 0);
  EXPECT_NE(first.layers(0).inactive(), other.layers(0).inactive());
}

TEST_F(SparsityTest, CountsNonFiniteElementsApart) {
  Digit digit = Digits()[0];
  digit.pixels[27] = std::numeric_limits<float>::quiet_NaN();
  const v1::PredictResponse response = Predict(std::span(&digit, 1), v1::SPARSITY_DETAIL_CHANNELS);
  ASSERT_GT(response.layers_size(), 0);
  const v1::LayerSparsity& stem = response.layers(0);
  // The 3x3 neighbourhood of the pixel, in each of 16 channels.
  EXPECT_EQ(stem.non_finite(), 9 * 16);
  EXPECT_LE(stem.inactive() + stem.non_finite(), stem.elements());
  EXPECT_THAT(stem.channels().non_finite(), ::testing::Each(9));
}

TEST_F(SparsityTest, RefusesAnUnknownDetail) {
  inference::ModelInferRequest request = InferRequest(std::span(Digits()).first(1));
  (*request.mutable_parameters())["sparsity"].set_string_param("pixels");
  const auto response = client().ModelInfer(request);
  EXPECT_EQ(response.status().code(), absl::StatusCode::kInvalidArgument);
  EXPECT_THAT(std::string(response.status().message()), HasSubstr("pixels"));
  EXPECT_THAT(std::string(response.status().message()), HasSubstr("channels"));
}

}  // namespace
}  // namespace reluserve::integration
