// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The reluserve authors

#include "server/rpc/token_file.h"

#include <openssl/crypto.h>
#include <openssl/sha.h>
#include <sys/stat.h>

#include <fstream>
#include <iterator>
#include <utility>

#include <spdlog/spdlog.h>

#include "server/base/status.h"

namespace reluserve::rpc {
namespace {

constexpr absl::Duration kLookInterval = absl::Seconds(1);
constexpr int64_t kMaxFileBytes = 1 << 20;

std::string_view Trimmed(std::string_view line) {
  constexpr char kSpace[] = " \t\r";
  const size_t begin = line.find_first_not_of(kSpace);
  if (begin == line.npos) return {};
  return line.substr(begin, line.find_last_not_of(kSpace) - begin + 1);
}

}  // namespace

absl::StatusOr<std::unique_ptr<TokenFile>> TokenFile::Open(std::filesystem::path path,
                                                           std::function<absl::Time()> now) {
  std::unique_ptr<TokenFile> file(new TokenFile(std::move(path), std::move(now)));
  absl::MutexLock lock(&file->mutex_);
  file->looked_ = file->now_();
  RELUSERVE_RETURN_IF_ERROR(file->Read());
  return file;
}

bool TokenFile::Contains(std::string_view token) {
  const Digest digest = DigestOf(token);
  absl::MutexLock lock(&mutex_);
  ReadIfChanged();
  // All are compared, whichever it is.
  bool found = false;
  for (const Digest& each : digests_) {
    const bool same = CRYPTO_memcmp(each.data(), digest.data(), digest.size()) == 0;
    found = found || same;
  }
  return found;
}

TokenFile::Digest TokenFile::DigestOf(std::string_view token) {
  static_assert(sizeof(Digest) == SHA256_DIGEST_LENGTH);
  Digest digest;
  SHA256(reinterpret_cast<const unsigned char*>(token.data()), token.size(), digest.data());
  return digest;
}

TokenFile::Stamp TokenFile::Look() const {
  struct stat info = {};
  if (stat(path_.c_str(), &info) != 0) return {};
  return {info.st_ino, info.st_size,
          int64_t{info.st_mtim.tv_sec} * 1'000'000'000 + info.st_mtim.tv_nsec};
}

absl::Status TokenFile::Read() {
  // Before reading: a change during it is seen at the next look.
  const Stamp stamp = Look();
  if (stamp.size > kMaxFileBytes) {
    return InvalidArgument("token file {} has {} bytes, expected at most {}", path_.string(),
                           stamp.size, kMaxFileBytes);
  }
  std::ifstream file(path_);
  if (!file) return NotFound("token file {} cannot be read", path_.string());
  std::vector<Digest> digests;
  for (std::string line; std::getline(file, line);) {
    const std::string_view token = Trimmed(line);
    if (!token.empty() && !token.starts_with('#')) digests.push_back(DigestOf(token));
  }
  if (digests.empty()) return InvalidArgument("token file {} holds no token", path_.string());
  digests_ = std::move(digests);
  stamp_ = stamp;
  return absl::OkStatus();
}

void TokenFile::ReadIfChanged() {
  const absl::Time now = now_();
  if (now - looked_ < kLookInterval && now >= looked_) return;
  looked_ = now;
  const Stamp stamp = Look();
  if (stamp == stamp_) return;
  const absl::Status status = Read();
  if (status.ok()) {
    spdlog::info("tokens reloaded file={} tokens={}", path_.string(), digests_.size());
    return;
  }
  spdlog::error("{}; its former tokens stay good", std::string(status.message()));
  // Reported once for each state of the file.
  stamp_ = stamp;
}

}  // namespace reluserve::rpc
