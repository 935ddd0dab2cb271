// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The reluserve authors

#ifndef RELUSERVE_SERVER_RPC_TOKEN_FILE_H_
#define RELUSERVE_SERVER_RPC_TOKEN_FILE_H_

#include <array>
#include <cstdint>
#include <filesystem>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include <absl/base/thread_annotations.h>
#include <absl/status/status.h>
#include <absl/status/statusor.h>
#include <absl/synchronization/mutex.h>
#include <absl/time/clock.h>
#include <absl/time/time.h>

namespace reluserve::rpc {

// Secrets, one a line; empty lines and those that begin with '#' are left out. The file is looked
// at again at most once a second, when it is asked, and read when it has changed; so tokens are
// rotated without a restart. Tokens are kept and compared as SHA-256 digests, in a time that does
// not depend on where they differ. Thread-safe.
class TokenFile {
 public:
  // `now` tells when it is time to look again. NOT_FOUND for a file that cannot be read;
  // INVALID_ARGUMENT for one without a token, or over 1 MiB.
  static absl::StatusOr<std::unique_ptr<TokenFile>> Open(
      std::filesystem::path path, std::function<absl::Time()> now = absl::Now);

  // Whether the token is in the file. One that has become unreadable or empty is reported in the
  // log, and what it last held stays good: a file that is being replaced locks nobody out.
  bool Contains(std::string_view token);

 private:
  using Digest = std::array<unsigned char, 32>;
  // What tells that a file has changed.
  struct Stamp {
    uint64_t inode = 0;
    int64_t size = 0;
    int64_t modified_ns = 0;
    bool operator==(const Stamp&) const = default;
  };

  TokenFile(std::filesystem::path path, std::function<absl::Time()> now)
      : path_(std::move(path)), now_(std::move(now)) {}
  static Digest DigestOf(std::string_view token);
  Stamp Look() const;
  absl::Status Read() ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  void ReadIfChanged() ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);

  const std::filesystem::path path_;
  const std::function<absl::Time()> now_;
  absl::Mutex mutex_;
  absl::Time looked_ ABSL_GUARDED_BY(mutex_) = absl::InfinitePast();
  Stamp stamp_ ABSL_GUARDED_BY(mutex_);
  std::vector<Digest> digests_ ABSL_GUARDED_BY(mutex_);
};

}  // namespace reluserve::rpc

#endif  // RELUSERVE_SERVER_RPC_TOKEN_FILE_H_
