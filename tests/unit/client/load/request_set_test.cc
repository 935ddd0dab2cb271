// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The reluserve authors

#include "client/load/request_set.h"

#include <algorithm>
#include <cstring>
#include <string>
#include <utility>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/support/temp_dir.h"

namespace reluserve::load {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;

inference::ModelMetadataResponse DigitsModel() {
  inference::ModelMetadataResponse model;
  model.set_name("digits");
  auto* input = model.add_inputs();
  input->set_name("image");
  input->set_datatype("FP32");
  for (const int64_t extent : {-1, 1, 8, 8}) input->add_shape(extent);
  return model;
}

std::string Sample(const std::string& name) {
  return std::string(SOURCE_DIRECTORY) + "/client/samples/" + name;
}

inference::ModelInferRequest Parsed(const grpc::ByteBuffer& bytes) {
  grpc::Slice slice;
  EXPECT_TRUE(bytes.TrySingleSlice(&slice).ok());
  inference::ModelInferRequest request;
  EXPECT_TRUE(request.ParseFromArray(slice.begin(), static_cast<int>(slice.size())));
  return request;
}

TEST(RequestSetTest, PreparedBytesAreTheRequest) {
  InputOptions options;
  options.batch = 3;
  options.variants = 2;
  options.sparsity = "layers";
  const auto prepared = Prepare(DigitsModel(), "7", options);
  ASSERT_TRUE(prepared.ok()) << prepared.status();
  EXPECT_THAT(prepared->samples, ElementsAre(3, 3));
  const inference::ModelInferRequest request = Parsed(prepared->requests[0]);
  EXPECT_EQ(request.model_name(), "digits");
  EXPECT_EQ(request.model_version(), "7");
  EXPECT_EQ(request.parameters().at("sparsity").string_param(), "layers");
  ASSERT_EQ(request.inputs_size(), 1);
  EXPECT_EQ(request.inputs(0).name(), "image");
  EXPECT_EQ(request.inputs(0).datatype(), "FP32");
  EXPECT_THAT(request.inputs(0).shape(), ElementsAre(3, 1, 8, 8));
  EXPECT_EQ(request.raw_input_contents(0).size(), 3 * 64 * sizeof(float));
  EXPECT_NE(request.raw_input_contents(0), Parsed(prepared->requests[1]).raw_input_contents(0));
}

TEST(RequestSetTest, MadeUpInput) {
  InputOptions random;
  random.seed = 5;
  const auto first = MakeRequests(DigitsModel(), "", random);
  const auto again = MakeRequests(DigitsModel(), "", random);
  ASSERT_TRUE(first.ok() && again.ok());
  ASSERT_EQ(first->size(), 8);
  EXPECT_EQ((*first)[3].raw_input_contents(0), (*again)[3].raw_input_contents(0));
  InputOptions zeros;
  zeros.zeros = true;
  const auto blank = MakeRequests(DigitsModel(), "", zeros);
  ASSERT_TRUE(blank.ok());
  ASSERT_EQ(blank->size(), 1);
  EXPECT_EQ((*blank)[0].raw_input_contents(0), std::string(256, '\0'));
  EXPECT_TRUE((*blank)[0].parameters().empty());
}

TEST(RequestSetTest, ADirectoryStandsForItsFilesByName) {
  InputOptions options;
  options.files = {Sample("")};
  const auto requests = MakeRequests(DigitsModel(), "", options);
  ASSERT_TRUE(requests.ok()) << requests.status();
  ASSERT_EQ(requests->size(), 10);
  options.files = {Sample("digit_0_8.png")};
  const auto one = MakeRequests(DigitsModel(), "", options);
  EXPECT_EQ((*one)[0].raw_input_contents(0), (*requests)[0].raw_input_contents(0));
  EXPECT_THAT((*one)[0].inputs(0).shape(), ElementsAre(1, 1, 8, 8));
  std::vector<float> pixels(64);
  std::memcpy(pixels.data(), (*one)[0].raw_input_contents(0).data(), 256);
  EXPECT_GE(*std::min_element(pixels.begin(), pixels.end()), 0);
  EXPECT_LE(*std::max_element(pixels.begin(), pixels.end()), 1);
  EXPECT_GT(*std::max_element(pixels.begin(), pixels.end()), 0.5);
}

TEST(RequestSetTest, NamedFilesMakeOneRequest) {
  const test_support::TempDir directory;
  inference::ModelMetadataResponse model = DigitsModel();
  auto* scale = model.add_inputs();
  scale->set_name("scale");
  scale->set_datatype("FP32");
  scale->add_shape(1);
  InputOptions options;
  options.named_files = {{"scale", directory.Write("scale.raw", std::string(4, 'x'))},
                         {"image", directory.Write("image.raw", std::string(512, 'y'))}};
  const auto prepared = Prepare(model, "", options);
  ASSERT_TRUE(prepared.ok()) << prepared.status();
  const inference::ModelInferRequest request = Parsed(prepared->requests[0]);
  EXPECT_EQ(request.inputs(0).name(), "scale");
  EXPECT_THAT(request.inputs(1).shape(), ElementsAre(2, 1, 8, 8));
  EXPECT_EQ(request.raw_input_contents(1), std::string(512, 'y'));
  options.named_files.clear();
  options.files = {directory.path() / "image.raw"};
  EXPECT_THAT(std::string(Prepare(model, "", options).status().message()),
              HasSubstr("has 2 inputs"));
}

TEST(RequestSetTest, RefusesWhatIsNoInput) {
  const test_support::TempDir directory;
  const test_support::TempDir empty;
  inference::ModelMetadataResponse vectors = DigitsModel();
  vectors.mutable_inputs(0)->clear_shape();
  vectors.mutable_inputs(0)->add_shape(-1);
  vectors.mutable_inputs(0)->add_shape(64);
  const std::vector<std::pair<std::string, std::string>> rows = {
      {"/nowhere", "no such file or directory: /nowhere"},
      {empty.path(), "has no files"},
      {directory.Write("short.raw", "abc"), "short.raw: 3 bytes"},
      {directory.Write("broken.png", "\x89PNG\r\n\x1a\n..."), "broken.png: "},
  };
  for (const auto& [path, message] : rows) {
    InputOptions options;
    options.files = {path};
    EXPECT_THAT(std::string(Prepare(DigitsModel(), "", options).status().message()),
                HasSubstr(message));
  }
  InputOptions image;
  image.files = {Sample("digit_0_8.png")};
  EXPECT_THAT(std::string(Prepare(vectors, "", image).status().message()),
              HasSubstr("expected FP32 [1,C,H,W]"));
}

}  // namespace
}  // namespace reluserve::load
