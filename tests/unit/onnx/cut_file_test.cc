// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The reluserve authors

#include "server/onnx/cut_file.h"

#include <cstring>
#include <iostream>
#include <optional>
#include <random>
#include <string>
#include <utility>
#include <vector>

#include <gmock/gmock.h>
#include <google/protobuf/io/coded_stream.h>
#include <google/protobuf/io/zero_copy_stream_impl_lite.h>
#include <gtest/gtest.h>

#include "server/onnx/importer.h"
#include "server/onnx/tensor_proto.h"
#include "tests/support/temp_dir.h"
#include "tests/unit/onnx/model_builder.h"

namespace reluserve::onnx_import {
namespace {

using testing::HasSubstr;

constexpr size_t kLarge = 5000;  // bytes of a tensor that is cut out

// As importing parses.
std::optional<onnx::ModelProto> Parse(const std::string& bytes) {
  google::protobuf::io::ArrayInputStream array(bytes.data(), static_cast<int>(bytes.size()));
  google::protobuf::io::CodedInputStream stream(&array);
  onnx::ModelProto model;
  if (!model.ParsePartialFromCodedStream(&stream) || !stream.ConsumedEntireMessage()) {
    return std::nullopt;
  }
  return model;
}

// What the file means: cut, parsed, and with what was cut out back in its place.
std::optional<onnx::ModelProto> CutAndRestore(const std::string& bytes, size_t& cuts) {
  const absl::StatusOr<CutFile> file = CutLargeTensors(bytes);
  if (!file.ok()) return std::nullopt;
  std::optional<onnx::ModelProto> model = Parse(file->structure);
  if (!model) return std::nullopt;
  cuts = file->raw_data.size();
  int64_t cut_bytes = 0;
  for (const auto& [index, raw] : file->raw_data) {
    EXPECT_LT(index, model->graph().initializer_size());
    EXPECT_LE(raw.offset + raw.size, static_cast<int64_t>(bytes.size()));
    onnx::TensorProto* tensor = model->mutable_graph()->mutable_initializer(index);
    EXPECT_FALSE(tensor->has_raw_data()) << index;
    tensor->set_raw_data(
        bytes.substr(static_cast<size_t>(raw.offset), static_cast<size_t>(raw.size)));
    cut_bytes += raw.size;
  }
  EXPECT_EQ(cut_bytes, file->raw_bytes);
  EXPECT_LE(static_cast<int64_t>(file->structure.size()) + cut_bytes,
            static_cast<int64_t>(bytes.size()));
  return model;
}

// A field of bytes, with a tag below 128.
std::string Field(int number, const std::string& content) {
  std::string field(1, static_cast<char>(number << 3 | 2));
  size_t size = content.size();
  for (; size >= 0x80; size >>= 7) field += static_cast<char>(0x80 | (size & 0x7f));
  return field + static_cast<char>(size) + content;
}
// The same with tag and length in four bytes each.
std::string LongField(int number, const std::string& content) {
  std::string field;
  for (const size_t value : {static_cast<size_t>(number << 3 | 2), content.size()}) {
    for (int shift = 0; shift < 28; shift += 7) {
      field += static_cast<char>((value >> shift & 0x7f) | (shift < 21 ? 0x80 : 0));
    }
  }
  return field + content;
}
std::string Graph(const std::string& content) { return Field(7, content); }
std::string Initializer(const std::string& content) { return Field(5, content); }
std::string Raw(size_t size, char fill) { return Field(9, std::string(size, fill)); }

struct Row {
  const char* what;
  std::string bytes;
  size_t cuts = 0;
  bool malformed = false;
};

std::vector<Row> Rows() {
  const std::string name = Field(8, "w");
  const std::string large = Initializer(name + Raw(kLarge, 'a'));
  const std::string group("\xc3\x3e\xc0\x3e\x01\xc4\x3e", 7);  // number 1000, with a field inside
  return {
      {"nothing", "", 0},
      {"one tensor", Graph(large), 1},
      {"a small one", Graph(Initializer(name + Raw(kLarge, 'a')) + Initializer(Raw(4000, 'b'))), 1},
      {"fields on both sides",
       Graph(Field(2, "g") + Initializer(Raw(kLarge, 'a') + name) + Field(10, "doc") + large +
             Field(2, "h")),
       2},
      {"several graphs are one",
       Graph(large) + Field(2, "me") + Graph("") + Graph(Field(2, "g")) +
           Graph(Initializer(name) + large),
       2},
      {"raw_data twice, the last counts",
       Graph(Initializer(Raw(kLarge, 'a') + name + Raw(kLarge, 'b')) + large), 1},
      {"raw_data twice, the last is empty", Graph(Initializer(Raw(kLarge, 'a') + Raw(0, 'b'))), 0},
      {"its number as an integer", Graph(Initializer("\x48\x05" + Raw(kLarge, 'a'))), 1},
      {"unknown fields and groups",
       group + Graph(group + Initializer(group + Raw(kLarge, 'a') + group) + group) + group, 1},
      {"tags and lengths longer than they need to be",
       LongField(7, LongField(5, name + LongField(9, std::string(kLarge, 'a')))), 1},
      {"a tensor of a node is left", Graph(Field(1, Field(5, Field(5, Raw(kLarge, 'a'))))), 0},
      {"a tensor longer than the graph", Field(7, large.substr(0, large.size() - 1)), 0, true},
      {"raw_data longer than its tensor",
       Graph(Initializer(Raw(kLarge, 'a').substr(0, kLarge)) + std::string(100, '\x08')), 0, true},
      {"a graph longer than the file", Graph(large).substr(0, kLarge), 0, true},
      {"a negative length", Graph("\x2a\xff\xff\xff\xff\xff\xff\xff\xff\xff\x01"), 0, true},
      {"a group that does not end", Graph(large + group.substr(0, 5)), 0, true},
      {"a group that did not begin", Graph(large + group.substr(5)), 0, true},
      {"field number 0", Graph(large + std::string("\x02\x00", 2)), 0, true},
      {"a zero", Graph(large + std::string(1, '\0')), 0, true},
      {"a zero at the end", Graph(large) + std::string(1, '\0'), 0, true},
      {"a wire type that is none", Graph(large + "\x0f"), 0, true},
  };
}

TEST(CutFileTest, MeansWhatParsingTheWholeFileGives) {
  for (const Row& row : Rows()) {
    SCOPED_TRACE(row.what);
    const std::optional<onnx::ModelProto> whole = Parse(row.bytes);
    size_t cuts = 0;
    const std::optional<onnx::ModelProto> cut = CutAndRestore(row.bytes, cuts);
    EXPECT_EQ(whole.has_value(), !row.malformed);
    ASSERT_EQ(cut.has_value(), whole.has_value());
    if (!whole) continue;
    EXPECT_EQ(cuts, row.cuts);
    EXPECT_EQ(cut->SerializePartialAsString(), whole->SerializePartialAsString());
  }
}

TEST(CutFileTest, LeavesNothingLargeBehind) {
  const std::string bytes =
      ModelBuilder().Initializer("w", RawTensor(onnx::TensorProto::FLOAT, {1000}, 4000)).Bytes();
  EXPECT_EQ(CutLargeTensors(bytes)->structure, bytes);
  const std::string large =
      ModelBuilder()
          .Initializer("w", RawTensor(onnx::TensorProto::FLOAT, {1000, 1000}, 4'000'000))
          .Bytes();
  const absl::StatusOr<CutFile> file = CutLargeTensors(large);
  ASSERT_TRUE(file.ok()) << file.status();
  EXPECT_LT(file->structure.size(), 200u);
  EXPECT_EQ(file->raw_bytes, 4'000'000);
}

// Files damaged at random mean what they did, or nothing.
TEST(CutFileTest, DamagedFilesMeanTheSame) {
  const uint32_t seed = std::random_device()();
  std::cout << "seed " << seed << std::endl;  // at once: a crash must not hide it
  std::mt19937 random(seed);
  std::vector<std::string> good;
  for (const Row& row : Rows()) {
    if (!row.bytes.empty()) good.push_back(row.bytes);
  }
  int parsed = 0, with_cuts = 0;
  constexpr int kRounds = 20'000;
  for (int round = 0; round < kRounds; ++round) {
    std::string bytes = good[random() % good.size()];
    // Most of a file is elements: damage near the ends, where the structure is.
    const auto place = [&] {
      const size_t near = random() % 40;
      return random() % 8 == 0
                 ? random() % bytes.size()
                 : (random() % 2 == 0 ? near : bytes.size() - 1 - near) % bytes.size();
    };
    for (uint32_t changes = 1 + random() % 3; changes > 0; --changes) {
      const size_t at = place();
      switch (random() % 4) {
        case 0:
          bytes[at] = static_cast<char>(bytes[at] ^ (1 << (random() % 8)));
          break;
        case 1:
          bytes[at] = static_cast<char>(random());
          break;
        case 2:
          bytes.insert(at, 1 + random() % 3, static_cast<char>(random()));
          break;
        default:
          bytes.erase(at, 1 + random() % 3);
          if (bytes.empty()) bytes = "x";
      }
    }
    size_t cuts = 0;
    const std::optional<onnx::ModelProto> whole = Parse(bytes);
    const std::optional<onnx::ModelProto> cut = CutAndRestore(bytes, cuts);
    ASSERT_EQ(cut.has_value(), whole.has_value()) << "round " << round;
    if (!whole) continue;
    ++parsed;
    with_cuts += cuts > 0 ? 1 : 0;
    ASSERT_EQ(cut->SerializePartialAsString(), whole->SerializePartialAsString())
        << "round " << round;
  }
  EXPECT_GT(parsed, kRounds / 20);
  EXPECT_LT(parsed, kRounds);
  EXPECT_GT(with_cuts, kRounds / 50);
}

// The importer puts the elements where they belong, whether they were cut out or not.
TEST(CutFileTest, ImportsWhatWasCutOut) {
  const auto tensor = [](int onnx_type, size_t count, size_t bytes) {
    onnx::TensorProto proto = RawTensor(onnx_type, {static_cast<int64_t>(count)}, 0);
    std::string raw(count * bytes, '\0');
    for (size_t i = 0; i < raw.size(); ++i) raw[i] = static_cast<char>(i % 61);
    proto.set_raw_data(raw);
    return proto;
  };
  for (const auto& [type, bytes] :
       std::vector<std::pair<int, size_t>>{{onnx::TensorProto::FLOAT, 4},
                                           {onnx::TensorProto::FLOAT16, 2},
                                           {onnx::TensorProto::BFLOAT16, 2},
                                           {onnx::TensorProto::BOOL, 1},
                                           {onnx::TensorProto::INT64, 8}}) {
    constexpr size_t kMany = 70'000;
    const onnx::TensorProto proto = tensor(type, kMany, bytes);
    ModelBuilder model;
    model.Initializer("unused", tensor(onnx::TensorProto::FLOAT, kMany, 4))
        .Initializer("w", proto)
        .Node("Identity", {"w"}, {"y"})
        .Output("y", type);
    const absl::StatusOr<ImportedModel> imported = ImportModel(model.Bytes());
    ASSERT_TRUE(imported.ok()) << imported.status();
    const Tensor expected = TensorFromProto(proto).value();
    int found = 0;
    for (graph::ValueId id = 0; id < imported->graph.value_count(); ++id) {
      const Tensor* constant = imported->graph.ConstantOf(id);
      if (constant == nullptr) continue;
      ++found;
      ASSERT_EQ(constant->type(), expected.type());
      ASSERT_EQ(constant->shape(), expected.shape());
      EXPECT_EQ(std::memcmp(constant->data(), expected.data(), expected.byte_size()), 0) << type;
    }
    EXPECT_GT(found, 0);
  }
}

TEST(CutFileTest, RefusesWhatDoesNotFitTheShape) {
  const auto refusal = [](const onnx::TensorProto& tensor) {
    ModelBuilder model;
    model.Initializer("w", tensor).Node("Identity", {"w"}, {"y"}).Output("y");
    return std::string(ImportModel(model.Bytes()).status().message());
  };
  EXPECT_THAT(refusal(RawTensor(onnx::TensorProto::FLOAT, {2000}, 7996)),
              HasSubstr("takes 8000 bytes in raw_data, but 7996 are there"));
  EXPECT_THAT(refusal(RawTensor(onnx::TensorProto::FLOAT, {1 << 30, 1 << 30}, 8000)),
              HasSubstr("initializer \"w\""));
  onnx::TensorProto twice = RawTensor(onnx::TensorProto::FLOAT, {2000}, 8000);
  twice.add_float_data(1);
  EXPECT_THAT(refusal(twice), HasSubstr("has its data twice"));
}

TEST(CutFileTest, FingerprintsTellContentsApart) {
  const auto fingerprint = [](char last) {
    onnx::TensorProto tensor = RawTensor(onnx::TensorProto::FLOAT, {2000}, 8000);
    tensor.mutable_raw_data()->back() = last;
    ModelBuilder model;
    model.Initializer("w", tensor).Node("Identity", {"w"}, {"y"}).Output("y");
    const test_support::TempDir dir;
    const ByteSource file =
        ByteSource::OpenFile(dir.Write("m", model.Bytes()), int64_t{1} << 20).value();
    const uint64_t value = ImportModel(file)->fingerprint;
    EXPECT_EQ(ImportModel(model.Bytes())->fingerprint, value)
        << "it depends on where the bytes are";
    return value;
  };
  EXPECT_EQ(fingerprint('a'), fingerprint('a'));
  EXPECT_NE(fingerprint('a'), fingerprint('b'));
}

}  // namespace
}  // namespace reluserve::onnx_import
