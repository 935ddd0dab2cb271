// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The reluserve authors

#include "server/rpc/shared_memory_regions.h"

#include <fcntl.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <limits>
#include <optional>
#include <system_error>
#include <utility>

#include "server/base/status.h"

namespace reluserve::rpc {
namespace {

constexpr size_t kMaxNameBytes = 255;

std::string SystemMessage(int error) { return std::system_category().message(error); }

absl::Status CheckKey(const std::string& key) {
  const std::string_view name = std::string_view(key).substr(key.empty() ? 0 : 1);
  const bool good = key.starts_with('/') && !name.empty() && name.size() <= kMaxNameBytes &&
                    name.find('/') == name.npos && name.find('\0') == name.npos && name != "." &&
                    name != "..";
  if (good) return absl::OkStatus();
  return InvalidArgument(
      "shared memory key \"{}\": expected a slash and then a name of 1 to {} bytes without slashes",
      key, kMaxNameBytes);
}

// Where a range ends, if it can be a place in a file.
std::optional<uint64_t> EndOfRange(uint64_t offset, uint64_t byte_size) {
  constexpr auto kMax = static_cast<uint64_t>(std::numeric_limits<off_t>::max());
  if (offset > kMax || byte_size > kMax - offset) return std::nullopt;
  return offset + byte_size;
}

absl::Status StatusOfErrno(int error, const std::string& message) {
  switch (error) {
    case ENOENT:
      return absl::NotFoundError(message);
    case EACCES:
    case EPERM:
    case EBADF:
      return absl::PermissionDeniedError(message);
    case ENOSPC:
    case EFBIG:
    case EMFILE:
    case ENFILE:
    case ENOMEM:
      return absl::ResourceExhaustedError(message);
    default:
      return absl::InvalidArgumentError(message);
  }
}

}  // namespace

absl::StatusOr<std::shared_ptr<const SharedMemoryRegion>> SharedMemoryRegion::Open(
    const std::string& name, const std::string& key, uint64_t offset, uint64_t byte_size) {
  if (name.empty() || name.size() > kMaxNameBytes) {
    return InvalidArgument("a shared memory region has a name of {} bytes, expected 1 to {}",
                           name.size(), kMaxNameBytes);
  }
  RELUSERVE_RETURN_IF_ERROR(CheckKey(key));
  if (byte_size == 0) {
    return InvalidArgument("shared memory region \"{}\" has a byte_size of 0, expected more", name);
  }
  if (!EndOfRange(offset, byte_size)) {
    return InvalidArgument("shared memory region \"{}\": offset {} and byte_size {} overflow", name,
                           offset, byte_size);
  }
  std::shared_ptr<SharedMemoryRegion> region(new SharedMemoryRegion(name, key, offset, byte_size));
  RELUSERVE_RETURN_IF_ERROR(region->OpenObject());
  RELUSERVE_RETURN_IF_ERROR(region->CheckObjectSize());
  return region;
}

SharedMemoryRegion::~SharedMemoryRegion() {
  if (descriptor_ >= 0) close(descriptor_);
}

absl::Status SharedMemoryRegion::OpenObject() {
  descriptor_ = shm_open(key_.c_str(), O_RDWR, 0);
  writable_ = descriptor_ >= 0;
  // One that only its owner may write still serves for inputs.
  if (descriptor_ < 0 && errno == EACCES) descriptor_ = shm_open(key_.c_str(), O_RDONLY, 0);
  if (descriptor_ >= 0) return absl::OkStatus();
  return StatusOfErrno(errno, fmt::format("shared memory region \"{}\": cannot open \"{}\": {}",
                                          name_, key_, SystemMessage(errno)));
}

absl::Status SharedMemoryRegion::CheckObjectSize() const {
  struct stat object = {};
  if (fstat(descriptor_, &object) != 0 || !S_ISREG(object.st_mode)) {
    return InvalidArgument("shared memory region \"{}\": \"{}\" is no shared memory object", name_,
                           key_);
  }
  if (static_cast<uint64_t>(object.st_size) >= offset_ + byte_size_) return absl::OkStatus();
  return InvalidArgument(
      "shared memory region \"{}\" ends at byte {} (offset {} and byte_size {}), but \"{}\" has {} "
      "bytes",
      name_, offset_ + byte_size_, offset_, byte_size_, key_, object.st_size);
}

absl::Status SharedMemoryRegion::CheckRange(uint64_t offset, uint64_t byte_size) const {
  const std::optional<uint64_t> end = EndOfRange(offset, byte_size);
  if (end && *end <= byte_size_) return absl::OkStatus();
  return InvalidArgument(
      "offset {} and {} bytes do not lie within shared memory region \"{}\" of {} bytes", offset,
      byte_size, name_, byte_size_);
}

absl::Status SharedMemoryRegion::Read(uint64_t offset, std::span<char> target) const {
  RELUSERVE_RETURN_IF_ERROR(CheckRange(offset, target.size()));
  size_t done = 0;
  while (done < target.size()) {
    const ssize_t count = pread(descriptor_, target.data() + done, target.size() - done,
                                static_cast<off_t>(offset_ + offset + done));
    if (count < 0 && errno == EINTR) continue;
    if (count < 0) {
      return StatusOfErrno(errno, fmt::format("cannot read shared memory region \"{}\": {}", name_,
                                              SystemMessage(errno)));
    }
    if (count == 0) {
      RELUSERVE_RETURN_IF_ERROR(CheckObjectSize());
      return InvalidArgument("shared memory region \"{}\" changed its size while it was read",
                             name_);
    }
    done += static_cast<size_t>(count);
  }
  return absl::OkStatus();
}

absl::Status SharedMemoryRegion::Write(uint64_t offset, std::string_view bytes) const {
  RELUSERVE_RETURN_IF_ERROR(CheckRange(offset, bytes.size()));
  if (!writable_) {
    return absl::PermissionDeniedError(
        fmt::format("shared memory region \"{}\" is for reading: the server may not write \"{}\"",
                    name_, key_));
  }
  // A write would make an object that was truncated larger again.
  RELUSERVE_RETURN_IF_ERROR(CheckObjectSize());
  while (!bytes.empty()) {
    const ssize_t count =
        pwrite(descriptor_, bytes.data(), bytes.size(), static_cast<off_t>(offset_ + offset));
    if (count < 0 && errno == EINTR) continue;
    if (count <= 0) {
      return StatusOfErrno(errno, fmt::format("cannot write shared memory region \"{}\": {}", name_,
                                              SystemMessage(errno)));
    }
    bytes.remove_prefix(static_cast<size_t>(count));
    offset += static_cast<uint64_t>(count);
  }
  return absl::OkStatus();
}

absl::Status SharedMemoryRegions::Register(const std::string& name, const std::string& key,
                                           uint64_t offset, uint64_t byte_size) {
  if (!allowed_) {
    return absl::UnimplementedError(
        "shared memory is off; start the server with --allow-shared-memory");
  }
  RELUSERVE_ASSIGN_OR_RETURN(std::shared_ptr<const SharedMemoryRegion> region,
                             SharedMemoryRegion::Open(name, key, offset, byte_size));
  absl::MutexLock lock(&mutex_);
  if (regions_.contains(name)) {
    return absl::AlreadyExistsError(fmt::format(
        "shared memory region \"{}\" is registered already; unregister it first", name));
  }
  if (regions_.size() >= kMaxRegions) {
    return ResourceExhausted("{} shared memory regions are registered, which is the limit",
                             regions_.size());
  }
  regions_.emplace(name, std::move(region));
  return absl::OkStatus();
}

void SharedMemoryRegions::Unregister(const std::string& name) {
  absl::MutexLock lock(&mutex_);
  if (name.empty()) {
    regions_.clear();
  } else {
    regions_.erase(name);
  }
}

absl::StatusOr<std::shared_ptr<const SharedMemoryRegion>> SharedMemoryRegions::Find(
    const std::string& name) const {
  absl::MutexLock lock(&mutex_);
  const auto found = regions_.find(name);
  if (found == regions_.end()) {
    return NotFound("shared memory region \"{}\" is not registered", name);
  }
  return found->second;
}

std::vector<std::shared_ptr<const SharedMemoryRegion>> SharedMemoryRegions::List() const {
  absl::MutexLock lock(&mutex_);
  std::vector<std::shared_ptr<const SharedMemoryRegion>> regions;
  for (const auto& [name, region] : regions_) regions.push_back(region);
  return regions;
}

}  // namespace reluserve::rpc
