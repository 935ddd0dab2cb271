// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The reluserve authors

#ifndef RELUSERVE_SERVER_ENGINE_THREAD_LIMIT_H_
#define RELUSERVE_SERVER_ENGINE_THREAD_LIMIT_H_

#include <omp.h>

namespace reluserve::engine {

// Has the calling thread's OpenMP regions run on so many threads while it lives.
class ThreadLimit {
 public:
  explicit ThreadLimit(int threads) : before_(omp_get_max_threads()) {
    if (threads != before_) omp_set_num_threads(threads);
  }
  ~ThreadLimit() {
    if (omp_get_max_threads() != before_) omp_set_num_threads(before_);
  }
  ThreadLimit(const ThreadLimit&) = delete;
  ThreadLimit& operator=(const ThreadLimit&) = delete;

 private:
  const int before_;
};

}  // namespace reluserve::engine

#endif  // RELUSERVE_SERVER_ENGINE_THREAD_LIMIT_H_
