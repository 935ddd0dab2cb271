// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The reluserve authors

// POSIX shared memory that clients on the same machine pass tensors in.
//
// A region is never mapped: it is read with pread() and written with pwrite(). Mapped memory would
// be faster by one copy, but whoever owns the object may truncate it at any time, and the server
// would die of SIGBUS at its next access; a read that comes up short is an error of one request. It
// also gives the server a copy that the client cannot change while it is computed on.

#ifndef RELUSERVE_SERVER_RPC_SHARED_MEMORY_REGIONS_H_
#define RELUSERVE_SERVER_RPC_SHARED_MEMORY_REGIONS_H_

#include <cstdint>
#include <map>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include <absl/base/thread_annotations.h>
#include <absl/status/status.h>
#include <absl/status/statusor.h>
#include <absl/synchronization/mutex.h>

namespace reluserve::rpc {

// A part of a POSIX shared memory object. Immutable; whoever shares it may use it, also after it
// was unregistered. Thread-safe.
class SharedMemoryRegion {
 public:
  // Opens the object `key`, which must already have offset + byte_size bytes. INVALID_ARGUMENT for
  // a key that is not "/" and a name without slashes, and for a range outside the object; NOT_FOUND
  // where there is no such object, PERMISSION_DENIED where the server may not open it.
  static absl::StatusOr<std::shared_ptr<const SharedMemoryRegion>> Open(const std::string& name,
                                                                        const std::string& key,
                                                                        uint64_t offset,
                                                                        uint64_t byte_size);
  ~SharedMemoryRegion();
  SharedMemoryRegion(const SharedMemoryRegion&) = delete;
  SharedMemoryRegion& operator=(const SharedMemoryRegion&) = delete;

  const std::string& name() const { return name_; }
  const std::string& key() const { return key_; }
  uint64_t offset() const { return offset_; }
  uint64_t byte_size() const { return byte_size_; }

  // INVALID_ARGUMENT when the range does not lie within the region.
  absl::Status CheckRange(uint64_t offset, uint64_t byte_size) const;
  // The bytes from `offset`, counted within the region. INVALID_ARGUMENT as above, and where the
  // object has become smaller than the region; `target` is then undefined.
  absl::Status Read(uint64_t offset, std::span<char> target) const;
  // INVALID_ARGUMENT as above; PERMISSION_DENIED where the server may only read the object;
  // RESOURCE_EXHAUSTED where the machine has no more shared memory.
  absl::Status Write(uint64_t offset, std::string_view bytes) const;

 private:
  SharedMemoryRegion(std::string name, std::string key, uint64_t offset, uint64_t byte_size)
      : name_(std::move(name)), key_(std::move(key)), offset_(offset), byte_size_(byte_size) {}
  absl::Status OpenObject();
  // Whether the object still has all bytes of the region.
  absl::Status CheckObjectSize() const;

  const std::string name_;
  const std::string key_;
  const uint64_t offset_;
  const uint64_t byte_size_;
  int descriptor_ = -1;
  bool writable_ = false;
};

// The regions that clients have registered, by name. Thread-safe.
class SharedMemoryRegions {
 public:
  // Each holds a file descriptor.
  static constexpr size_t kMaxRegions = 1024;

  // With `allowed` false, every registration is refused. A tensor may have so many bytes.
  SharedMemoryRegions(bool allowed, uint64_t max_tensor_bytes)
      : allowed_(allowed), max_tensor_bytes_(max_tensor_bytes) {}

  bool allowed() const { return allowed_; }
  uint64_t max_tensor_bytes() const { return max_tensor_bytes_; }

  // As SharedMemoryRegion::Open; also UNIMPLEMENTED where shared memory is not allowed,
  // ALREADY_EXISTS for a name that is taken, RESOURCE_EXHAUSTED over kMaxRegions.
  absl::Status Register(const std::string& name, const std::string& key, uint64_t offset,
                        uint64_t byte_size);
  // All of them for an empty name. One that is not there is no error.
  void Unregister(const std::string& name);
  // NOT_FOUND naming the region.
  absl::StatusOr<std::shared_ptr<const SharedMemoryRegion>> Find(const std::string& name) const;
  // By name.
  std::vector<std::shared_ptr<const SharedMemoryRegion>> List() const;

 private:
  const bool allowed_;
  const uint64_t max_tensor_bytes_;
  mutable absl::Mutex mutex_;
  std::map<std::string, std::shared_ptr<const SharedMemoryRegion>> regions_ ABSL_GUARDED_BY(mutex_);
};

}  // namespace reluserve::rpc

#endif  // RELUSERVE_SERVER_RPC_SHARED_MEMORY_REGIONS_H_
