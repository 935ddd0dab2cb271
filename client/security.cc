// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The reluserve authors

#include "client/security.h"

namespace reluserve::client {

std::shared_ptr<grpc::ChannelCredentials> CreateCredentials(const Security& security) {
  if (!security.tls) return grpc::InsecureChannelCredentials();
  grpc::SslCredentialsOptions options;
  options.pem_root_certs = security.ca_pem;
  options.pem_cert_chain = security.certificate_pem;
  options.pem_private_key = security.key_pem;
  return grpc::SslCredentials(options);
}

void Authorize(const std::string& token, grpc::ClientContext& context) {
  if (!token.empty()) context.AddMetadata("authorization", "Bearer " + token);
}

}  // namespace reluserve::client
