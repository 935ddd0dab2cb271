// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The reluserve authors

#include "server/onnx/external_data.h"

#include <algorithm>
#include <charconv>
#include <filesystem>
#include <optional>
#include <utility>

#include "server/base/status.h"
#include "server/onnx/names.h"

namespace reluserve::onnx_import {
namespace {

// Most files a model may have beside it.
constexpr size_t kMaxFiles = 10'000;
// Of these, open at once.
constexpr int kMaxOpen = 256;

// Where a tensor says that it lies.
struct Place {
  std::string location;
  int64_t offset = 0;
  std::optional<int64_t> length;
};

absl::StatusOr<int64_t> ParseBytes(std::string_view key, std::string_view text) {
  int64_t value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc() || end != text.data() + text.size() || value < 0) {
    return InvalidArgument("has an {} in another file that is not a number of bytes", key);
  }
  return value;
}

// Other keys, such as the checksum that few writers give, change nothing.
absl::StatusOr<Place> ReadPlace(const onnx::TensorProto& proto) {
  Place place;
  for (const onnx::StringStringEntryProto& entry : proto.external_data()) {
    if (entry.key() == "location") {
      place.location = entry.value();
    } else if (entry.key() == "offset") {
      RELUSERVE_ASSIGN_OR_RETURN(place.offset, ParseBytes("offset", entry.value()));
    } else if (entry.key() == "length") {
      RELUSERVE_ASSIGN_OR_RETURN(place.length, ParseBytes("length", entry.value()));
    }
  }
  return place;
}

// "./a/../weights" and "weights" are one file. What leads out of the directory is refused.
absl::StatusOr<std::string> NormalPath(const std::string& location) {
  RELUSERVE_RETURN_IF_ERROR(CheckName("a file of weights", location));
  const std::filesystem::path path = std::filesystem::path(location).lexically_normal();
  const bool inside = !path.empty() && path.is_relative() && path.has_filename() &&
                      *path.begin() != ".." && *path.begin() != ".";
  if (inside) return path.string();
  return InvalidArgument(
      "has its data in file \"{}\", expected one in the directory of the model or below it",
      location);
}

}  // namespace

bool IsExternal(const onnx::TensorProto& proto) {
  return proto.data_location() == onnx::TensorProto::EXTERNAL || proto.external_data_size() > 0;
}

absl::StatusOr<ExternalData::File*> ExternalData::Open(const std::string& location) {
  RELUSERVE_ASSIGN_OR_RETURN(const std::string path, NormalPath(location));
  const auto known = files_.find(path);
  if (known != files_.end() && known->second.content) return &known->second;
  if (!read_) {
    return Unimplemented(
        "has its data in file \"{}\", but there are no files beside this model; save it with the "
        "weights inside",
        path);
  }
  if (known == files_.end() && files_.size() >= kMaxFiles) {
    return InvalidArgument("has its data in one of more than {} files", kMaxFiles);
  }
  if (open_files_ == kMaxOpen) RELUSERVE_RETURN_IF_ERROR(CloseAll());
  absl::StatusOr<ByteSource> content = read_(path);
  if (!content.ok()) return Annotate(content.status(), "has its data in another file");
  File& file = files_.try_emplace(path, File{std::nullopt, 2 * content->size()}).first->second;
  file.content = *std::move(content);
  ++open_files_;
  return &file;
}

absl::Status ExternalData::CloseAll() {
  RELUSERVE_RETURN_IF_ERROR(CheckUnchanged());
  for (auto& [path, file] : files_) file.content.reset();
  open_files_ = 0;
  return absl::OkStatus();
}

absl::StatusOr<RawData> ExternalData::Find(const onnx::TensorProto& proto, int64_t byte_count) {
  RELUSERVE_ASSIGN_OR_RETURN(const Place place, ReadPlace(proto));
  RELUSERVE_ASSIGN_OR_RETURN(File* const file, Open(place.location));
  if (place.length.value_or(byte_count) != byte_count) {
    return InvalidArgument("takes {} bytes, but {} are said to be in file \"{}\"", byte_count,
                           *place.length, place.location);
  }
  const int64_t size = file->content->size();
  if (place.offset > size || byte_count > size - place.offset) {
    return InvalidArgument("has {} bytes from byte {} of file \"{}\", which has {} bytes only",
                           byte_count, place.offset, place.location, size);
  }
  if (byte_count > file->budget) {
    return InvalidArgument(
        "is in file \"{}\", whose tensors are together more than twice its {} bytes",
        place.location, size);
  }
  file->budget -= byte_count;
  return RawData(*file->content, place.offset, byte_count, hash_);
}

absl::Status ExternalData::CheckUnchanged() const {
  for (const auto& [path, file] : files_) {
    if (file.content) RELUSERVE_RETURN_IF_ERROR(file.content->CheckUnchanged());
  }
  return absl::OkStatus();
}

}  // namespace reluserve::onnx_import
