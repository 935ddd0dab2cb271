// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The reluserve authors

#include "server/onnx/parsed_size.h"

#include <random>
#include <string>

#include <gtest/gtest.h>

#include "tests/unit/onnx/model_builder.h"

namespace reluserve::onnx_import {
namespace {

// Bytes that a parsed model really holds.
int64_t ParsedSize(const std::string& bytes) {
  onnx::ModelProto model;
  EXPECT_TRUE(model.ParseFromString(bytes));
  return static_cast<int64_t>(model.SpaceUsedLong());
}

void ExpectBound(const char* what, const std::string& bytes, double most) {
  const int64_t bound = BoundParsedSize(bytes);
  EXPECT_GE(bound, ParsedSize(bytes)) << what;
  EXPECT_LE(bound, static_cast<int64_t>(most * static_cast<double>(bytes.size()))) << what;
}

TEST(ParsedSizeTest, BoundsWhatParsingTakes) {
  ExpectBound("raw weights cost what they are",
              ModelBuilder().Initializer("w", RawTensor(1, {1000, 1000}, 4'000'000)).Bytes(), 1.01);
  ExpectBound("packed floats",
              ModelBuilder().Initializer("w", FloatTensor({100'000}, Floats(100'000))).Bytes(),
              3.01);
  ExpectBound("packed small integers",
              ModelBuilder().Initializer("w", IntTensor({100'000}, Ints(100'000, 1))).Bytes(),
              24.1);
  ModelBuilder nodes;
  for (int i = 0; i < 1000; ++i) {
    nodes.Node("Conv", {"input", "weights"}, {"output"}, {{"strides", Ints{2, 2}}});
  }
  ExpectBound("nodes", nodes.Bytes(), 30);
}

TEST(ParsedSizeTest, SeesThroughFilesMadeToExhaustMemory) {
  // Graph with 100,000 empty nodes: field 7 of the model, field 1 of the graph, two bytes each.
  std::string nodes;
  for (int i = 0; i < 100'000; ++i) nodes += std::string("\x0a\x00", 2);
  onnx::ModelProto model;
  ASSERT_TRUE(model.mutable_graph()->ParseFromString(nodes));
  ExpectBound("empty nodes", model.SerializeAsString(), 200);

  // Fields that no message has are kept too: number 1000, as varint and as a group.
  std::string unknown;
  for (int i = 0; i < 10'000; ++i) unknown += std::string("\xc0\x3e\x01\xc3\x3e\xc4\x3e", 7);
  ExpectBound("unknown fields", unknown, 200);
}

TEST(ParsedSizeTest, EndsOnMalformedBytes) {
  const uint32_t seed = 20240607;
  SCOPED_TRACE(seed);
  std::mt19937 random(seed);
  const std::string good =
      ModelBuilder().Input("x", {1}).Node("Relu", {"x"}, {"y"}).Output("y").Bytes();
  for (size_t length = 0; length < good.size(); ++length) {
    EXPECT_GE(BoundParsedSize(good.substr(0, length)), 0);
  }
  for (int round = 0; round < 2000; ++round) {
    std::string bytes(random() % 200, '\0');
    for (char& byte : bytes) byte = static_cast<char>(random());
    EXPECT_LT(BoundParsedSize(bytes), 1 << 20);
  }
  // Groups in groups, deeper than protobuf follows.
  EXPECT_LT(BoundParsedSize(std::string(1'000'000, '\x0b')), 1 << 20);
}

}  // namespace
}  // namespace reluserve::onnx_import
