// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The reluserve authors

#include "server/sparsity/state_file.h"

#include <fcntl.h>
#include <unistd.h>
#include <zlib.h>

#include <cerrno>
#include <cmath>
#include <cstring>
#include <fstream>
#include <iterator>
#include <system_error>
#include <utility>

#include <spdlog/spdlog.h>

#include "proto/sparsity_state.pb.h"
#include "server/base/status.h"

namespace reluserve::sparsity {
namespace {

constexpr std::string_view kMagic = "RLSTATE1";
constexpr size_t kHeadBytes = 8 + 8 + 4;
constexpr uint64_t kMaxStateBytes = uint64_t{1} << 30;

uint32_t Checksum(std::string_view bytes) {
  return static_cast<uint32_t>(
      crc32_z(crc32_z(0, nullptr, 0), reinterpret_cast<const Bytef*>(bytes.data()), bytes.size()));
}

template <typename Integer>
void AppendInteger(Integer value, std::string& bytes) {
  for (size_t i = 0; i < sizeof(value); ++i) {
    bytes.push_back(static_cast<char>((value >> (8 * i)) & 0xff));
  }
}

template <typename Integer>
Integer ReadInteger(std::string_view bytes) {
  Integer value = 0;
  for (size_t i = 0; i < sizeof(value); ++i) {
    value |= static_cast<Integer>(static_cast<unsigned char>(bytes[i])) << (8 * i);
  }
  return value;
}

void Encode(const SavedCounts& counts, state::Counts& message) {
  message.mutable_channels()->Add(counts.channels.begin(), counts.channels.end());
  message.mutable_counters()->Add(counts.counters.begin(), counts.counters.end());
  for (const Extremes& extremes : counts.extremes) {
    message.add_min(extremes.min);
    message.add_max(extremes.max);
  }
  message.set_since_us(absl::ToUnixMicros(counts.since));
}

absl::StatusOr<SavedCounts> Decode(const state::Counts& message) {
  if (message.min_size() != message.max_size()) {
    return absl::DataLossError("the least and largest values are not as many");
  }
  SavedCounts counts;
  counts.channels.assign(message.channels().begin(), message.channels().end());
  counts.counters.assign(message.counters().begin(), message.counters().end());
  for (int i = 0; i < message.min_size(); ++i) {
    counts.extremes.push_back({message.min(i), message.max(i)});
  }
  counts.since = absl::FromUnixMicros(message.since_us());
  return counts;
}

absl::Status FileError(std::string_view action, const std::filesystem::path& path) {
  const int error = errno;
  return absl::UnavailableError(fmt::format("cannot {} {}: {}", action, path.string(),
                                            std::generic_category().message(error)));
}

absl::Status WriteAndSync(int file, const std::filesystem::path& path, std::string_view content) {
  while (!content.empty()) {
    const ssize_t written = write(file, content.data(), content.size());
    if (written < 0 && errno == EINTR) continue;
    if (written < 0) return FileError("write", path);
    content.remove_prefix(static_cast<size_t>(written));
  }
  return fsync(file) == 0 ? absl::OkStatus() : FileError("sync", path);
}

// Makes a rename in a directory last.
void SyncDirectory(const std::filesystem::path& directory) {
  const int file = open(directory.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  if (file < 0) return;
  fsync(file);
  close(file);
}

absl::StatusOr<std::string> ReadFile(const std::filesystem::path& path) {
  std::ifstream stream(path, std::ios::binary);
  if (!stream) return FileError("read", path);
  return std::string(std::istreambuf_iterator<char>(stream), std::istreambuf_iterator<char>());
}

}  // namespace

std::string EncodeState(const std::vector<KeptModel>& models) {
  state::SparsityState message;
  for (const KeptModel& model : models) {
    state::ModelState& entry = *message.add_models();
    entry.set_name(model.identity.name);
    entry.set_version(model.identity.version);
    entry.set_fingerprint(model.identity.fingerprint);
    for (const std::string& layer : model.layers) entry.add_layers(layer);
    if (model.saved.counts) Encode(*model.saved.counts, *entry.mutable_counts());
    if (model.saved.baseline) {
      Encode(*model.saved.baseline, *entry.mutable_baseline());
      entry.set_baseline_until_us(absl::ToUnixMicros(model.saved.baseline_until));
    }
  }
  const std::string body = message.SerializeAsString();
  std::string bytes(kMagic);
  AppendInteger(uint64_t{body.size()}, bytes);
  AppendInteger(Checksum(body), bytes);
  return bytes + body;
}

absl::StatusOr<std::vector<KeptModel>> DecodeState(std::string_view bytes) {
  if (bytes.size() < kHeadBytes || !bytes.starts_with(kMagic)) {
    return absl::DataLossError("it is not a state file");
  }
  const std::string_view body = bytes.substr(kHeadBytes);
  const auto length = ReadInteger<uint64_t>(bytes.substr(kMagic.size()));
  if (length != body.size() || length > kMaxStateBytes) {
    return absl::DataLossError(
        fmt::format("it has {} bytes after its head, expected {}", body.size(), length));
  }
  if (Checksum(body) != ReadInteger<uint32_t>(bytes.substr(kMagic.size() + sizeof(length)))) {
    return absl::DataLossError("its checksum is wrong");
  }
  state::SparsityState message;
  if (!message.ParseFromArray(body.data(), static_cast<int>(body.size()))) {
    return absl::DataLossError("its content cannot be parsed");
  }
  std::vector<KeptModel> models;
  for (const state::ModelState& entry : message.models()) {
    KeptModel& model = models.emplace_back();
    model.identity = {entry.name(), entry.version(), entry.fingerprint()};
    model.layers.assign(entry.layers().begin(), entry.layers().end());
    if (entry.has_counts()) {
      RELUSERVE_ASSIGN_OR_RETURN(model.saved.counts, Decode(entry.counts()));
    }
    if (entry.has_baseline()) {
      RELUSERVE_ASSIGN_OR_RETURN(model.saved.baseline, Decode(entry.baseline()));
      model.saved.baseline_until = absl::FromUnixMicros(entry.baseline_until_us());
    }
  }
  return models;
}

absl::Status ReplaceFile(const std::filesystem::path& path, std::string_view content) {
  const std::filesystem::path next = path.string() + ".new";
  const int file = open(next.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0644);
  if (file < 0) return FileError("write", next);
  absl::Status status = WriteAndSync(file, next, content);
  if (close(file) != 0 && status.ok()) status = FileError("close", next);
  RELUSERVE_RETURN_IF_ERROR(status);
  if (rename(next.c_str(), path.c_str()) != 0) return FileError("replace", path);
  SyncDirectory(path.parent_path());
  return absl::OkStatus();
}

absl::StatusOr<std::unique_ptr<StateSaver>> StateSaver::Start(
    const std::filesystem::path& directory, absl::Duration interval, SparsityStore& store) {
  std::error_code error;
  std::filesystem::create_directories(directory, error);
  if (error) {
    return absl::UnavailableError(
        fmt::format("cannot make directory {}: {}", directory.string(), error.message()));
  }
  std::unique_ptr<StateSaver> saver(new StateSaver(directory / "sparsity.state", interval, store));
  RELUSERVE_RETURN_IF_ERROR(saver->Restore());
  // Tells now, not after the first interval, where nothing can be written.
  RELUSERVE_RETURN_IF_ERROR(saver->Save());
  saver->thread_ = std::thread([saver = saver.get()] { saver->Run(); });
  return saver;
}

StateSaver::StateSaver(std::filesystem::path file, absl::Duration interval, SparsityStore& store)
    : file_(std::move(file)), interval_(interval), store_(store) {}

StateSaver::~StateSaver() {
  if (!thread_.joinable()) return;  // it never started
  {
    absl::MutexLock lock(&mutex_);
    stopping_ = true;
  }
  thread_.join();
}

absl::Status StateSaver::Restore() {
  std::error_code error;
  if (!std::filesystem::exists(file_, error)) return absl::OkStatus();
  RELUSERVE_ASSIGN_OR_RETURN(const std::string bytes, ReadFile(file_));
  absl::StatusOr<std::vector<KeptModel>> models = DecodeState(bytes);
  if (models.ok()) {
    spdlog::info("state restored file={} models={}", file_.string(), models->size());
    store_.Restore(*std::move(models));
    return absl::OkStatus();
  }
  const std::filesystem::path aside = file_.string() + ".corrupt";
  if (rename(file_.c_str(), aside.c_str()) != 0) return FileError("set aside", file_);
  spdlog::error("state file {} is corrupt and set aside as {}, counting begins at zero: {}",
                file_.string(), aside.string(), std::string(models.status().message()));
  return absl::OkStatus();
}

absl::Status StateSaver::Save() const { return ReplaceFile(file_, EncodeState(store_.Save())); }

void StateSaver::Run() {
  bool stopping = false;
  while (!stopping) {
    {
      absl::MutexLock lock(&mutex_);
      stopping = mutex_.AwaitWithTimeout(absl::Condition(&stopping_), interval_);
    }
    if (const absl::Status status = Save(); !status.ok()) {
      spdlog::error("activation counts were not saved: {}", std::string(status.message()));
    }
  }
}

}  // namespace reluserve::sparsity
