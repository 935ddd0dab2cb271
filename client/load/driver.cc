// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The reluserve authors

#include "client/load/driver.h"

#include <algorithm>
#include <limits>

namespace reluserve::load {

Nanoseconds RetryPolicy::BackoffBefore(int attempt) const {
  constexpr Nanoseconds kLongest = std::chrono::seconds(1);
  Nanoseconds wait = backoff;
  for (int i = 2; i < attempt && wait < kLongest; ++i) wait *= 2;
  return std::min(wait, std::max(backoff, kLongest));
}

Driver::Driver(const Options& options)
    : options_(options),
      arrivals_(options.stage.segments, options.arrivals, options.seed),
      picker_(options.endpoints, options.endpoint_rest),
      recorder_({.warmup = options.stage.measure.warmup,
                 .window = options.stage.measure.window,
                 .end = options.stage.measure.count
                            ? kNever
                            : options.stage.measure.warmup + options.stage.measure.duration,
                 .models = options.models,
                 .endpoints = options.endpoints}),
      send_until_(options.stage.measure.warmup + options.stage.measure.duration),
      to_measure_(options.stage.measure.count.value_or(std::numeric_limits<int64_t>::max())) {
  if (options_.stage.loop == LoopKind::kOpen) next_arrival_ = arrivals_.Next();
}

int64_t Driver::outstanding() const { return std::ssize(requests_) - std::ssize(free_slots_); }

bool Driver::MaySend(Nanoseconds intended) const {
  return intended < send_until_ && to_measure_ > 0;
}

Nanoseconds Driver::Advance(Nanoseconds now, std::vector<Attempt>* start) {
  const absl::MutexLock lock(&mutex_);
  while (!retries_.empty() && retries_.top().due <= now) {
    StartAttempt(retries_.top().slot, now, start);
    retries_.pop();
  }
  if (options_.stage.loop == LoopKind::kClosed && !started_) {
    for (int i = 0; i < options_.stage.concurrency && MaySend(now); ++i) Send(now, now, start);
  }
  while (!paused_.empty() && paused_.front() <= now) {
    paused_.pop_front();
    if (MaySend(now)) Send(now, now, start);
  }
  started_ = true;
  held_back_ = false;
  while (next_arrival_ && *next_arrival_ <= now && MaySend(*next_arrival_)) {
    held_back_ = outstanding() >= options_.max_outstanding;
    if (held_back_) break;
    Send(*next_arrival_, now, start);
    next_arrival_ = arrivals_.Next();
  }
  Nanoseconds wake = kNever;
  if (next_arrival_ && !held_back_ && MaySend(*next_arrival_)) wake = *next_arrival_;
  if (!retries_.empty()) wake = std::min(wake, retries_.top().due);
  if (!paused_.empty()) wake = std::min(wake, paused_.front());
  return wake;
}

bool Driver::Complete(Nanoseconds now, uint32_t slot, absl::StatusCode code,
                      std::vector<Attempt>* start) {
  const absl::MutexLock lock(&mutex_);
  Request& request = requests_[slot];
  recorder_.RecordAttempt(now, request.endpoint, code == absl::StatusCode::kOk);
  if (code == absl::StatusCode::kUnavailable) picker_.OnUnavailable(request.endpoint, now);
  const RetryPolicy& retry = options_.retry;
  const Nanoseconds due = now + retry.BackoffBefore(request.attempts + 1);
  if (retry.codes.contains(code) && request.attempts < retry.max_attempts &&
      due < request.deadline) {
    if (due <= now) {
      StartAttempt(slot, now, start);
      return false;
    }
    retries_.push({due, slot});
    return retries_.top().slot == slot;
  }
  Finish(slot, now, code);
  if (options_.stage.loop == LoopKind::kClosed && MaySend(now)) {
    if (code != absl::StatusCode::kUnavailable) {
      Send(now, now, start);
      return false;
    }
    paused_.push_back(now + kPause);
    return paused_.size() == 1;
  }
  return held_back_ || outstanding() == 0;
}

void Driver::Send(Nanoseconds intended, Nanoseconds now, std::vector<Attempt>* start) {
  if (free_slots_.empty()) {
    free_slots_.push_back(static_cast<uint32_t>(requests_.size()));
    requests_.emplace_back();
  }
  const uint32_t slot = free_slots_.back();
  free_slots_.pop_back();
  requests_[slot] = {.intended = intended,
                     .sent = now,
                     .deadline = now + options_.timeout,
                     .sequence = progress_.sent++};
  if (intended >= options_.stage.measure.warmup) --to_measure_;
  StartAttempt(slot, now, start);
}

void Driver::StartAttempt(uint32_t slot, Nanoseconds now, std::vector<Attempt>* start) {
  Request& request = requests_[slot];
  ++request.attempts;
  request.endpoint = picker_.Pick(now, request.endpoint);
  start->push_back({slot, request.sequence, request.endpoint, request.deadline});
}

void Driver::Finish(uint32_t slot, Nanoseconds now, absl::StatusCode code) {
  const Request& request = requests_[slot];
  ++(code == absl::StatusCode::kOk ? progress_.ok : progress_.failed);
  recorder_.Record({.intended = request.intended,
                    .sent = request.sent,
                    .done = now,
                    .code = code,
                    .attempts = request.attempts,
                    .model = static_cast<int>(request.sequence % options_.models)});
  free_slots_.push_back(slot);
}

void Driver::StopSending(Nanoseconds now) {
  const absl::MutexLock lock(&mutex_);
  send_until_ = std::min(send_until_, now);
}

bool Driver::finished(Nanoseconds now) const {
  const absl::MutexLock lock(&mutex_);
  if (!started_ || outstanding() > 0) return false;
  if (options_.stage.loop == LoopKind::kOpen) return !next_arrival_ || !MaySend(*next_arrival_);
  return !MaySend(now);
}

Driver::Progress Driver::progress() const {
  const absl::MutexLock lock(&mutex_);
  Progress progress = progress_;
  progress.outstanding = outstanding();
  return progress;
}

bool Driver::stable(Nanoseconds now) const {
  const absl::MutexLock lock(&mutex_);
  return IsStable(recorder_.RatesUntil(now), options_.stage.measure.tolerance);
}

size_t Driver::ended_windows(Nanoseconds now) const {
  const absl::MutexLock lock(&mutex_);
  return recorder_.RatesUntil(now).size();
}

}  // namespace reluserve::load
