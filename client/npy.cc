// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The reluserve authors

#include "client/npy.h"

#include <charconv>
#include <cstdint>
#include <optional>
#include <string>
#include <utility>

#include "server/base/checked_math.h"
#include "server/base/status.h"

namespace reluserve::client {
namespace {

constexpr std::string_view kMagic = "\x93NUMPY";

// An unsigned little-endian integer of all of `bytes`.
uint32_t LittleEndian(std::string_view bytes) {
  uint32_t value = 0;
  for (size_t i = bytes.size(); i-- > 0;) value = value << 8 | static_cast<uint8_t>(bytes[i]);
  return value;
}

struct Header {
  std::optional<std::string_view> descr;
  std::optional<bool> fortran_order;
  std::optional<Shape> shape;
};

// Reads the header's text, a Python dictionary, as in
//   {'descr': '<f4', 'fortran_order': False, 'shape': (2, 3), }
// and no more of Python than that.
class HeaderParser {
 public:
  explicit HeaderParser(std::string_view text) : rest_(text) {}

  absl::StatusOr<Header> Parse() {
    RELUSERVE_RETURN_IF_ERROR(Expect("{"));
    Header header;
    while (!Accept("}")) {
      RELUSERVE_RETURN_IF_ERROR(ParseEntry(header));
      if (Accept(",")) continue;
      RELUSERVE_RETURN_IF_ERROR(Expect("}"));
      break;
    }
    SkipSpace();
    if (!rest_.empty()) return Malformed("the end");
    if (!header.descr) return InvalidArgument("the header has no key 'descr'");
    if (!header.fortran_order) return InvalidArgument("the header has no key 'fortran_order'");
    if (!header.shape) return InvalidArgument("the header has no key 'shape'");
    return header;
  }

 private:
  absl::Status ParseEntry(Header& header) {
    RELUSERVE_ASSIGN_OR_RETURN(const std::string_view key, ParseString());
    RELUSERVE_RETURN_IF_ERROR(Expect(":"));
    if (key == "descr") {
      if (rest_.starts_with(" [") || rest_.starts_with("[")) {
        return Unimplemented("the array has a structured type, expected plain numbers");
      }
      return Assign(key, header.descr, ParseString());
    }
    if (key == "fortran_order") return Assign(key, header.fortran_order, ParseBool());
    if (key == "shape") return Assign(key, header.shape, ParseShape());
    return InvalidArgument(
        "the header has the key '{}', expected 'descr', 'fortran_order' and 'shape'", key);
  }

  template <typename T>
  static absl::Status Assign(std::string_view key, std::optional<T>& target,
                             absl::StatusOr<T> value) {
    if (!value.ok()) return value.status();
    if (target) return InvalidArgument("the header has the key '{}' twice", key);
    target = *std::move(value);
    return absl::OkStatus();
  }

  absl::StatusOr<std::string_view> ParseString() {
    SkipSpace();
    if (!rest_.starts_with('\'') && !rest_.starts_with('"')) return Malformed("a string");
    const size_t end = rest_.find(rest_.front(), 1);
    if (end == std::string_view::npos) return Malformed("a string with an end");
    const std::string_view value = rest_.substr(1, end - 1);
    rest_.remove_prefix(end + 1);
    return value;
  }

  absl::StatusOr<bool> ParseBool() {
    if (Accept("True")) return true;
    if (Accept("False")) return false;
    return Malformed("True or False");
  }

  // (), (3,), (2, 3) or (2, 3,).
  absl::StatusOr<Shape> ParseShape() {
    RELUSERVE_RETURN_IF_ERROR(Expect("("));
    Shape shape;
    while (!Accept(")")) {
      SkipSpace();
      int64_t extent = 0;
      const auto [end, error] = std::from_chars(rest_.data(), rest_.data() + rest_.size(), extent);
      if (error != std::errc() || extent < 0) return Malformed("an extent from 0 to 2^63-1");
      rest_.remove_prefix(end - rest_.data());
      shape.push_back(extent);
      if (Accept(",")) continue;
      if (shape.rank() == 1) return Malformed("',' after the only extent");
      RELUSERVE_RETURN_IF_ERROR(Expect(")"));
      break;
    }
    return shape;
  }

