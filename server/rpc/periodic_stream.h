// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The reluserve authors

// A server stream that sends a message at an interval.

#ifndef RELUSERVE_SERVER_RPC_PERIODIC_STREAM_H_
#define RELUSERVE_SERVER_RPC_PERIODIC_STREAM_H_

#include <functional>
#include <utility>

#include <absl/base/thread_annotations.h>
#include <absl/status/status.h>
#include <absl/synchronization/mutex.h>
#include <absl/time/clock.h>
#include <absl/time/time.h>
#include <grpcpp/alarm.h>
#include <grpcpp/support/server_callback.h>

#include "server/rpc/rpc_status.h"

namespace reluserve::rpc {

// Sends what `make` makes, at once and then `interval` after each message is on its way, until the
// client cancels or `make` fails, whose error ends the stream. Holds no thread in between. gRPC's
// reactor owns itself: it is deleted when gRPC is done with it.
//
// At any time exactly one thing is under way, a write, the wait, or the end, and what comes after
// it is decided where it is done; so Finish is called once.
template <typename Message>
class PeriodicStream final : public grpc::ServerWriteReactor<Message> {
 public:
  // Overwrites the message, which is empty. Called on gRPC's threads, one call at a time.
  using Make = std::function<absl::Status(Message&)>;

  static PeriodicStream* Start(absl::Duration interval, Make make) {
    auto* stream = new PeriodicStream(interval, std::move(make));
    stream->Send();
    return stream;
  }

  // Ends at once.
  static PeriodicStream* Refuse(const absl::Status& status) {
    auto* stream = new PeriodicStream(absl::ZeroDuration(), nullptr);
    stream->Finish(ToGrpcStatus(status));
    return stream;
  }

 private:
  PeriodicStream(absl::Duration interval, Make make)
      : interval_(interval), make_(std::move(make)) {}

  void Send() {
    message_.Clear();
    if (const absl::Status made = make_(message_); !made.ok()) {
      this->Finish(ToGrpcStatus(made));
      return;
    }
    this->StartWrite(&message_);
  }

  void OnWriteDone(bool ok) override {
    if (!ok || !Wait()) this->Finish(grpc::Status::CANCELLED);
  }

  // Whether the wait has begun: not so when the client is gone.
  bool Wait() {
    absl::MutexLock lock(&mutex_);
    if (cancelled_) return false;
    alarm_.Set(absl::ToChronoTime(absl::Now() + interval_), [this](bool expired) {
      if (expired) {
        Send();
      } else {
        this->Finish(grpc::Status::CANCELLED);
      }
    });
    return true;
  }

  void OnCancel() override {
    absl::MutexLock lock(&mutex_);
    cancelled_ = true;
    alarm_.Cancel();
  }

  void OnDone() override { delete this; }

  const absl::Duration interval_;
  const Make make_;
  Message message_;
  absl::Mutex mutex_;
  bool cancelled_ ABSL_GUARDED_BY(mutex_) = false;
  grpc::Alarm alarm_;
};

}  // namespace reluserve::rpc

#endif  // RELUSERVE_SERVER_RPC_PERIODIC_STREAM_H_
