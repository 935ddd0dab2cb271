// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The reluserve authors

#include "server/onnx/cut_file.h"

#include <algorithm>
#include <optional>
#include <vector>

#include <google/protobuf/io/coded_stream.h>
#include <google/protobuf/io/zero_copy_stream.h>
#include <google/protobuf/wire_format_lite.h>
#include <onnx/onnx_pb.h>

#include "server/base/status.h"

namespace reluserve::onnx_import {
namespace {

using google::protobuf::internal::WireFormatLite;
using google::protobuf::io::CodedInputStream;

// Smaller tensors are left to protobuf.
constexpr int kLarge = 4096;

constexpr uint32_t Tag(int field) {
  return WireFormatLite::MakeTag(field, WireFormatLite::WIRETYPE_LENGTH_DELIMITED);
}
constexpr uint32_t kGraph = Tag(onnx::ModelProto::kGraphFieldNumber);
constexpr uint32_t kInitializer = Tag(onnx::GraphProto::kInitializerFieldNumber);
constexpr uint32_t kRawData = Tag(onnx::TensorProto::kRawDataFieldNumber);

// The source as protobuf reads: what is skipped is never read.
class SourceStream final : public google::protobuf::io::ZeroCopyInputStream {
 public:
  explicit SourceStream(const ByteSource& source) : source_(source), window_(kWindow) {}

  bool Next(const void** data, int* size) override {
    const int64_t count = std::min<int64_t>(kWindow, source_.size() - next_);
    if (count <= 0 || !status_.ok()) return false;
    status_ = source_.Read(next_, {window_.data(), static_cast<size_t>(count)});
    if (!status_.ok()) return false;
    next_ += count;
    *data = window_.data();
    *size = static_cast<int>(count);
    return true;
  }
  void BackUp(int count) override { next_ -= count; }
  bool Skip(int count) override {
    const bool within = count <= source_.size() - next_;
    next_ = within ? next_ + count : source_.size();
    return within;
  }
  int64_t ByteCount() const override { return next_; }
  const absl::Status& status() const { return status_; }

 private:
  static constexpr int64_t kWindow = 16 << 10;
  const ByteSource& source_;
  std::vector<char> window_;
  int64_t next_ = 0;
  absl::Status status_;
};

// A message that is made of stretches of the file and of what is put in between.
class Message {
 public:
  Message(const ByteSource& file, int64_t begin) : file_(file), copied_(begin) {}

  // Everything up to `position`.
  absl::Status CopyTo(int64_t position) {
    const size_t size = bytes_.size();
    bytes_.resize(size + static_cast<size_t>(position - copied_));
    RELUSERVE_RETURN_IF_ERROR(file_.Read(copied_, std::span(bytes_).subspan(size)));
    copied_ = position;
    return absl::OkStatus();
  }
  void SkipTo(int64_t position) { copied_ = position; }
  void AddVarint(uint32_t value) {
    uint8_t encoded[5];
    const uint8_t* end =
        google::protobuf::io::CodedOutputStream::WriteVarint32ToArray(value, encoded);
    bytes_.append(reinterpret_cast<const char*>(encoded), static_cast<size_t>(end - encoded));
  }
  void AddField(uint32_t tag, const std::string& content) {
    AddVarint(tag);
    AddVarint(static_cast<uint32_t>(content.size()));
    bytes_ += content;
  }
  std::string Take() && { return std::move(bytes_); }

 private:
  const ByteSource& file_;
  int64_t copied_;
  std::string bytes_;
};

class Cutter {
 public:
  explicit Cutter(const ByteSource& file) : file_(file), stream_(file), input_(&stream_) {}

  absl::StatusOr<CutFile> Run() {
    Message message(file_, 0);
    const absl::Status walked = EachField([&](int64_t begin, uint32_t tag) {
      return tag == kGraph ? CutGraph(begin, message) : Skip(tag);
    });
    RELUSERVE_RETURN_IF_ERROR(stream_.status());
    RELUSERVE_RETURN_IF_ERROR(walked);
    RELUSERVE_RETURN_IF_ERROR(message.CopyTo(file_.size()));
    cut_.structure = std::move(message).Take();
    return std::move(cut_);
  }

 private:
  // A raw_data field, with its tag and length, and what it holds.
  struct RawField {
    int64_t begin = 0;
    int64_t data = 0;
    int64_t size = 0;
    int64_t end() const { return data + size; }
  };