  void SkipSpace() { rest_.remove_prefix(std::min(rest_.find_first_not_of(" \n"), rest_.size())); }

  bool Accept(std::string_view token) {
    SkipSpace();
    if (!rest_.starts_with(token)) return false;
    rest_.remove_prefix(token.size());
    return true;
  }

  absl::Status Expect(std::string_view token) {
    return Accept(token) ? absl::OkStatus() : Malformed(fmt::format("'{}'", token));
  }

  absl::Status Malformed(std::string_view expected) const {
    constexpr size_t kShown = 20;
    return InvalidArgument("the header has \"{}\" where {} is expected", rest_.substr(0, kShown),
                           expected);
  }

  std::string_view rest_;
};

// The type that NumPy's name stands for. '|' is NumPy's byte order of one-byte types.
absl::StatusOr<DataType> TypeFromDescr(std::string_view descr) {
  constexpr std::pair<std::string_view, DataType> kTypes[] = {
      {"<f2", DataType::kFloat16}, {"<f4", DataType::kFloat32}, {"<f8", DataType::kFloat64},
      {"|i1", DataType::kInt8},    {"<i2", DataType::kInt16},   {"<i4", DataType::kInt32},
      {"<i8", DataType::kInt64},   {"|u1", DataType::kUint8},   {"<u2", DataType::kUint16},
      {"<u4", DataType::kUint32},  {"<u8", DataType::kUint64},  {"|b1", DataType::kBool},
  };
  for (const auto& [name, type] : kTypes) {
    if (descr == name) return type;
  }
  if (descr.starts_with('>')) {
    return Unimplemented("the elements are big-endian ('{}'), expected little-endian", descr);
  }
  return Unimplemented("the elements have the type '{}', expected a little-endian number or bool",
                       descr);
}

}  // namespace

bool IsNpy(std::string_view file) { return file.starts_with(kMagic); }

absl::StatusOr<TensorView> ParseNpy(std::string_view file) {
  if (!IsNpy(file)) return InvalidArgument("not a .npy file: it does not begin with \\x93NUMPY");
  constexpr size_t kVersionEnd = kMagic.size() + 2;
  if (file.size() < kVersionEnd) return InvalidArgument("cut off within the format's version");
  const int major = static_cast<uint8_t>(file[kMagic.size()]);
  const int minor = static_cast<uint8_t>(file[kMagic.size() + 1]);
  if ((major != 1 && major != 2) || minor != 0) {
    return Unimplemented("format version {}.{}, expected 1.0 or 2.0", major, minor);
  }
  const size_t length_bytes = major == 1 ? 2 : 4;
  const size_t header_begin = kVersionEnd + length_bytes;
  if (file.size() < header_begin) return InvalidArgument("cut off within the header's length");
  const size_t header_bytes = LittleEndian(file.substr(kVersionEnd, length_bytes));
  if (file.size() - header_begin < header_bytes) {
    return InvalidArgument("the header should have {} bytes, the file ends after {}", header_bytes,
                           file.size() - header_begin);
  }
  RELUSERVE_ASSIGN_OR_RETURN(Header header,
                             HeaderParser(file.substr(header_begin, header_bytes)).Parse());
  if (*header.fortran_order) {
    return Unimplemented("the elements are in Fortran order, expected C order");
  }
  RELUSERVE_ASSIGN_OR_RETURN(const DataType type, TypeFromDescr(*header.descr));

  const std::string_view elements = file.substr(header_begin + header_bytes);
  const std::optional<int64_t> count = header.shape->CheckedElementCount();
  const std::optional<int64_t> bytes =
      count ? CheckedMultiply(*count, static_cast<int64_t>(ByteSize(type))) : std::nullopt;
  if (!bytes) return InvalidArgument("the shape {} is too large", header.shape->ToString());
  if (elements.size() != static_cast<size_t>(*bytes)) {
    return InvalidArgument("{} {} has {} bytes, the file has {}", Name(type),
                           header.shape->ToString(), *bytes, elements.size());
  }
  return TensorView{type, *std::move(header.shape), elements.data()};
}

}  // namespace reluserve::client
