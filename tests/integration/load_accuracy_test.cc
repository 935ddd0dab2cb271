// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The reluserve authors

// What the load generator reports of a real server of which the answers' times are known, against
// what really happened: each request's latency is enclosed between times that the server and the
// edge of the generator's transport took down, and so is every percentile of them. On an idle
// machine that leaves microseconds; on a busy one requests take longer, by their records as by the
// report, so nothing depends on how fast it is.

#include <algorithm>
#include <chrono>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include <absl/base/thread_annotations.h>
#include <absl/synchronization/mutex.h>
#include <fmt/format.h>
#include <gtest/gtest.h>

#include "client/load/arrival.h"
#include "client/load/request_set.h"
#include "client/load/result.h"
#include "client/load/runner.h"
#include "client/load/transport.h"
#include "proto/open_inference.pb.h"
#include "tests/integration/child_process.h"
#include "tests/integration/scheduled_server.h"
#include "tests/unit/client/load/simulation.h"

namespace reluserve::integration {
namespace {

using load::Nanoseconds;
using std::chrono::milliseconds;
using std::chrono::seconds;
using Clock = std::chrono::steady_clock;

// A transport that takes down when requests went out and answers were handed over.
class WatchedTransport final : public load::Transport {
 public:
  struct Seen {
    Clock::time_point started;  // after the generator had decided to send it
    // Where an answer made the generator send it: just before that was handed over.
    std::optional<Clock::time_point> asked_for;
    Clock::time_point handed_over;  // its answer: just before, and
    Clock::time_point taken;        // just after the generator had dealt with it
  };

  // `requests` is what will be sent, each once, so that requests are told apart by their place.
  WatchedTransport(const Options& options, const std::vector<grpc::ByteBuffer>& requests)
      : Transport(options), requests_(requests), seen_(requests.size()) {}

  void set_on_complete(OnComplete on_complete) override {
    Transport::set_on_complete(
        [this, on_complete = std::move(on_complete)](uint32_t slot, const absl::Status& status) {
          const size_t number = RequestIn(slot);
          const auto before = Clock::now();
          in_completion_since_ = before;
          on_complete(slot, status);
          in_completion_since_.reset();
          const absl::MutexLock lock(&mutex_);
          seen_[number].handed_over = before;
          seen_[number].taken = Clock::now();
          ++answered_;
        });
  }

  void Start(uint32_t slot, int endpoint, const grpc::ByteBuffer& request,
             Nanoseconds timeout) override {
    {
      const absl::MutexLock lock(&mutex_);
      const auto number = static_cast<size_t>(&request - requests_.data());
      in_slot_[slot] = number;
      seen_[number].started = Clock::now();
      seen_[number].asked_for = in_completion_since_;
    }
    Transport::Start(slot, endpoint, request, timeout);
  }

  // Once every request was answered.
  std::vector<Seen> Wait() const {
    const absl::MutexLock lock(&mutex_);
    mutex_.Await(absl::Condition(
        +[](const WatchedTransport* self) {
          self->mutex_.AssertReaderHeld();
          return self->answered_ == self->seen_.size();
        },
        this));
    return seen_;
  }

 private:
  size_t RequestIn(uint32_t slot) const {
    const absl::MutexLock lock(&mutex_);
    return in_slot_.at(slot);
  }

  static thread_local std::optional<Clock::time_point> in_completion_since_;

