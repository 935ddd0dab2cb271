// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The reluserve authors

#ifndef RELUSERVE_CLIENT_STREAM_H_
#define RELUSERVE_CLIENT_STREAM_H_

#include <memory>
#include <optional>
#include <utility>

#include <absl/status/status.h>
#include <absl/status/statusor.h>
#include <grpcpp/client_context.h>
#include <grpcpp/support/sync_stream.h>

namespace reluserve::client {

// Many requests on one call: answers come in the order of the requests. One thread may send while
// another receives. The server takes no further request from a client that leaves answers lying, so
// who sends many has to receive meanwhile.
template <typename Request, typename Response>
class Stream {
 public:
  using Call = grpc::ClientReaderWriterInterface<Request, Response>;

  Stream(std::unique_ptr<grpc::ClientContext> context, std::unique_ptr<Call> call)
      : context_(std::move(context)), call_(std::move(call)) {}
  // Cancels what is not finished.
  ~Stream() {
    if (!finished_) context_->TryCancel();
    if (!finished_) call_->Finish();
  }
  Stream(const Stream&) = delete;
  Stream& operator=(const Stream&) = delete;

  // Whether the request went out; after `false` Receive() tells why, at the latest with its last
  // answer.
  bool Send(const Request& request) { return call_->Write(request); }

  // No more requests.
  void CloseSending() { call_->WritesDone(); }

  // The next answer; nothing when all have come. An error ends the stream.
  absl::StatusOr<std::optional<Response>> Receive() {
    Response response;
    if (call_->Read(&response)) return std::optional<Response>(std::move(response));
    finished_ = true;
    const grpc::Status status = call_->Finish();
    if (status.ok()) return std::optional<Response>();
    return absl::Status(static_cast<absl::StatusCode>(status.error_code()), status.error_message());
  }

 private:
  const std::unique_ptr<grpc::ClientContext> context_;
  const std::unique_ptr<Call> call_;
  bool finished_ = false;
};

}  // namespace reluserve::client

#endif  // RELUSERVE_CLIENT_STREAM_H_
