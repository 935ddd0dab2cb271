// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The reluserve authors

#include "server/repository/poller.h"

#include <utility>

namespace reluserve::repository {

Poller::Poller(std::function<void()> poll, absl::Duration interval)
    : poll_(std::move(poll)), interval_(interval), thread_([this] { Run(); }) {}

Poller::~Poller() {
  {
    absl::MutexLock lock(&mutex_);
    stopping_ = true;
  }
  thread_.join();
}

void Poller::Run() {
  while (true) {
    {
      absl::MutexLock lock(&mutex_);
      if (mutex_.AwaitWithTimeout(absl::Condition(&stopping_), interval_)) return;
    }
    poll_();
  }
}

}  // namespace reluserve::repository
