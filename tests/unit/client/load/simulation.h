// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The reluserve authors

// Load in virtual time: a Driver and a server of which every answer is known beforehand. Hours take
// milliseconds, and nothing depends on the machine.

#ifndef RELUSERVE_TESTS_UNIT_CLIENT_LOAD_SIMULATION_H_
#define RELUSERVE_TESTS_UNIT_CLIENT_LOAD_SIMULATION_H_

#include <algorithm>
#include <functional>
#include <queue>
#include <tuple>
#include <utility>
#include <vector>

#include <absl/status/status.h>

#include "client/load/driver.h"
#include "client/load/duration.h"

namespace reluserve::load {

using std::chrono::microseconds;
using std::chrono::milliseconds;
using std::chrono::seconds;

struct Reply {
  Nanoseconds done{0};
  absl::StatusCode code = absl::StatusCode::kOk;
};

// When and how an attempt that starts at a time will be answered. Called in the order of starts.
using SimulatedServer = std::function<Reply(Nanoseconds start, const Attempt& attempt)>;

// Answers one request after the other, in order, each in `service` of its number; nothing starts
// between `stall_begin` and `stall_end`.
class SerialServer {
 public:
  SerialServer(std::function<Nanoseconds(int64_t)> service, Nanoseconds stall_begin = {},
               Nanoseconds stall_end = {})
      : service_(std::move(service)), stall_begin_(stall_begin), stall_end_(stall_end) {}

  Nanoseconds DoneAt(Nanoseconds arrival) {
    Nanoseconds begin = std::max(arrival, free_at_);
    if (begin >= stall_begin_ && begin < stall_end_) begin = stall_end_;
    free_at_ = begin + service_(served_++);
    return free_at_;
  }

 private:
  std::function<Nanoseconds(int64_t)> service_;
  Nanoseconds stall_begin_;
  Nanoseconds stall_end_;
  Nanoseconds free_at_{0};
  int64_t served_ = 0;
};

// Runs the whole stage. Returns the time at which it was finished.
inline Nanoseconds Simulate(Driver& driver, const SimulatedServer& server) {
  struct Event {
    Nanoseconds time;
    int64_t order;
    uint32_t slot;
    absl::StatusCode code;
    bool operator>(const Event& other) const {
      return std::tie(time, order) > std::tie(other.time, other.order);
    }
  };
  std::priority_queue<Event, std::vector<Event>, std::greater<>> events;
  std::vector<Attempt> start;
  Nanoseconds now{0};
  int64_t order = 0;
  Nanoseconds wake = driver.Advance(now, &start);
  while (true) {
    for (const Attempt& attempt : start) {
      const Reply reply = server(now, attempt);
      events.push({reply.done, order++, attempt.slot, reply.code});
    }
    start.clear();
    if (events.empty() && wake == Driver::kNever) return now;
    if (!events.empty() && events.top().time <= wake) {
      const Event event = events.top();
      events.pop();
      now = event.time;
      driver.Complete(now, event.slot, event.code, &start);
      wake = driver.Advance(now, &start);
    } else {
      now = wake;
      wake = driver.Advance(now, &start);
    }
  }
}

// The value of rank ceil(percent / 100 * count).
inline Nanoseconds NearestRank(std::vector<Nanoseconds> values, double percent) {
  std::sort(values.begin(), values.end());
  const auto count = static_cast<double>(values.size());
  size_t rank = 1;
  while (static_cast<double>(rank) * 100 < percent * count - 1e-6) ++rank;
  return values[rank - 1];
}

}  // namespace reluserve::load

#endif  // RELUSERVE_TESTS_UNIT_CLIENT_LOAD_SIMULATION_H_
