// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The reluserve authors

// What throughput benchmarks share: clients that ask again as soon as they have their answer.

#ifndef RELUSERVE_TESTS_BENCHMARKS_CLOSED_LOOP_H_
#define RELUSERVE_TESTS_BENCHMARKS_CLOSED_LOOP_H_

#include <algorithm>
#include <atomic>
#include <chrono>
#include <cstdint>
#include <thread>
#include <vector>

namespace reluserve::benchmarks {

// Answers a second to so many clients, each a thread that calls `ask` again and again. `ask` asks,
// waits, and says whether there was an answer. Thread-safe.
template <typename Ask>
double AnswersPerSecond(int clients, double seconds, const Ask& ask) {
  using Clock = std::chrono::steady_clock;
  using Seconds = std::chrono::duration<double>;
  const auto start = Clock::now();
  std::atomic<int64_t> answers = 0;
  std::vector<std::thread> threads;
  for (int i = 0; i < clients; ++i) {
    threads.emplace_back([&] {
      while (Seconds(Clock::now() - start).count() < seconds) {
        if (ask()) ++answers;
      }
    });
  }
  for (std::thread& thread : threads) thread.join();
  return static_cast<double>(answers) / Seconds(Clock::now() - start).count();
}

// Of at least one value; the upper of the two in the middle.
inline double Median(std::vector<double> values) {
  std::sort(values.begin(), values.end());
  return values[values.size() / 2];
}

}  // namespace reluserve::benchmarks

#endif  // RELUSERVE_TESTS_BENCHMARKS_CLOSED_LOOP_H_
