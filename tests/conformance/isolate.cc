// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The reluserve authors

#include "tests/conformance/isolate.h"

#include <poll.h>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <chrono>
#include <cstdio>
#include <cstring>
#include <string>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

namespace reluserve::conformance {
namespace {

using Clock = std::chrono::steady_clock;

Verdict Failure(const std::string& message) { return {false, "", message}; }

[[noreturn]] void RunChild(const std::function<Verdict()>& check, int pipe_end) {
  const Verdict verdict = check();
  const nlohmann::json record = {{"passed", verdict.passed},
                                 {"note", verdict.note},
                                 {"message", verdict.message},
                                 {"vacuous", verdict.vacuous}};
  // Error messages may quote bytes of the model that are no UTF-8.
  const std::string text = record.dump(-1, ' ', false, nlohmann::json::error_handler_t::replace);
  size_t written = 0;
  while (written < text.size()) {
    const ssize_t count = write(pipe_end, text.data() + written, text.size() - written);
    if (count < 0 && errno != EINTR) _exit(1);
    if (count > 0) written += static_cast<size_t>(count);
  }
  _exit(0);
}

// What the child writes until it closes its end; false when the deadline passes first.
bool ReadAll(int pipe_end, Clock::time_point deadline, std::string& text) {
  while (true) {
    const auto left = std::chrono::ceil<std::chrono::milliseconds>(deadline - Clock::now());
    if (left.count() <= 0) return false;
    pollfd descriptor = {.fd = pipe_end, .events = POLLIN, .revents = 0};
    if (poll(&descriptor, 1, static_cast<int>(left.count())) <= 0) continue;
    std::array<char, 4096> buffer;
    const ssize_t count = read(pipe_end, buffer.data(), buffer.size());
    if (count == 0) return true;
    if (count > 0) text.append(buffer.data(), static_cast<size_t>(count));
  }
}

Verdict Decode(const std::string& text, int wait_status) {
  if (WIFSIGNALED(wait_status)) {
    return Failure(fmt::format("crashed: {}", strsignal(WTERMSIG(wait_status))));
  }
  const nlohmann::json record = nlohmann::json::parse(text, nullptr, /*allow_exceptions=*/false);
  if (WEXITSTATUS(wait_status) != 0 || !record.is_object()) {
    return Failure(fmt::format("ended with code {} and no verdict", WEXITSTATUS(wait_status)));
  }
  return {record["passed"], record["note"], record["message"], record["vacuous"]};
}

}  // namespace

Verdict RunIsolated(const std::function<Verdict()>& check, int timeout_s) {
  std::array<int, 2> ends;
  if (pipe(ends.data()) != 0) return Failure(fmt::format("pipe: {}", std::strerror(errno)));
  std::fflush(nullptr);
  const pid_t child = fork();
  if (child < 0) return Failure(fmt::format("fork: {}", std::strerror(errno)));
  if (child == 0) {
    close(ends[0]);
    RunChild(check, ends[1]);
  }
  close(ends[1]);
  std::string text;
  const bool finished = ReadAll(ends[0], Clock::now() + std::chrono::seconds(timeout_s), text);
  close(ends[0]);
  if (!finished) kill(child, SIGKILL);
  int wait_status = 0;
  while (waitpid(child, &wait_status, 0) < 0 && errno == EINTR) {
  }
  if (!finished) return Failure(fmt::format("took longer than {} s", timeout_s));
  return Decode(text, wait_status);
}

}  // namespace reluserve::conformance
