// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The reluserve authors

#ifndef RELUSERVE_TESTS_INTEGRATION_CHILD_PROCESS_H_
#define RELUSERVE_TESTS_INTEGRATION_CHILD_PROCESS_H_

#include <sys/types.h>

#include <chrono>
#include <condition_variable>
#include <functional>
#include <mutex>
#include <optional>
#include <string>
#include <thread>
#include <vector>

namespace reluserve::integration {

// Longer than anything takes, on a busy machine and with sanitizers.
inline constexpr std::chrono::seconds kPatience{60};

// A program that runs beside the test; killed, if it still runs, when this object is destroyed. Its
// standard output and standard error are collected while it runs.
class ChildProcess {
 public:
  // `arguments` begins with the path of the program. `environment` has NAME=VALUE entries that are
  // added to the test's own.
  explicit ChildProcess(const std::vector<std::string>& arguments,
                        const std::vector<std::string>& environment = {});
  ~ChildProcess();
  ChildProcess(const ChildProcess&) = delete;
  ChildProcess& operator=(const ChildProcess&) = delete;

  // Waits until `found`, called with the text of standard error so far, is true. False when the
  // program ended, or patience did, without that.
  bool WaitForErrorText(const std::function<bool(const std::string&)>& found);

  pid_t pid() const { return pid_; }

  void Signal(int signal) const;

  // Waits for the end of the program and returns its exit code; -1 when a signal ended it, or when
  // it had to be killed because patience ended.
  int Wait();

  std::string output() const;
  std::string error_text() const;

 private:
  // Collects what the program writes to one pipe.
  struct Stream {
    int descriptor = -1;
    std::string text;    // guarded by mutex_
    bool ended = false;  // guarded by mutex_
    std::thread reader;
  };

  void Start(Stream* stream);
  std::string TextOf(const Stream& stream) const;

  pid_t pid_ = -1;
  std::optional<int> exit_code_;
  mutable std::mutex mutex_;
  std::condition_variable changed_;
  Stream output_;
  Stream error_;
};

}  // namespace reluserve::integration

#endif  // RELUSERVE_TESTS_INTEGRATION_CHILD_PROCESS_H_