  const std::vector<grpc::ByteBuffer>& requests_;
  mutable absl::Mutex mutex_;
  std::map<uint32_t, size_t> in_slot_ ABSL_GUARDED_BY(mutex_);
  std::vector<Seen> seen_ ABSL_GUARDED_BY(mutex_);
  size_t answered_ ABSL_GUARDED_BY(mutex_) = 0;
};

thread_local std::optional<Clock::time_point> WatchedTransport::in_completion_since_;

// Between which the latencies of a run lie, request by request.
struct Enclosed {
  std::vector<Nanoseconds> at_least;
  std::vector<Nanoseconds> at_most;
};

constexpr int kRequests = 400;

load::PreparedModel NumberedRequests() {
  load::PreparedModel model;
  model.name = "scheduled";
  for (int i = 0; i < kRequests; ++i) {
    inference::ModelInferRequest request;
    request.set_model_name("scheduled");
    request.set_id(fmt::format("{}", i));
    const std::string bytes = request.SerializeAsString();
    const grpc::Slice slice(bytes);
    model.requests.emplace_back(&slice, 1);
    model.samples.push_back(1);
  }
  return model;
}

// Request k of an open loop was due at the schedule's time for it, counted from a start that is
// known to lie between when the stage was asked for and when its first request went out. A request
// of a closed loop was due when a caller had its last answer, or at the start.
Enclosed Enclose(const load::Stage& stage, Clock::time_point asked_for,
                 const std::vector<WatchedTransport::Seen>& seen,
                 const std::map<std::string, ServedRequest>& served) {
  const bool open = stage.loop == load::LoopKind::kOpen;
  std::vector<Nanoseconds> due(seen.size(), Nanoseconds(0));
  load::ArrivalProcess arrivals(stage.segments, load::ArrivalKind::kConstant, 1);
  Clock::time_point latest_start = Clock::time_point::max();
  for (size_t i = 0; i < seen.size(); ++i) {
    if (open) due[i] = arrivals.Next().value();
    latest_start = std::min(latest_start, seen[i].started - due[i]);
  }
  Enclosed enclosed;
  for (size_t i = 0; i < seen.size(); ++i) {
    const auto earliest_due = open ? asked_for + due[i] : seen[i].asked_for.value_or(asked_for);
    const auto latest_due = open ? latest_start + due[i] : seen[i].started;
    const ServedRequest& request = served.at(fmt::format("{}", i));
    EXPECT_GE(request.arrived, seen[i].started);
    EXPECT_GE(seen[i].handed_over, request.answered);
    enclosed.at_least.push_back(seen[i].handed_over - latest_due);
    enclosed.at_most.push_back(seen[i].taken - earliest_due);
  }
  return enclosed;
}

// What a run was, with the server's own record of it.
struct Watched {
  load::Histogram reported;
  Enclosed latencies;
  std::vector<Nanoseconds> by_server;  // from when a request was due, or arrived, to its answer
};

// Fewer at a time than are due while the server stalls: the generator holds the others back, and
// must not forget since when.
constexpr int kMaxOutstanding = 64;

Watched RunWatched(const load::Stage& stage, const ScheduledServer::Schedule& schedule) {
  ScheduledServer server(schedule);
  const std::vector<load::PreparedModel> models = {NumberedRequests()};
  WatchedTransport transport({.endpoints = {server.address()}}, models[0].requests);
  const auto asked_for = Clock::now();
  const auto run = load::RunStage(
      {.stage = stage,
       .arrivals = load::ArrivalKind::kConstant,
       .timeout = kPatience,
       .max_outstanding = kMaxOutstanding},
      models, transport, [](auto&&...) {}, [](bool) {});
  EXPECT_TRUE(run.ok()) << run.status();
  const auto served = server.served();
  Watched watched;
  if (!run.ok() || std::ssize(served) != kRequests) return watched;
  watched.reported = run->measurement.total.latency;
  watched.latencies = Enclose(stage, asked_for, transport.Wait(), served);
  load::ArrivalProcess arrivals(stage.segments, load::ArrivalKind::kConstant, 1);
  for (int i = 0; i < kRequests; ++i) {
    const ServedRequest& request = served.at(fmt::format("{}", i));
    const auto due = arrivals.Next();
    watched.by_server.push_back(request.answered - (due ? asked_for + *due : request.arrived));
  }
  return watched;
}

void ExpectWithinOneBucket(const std::string& name, Nanoseconds reported, Nanoseconds at_least,
                           Nanoseconds at_most) {
  EXPECT_GE(reported, load::Histogram::LowestOf(at_least)) << name;
  EXPECT_LE(reported, load::Histogram::HighestOf(at_most)) << name;
}

void ExpectTruth(const Watched& watched) {
  const auto& [at_least, at_most] = watched.latencies;
  ASSERT_EQ(at_least.size(), kRequests);
  ASSERT_EQ(watched.reported.count(), kRequests);
  fmt::print("{:>6} {:>12} {:>22} {:>12} {:>10}\n", "", "by server", "true, between", "reported",
             "bucket us");
  const auto micro = [](Nanoseconds span) { return static_cast<double>(span.count()) * 1e-3; };
  for (const double percent : load::kPercentiles) {
    const std::string name = load::PercentileName(percent);
    const Nanoseconds low = load::NearestRank(at_least, percent);
    const Nanoseconds high = load::NearestRank(at_most, percent);
    const Nanoseconds reported = watched.reported.Percentile(percent);
    fmt::print("{:>6} {:12.1f} {:11.1f}{:11.1f} {:12.1f} {:10.1f}\n", name,
               micro(load::NearestRank(watched.by_server, percent)), micro(low), micro(high),
               micro(reported),
               micro(load::Histogram::HighestOf(reported) - load::Histogram::LowestOf(reported)));
    ExpectWithinOneBucket(name, reported, low, high);
  }
  // These are exact.
  EXPECT_GE(watched.reported.max(), load::NearestRank(at_least, 100));
  EXPECT_LE(watched.reported.max(), load::NearestRank(at_most, 100));
  EXPECT_GE(watched.reported.min(), load::NearestRank(at_least, 0));
  EXPECT_LE(watched.reported.min(), load::NearestRank(at_most, 0));
}

// From 100 to 300 ms, as if drawn; and no answer between two times since the first request.
ScheduledServer::Schedule VariedWithStall(Nanoseconds begin, Nanoseconds end) {
  return [begin, end](int64_t number, Nanoseconds since_first) -> ScheduledAnswer {
    const Nanoseconds usual = milliseconds(100 + number * 2654435761 % 201);
    const Nanoseconds answered = since_first + usual;
    if (answered < begin || answered >= end) return {.delay = usual};
    return {.delay = end - since_first};
  };
}

load::MeasureOptions MeasureAll() {
  load::MeasureOptions measure = {.duration = seconds(3600), .window = seconds(1)};
  measure.count = kRequests;
  return measure;
}

TEST(LoadAccuracyTest, AnOpenLoopReportsTheTruth) {
  const Watched watched = RunWatched(load::OpenStage(250, MeasureAll()),
                                     VariedWithStall(milliseconds(500), milliseconds(1300)));
  ExpectTruth(watched);
  // The stall is in it: what was due as it began waited for its end, and much that came later.
  EXPECT_GE(watched.reported.max(), milliseconds(790));
  EXPECT_GE(watched.reported.Percentile(80), milliseconds(400));
}

TEST(LoadAccuracyTest, AClosedLoopReportsTheTruth) {
  const Watched watched = RunWatched(load::ClosedStage(32, MeasureAll()),
                                     VariedWithStall(milliseconds(1000), milliseconds(1800)));
  ExpectTruth(watched);
  // The stall is in it: each of the callers waited for its end once.
  EXPECT_GE(watched.reported.Percentile(96), milliseconds(400));
}

}  // namespace
}  // namespace reluserve::integration
