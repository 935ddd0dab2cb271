// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The reluserve authors

// How a client proves who it is, and makes sure who the server is.

#ifndef RELUSERVE_CLIENT_SECURITY_H_
#define RELUSERVE_CLIENT_SECURITY_H_

#include <memory>
#include <string>

#include <grpcpp/client_context.h>
#include <grpcpp/security/credentials.h>

namespace reluserve::client {

struct Security {
  // Encrypts; the server's certificate has to be vouched for by `ca_pem` (empty: by those the
  // system trusts), and be for the address's host.
  bool tls = false;
  std::string ca_pem;
  // The client's own certificate and key, for servers that want one (mTLS); may be empty.
  std::string certificate_pem;
  std::string key_pem;
  // Sent with each call as a bearer token; may be empty. Without TLS everybody on the way can read
  // it.
  std::string token;
};

// For a channel.
std::shared_ptr<grpc::ChannelCredentials> CreateCredentials(const Security& security);

// For each call: sends the token, if there is one.
void Authorize(const std::string& token, grpc::ClientContext& context);

}  // namespace reluserve::client

#endif  // RELUSERVE_CLIENT_SECURITY_H_
