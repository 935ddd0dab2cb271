// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The reluserve authors

#include "tests/support/shared_memory.h"

#include <fcntl.h>
#include <sys/mman.h>
#include <unistd.h>

#include <atomic>

#include <fmt/format.h>
#include <gtest/gtest.h>

namespace reluserve::test_support {

SharedMemoryObject::SharedMemoryObject(size_t bytes) {
  static std::atomic<int> next = 0;
  key_ = fmt::format("/reluserve_test_{}_{}", getpid(), next++);
  descriptor_ = shm_open(key_.c_str(), O_RDWR | O_CREAT | O_EXCL, 0600);
  EXPECT_GE(descriptor_, 0) << key_;
  Resize(bytes);
}

SharedMemoryObject::~SharedMemoryObject() {
  close(descriptor_);
  shm_unlink(key_.c_str());
}

void SharedMemoryObject::Resize(size_t bytes) {
  EXPECT_EQ(ftruncate(descriptor_, static_cast<off_t>(bytes)), 0) << key_;
}

void SharedMemoryObject::Write(size_t offset, std::string_view bytes) {
  EXPECT_EQ(pwrite(descriptor_, bytes.data(), bytes.size(), static_cast<off_t>(offset)),
            static_cast<ssize_t>(bytes.size()))
      << key_;
}

std::string SharedMemoryObject::Read(size_t offset, size_t count) const {
  std::string bytes(count, '\0');
  EXPECT_EQ(pread(descriptor_, bytes.data(), count, static_cast<off_t>(offset)),
            static_cast<ssize_t>(count))
      << key_;
  return bytes;
}

}  // namespace reluserve::test_support
