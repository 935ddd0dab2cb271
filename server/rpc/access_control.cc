// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The reluserve authors

#include "server/rpc/access_control.h"

#include "server/base/status.h"

namespace reluserve::rpc {
namespace {

// The token of "Bearer <token>", the scheme in any case; empty where there is none.
std::string_view BearerToken(std::string_view authorization) {
  constexpr std::string_view kScheme = "bearer ";
  if (authorization.size() <= kScheme.size()) return {};
  for (size_t i = 0; i < kScheme.size(); ++i) {
    const char c = authorization[i];
    if ((c >= 'A' && c <= 'Z' ? c - 'A' + 'a' : c) != kScheme[i]) return {};
  }
  authorization.remove_prefix(kScheme.size());
  while (authorization.starts_with(' ')) authorization.remove_prefix(1);
  while (authorization.ends_with(' ')) authorization.remove_suffix(1);
  return authorization;
}

}  // namespace

absl::StatusOr<std::unique_ptr<AccessControl>> AccessControl::Create(const AccessOptions& options) {
  std::unique_ptr<AccessControl> control(new AccessControl);
  if (!options.auth_token_file.empty()) {
    RELUSERVE_ASSIGN_OR_RETURN(control->users_, TokenFile::Open(options.auth_token_file));
  }
  if (!options.admin_token_file.empty()) {
    RELUSERVE_ASSIGN_OR_RETURN(control->admins_, TokenFile::Open(options.admin_token_file));
  }
  return control;
}

absl::Status AccessControl::Check(const grpc::ServerContextBase& context, Permission permission) {
  if (users_ == nullptr && admins_ == nullptr) return absl::OkStatus();
  const auto& metadata = context.client_metadata();
  const auto header = metadata.find("authorization");
  if (header == metadata.end()) return CheckHeader({}, permission);
  return CheckHeader({header->second.data(), header->second.size()}, permission);
}

absl::Status AccessControl::CheckHeader(std::string_view authorization, Permission permission) {
  const bool open =
      permission == Permission::kUse ? users_ == nullptr : users_ == nullptr && admins_ == nullptr;
  if (open) return absl::OkStatus();
  const std::string_view token = BearerToken(authorization);
  if (token.empty()) {
    return absl::UnauthenticatedError(
        "this call needs a token: send the header \"authorization: Bearer <token>\"");
  }
  if (admins_ != nullptr && admins_->Contains(token)) return absl::OkStatus();
  const bool known = users_ != nullptr && users_->Contains(token);
  if (known && permission == Permission::kUse) return absl::OkStatus();
  if (!known && users_ != nullptr) return absl::UnauthenticatedError("the token is not known");
  return absl::PermissionDeniedError(
      admins_ != nullptr ? "this call changes the server and needs a token of --admin-token-file"
                         : "this call changes the server, and there is no --admin-token-file");
}

}  // namespace reluserve::rpc
