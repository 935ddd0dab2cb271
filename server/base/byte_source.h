// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The reluserve authors

#ifndef RELUSERVE_SERVER_BASE_BYTE_SOURCE_H_
#define RELUSERVE_SERVER_BASE_BYTE_SOURCE_H_

#include <cstdint>
#include <filesystem>
#include <memory>
#include <span>
#include <string>

#include <absl/status/status.h>
#include <absl/status/statusor.h>

namespace reluserve {

// Bytes that are read piece by piece: those of a file, which is never in memory as a whole, or of a
// string. A file is read and not mapped: one that is cut short under a mapping ends the process.
// Cheap to copy: copies share the file. Thread-safe.
class ByteSource {
 public:
  // No bytes.
  ByteSource() : ByteSource(std::string()) {}
  // NOLINTNEXTLINE(google-explicit-constructor): what takes a source takes bytes in memory.
  ByteSource(std::string bytes);

  // A regular file of at most `max_bytes`, kept open. NOT_FOUND, or INVALID_ARGUMENT naming the
  // path and why.
  static absl::StatusOr<ByteSource> OpenFile(const std::filesystem::path& path, int64_t max_bytes);

  int64_t size() const;
  // The bytes from `offset` on, as many as `target` has; they must lie within size().
  // INVALID_ARGUMENT naming the file where it cannot be read; `target` is then undefined.
  absl::Status Read(int64_t offset, std::span<char> target) const;
  // All bytes, of one content. Errors as Read and CheckUnchanged.
  absl::StatusOr<std::string> ReadAll() const;
  // To be called once everything is read: INVALID_ARGUMENT where the file changed since it was
  // opened, as what was read may then be of two contents.
  absl::Status CheckUnchanged() const;

 private:
  struct Content;
  explicit ByteSource(std::shared_ptr<const Content> content) : content_(std::move(content)) {}

  std::shared_ptr<const Content> content_;
};

}  // namespace reluserve

#endif  // RELUSERVE_SERVER_BASE_BYTE_SOURCE_H_
