// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The reluserve authors

#include "client/output_file.h"

#include <cerrno>
#include <cstring>
#include <fstream>

#include "server/base/status.h"

namespace reluserve::client {

absl::Status WriteFile(const std::string& path, const std::string& content) {
  errno = 0;
  std::ofstream file(path, std::ios::binary | std::ios::trunc);
  file << content;
  file.close();
  if (file) return absl::OkStatus();
  return InvalidArgument("cannot write {}: {}", path, std::strerror(errno));
}

}  // namespace reluserve::client
