// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The reluserve authors

#include "client/load/recorder.h"

#include <algorithm>
#include <utility>

namespace reluserve::load {

int64_t Tally::failed() const {
  int64_t failed = 0;
  for (const auto& [code, count] : errors) failed += count;
  return failed;
}

void Tally::Add(const RequestOutcome& outcome) {
  if (outcome.code == absl::StatusCode::kOk) {
    ++ok;
  } else {
    ++errors[outcome.code];
  }
  retries += outcome.attempts - 1;
  if (outcome.code == absl::StatusCode::kOk ||
      outcome.code == absl::StatusCode::kDeadlineExceeded) {
    latency.Record(outcome.done - outcome.intended);
  }
}

void Tally::Merge(const Tally& other) {
  ok += other.ok;
  for (const auto& [code, count] : other.errors) errors[code] += count;
  retries += other.retries;
  latency.Merge(other.latency);
}

void Window::Merge(const Window& other) {
  by_model.resize(std::max(by_model.size(), other.by_model.size()));
  for (size_t i = 0; i < other.by_model.size(); ++i) by_model[i].Merge(other.by_model[i]);
  by_endpoint.resize(std::max(by_endpoint.size(), other.by_endpoint.size()));
  for (size_t i = 0; i < other.by_endpoint.size(); ++i) {
    by_endpoint[i].ok += other.by_endpoint[i].ok;
    by_endpoint[i].failed += other.by_endpoint[i].failed;
  }
  send_lag.Merge(other.send_lag);
  answered += other.answered;
  answered_latency += other.answered_latency;
}

void Recorder::Record(const RequestOutcome& outcome) {
  last_done_ = std::max(last_done_, outcome.done);
  if (Window* due = At(outcome.intended)) {
    due->by_model[outcome.model].Add(outcome);
    due->send_lag.Record(outcome.sent - outcome.intended);
  }
  if (outcome.code != absl::StatusCode::kOk) return;
  if (Window* done = At(outcome.done)) {
    ++done->answered;
    done->answered_latency += outcome.done - outcome.intended;
  }
}

void Recorder::RecordAttempt(Nanoseconds done, int endpoint, bool ok) {
  if (Window* window = At(done)) {
    EndpointTally& tally = window->by_endpoint[endpoint];
    ++(ok ? tally.ok : tally.failed);
  }
}

std::vector<WindowRate> Recorder::RatesUntil(Nanoseconds now) const {
  const int64_t ended = std::max<int64_t>(0, (now - options_.warmup) / options_.window);
  std::vector<WindowRate> rates;
  for (int64_t i = 0; i < ended; ++i) {
    // A window in which nothing at all happened may not be there yet.
    if (i >= std::ssize(windows_) || windows_[i].answered == 0) {
      rates.emplace_back();
      continue;
    }
    const Window& window = windows_[i];
    rates.push_back({static_cast<double>(window.answered) / Seconds(options_.window),
                     window.answered_latency / window.answered});
  }
  return rates;
}

Window* Recorder::At(Nanoseconds time) {
  if (time < options_.warmup || time >= options_.end) return nullptr;
  while ((time - options_.warmup) / options_.window >= static_cast<int64_t>(kMaxWindows)) {
    std::vector<Window> merged;
    for (size_t i = 0; i < windows_.size(); i += 2) {
      merged.push_back(std::move(windows_[i]));
      if (i + 1 < windows_.size()) merged.back().Merge(windows_[i + 1]);
    }
    windows_ = std::move(merged);
    options_.window *= 2;
  }
  const auto index = static_cast<size_t>((time - options_.warmup) / options_.window);
  while (windows_.size() <= index) {
    windows_.emplace_back();
    windows_.back().by_model.resize(options_.models);
    windows_.back().by_endpoint.resize(options_.endpoints);
  }
  return &windows_[index];
}

}  // namespace reluserve::load
