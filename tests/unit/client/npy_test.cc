// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The reluserve authors

#include "client/npy.h"

#include <cstdint>
#include <string>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace reluserve::client {
namespace {

using ::testing::HasSubstr;

// `length` as little-endian in `bytes` bytes.
std::string LittleEndian(uint64_t length, int bytes) {
  std::string text;
  for (int i = 0; i < bytes; ++i) text += static_cast<char>(length >> (8 * i) & 0xff);
  return text;
}

std::string FileOf(const std::string& header, const std::string& elements, char major = 1) {
  return "\x93NUMPY" + std::string{major, '\0'} + LittleEndian(header.size(), major == 1 ? 2 : 4) +
         header + elements;
}

std::string HeaderOf(const std::string& descr, const std::string& shape) {
  return "{'descr': '" + descr + "', 'fortran_order': False, 'shape': " + shape + ", }    \n";
}

TEST(NpyTest, ReadsFloatMatrixOfBothVersions) {
  const std::string elements("\0\0\x80\x3f\0\0\0\x40\0\0\x40\xc0\0\0\0\x3f\0\0\0\0\0\0\x80\x7f",
                             24);
  for (const char major : {1, 2}) {
    SCOPED_TRACE(static_cast<int>(major));
    const std::string file = FileOf(HeaderOf("<f4", "(2, 3)"), elements, major);
    const absl::StatusOr<TensorView> array = ParseNpy(file);
    ASSERT_TRUE(array.ok()) << array.status();
    EXPECT_EQ(array->type, DataType::kFloat32);
    EXPECT_EQ(array->shape.ToString(), "[2,3]");
    EXPECT_EQ(std::string(static_cast<const char*>(array->data), array->byte_size()), elements);
  }
}

TEST(NpyTest, ReadsEveryType) {
  const std::vector<std::pair<std::string, DataType>> types = {
      {"<f2", DataType::kFloat16}, {"<f4", DataType::kFloat32}, {"<f8", DataType::kFloat64},
      {"|i1", DataType::kInt8},    {"<i2", DataType::kInt16},   {"<i4", DataType::kInt32},
      {"<i8", DataType::kInt64},   {"|u1", DataType::kUint8},   {"<u2", DataType::kUint16},
      {"<u4", DataType::kUint32},  {"<u8", DataType::kUint64},  {"|b1", DataType::kBool}};
  for (const auto& [descr, type] : types) {
    SCOPED_TRACE(descr);
    const std::string file = FileOf(HeaderOf(descr, "(5,)"), std::string(5 * ByteSize(type), '\1'));
    const absl::StatusOr<TensorView> array = ParseNpy(file);
    ASSERT_TRUE(array.ok()) << array.status();
    EXPECT_EQ(array->type, type);
  }
}

TEST(NpyTest, ReadsEveryFormOfHeader) {
  struct Row {
    std::string header;
    std::string shape;
    int elements;
  };
  const std::vector<Row> rows = {
      {"{'descr': '|u1', 'fortran_order': False, 'shape': (), }\n", "[]", 1},
      {"{'descr': '|u1', 'fortran_order': False, 'shape': (7,)}", "[7]", 7},
      {"{'shape':(2,2,),'descr':\"|u1\",'fortran_order':False}   ", "[2,2]", 4},
      {"{'descr': '|u1', 'fortran_order': False, 'shape': (0, 4)}\n", "[0,4]", 0},
      {"{ 'descr' : '|u1' , 'fortran_order' : False , 'shape' : ( 1 , 3 ) , } \n", "[1,3]", 3},
  };
  for (const Row& row : rows) {
    SCOPED_TRACE(row.header);
    const std::string file = FileOf(row.header, std::string(row.elements, '\1'));
    const absl::StatusOr<TensorView> array = ParseNpy(file);
    ASSERT_TRUE(array.ok()) << array.status();
    EXPECT_EQ(array->shape.ToString(), row.shape);
  }
}

TEST(NpyTest, RefusesHostileFiles) {
  struct Row {
    std::string name;
    std::string file;
    std::string message;
  };
  const std::string good = HeaderOf("|u1", "(2,)");
  const std::vector<Row> rows = {
      {"empty", "", "does not begin"},
      {"magic cut off", "\x93NUM", "does not begin"},
      {"version cut off", "\x93NUMPY\1", "within the format's version"},
      {"length cut off", std::string("\x93NUMPY\1\0\x10", 9), "within the header's length"},
      {"length cut off, version 2", std::string("\x93NUMPY\2\0\x10\0\0", 11),
       "within the header's length"},
      {"version 3", FileOf(good, "ab", 3), "version 3.0"},
      {"header longer than the file", std::string("\x93NUMPY\1\0\xff\xff{}", 12),
       "should have 65535 bytes, the file ends after 2"},
      {"header of 4 GiB", std::string("\x93NUMPY\2\0\xff\xff\xff\xff{}", 14),
       "should have 4294967295 bytes"},
      {"no header", FileOf("", "ab"), "'{' is expected"},
      {"no keys", FileOf("{}", "ab"), "no key 'descr'"},
      {"no shape", FileOf("{'descr': '|u1', 'fortran_order': False}", "ab"), "no key 'shape'"},
      {"no order", FileOf("{'descr': '|u1', 'shape': (2,)}", "ab"), "no key 'fortran_order'"},
      {"a key twice", FileOf("{'descr': '|u1', 'descr': '<f4', 'shape': (2,)}", "ab"),
       "the key 'descr' twice"},
      {"another key", FileOf("{'descr': '|u1', 'x': 1}", "ab"), "the key 'x', expected"},
      {"string without an end", FileOf("{'descr: 1", "ab"), "a string with an end"},
      {"no dictionary's end", FileOf("{'descr': '|u1'", "ab"), "'}' is expected"},
      {"text after the end", FileOf(good + "x", "ab"), "where the end is expected"},
      {"code for a shape", FileOf(HeaderOf("|u1", "__import__('os')"), "ab"), "'(' is expected"},
      {"a number for a shape", FileOf(HeaderOf("|u1", "(2)"), "ab"), "after the only extent"},
      {"negative extent", FileOf(HeaderOf("|u1", "(-2,)"), "ab"), "an extent from 0"},
      {"extent over 64 bits", FileOf(HeaderOf("|u1", "(9223372036854775808,)"), "ab"),
       "an extent from 0"},
      {"product over 64 bits", FileOf(HeaderOf("|u1", "(4294967296, 4294967296)"), "ab"),
       "too large"},
      {"product over 64 bits beside a zero",
       FileOf(HeaderOf("|u1", "(0, 4294967296, 4294967296)"), ""), "too large"},
      {"bytes over 64 bits", FileOf(HeaderOf("<f8", "(2305843009213693952,)"), "ab"), "too large"},
      {"too few elements", FileOf(good, "a"), "UINT8 [2] has 2 bytes, the file has 1"},
      {"too many elements", FileOf(good, "abc"), "UINT8 [2] has 2 bytes, the file has 3"},
      {"big-endian", FileOf(HeaderOf(">f4", "(1,)"), "abcd"), "big-endian"},
      {"complex numbers", FileOf(HeaderOf("<c8", "(1,)"), "abcdefgh"), "the type '<c8'"},
      {"Python objects", FileOf(HeaderOf("|O", "(1,)"), "abcdefgh"), "the type '|O'"},
      {"no type", FileOf(HeaderOf("", "(1,)"), "a"), "the type ''"},
      {"structured type",
       FileOf("{'descr': [('a', '<f4')], 'fortran_order': False, 'shape': (1,)}", "abcd"),
       "structured type"},
      {"Fortran order", FileOf("{'descr': '|u1', 'fortran_order': True, 'shape': (2,)}", "ab"),
       "Fortran order"},
      {"neither True nor False",
       FileOf("{'descr': '|u1', 'fortran_order': 0, 'shape': (2,)}", "ab"), "True or False"},
  };
  for (const Row& row : rows) {
    SCOPED_TRACE(row.name);
    const absl::StatusOr<TensorView> array = ParseNpy(row.file);
    ASSERT_FALSE(array.ok());
    EXPECT_THAT(std::string(array.status().message()), HasSubstr(row.message));
  }
}

// Whatever byte of a file is cut off or changed, the parser answers, and never with a view that
// ends beyond the file.
TEST(NpyTest, StaysInsideDamagedFiles) {
  const std::string whole = FileOf(HeaderOf("<u2", "(2, 3)"), "abcdefghijkl");
  int accepted = 0;
  const auto check = [&accepted](const std::string& file) {
    const absl::StatusOr<TensorView> array = ParseNpy(file);
    if (!array.ok()) return;
    ++accepted;
    const char* begin = static_cast<const char*>(array->data);
    EXPECT_EQ(begin + array->byte_size(), file.data() + file.size());
  };
  for (size_t size = 0; size < whole.size(); ++size) {
    check(whole.substr(0, size));
  }
  EXPECT_EQ(accepted, 0);
  for (size_t i = 0; i < whole.size(); ++i) {
    for (int value = 0; value < 256; ++value) {
      std::string damaged = whole;
      damaged[i] = static_cast<char>(value);
      check(damaged);
    }
  }
  // Every value of the twelve bytes of elements, at least.
  EXPECT_GE(accepted, 12 * 256);
}

}  // namespace
}  // namespace reluserve::client
