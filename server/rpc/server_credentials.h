// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The reluserve authors

#ifndef RELUSERVE_SERVER_RPC_SERVER_CREDENTIALS_H_
#define RELUSERVE_SERVER_RPC_SERVER_CREDENTIALS_H_

#include <memory>
#include <string>

#include <absl/status/statusor.h>
#include <grpcpp/security/server_credentials.h>

namespace reluserve::rpc {

// PEM files.
struct TlsFiles {
  // The server's certificate, with those that vouch for it after it, and its private key. Both or
  // neither: without them the server speaks plain text.
  std::string certificate;
  std::string private_key;
  // Who vouches for clients, which then have to show a certificate (mTLS); needs the others.
  std::string client_ca;
};

// The files are looked at every few seconds, and new connections use what they hold then; one that
// has become unusable is reported in the log, and what it last held goes on being used.
// INVALID_ARGUMENT naming a file that cannot be read or is no PEM file of its kind, a key that does
// not belong to the certificate, or a file that is missing.
absl::StatusOr<std::shared_ptr<grpc::ServerCredentials>> MakeServerCredentials(
    const TlsFiles& files);

}  // namespace reluserve::rpc

#endif  // RELUSERVE_SERVER_RPC_SERVER_CREDENTIALS_H_
