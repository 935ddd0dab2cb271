// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The reluserve authors

// Who may call what: bearer tokens from files.

#ifndef RELUSERVE_SERVER_RPC_ACCESS_CONTROL_H_
#define RELUSERVE_SERVER_RPC_ACCESS_CONTROL_H_

#include <memory>
#include <string>
#include <string_view>

#include <absl/status/status.h>
#include <absl/status/statusor.h>
#include <grpcpp/server_context.h>

#include "server/rpc/token_file.h"

namespace reluserve::rpc {

enum class Permission {
  kUse,  // models, their metadata and statistics, and the settings as they are
  // What changes the server for everybody: loading and unloading, shared memory, settings,
  // baselines and resets of the activation counts, and profiling.
  kAdmin,
};

struct AccessOptions {
  // Files with a token a line. Without the first everybody may use the server; without the second
  // everybody may administer it too, unless there is the first: then nobody may. A token of the
  // second file is good for both.
  std::string auth_token_file;
  std::string admin_token_file;
};

// Checks the header `authorization: Bearer <token>` of calls. Thread-safe.
class AccessControl {
 public:
  // Reads the files. INVALID_ARGUMENT or NOT_FOUND naming one that is no good.
  static absl::StatusOr<std::unique_ptr<AccessControl>> Create(const AccessOptions& options);

  // UNAUTHENTICATED without a token that is known, PERMISSION_DENIED for one that is not good for
  // this.
  absl::Status Check(const grpc::ServerContextBase& context, Permission permission);
  // The same for the value of the header, empty where the call has none.
  absl::Status CheckHeader(std::string_view authorization, Permission permission);

 private:
  AccessControl() = default;

  std::unique_ptr<TokenFile> users_;   // null: everybody
  std::unique_ptr<TokenFile> admins_;  // null: as AccessOptions says
};

}  // namespace reluserve::rpc

#endif  // RELUSERVE_SERVER_RPC_ACCESS_CONTROL_H_
