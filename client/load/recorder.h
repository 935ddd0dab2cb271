// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The reluserve authors

#ifndef RELUSERVE_CLIENT_LOAD_RECORDER_H_
#define RELUSERVE_CLIENT_LOAD_RECORDER_H_

#include <cstdint>
#include <map>
#include <vector>

#include <absl/status/status.h>

#include "client/load/duration.h"
#include "client/load/histogram.h"
#include "client/load/stability.h"

namespace reluserve::load {

// What became of one request. Times are since the start of the stage.
struct RequestOutcome {
  Nanoseconds intended{0};                        // when it was due; latency counts from here
  Nanoseconds sent{0};                            // when its first attempt was started
  Nanoseconds done{0};                            // when its last attempt had ended
  absl::StatusCode code = absl::StatusCode::kOk;  // of the last attempt
  int attempts = 1;
  int model = 0;  // by its place among the models of the run
};

// Requests that were due within some span of time.
struct Tally {
  int64_t ok = 0;
  std::map<absl::StatusCode, int64_t> errors;  // requests whose last attempt failed
  int64_t retries = 0;                         // attempts beyond the first
  // From intended to done, of the requests that were answered and of those that gave up waiting
  // (DEADLINE_EXCEEDED), which waited at least that long. Other failures are often quicker than any
  // answer and would make a failing server look fast.
  Histogram latency;

  int64_t failed() const;
  int64_t requests() const { return ok + failed(); }
  void Add(const RequestOutcome& outcome);
  void Merge(const Tally& other);
};

// Attempts that one endpoint was given, by their ends.
struct EndpointTally {
  int64_t ok = 0;
  int64_t failed = 0;
};

// One window of time. Requests belong to the window in which they were due.
struct Window {
  std::vector<Tally> by_model;
  std::vector<EndpointTally> by_endpoint;
  Histogram send_lag;  // from intended to sent: what the generator itself was late by
  // What was answered within the window, whenever it had been due.
  int64_t answered = 0;
  Nanoseconds answered_latency{0};  // the sum

  void Merge(const Window& other);
};

// Sorts outcomes into windows of equal length, from the end of the warm-up on. What was due before
// is left out. When there would be over kMaxWindows, neighbours are merged and the windows become
// twice as long, so that memory is bounded however long a run. Not synchronised.
class Recorder {
 public:
  struct Options {
    Nanoseconds warmup{0};
    Nanoseconds window{0};  // positive
    // Where what is measured ends: neither requests due nor answers got from then on are counted.
    Nanoseconds end = Nanoseconds::max();
    int models = 1;
    int endpoints = 1;
  };
  static constexpr size_t kMaxWindows = 240;

  explicit Recorder(const Options& options) : options_(options) {}

  // The end of a request, and of each of its attempts.
  void Record(const RequestOutcome& outcome);
  void RecordAttempt(Nanoseconds done, int endpoint, bool ok);

  // The windows so far; a later outcome may still change any of them.
  const std::vector<Window>& windows() const { return windows_; }
  // Their length, by now.
  Nanoseconds window_length() const { return options_.window; }
  // Those that have ended at `now`, as IsStable() takes them.
  std::vector<WindowRate> RatesUntil(Nanoseconds now) const;
  // When the last recorded request was done.
  Nanoseconds last_done() const { return last_done_; }

 private:
  // The window of a time, or nullptr where that is not part of what is measured.
  Window* At(Nanoseconds time);

  Options options_;
  std::vector<Window> windows_;
  Nanoseconds last_done_{0};
};

}  // namespace reluserve::load

#endif  // RELUSERVE_CLIENT_LOAD_RECORDER_H_
