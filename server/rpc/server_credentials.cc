// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The reluserve authors

#include "server/rpc/server_credentials.h"

#include <openssl/bio.h>
#include <openssl/pem.h>
#include <openssl/x509.h>

#include <grpcpp/security/tls_certificate_provider.h>
#include <grpcpp/security/tls_credentials_options.h>

#include "server/base/status.h"

namespace reluserve::rpc {
namespace {

constexpr unsigned kReloadSeconds = 2;

using Certificate = std::unique_ptr<X509, decltype(&X509_free)>;
using PrivateKey = std::unique_ptr<EVP_PKEY, decltype(&EVP_PKEY_free)>;
using File = std::unique_ptr<BIO, decltype(&BIO_free)>;

absl::StatusOr<Certificate> ReadCertificate(const std::string& path) {
  const File file(BIO_new_file(path.c_str(), "r"), BIO_free);
  if (file == nullptr) return InvalidArgument("cannot read the certificate {}", path);
  Certificate certificate(PEM_read_bio_X509(file.get(), nullptr, nullptr, nullptr), X509_free);
  if (certificate == nullptr) return InvalidArgument("{} holds no certificate in PEM", path);
  return certificate;
}

absl::StatusOr<PrivateKey> ReadPrivateKey(const std::string& path) {
  const File file(BIO_new_file(path.c_str(), "r"), BIO_free);
  if (file == nullptr) return InvalidArgument("cannot read the private key {}", path);
  // One with a passphrase cannot be used: nobody would be asked for it.
  const auto no_passphrase = [](char*, int, int, void*) { return 0; };
  PrivateKey key(PEM_read_bio_PrivateKey(file.get(), nullptr, no_passphrase, nullptr),
                 EVP_PKEY_free);
  if (key == nullptr) return InvalidArgument("{} holds no private key in PEM", path);
  return key;
}

absl::Status CheckFiles(const TlsFiles& files) {
  if (files.certificate.empty() || files.private_key.empty()) {
    return InvalidArgument("TLS needs both --tls-cert and --tls-key{}",
                           files.client_ca.empty() ? "" : ", and so does --tls-client-ca");
  }
  RELUSERVE_ASSIGN_OR_RETURN(const Certificate certificate, ReadCertificate(files.certificate));
  RELUSERVE_ASSIGN_OR_RETURN(const PrivateKey key, ReadPrivateKey(files.private_key));
  if (X509_check_private_key(certificate.get(), key.get()) != 1) {
    return InvalidArgument("the private key {} does not belong to the certificate {}",
                           files.private_key, files.certificate);
  }
  if (!files.client_ca.empty())
    RELUSERVE_RETURN_IF_ERROR(ReadCertificate(files.client_ca).status());
  return absl::OkStatus();
}

}  // namespace

absl::StatusOr<std::shared_ptr<grpc::ServerCredentials>> MakeServerCredentials(
    const TlsFiles& files) {
  if (files.certificate.empty() && files.private_key.empty() && files.client_ca.empty()) {
    return grpc::InsecureServerCredentials();
  }
  RELUSERVE_RETURN_IF_ERROR(CheckFiles(files));
  const auto provider = std::make_shared<grpc::experimental::FileWatcherCertificateProvider>(
      files.private_key, files.certificate, files.client_ca, kReloadSeconds);
  grpc::experimental::TlsServerCredentialsOptions options(provider);
  options.watch_identity_key_cert_pairs();
  if (!files.client_ca.empty()) {
    options.watch_root_certs();
    options.set_cert_request_type(GRPC_SSL_REQUEST_AND_REQUIRE_CLIENT_CERTIFICATE_AND_VERIFY);
  }
  return grpc::experimental::TlsServerCredentials(options);
}

}  // namespace reluserve::rpc
