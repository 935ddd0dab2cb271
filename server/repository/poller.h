// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The reluserve authors

#ifndef RELUSERVE_SERVER_REPOSITORY_POLLER_H_
#define RELUSERVE_SERVER_REPOSITORY_POLLER_H_

#include <functional>
#include <thread>

#include <absl/base/thread_annotations.h>
#include <absl/synchronization/mutex.h>
#include <absl/time/time.h>

namespace reluserve::repository {

// Calls a function again and again, on a thread of its own.
class Poller {
 public:
  // The first time after `interval`, then as long after each call has returned.
  Poller(std::function<void()> poll, absl::Duration interval);
  // Waits for a call that runs.
  ~Poller();
  Poller(const Poller&) = delete;
  Poller& operator=(const Poller&) = delete;

 private:
  void Run();

  const std::function<void()> poll_;
  const absl::Duration interval_;
  absl::Mutex mutex_;
  bool stopping_ ABSL_GUARDED_BY(mutex_) = false;
  std::thread thread_;  // last: it uses what is above
};

}  // namespace reluserve::repository

#endif  // RELUSERVE_SERVER_REPOSITORY_POLLER_H_
