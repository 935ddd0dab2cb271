// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The reluserve authors

#ifndef RELUSERVE_TESTS_SUPPORT_SHARED_MEMORY_H_
#define RELUSERVE_TESTS_SUPPORT_SHARED_MEMORY_H_

#include <cstddef>
#include <string>
#include <string_view>

namespace reluserve::test_support {

// A POSIX shared memory object with a name of its own, removed when this object is destroyed. A
// test ends with a failure where the system refuses.
class SharedMemoryObject {
 public:
  explicit SharedMemoryObject(size_t bytes);
  ~SharedMemoryObject();
  SharedMemoryObject(const SharedMemoryObject&) = delete;
  SharedMemoryObject& operator=(const SharedMemoryObject&) = delete;

  // "/" and a name.
  const std::string& key() const { return key_; }
  void Resize(size_t bytes);
  void Write(size_t offset, std::string_view bytes);
  std::string Read(size_t offset, size_t count) const;

 private:
  std::string key_;
  int descriptor_ = -1;
};

}  // namespace reluserve::test_support

#endif  // RELUSERVE_TESTS_SUPPORT_SHARED_MEMORY_H_
