// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The reluserve authors

#include "server/onnx/parsed_size.h"

#include <algorithm>
#include <string>
#include <unordered_map>

#include <google/protobuf/descriptor.h>
#include <google/protobuf/io/coded_stream.h>
#include <google/protobuf/message.h>
#include <google/protobuf/wire_format_lite.h>
#include <onnx/onnx_pb.h>

namespace reluserve::onnx_import {
namespace {

using google::protobuf::Descriptor;
using google::protobuf::FieldDescriptor;
using google::protobuf::internal::WireFormatLite;

// Protobuf refuses what is nested deeper.
constexpr int kMaxDepth = 100;
// Arrays grow by doubling: at worst the new one is twice the need, while the old one still lives.
constexpr int64_t kGrowth = 3;
constexpr int64_t kHeapBlock = 16;  // what the allocator adds to a block
// For each field: its entry in an array, or its record among the fields that are not known.
constexpr int64_t kFieldBytes = kGrowth * 16;

class SizeWalk {
 public:
  explicit SizeWalk(std::string_view bytes)
      : input_(reinterpret_cast<const uint8_t*>(bytes.data()), static_cast<int>(bytes.size())) {}

  int64_t Run() {
    Message(onnx::ModelProto::descriptor(), 0);
    return bytes_;
  }

 private:
  // One message up to the present limit of the input, or up to the end tag for a group, of which no
  // field is known. False where the bytes are malformed.
  bool Message(const Descriptor* descriptor, int depth) {
    if (depth > kMaxDepth) return false;
    bytes_ += descriptor == nullptr ? kHeapBlock : kHeapBlock + EmptySize(descriptor);
    while (const uint32_t tag = input_.ReadTagNoLastTag()) {
      const auto wire_type = WireFormatLite::GetTagWireType(tag);
      if (wire_type == WireFormatLite::WIRETYPE_END_GROUP) return descriptor == nullptr;
      const int number = WireFormatLite::GetTagFieldNumber(tag);
      const FieldDescriptor* field =
          descriptor == nullptr ? nullptr : descriptor->FindFieldByNumber(number);
      bytes_ += kFieldBytes;
      if (!Field(field, wire_type, depth)) return false;
    }
    return input_.ConsumedEntireMessage() || input_.BytesUntilLimit() == 0;
  }

  bool Field(const FieldDescriptor* field, WireFormatLite::WireType wire_type, int depth) {
    uint64_t ignored;
    uint32_t ignored_word;
    switch (wire_type) {
      case WireFormatLite::WIRETYPE_VARINT:
        return input_.ReadVarint64(&ignored);
      case WireFormatLite::WIRETYPE_FIXED64:
        return input_.ReadLittleEndian64(&ignored);
      case WireFormatLite::WIRETYPE_FIXED32:
        return input_.ReadLittleEndian32(&ignored_word);
      case WireFormatLite::WIRETYPE_LENGTH_DELIMITED:
        return LengthDelimited(field, depth);
      case WireFormatLite::WIRETYPE_START_GROUP:
        return Message(nullptr, depth + 1);
      default:
        return false;
    }
  }

  bool LengthDelimited(const FieldDescriptor* field, int depth) {
    int length;
    if (!input_.ReadVarintSizeAsInt(&length) || length > Remaining()) return false;
    if (field != nullptr && field->cpp_type() == FieldDescriptor::CPPTYPE_MESSAGE) {
      const auto limit = input_.PushLimit(length);
      const bool well_formed = Message(field->message_type(), depth + 1);
      input_.PopLimit(limit);
      return well_formed;
    }
    if (field != nullptr && field->is_packable()) return Packed(field, length);
    bytes_ += kHeapBlock + static_cast<int64_t>(sizeof(std::string)) + kHeapBlock + length;
    return input_.Skip(length);
  }

  // An array of numbers. Fixed-width ones take the memory they take in the file; of the others each
  // byte without the continuation bit ends one.
  bool Packed(const FieldDescriptor* field, int length) {
    const auto type = static_cast<WireFormatLite::FieldType>(field->type());
    if (WireFormatLite::WireTypeForFieldType(type) != WireFormatLite::WIRETYPE_VARINT) {
      bytes_ += kGrowth * length;
      return input_.Skip(length);
    }
    const int64_t element_bytes =
        field->cpp_type() == FieldDescriptor::CPPTYPE_INT32 ? sizeof(int32_t) : sizeof(int64_t);
    while (length > 0) {
      const void* data;
      int available;
      if (!input_.GetDirectBufferPointer(&data, &available)) return false;
      available = std::min(available, length);
      const auto* begin = static_cast<const uint8_t*>(data);
      bytes_ += kGrowth * element_bytes *
                std::count_if(begin, begin + available, [](uint8_t byte) { return byte < 0x80; });
      input_.Skip(available);
      length -= available;
    }
    return true;
  }

  int Remaining() const {
    const int limited = input_.BytesUntilLimit();
    return limited >= 0 ? limited : input_.BytesUntilTotalBytesLimit();
  }

  int64_t EmptySize(const Descriptor* descriptor) {
    auto [entry, is_new] = empty_sizes_.try_emplace(descriptor, 0);
    if (is_new) {
      const google::protobuf::Message* prototype =
          google::protobuf::MessageFactory::generated_factory()->GetPrototype(descriptor);
      entry->second = static_cast<int64_t>(prototype->SpaceUsedLong());
    }
    return entry->second;
  }

  google::protobuf::io::CodedInputStream input_;
  std::unordered_map<const Descriptor*, int64_t> empty_sizes_;
  int64_t bytes_ = 0;
};

}  // namespace

int64_t BoundParsedSize(std::string_view bytes) { return SizeWalk(bytes).Run(); }

}  // namespace reluserve::onnx_import