  static absl::Status Malformed() {
    return InvalidArgument("the file is not an ONNX model, or is damaged or cut short");
  }

  // Calls `on_field`, with where its tag begins and the tag, for each field up to the present
  // limit; it has to read the rest of the field.
  template <typename OnField>
  absl::Status EachField(const OnField& on_field) {
    while (true) {
      const int64_t begin = input_.CurrentPosition();
      const uint32_t tag = input_.ReadTagNoLastTag();
      if (tag == 0) {
        const bool whole = input_.ConsumedEntireMessage() || input_.BytesUntilLimit() == 0;
        return whole ? absl::OkStatus() : Malformed();
      }
      RELUSERVE_RETURN_IF_ERROR(on_field(begin, tag));
    }
  }

  absl::Status Skip(uint32_t tag) {
    return WireFormatLite::SkipField(&input_, tag) ? absl::OkStatus() : Malformed();
  }

  // Of a field of bytes, whose tag was read.
  absl::StatusOr<int> Length() {
    int length;
    const bool fits =
        input_.ReadVarintSizeAsInt(&length) &&
        length <= (input_.BytesUntilLimit() >= 0 ? input_.BytesUntilLimit()
                                                 : file_.size() - input_.CurrentPosition());
    if (!fits) return Malformed();
    return length;
  }

  // EachField of an embedded message.
  template <typename OnField>
  absl::Status EachFieldOf(int length, const OnField& on_field) {
    const CodedInputStream::Limit limit = input_.PushLimit(length);
    RELUSERVE_RETURN_IF_ERROR(EachField(on_field));
    input_.PopLimit(limit);
    return absl::OkStatus();
  }

  absl::Status CutGraph(int64_t begin, Message& model) {
    RELUSERVE_ASSIGN_OR_RETURN(const int length, Length());
    const int64_t content = input_.CurrentPosition();
    Message graph(file_, content);
    const size_t cut_before = cut_.raw_data.size();
    RELUSERVE_RETURN_IF_ERROR(EachFieldOf(length, [&](int64_t field, uint32_t tag) {
      return tag == kInitializer ? CutInitializer(field, graph) : Skip(tag);
    }));
    if (cut_.raw_data.size() == cut_before) return absl::OkStatus();
    RELUSERVE_RETURN_IF_ERROR(graph.CopyTo(content + length));
    RELUSERVE_RETURN_IF_ERROR(model.CopyTo(begin));
    model.AddField(kGraph, std::move(graph).Take());
    model.SkipTo(content + length);
    return absl::OkStatus();
  }

  absl::Status CutInitializer(int64_t begin, Message& graph) {
    const int index = initializers_++;
    RELUSERVE_ASSIGN_OR_RETURN(const int length, Length());
    const int64_t content = input_.CurrentPosition();
    std::optional<RawField> raw;
    int fields = 0;
    RELUSERVE_RETURN_IF_ERROR(EachFieldOf(length, [&](int64_t field, uint32_t tag) -> absl::Status {
      if (tag != kRawData) return Skip(tag);
      RELUSERVE_ASSIGN_OR_RETURN(const int size, Length());
      ++fields;
      raw = RawField{field, input_.CurrentPosition(), size};
      return input_.Skip(size) ? absl::OkStatus() : Malformed();
    }));
    if (fields != 1 || raw->size < kLarge) return absl::OkStatus();
    RELUSERVE_RETURN_IF_ERROR(graph.CopyTo(begin));
    graph.AddVarint(kInitializer);
    graph.AddVarint(static_cast<uint32_t>(length - (raw->end() - raw->begin)));
    graph.SkipTo(content);
    RELUSERVE_RETURN_IF_ERROR(graph.CopyTo(raw->begin));
    graph.SkipTo(raw->end());
    cut_.raw_data[index] = {raw->data, raw->size};
    cut_.raw_bytes += raw->size;
    return absl::OkStatus();
  }

  const ByteSource& file_;
  SourceStream stream_;
  CodedInputStream input_;
  CutFile cut_;
  int initializers_ = 0;
};

}  // namespace

absl::StatusOr<CutFile> CutLargeTensors(const ByteSource& file) { return Cutter(file).Run(); }

}  // namespace reluserve::onnx_import
