// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The reluserve authors

#include "tests/integration/child_process.h"

#include <fcntl.h>
#include <signal.h>
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <system_error>

extern char** environ;

namespace reluserve::integration {
namespace {

void Require(int error, const char* what) {
  if (error != 0) throw std::system_error(error, std::generic_category(), what);
}

// The two ends of a new pipe, closed in programs that are started.
std::array<int, 2> MakePipe() {
  std::array<int, 2> ends{};
  Require(pipe2(ends.data(), O_CLOEXEC) == 0 ? 0 : errno, "pipe2");
  return ends;
}

// For the functions of C that take an array of strings.
std::vector<char*> Pointers(const std::vector<std::string>& texts) {
  std::vector<char*> pointers;
  for (const std::string& text : texts) pointers.push_back(const_cast<char*>(text.c_str()));
  pointers.push_back(nullptr);
  return pointers;
}

}  // namespace

ChildProcess::ChildProcess(const std::vector<std::string>& arguments,
                           const std::vector<std::string>& environment) {
  const std::array<int, 2> output = MakePipe();
  const std::array<int, 2> error = MakePipe();
  posix_spawn_file_actions_t actions;
  Require(posix_spawn_file_actions_init(&actions), "posix_spawn_file_actions_init");
  Require(posix_spawn_file_actions_adddup2(&actions, output[1], STDOUT_FILENO), "adddup2");
  Require(posix_spawn_file_actions_adddup2(&actions, error[1], STDERR_FILENO), "adddup2");
  // The first entry of a name counts, so additions stand before what the test has itself.
  std::vector<std::string> variables = environment;
  for (char** entry = environ; *entry != nullptr; ++entry) variables.emplace_back(*entry);
  const int failure = posix_spawn(&pid_, arguments[0].c_str(), &actions, nullptr,
                                  Pointers(arguments).data(), Pointers(variables).data());
  posix_spawn_file_actions_destroy(&actions);
  close(output[1]);
  close(error[1]);
  output_.descriptor = output[0];
  error_.descriptor = error[0];
  Require(failure, arguments[0].c_str());
  Start(&output_);
  Start(&error_);
}

ChildProcess::~ChildProcess() {
  if (!exit_code_) {
    Signal(SIGKILL);
    Wait();
  }
  output_.reader.join();
  error_.reader.join();
  close(output_.descriptor);
  close(error_.descriptor);
}

void ChildProcess::Start(Stream* stream) {
  stream->reader = std::thread([this, stream] {
    std::array<char, 4096> chunk{};
    while (true) {
      const ssize_t bytes = read(stream->descriptor, chunk.data(), chunk.size());
      if (bytes < 0 && errno == EINTR) continue;
      const std::lock_guard lock(mutex_);
      if (bytes > 0) {
        stream->text.append(chunk.data(), bytes);
      } else {
        stream->ended = true;
      }
      changed_.notify_all();
      if (stream->ended) return;
    }
  });
}

bool ChildProcess::WaitForErrorText(const std::function<bool(const std::string&)>& found) {
  std::unique_lock lock(mutex_);
  bool result = false;
  changed_.wait_for(lock, kPatience, [&] {
    result = found(error_.text);
    return result || error_.ended;
  });
  return result;
}

void ChildProcess::Signal(int signal) const { kill(pid_, signal); }

int ChildProcess::Wait() {
  if (exit_code_) return *exit_code_;
  {
    // The pipes end when the program does.
    std::unique_lock lock(mutex_);
    if (!changed_.wait_for(lock, kPatience, [this] { return output_.ended && error_.ended; })) {
      Signal(SIGKILL);
    }
  }
  int status = 0;
  while (waitpid(pid_, &status, 0) < 0 && errno == EINTR) {
  }
  exit_code_ = WIFEXITED(status) ? WEXITSTATUS(status) : -1;
  return *exit_code_;
}

std::string ChildProcess::output() const { return TextOf(output_); }
std::string ChildProcess::error_text() const { return TextOf(error_); }

std::string ChildProcess::TextOf(const Stream& stream) const {
  const std::lock_guard lock(mutex_);
  return stream.text;
}

}  // namespace reluserve::integration
