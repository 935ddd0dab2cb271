// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The reluserve authors

#include "client/load/runner.h"

#include <sys/prctl.h>
#include <sys/resource.h>

#include <algorithm>
#include <atomic>
#include <chrono>
#include <thread>
#include <utility>

#include <absl/base/thread_annotations.h>
#include <absl/cleanup/cleanup.h>
#include <absl/synchronization/mutex.h>
#include <absl/synchronization/notification.h>
#include <absl/time/time.h>

namespace reluserve::load {
namespace {

std::atomic<bool> interrupted{false};
static_assert(std::atomic<bool>::is_always_lock_free, "a signal handler may set it");

double CpuSeconds() {
  rusage usage{};
  getrusage(RUSAGE_SELF, &usage);
  const auto seconds = [](const timeval& time) {
    return static_cast<double>(time.tv_sec) + static_cast<double>(time.tv_usec) * 1e-6;
  };
  return seconds(usage.ru_utime) + seconds(usage.ru_stime);
}

// One run of one stage: the clock, and the threads between the driver and the transport.
class Run {
 public:
  Run(const Driver::Options& options, const std::vector<PreparedModel>& models,
      Transport& transport)
      : options_(options), models_(models), transport_(transport), driver_(options) {
    transport.set_on_complete(
        [this](uint32_t slot, const absl::Status& status) { OnComplete(slot, status); });
  }

  absl::StatusOr<StageRun> Execute(const OnProgress& on_progress, const OnMeasure& on_measure);

 private:
  Nanoseconds Now() const { return std::chrono::steady_clock::now() - start_; }
  void Start(const std::vector<Attempt>& attempts);
  void OnComplete(uint32_t slot, const absl::Status& status);
  // The sending thread: until everything was sent and answered.
  void SendDue();
  // Waits for the end of the stage, reports its progress, and stops it where it is stable.
  void Watch(const OnProgress& on_progress, const OnMeasure& on_measure);

  const Driver::Options& options_;
  const std::vector<PreparedModel>& models_;
  Transport& transport_;
  Driver driver_;
  std::chrono::steady_clock::time_point start_;
  size_t stable_windows_ = 0;       // how many had ended when the stage was found stable
  std::atomic<int> completing_{0};  // calls of OnComplete() that have not returned
  absl::Notification finished_;

  absl::Mutex mutex_;
  absl::CondVar wake_ ABSL_GUARDED_BY(mutex_);
  bool woken_ ABSL_GUARDED_BY(mutex_) = false;
  std::map<absl::StatusCode, std::string> first_messages_ ABSL_GUARDED_BY(mutex_);
};

void Run::Start(const std::vector<Attempt>& attempts) {
  for (const Attempt& attempt : attempts) {
    const auto model_count = static_cast<int64_t>(models_.size());
    const PreparedModel& model = models_[attempt.sequence % model_count];
    const size_t turn = static_cast<size_t>(attempt.sequence / model_count);
    transport_.Start(attempt.slot, attempt.endpoint, model.requests[turn % model.requests.size()],
                     attempt.deadline - Now());
  }
}

void Run::OnComplete(uint32_t slot, const absl::Status& status) {
  // Only the transport's one thread comes here.
  static thread_local std::vector<Attempt> start;
  start.clear();
  ++completing_;
  // Its end is the last thing that touches this object.
  const absl::Cleanup completed = [this] { --completing_; };
  const bool wake = driver_.Complete(Now(), slot, status.code(), &start);
  Start(start);
  if (!wake && status.ok()) return;
  const absl::MutexLock lock(&mutex_);
  if (!status.ok()) first_messages_.try_emplace(status.code(), std::string(status.message()));
  if (!wake) return;
  woken_ = true;
  wake_.Signal();
}

void Run::SendDue() {
  // The kernel lets sleepers oversleep by 50 us unless told otherwise.
  prctl(PR_SET_TIMERSLACK, 1000UL, 0UL, 0UL, 0UL);
  std::vector<Attempt> start;
  while (true) {
    start.clear();
    const Nanoseconds due = driver_.Advance(Now(), &start);
    Start(start);
    if (driver_.finished(Now())) break;
    // A limit, since the end of the stage is not announced by anything.
    const Nanoseconds limit = Now() + std::chrono::milliseconds(20);
    const Nanoseconds until = std::min(due, limit);
    const absl::MutexLock lock(&mutex_);
    while (!woken_ && Now() < until) {
      wake_.WaitWithTimeout(&mutex_, absl::FromChrono(until - Now()));
    }
    woken_ = false;
  }
  finished_.Notify();
}

void Run::Watch(const OnProgress& on_progress, const OnMeasure& on_measure) {
  const MeasureOptions& measure = options_.stage.measure;
  const Nanoseconds limit = measure.warmup + measure.duration;
  bool began = false;
  bool ended = false;
  while (true) {
    const Nanoseconds now = Now();
    if (!began && now >= measure.warmup) {
      began = true;
      on_measure(/*begin=*/true);
    }
    const bool stable = measure.until_stable && stable_windows_ == 0 && driver_.stable(now);
    if (stable) stable_windows_ = driver_.ended_windows(now);
    if (stable || interrupted) driver_.StopSending(now);
    if (began && !ended && (stable || now >= limit)) {
      ended = true;
      on_measure(/*begin=*/false);
    }
    on_progress({.elapsed = now,
                 .limit = limit,
                 .warming_up = now < measure.warmup,
                 .counts = driver_.progress()});
    // The ends of the warm-up and of the stage are not to be missed by much.
    Nanoseconds next = now + std::chrono::milliseconds(200);
    for (const Nanoseconds end : {measure.warmup, limit}) {
      if (now < end) next = std::min(next, end);
    }
    if (finished_.WaitForNotificationWithTimeout(absl::FromChrono(next - Now()))) break;
  }
  if (!began) on_measure(/*begin=*/true);
  if (!ended) on_measure(/*begin=*/false);
}

absl::StatusOr<StageRun> Run::Execute(const OnProgress& on_progress, const OnMeasure& on_measure) {
  if (interrupted) return absl::CancelledError("interrupted");
  const double cpu = CpuSeconds();
  start_ = std::chrono::steady_clock::now();
  std::thread sender([this] { SendDue(); });
  Watch(on_progress, on_measure);
  sender.join();
  // The last answer was counted, but who counted it may still hold on to this object.
  while (completing_ != 0) std::this_thread::yield();
  if (interrupted) return absl::CancelledError("interrupted");
  StageRun run;
  run.generator_cpu = (CpuSeconds() - cpu) / Seconds(Now());
  const MeasureOptions& measure = options_.stage.measure;
  size_t windows = stable_windows_;
  if (windows == 0) windows = driver_.ended_windows(measure.warmup + measure.duration);
  run.measurement = Measure(driver_.recorder(), options_.stage, windows);
  const absl::MutexLock lock(&mutex_);
  run.first_messages = std::move(first_messages_);
  return run;
}

}  // namespace

absl::StatusOr<StageRun> RunStage(const Driver::Options& options,
                                  const std::vector<PreparedModel>& models, Transport& transport,
                                  const OnProgress& on_progress, const OnMeasure& on_measure) {
  return Run(options, models, transport).Execute(on_progress, on_measure);
}

void Interrupt() { interrupted = true; }

}  // namespace reluserve::load
