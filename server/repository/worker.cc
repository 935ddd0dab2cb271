// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The reluserve authors

#include "server/repository/worker.h"

#include <omp.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <memory>
#include <utility>

#include <absl/synchronization/notification.h>

namespace reluserve::repository {
namespace {

// Of 0..19. About a tenth of a CPU that is wanted by others, and all of one that is not.
constexpr int kNiceness = 10;

// Of this thread alone, and of the OpenMP team it will start: threads inherit it.
void LowerPriority() {
  // It cannot fail but where the system forbids it, and then loading takes its full share.
  setpriority(PRIO_PROCESS, static_cast<id_t>(syscall(SYS_gettid)), kNiceness);
}

}  // namespace

void Worker::Stop() {
  std::thread last;
  Jobs dropped, dropped_idle;
  {
    absl::MutexLock lock(&mutex_);
    stopping_ = true;
    dropped.swap(jobs_);
    dropped_idle.swap(idle_jobs_);
    last.swap(thread_);
  }
  // Outside the lock: what a job holds may come back to this object.
  dropped.clear();
  dropped_idle.clear();
  if (last.joinable()) last.join();
}

void Worker::Post(std::function<void()> job) { Add(std::move(job), /*idle=*/false); }

void Worker::PostIdle(std::function<void()> job) { Add(std::move(job), /*idle=*/true); }

void Worker::Add(std::function<void()> job, bool idle) {
  std::thread previous;
  {
    absl::MutexLock lock(&mutex_);
    if (stopping_) return;
    (idle ? idle_jobs_ : jobs_).push_back(std::move(job));
    if (running_) return;
    running_ = true;
    previous.swap(thread_);
    thread_ = std::thread([this] { RunJobs(); });
  }
  // It has taken its last job and is about to end.
  if (previous.joinable()) previous.join();
}

bool Worker::Run(std::function<void()> job) {
  // Notified when the job has run, or is destroyed without.
  absl::Notification done;
  bool ran = false;
  std::shared_ptr<bool> ticket(&ran, [&done](bool*) { done.Notify(); });
  Post([job = std::move(job), ticket] {
    job();
    *ticket = true;
  });
  ticket.reset();
  done.WaitForNotification();
  return ran;
}

void Worker::RunJobs() {
  LowerPriority();
  omp_set_num_threads(threads_);
  while (true) {
    std::function<void()> job;
    {
      absl::MutexLock lock(&mutex_);
      Jobs& jobs = jobs_.empty() ? idle_jobs_ : jobs_;
      if (jobs.empty()) {
        running_ = false;
        return;
      }
      job = std::move(jobs.front());
      jobs.pop_front();
    }
    job();
  }
}

bool Worker::RunWaiting() {
  while (true) {
    std::function<void()> job;
    {
      absl::MutexLock lock(&mutex_);
      if (stopping_) return false;
      if (jobs_.empty()) return true;
      job = std::move(jobs_.front());
      jobs_.pop_front();
    }
    job();
  }
}

}  // namespace reluserve::repository
