// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The reluserve authors

#ifndef RELUSERVE_SERVER_BASE_CONTENT_HASH_H_
#define RELUSERVE_SERVER_BASE_CONTENT_HASH_H_

#include <cstdint>
#include <memory>
#include <new>
#include <string_view>

#include <xxhash.h>

namespace reluserve {

// Tells contents from others: 64 bits (XXH3) of all bytes added, in their order, however they are
// parted. The same on every machine and in every version. No protection against somebody who looks
// for two contents of one value. Not thread-safe.
class ContentHash {
 public:
  ContentHash() : state_(XXH3_createState()) {
    if (state_ == nullptr) throw std::bad_alloc();
    XXH3_64bits_reset(state_.get());
  }

  void Add(std::string_view bytes) { XXH3_64bits_update(state_.get(), bytes.data(), bytes.size()); }
  uint64_t value() const { return XXH3_64bits_digest(state_.get()); }

 private:
  struct Free {
    void operator()(XXH3_state_t* state) const { XXH3_freeState(state); }
  };
  std::unique_ptr<XXH3_state_t, Free> state_;
};

}  // namespace reluserve

#endif  // RELUSERVE_SERVER_BASE_CONTENT_HASH_H_
