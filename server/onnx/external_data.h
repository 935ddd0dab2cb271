// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The reluserve authors

// Weights that a model keeps in files of their own, as exporters do from 2 GiB on, and newer ones
// always.

#ifndef RELUSERVE_SERVER_ONNX_EXTERNAL_DATA_H_
#define RELUSERVE_SERVER_ONNX_EXTERNAL_DATA_H_

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <unordered_map>

#include <absl/status/status.h>
#include <absl/status/statusor.h>
#include <onnx/onnx_pb.h>

#include "server/base/byte_source.h"
#include "server/base/content_hash.h"
#include "server/onnx/raw_data.h"

namespace reluserve::onnx_import {

// A file beside the model's, by its path from there, which has no ".." and does not begin with "/".
// NOT_FOUND or INVALID_ARGUMENT with the file and the reason.
using ReadExternalFile = std::function<absl::StatusOr<ByteSource>(const std::string& path)>;

// Finds the bytes of tensors in such files, of which it keeps some open. Not thread-safe.
class ExternalData {
 public:
  // With an empty function every tensor is refused. What is read of the files is added to `hash`,
  // which may be null.
  explicit ExternalData(ReadExternalFile read, ContentHash* hash = nullptr)
      : read_(std::move(read)), hash_(hash) {}

  // The `byte_count` bytes where `proto` says its elements lie; valid until the next call.
  //
  // INVALID_ARGUMENT when what it says makes no sense, leads out of the model's directory, does not
  // fit the file or is another length, and when the tensors of one file are together more than
  // twice its size: a few bytes that name the same range again and again must not take any amount
  // of memory. UNIMPLEMENTED where there are no files beside the model.
  absl::StatusOr<RawData> Find(const onnx::TensorProto& proto, int64_t byte_count);

  // To be called at the end: ByteSource::CheckUnchanged of the files that were read.
  absl::Status CheckUnchanged() const;

 private:
  struct File {
    std::optional<ByteSource> content;  // while it is open
    int64_t budget = 0;                 // bytes that tensors may still take from it
  };
  absl::StatusOr<File*> Open(const std::string& location);
  absl::Status CloseAll();

  ReadExternalFile read_;
  ContentHash* const hash_;
  std::unordered_map<std::string, File> files_;  // by path, in normal form
  int open_files_ = 0;
};

// Whether the elements of a tensor lie in another file.
bool IsExternal(const onnx::TensorProto& proto);

}  // namespace reluserve::onnx_import

#endif  // RELUSERVE_SERVER_ONNX_EXTERNAL_DATA_H_
