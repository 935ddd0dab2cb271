// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The reluserve authors

// Activation counts on disk, so that they outlive the process however it ends.

#ifndef RELUSERVE_SERVER_SPARSITY_STATE_FILE_H_
#define RELUSERVE_SERVER_SPARSITY_STATE_FILE_H_

#include <filesystem>
#include <memory>
#include <string>
#include <string_view>
#include <thread>
#include <vector>

#include <absl/base/thread_annotations.h>
#include <absl/status/status.h>
#include <absl/status/statusor.h>
#include <absl/synchronization/mutex.h>
#include <absl/time/time.h>

#include "server/sparsity/sparsity_store.h"

namespace reluserve::sparsity {

// The content of a state file: eight bytes "RLSTATE1", the length of what follows the head and its
// CRC-32 (little-endian, 8 and 4 bytes), and a reluserve.state.SparsityState.
std::string EncodeState(const std::vector<KeptModel>& models);
// DATA_LOSS saying what is wrong where the bytes are not such a content, whole and unchanged.
absl::StatusOr<std::vector<KeptModel>> DecodeState(std::string_view bytes);

// Replaces `path` so that it holds the old content or the new one whenever the process or the
// machine stops: writes <path>.new, syncs it, and renames it.
absl::Status ReplaceFile(const std::filesystem::path& path, std::string_view content);

// Saves a store to <directory>/sparsity.state at an interval, and once more at the end. Owns a
// thread.
class StateSaver {
 public:
  // Creates the directory if need be, and restores the store from the file if there is one. A file
  // that cannot be read back is renamed to sparsity.state.corrupt, which is logged, and the store
  // begins at zero. An error where the directory cannot be written to. The store must outlive the
  // saver.
  static absl::StatusOr<std::unique_ptr<StateSaver>> Start(const std::filesystem::path& directory,
                                                           absl::Duration interval,
                                                           SparsityStore& store);
  ~StateSaver();

 private:
  StateSaver(std::filesystem::path file, absl::Duration interval, SparsityStore& store);
  absl::Status Restore();
  absl::Status Save() const;
  void Run();

  const std::filesystem::path file_;
  const absl::Duration interval_;
  SparsityStore& store_;
  absl::Mutex mutex_;
  bool stopping_ ABSL_GUARDED_BY(mutex_) = false;
  std::thread thread_;  // last: it uses what is above
};

}  // namespace reluserve::sparsity

#endif  // RELUSERVE_SERVER_SPARSITY_STATE_FILE_H_
