// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The reluserve authors

// Certificates for tests of TLS, made on the spot.

#ifndef RELUSERVE_TESTS_SUPPORT_CERTIFICATES_H_
#define RELUSERVE_TESTS_SUPPORT_CERTIFICATES_H_

#include <memory>
#include <string>

namespace reluserve::test_support {

// In PEM.
struct Identity {
  std::string certificate;
  std::string key;
};

// Vouches for others. Everything is valid for an hour.
class CertificateAuthority {
 public:
  explicit CertificateAuthority(const std::string& name);
  ~CertificateAuthority();
  CertificateAuthority(const CertificateAuthority&) = delete;
  CertificateAuthority& operator=(const CertificateAuthority&) = delete;

  // Its own certificate, in PEM.
  const std::string& certificate() const { return certificate_; }
  // For a server on this machine (localhost, 127.0.0.1), or a client.
  Identity Issue(const std::string& name) const;

 private:
  struct State;
  std::unique_ptr<State> state_;
  std::string certificate_;
};

}  // namespace reluserve::test_support

#endif  // RELUSERVE_TESTS_SUPPORT_CERTIFICATES_H_
