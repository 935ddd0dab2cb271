// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The reluserve authors

#ifndef RELUSERVE_CLIENT_LOAD_DRIVER_H_
#define RELUSERVE_CLIENT_LOAD_DRIVER_H_

#include <chrono>
#include <cstdint>
#include <deque>
#include <optional>
#include <queue>
#include <set>
#include <vector>

#include <absl/base/thread_annotations.h>
#include <absl/status/status.h>
#include <absl/synchronization/mutex.h>

#include "client/load/arrival.h"
#include "client/load/duration.h"
#include "client/load/endpoint_picker.h"
#include "client/load/recorder.h"
#include "client/load/stage.h"

namespace reluserve::load {

// When a failed attempt is made again, with another endpoint where there is one.
struct RetryPolicy {
  int max_attempts = 1;  // of a request; 1: no retries
  // Before the second attempt; twice as long before each further one, up to a second.
  Nanoseconds backoff{0};
  std::set<absl::StatusCode> codes = {absl::StatusCode::kUnavailable};

  // Before attempt `attempt` (2 is the first retry).
  Nanoseconds BackoffBefore(int attempt) const;
};

// An attempt that is to be started now.
struct Attempt {
  uint32_t slot = 0;     // to be given back to Complete()
  int64_t sequence = 0;  // the request's number within the stage; picks model and input
  int endpoint = 0;
  Nanoseconds deadline{0};  // since the start of the stage
};

// Decides, for one stage, what is sent when and where, and records what came of it. It neither
// looks at a clock nor sends anything: whoever drives it says what time it is and starts the
// attempts it is told to, so that a test can run hours of load in virtual time. Times are since the
// start of the stage and do not go back from one call to the next by more than threads race.
// Thread-safe.
//
// A caller of a closed loop whose request found no server waits kPause before its next one: there
// is nothing to measure in how fast requests can be refused on this side of the network.
//
// Latency counts from the moment a request was due: in an open loop that is the time of the
// schedule, also where the request could only be sent later, because `max_outstanding` others had
// no answer or because the machine was busy; in a closed loop it is the moment at which the caller
// was free to send.
class Driver {
 public:
  struct Options {
    Stage stage;
    ArrivalKind arrivals = ArrivalKind::kPoisson;
    uint64_t seed = 1;
    Nanoseconds timeout{0};       // from the first attempt to the last answer; positive
    int max_outstanding = 10000;  // open loop: requests without an answer at any time
    RetryPolicy retry;
    int models = 1;
    int endpoints = 1;
    Nanoseconds endpoint_rest{0};  // how long an unavailable endpoint is left out
  };

  explicit Driver(const Options& options);

  // Appends the attempts that are to be started at `now` to `start`. Returns when to call again at
  // the latest; kNever where only a Complete() can bring more.
  Nanoseconds Advance(Nanoseconds now, std::vector<Attempt>* start);

  // The attempt in `slot` ended at `now`. Appends attempts to be started at once. True where
  // Advance() has to be called earlier than it last said.
  bool Complete(Nanoseconds now, uint32_t slot, absl::StatusCode code, std::vector<Attempt>* start);

  // Nothing that is due at `now` or later is sent any more.
  void StopSending(Nanoseconds now);

  // Everything was sent, and every answer is there.
  bool finished(Nanoseconds now) const;

  struct Progress {
    int64_t sent = 0;  // all counts with the warm-up
    int64_t ok = 0;
    int64_t failed = 0;
    int64_t outstanding = 0;
  };
  Progress progress() const;
  // Whether the stage's last windows agree at `now`, and how many windows have ended.
  bool stable(Nanoseconds now) const;
  size_t ended_windows(Nanoseconds now) const;

  // What was recorded. Only once nothing is called any more.
  const Recorder& recorder() const ABSL_NO_THREAD_SAFETY_ANALYSIS { return recorder_; }

  static constexpr Nanoseconds kNever = Nanoseconds::max();
  static constexpr Nanoseconds kPause = std::chrono::milliseconds(10);

 private:
  struct Request {
    Nanoseconds intended{0};
    Nanoseconds sent{0};
    Nanoseconds deadline{0};
    int64_t sequence = 0;
    int attempts = 0;
    int endpoint = -1;
  };
  struct Retry {
    Nanoseconds due;
    uint32_t slot;
    bool operator>(const Retry& other) const { return due > other.due; }
  };

  void Send(Nanoseconds intended, Nanoseconds now, std::vector<Attempt>* start)
      ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  void StartAttempt(uint32_t slot, Nanoseconds now, std::vector<Attempt>* start)
      ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  void Finish(uint32_t slot, Nanoseconds now, absl::StatusCode code)
      ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  // Whether a request that is due then is still part of the stage.
  bool MaySend(Nanoseconds intended) const ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  int64_t outstanding() const ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);

  const Options options_;
  mutable absl::Mutex mutex_;
  ArrivalProcess arrivals_ ABSL_GUARDED_BY(mutex_);
  std::optional<Nanoseconds> next_arrival_ ABSL_GUARDED_BY(mutex_);
  EndpointPicker picker_ ABSL_GUARDED_BY(mutex_);
  Recorder recorder_ ABSL_GUARDED_BY(mutex_);
  std::vector<Request> requests_ ABSL_GUARDED_BY(mutex_);  // by slot
  std::vector<uint32_t> free_slots_ ABSL_GUARDED_BY(mutex_);
  std::priority_queue<Retry, std::vector<Retry>, std::greater<>> retries_ ABSL_GUARDED_BY(mutex_);
  // When callers of a closed loop that found no server send again, the next one first.
  std::deque<Nanoseconds> paused_ ABSL_GUARDED_BY(mutex_);
  Nanoseconds send_until_ ABSL_GUARDED_BY(mutex_);
  int64_t to_measure_ ABSL_GUARDED_BY(mutex_);  // requests that `count` leaves to be sent
  bool started_ ABSL_GUARDED_BY(mutex_) = false;
  bool held_back_ ABSL_GUARDED_BY(mutex_) = false;  // by max_outstanding
  Progress progress_ ABSL_GUARDED_BY(mutex_);
};

}  // namespace reluserve::load

#endif  // RELUSERVE_CLIENT_LOAD_DRIVER_H_
