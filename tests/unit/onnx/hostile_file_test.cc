// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The reluserve authors

// Files that are cut short, damaged, or made to exhaust memory.

#include <iostream>
#include <random>
#include <string>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "server/onnx/importer.h"
#include "tests/unit/onnx/model_builder.h"

namespace reluserve::onnx_import {
namespace {

TEST(HostileFileTest, BoundsFileNodesAndMemory) {
  EXPECT_EQ(ImportModel(std::string()).status().message(), "the file is empty");
  EXPECT_EQ(ImportModel(std::string("abcdef"), {.max_file_bytes = 5}).status().message(),
            "the file has 6 bytes, at most 5 are accepted");

  ModelBuilder many(13);
  for (int i = 0; i <= 100'000; ++i) many.proto().mutable_graph()->add_node();
  EXPECT_EQ(ImportModel(many.Output("y").Bytes()).status().message(),
            "the graph has 100001 nodes, at most 100000 are accepted");

  // 4 MiB of empty nodes would become 300 MiB and more of node objects.
  std::string nodes;
  for (int i = 0; i < (2 << 20); ++i) nodes += std::string("\x0a\x00", 2);
  std::string file = "\x3a";  // field 7, the graph, and its length
  for (size_t rest = nodes.size(); rest > 0; rest >>= 7) {
    file += static_cast<char>((rest & 0x7f) | (rest > 0x7f ? 0x80 : 0));
  }
  EXPECT_THAT(std::string(ImportModel(file + nodes).status().message()),
              testing::HasSubstr("bytes of memory for its 4194309 bytes, too many"));
}

// A model with a bit of everything, to damage.
std::string VariedModel() {
  return ModelBuilder(11)
      .Input("x", {-1, 3, 8, 8})
      .Initializer("w", FloatTensor({2, 3, 1, 1}, {1, 2, 3, 4, 5, 6}))
      .Initializer("h", RawTensor(onnx::TensorProto::FLOAT16, {2, 1, 1}, 4))
      .Initializer("shape", IntTensor({2}, {0, -1}))
      .Node("Conv", {"x", "w"}, {"c"}, {{"pads", Ints{0, 0, 0, 0}}, {"auto_pad", "NOTSET"}})
      .Node("Add", {"c", "h"}, {"a"})
      .Node("Constant", {}, {"six"}, {{"value", FloatTensor({}, {6})}})
      .Node("Clip", {"a", "", "six"}, {"r"})
      .Node("Split", {"r"}, {"s", "t"}, {{"axis", 1}, {"split", Ints{1, 1}}})
      .Node("Reshape", {"s", "shape"}, {"y"})
      .Output("y")
      .Output("t")
      .Bytes();
}

TEST(HostileFileTest, TruncatedFilesGiveAnError) {
  const std::string bytes = VariedModel();
  ASSERT_TRUE(ImportModel(bytes).ok()) << ImportModel(bytes).status();
  for (size_t length = 0; length < bytes.size(); ++length) {
    const absl::StatusOr<ImportedModel> imported = ImportModel(bytes.substr(0, length));
    // Cut between two fields the rest is a model, but the opset list, which stands last, is
    // missing.
    EXPECT_FALSE(imported.ok()) << length;
    EXPECT_FALSE(imported.status().message().empty()) << length;
  }
}

TEST(HostileFileTest, DamagedFilesNeverCrash) {
  const uint32_t seed = std::random_device()();
  std::cout << "seed " << seed << std::endl;  // at once: a crash must not hide it
  std::mt19937 random(seed);
  const std::string good = VariedModel();
  int refused = 0;
  constexpr int kRounds = 20'000;
  for (int round = 0; round < kRounds; ++round) {
    std::string bytes = good;
    for (uint32_t flips = 1 + random() % 8; flips > 0; --flips) {
      bytes[random() % bytes.size()] ^= static_cast<char>(1 << (random() % 8));
    }
    const absl::StatusOr<ImportedModel> imported = ImportModel(bytes);
    if (!imported.ok()) {
      ++refused;
      EXPECT_FALSE(imported.status().message().empty());
      EXPECT_NE(imported.status().code(), absl::StatusCode::kInternal) << imported.status();
    }
  }
  // Most damage shows; names and weights may change without anybody noticing.
  EXPECT_GT(refused, kRounds / 2);
  EXPECT_LT(refused, kRounds);
}

}  // namespace
}  // namespace reluserve::onnx_import
