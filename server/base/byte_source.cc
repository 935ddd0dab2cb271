// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The reluserve authors

#include "server/base/byte_source.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <system_error>
#include <utility>

#include "server/base/status.h"

namespace reluserve {

struct ByteSource::Content {
  Content() = default;
  ~Content() {
    if (file >= 0) close(file);
  }
  Content(const Content&) = delete;
  Content& operator=(const Content&) = delete;

  int64_t size = 0;
  std::string bytes;  // where there is no file
  int file = -1;
  std::string path;
  struct stat opened = {};
};

ByteSource::ByteSource(std::string bytes) {
  auto content = std::make_shared<Content>();
  content->size = static_cast<int64_t>(bytes.size());
  content->bytes = std::move(bytes);
  content_ = std::move(content);
}

absl::StatusOr<ByteSource> ByteSource::OpenFile(const std::filesystem::path& path,
                                                int64_t max_bytes) {
  auto content = std::make_shared<Content>();
  content->path = path.string();
  // Looked at before it is opened, as opening may do something to what is no regular file; and not
  // waited for, should it be a pipe by then.
  struct stat& status = content->opened;
  if (stat(path.c_str(), &status) == 0 && S_ISREG(status.st_mode)) {
    content->file = open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK);
    if (content->file < 0 && errno != ENOENT) {
      return InvalidArgument("file {} cannot be opened: {}", content->path,
                             std::generic_category().message(errno));
    }
  }
  if (content->file < 0 || fstat(content->file, &status) != 0 || !S_ISREG(status.st_mode)) {
    return NotFound("there is no file {}", content->path);
  }
  content->size = status.st_size;
  if (content->size > max_bytes) {
    return InvalidArgument("file {} has {} bytes, expected at most {}", content->path,
                           content->size, max_bytes);
  }
  return ByteSource(std::shared_ptr<const Content>(std::move(content)));
}

int64_t ByteSource::size() const { return content_->size; }

absl::Status ByteSource::Read(int64_t offset, std::span<char> target) const {
  if (content_->file < 0) {
    std::memcpy(target.data(), content_->bytes.data() + offset, target.size());
    return absl::OkStatus();
  }
  size_t done = 0;
  while (done < target.size()) {
    const ssize_t count = pread(content_->file, target.data() + done, target.size() - done,
                                offset + static_cast<int64_t>(done));
    if (count < 0 && errno == EINTR) continue;
    if (count <= 0) {
      return InvalidArgument("file {} cannot be read to its end ({} bytes)", content_->path,
                             content_->size);
    }
    done += static_cast<size_t>(count);
  }
  return absl::OkStatus();
}

absl::StatusOr<std::string> ByteSource::ReadAll() const {
  std::string bytes(static_cast<size_t>(size()), '\0');
  RELUSERVE_RETURN_IF_ERROR(Read(0, bytes));
  RELUSERVE_RETURN_IF_ERROR(CheckUnchanged());
  return bytes;
}

absl::Status ByteSource::CheckUnchanged() const {
  if (content_->file < 0) return absl::OkStatus();
  const struct stat& opened = content_->opened;
  struct stat now = {};
  if (fstat(content_->file, &now) == 0 && now.st_size == opened.st_size &&
      now.st_mtim.tv_sec == opened.st_mtim.tv_sec &&
      now.st_mtim.tv_nsec == opened.st_mtim.tv_nsec) {
    return absl::OkStatus();
  }
  return InvalidArgument("file {} changed while it was read: is it still being copied?",
                         content_->path);
}

}  // namespace reluserve
