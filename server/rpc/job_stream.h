// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The reluserve authors

// A server stream that a job sends from a thread of its own.

#ifndef RELUSERVE_SERVER_RPC_JOB_STREAM_H_
#define RELUSERVE_SERVER_RPC_JOB_STREAM_H_

#include <functional>
#include <memory>
#include <utility>

#include <absl/base/thread_annotations.h>
#include <absl/status/status.h>
#include <absl/synchronization/mutex.h>
#include <grpcpp/support/server_callback.h>

#include "server/repository/worker.h"
#include "server/rpc/rpc_status.h"

namespace reluserve::rpc {

// gRPC's reactor owns itself: it is deleted when gRPC is done with it, which is not before the job
// has ended.
template <typename Message>
class JobStream final : public grpc::ServerWriteReactor<Message> {
 public:
  // Sends messages, and ends the stream with the status it returns. Looks at cancelled() often
  // enough.
  using Job = std::function<absl::Status(JobStream&)>;

  // Has `worker` run the job. Where it is stopped before, the stream ends with UNAVAILABLE.
  static JobStream* Start(repository::Worker& worker, Job job) {
    auto* stream = new JobStream;
    // Ends the stream when the job has run, or is dropped.
    std::shared_ptr<absl::Status> result(
        new absl::Status(absl::UnavailableError("the server is about to stop")),
        [stream](absl::Status* status) {
          stream->Finish(ToGrpcStatus(*status));
          delete status;
        });
    worker.Post([stream, result, job = std::move(job)] { *result = job(*stream); });
    return stream;
  }

  // Ends at once.
  static JobStream* Refuse(const absl::Status& status) {
    auto* stream = new JobStream;
    stream->Finish(ToGrpcStatus(status));
    return stream;
  }

  // Waits until the message is on its way; false where the client is gone. For the job alone.
  bool Send(Message message) {
    {
      absl::MutexLock lock(&mutex_);
      if (cancelled_) return false;
      message_ = std::move(message);
      writing_ = true;
    }
    this->StartWrite(&message_);
    absl::MutexLock lock(&mutex_);
    mutex_.Await(absl::Condition(
        +[](bool* writing) { return !*writing; }, &writing_));
    return !cancelled_;
  }

  bool cancelled() const {
    absl::MutexLock lock(&mutex_);
    return cancelled_;
  }

 private:
  JobStream() = default;

  void OnWriteDone(bool ok) override {
    absl::MutexLock lock(&mutex_);
    writing_ = false;
    cancelled_ = cancelled_ || !ok;
  }

  void OnCancel() override {
    absl::MutexLock lock(&mutex_);
    cancelled_ = true;
  }

  void OnDone() override { delete this; }

  Message message_;  // the job's, but while it is being written
  mutable absl::Mutex mutex_;
  bool writing_ ABSL_GUARDED_BY(mutex_) = false;
  bool cancelled_ ABSL_GUARDED_BY(mutex_) = false;
};

}  // namespace reluserve::rpc

#endif  // RELUSERVE_SERVER_RPC_JOB_STREAM_H_
