// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The reluserve authors

#ifndef RELUSERVE_SERVER_REPOSITORY_WORKER_H_
#define RELUSERVE_SERVER_REPOSITORY_WORKER_H_

#include <deque>
#include <functional>
#include <thread>

#include <absl/base/thread_annotations.h>
#include <absl/synchronization/mutex.h>

namespace reluserve::repository {

// Runs jobs one after another on a thread of low priority, so that loading a model takes little
// from the requests that are being computed. The thread, and with it the OpenMP team that it
// starts, is there only while there are jobs. Thread-safe.
class Worker {
 public:
  // Jobs compute with so many OpenMP threads. At least 1.
  explicit Worker(int threads) : threads_(threads) {}
  ~Worker() { Stop(); }
  Worker(const Worker&) = delete;
  Worker& operator=(const Worker&) = delete;

  // Nothing happens after Stop().
  void Post(std::function<void()> job);
  // Post, and wait until the job has run; false where it was dropped instead. Not for jobs.
  bool Run(std::function<void()> job);

  // The same for a job that can wait: it runs when no other does. It should call RunWaiting now and
  // then.
  void PostIdle(std::function<void()> job);
  // For jobs of PostIdle alone: runs the others that have come. False where this object stops, and
  // so should the job.
  bool RunWaiting();

  // Waits for the job that runs and drops those that wait. Not for jobs.
  void Stop();

 private:
  using Jobs = std::deque<std::function<void()>>;
  void Add(std::function<void()> job, bool idle);
  void RunJobs();

  const int threads_;
  absl::Mutex mutex_;
  Jobs jobs_ ABSL_GUARDED_BY(mutex_);
  Jobs idle_jobs_ ABSL_GUARDED_BY(mutex_);
  bool running_ ABSL_GUARDED_BY(mutex_) = false;  // whether thread_ takes jobs
  bool stopping_ ABSL_GUARDED_BY(mutex_) = false;
  std::thread thread_ ABSL_GUARDED_BY(mutex_);
};

}  // namespace reluserve::repository

#endif  // RELUSERVE_SERVER_REPOSITORY_WORKER_H_
