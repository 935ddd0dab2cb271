// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The reluserve authors

// TLS and mTLS: who is let in, by which certificates, also after they were replaced.

#include <chrono>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/integration/child_process.h"
#include "tests/integration/server_process.h"
#include "tests/support/certificates.h"
#include "tests/support/temp_dir.h"

namespace reluserve::integration {
namespace {

using test_support::CertificateAuthority;
using test_support::Identity;
using ::testing::HasSubstr;

class TlsTest : public ::testing::Test {
 protected:
  void WriteIdentity(const Identity& identity) {
    directory_.Write("key.pem", identity.key);
    directory_.Write("certificate.pem", identity.certificate);
  }

  std::string Path(const std::string& file) const { return directory_.path() / file; }

  std::unique_ptr<ServerProcess> StartServer(std::vector<std::string> more = {}) {
    WriteIdentity(authority_.Issue("server"));
    std::vector<std::string> arguments = {"--tls-cert", Path("certificate.pem"), "--tls-key",
                                          Path("key.pem")};
    arguments.insert(arguments.end(), more.begin(), more.end());
    return ServerProcess::Start(arguments);
  }

  // Whether a new connection gets an answer.
  static bool Answers(const ServerProcess& server, const client::Security& security) {
    return client::Client(server.address(), std::chrono::seconds(10), security).ServerLive().ok();
  }

  client::Security Trusting(const CertificateAuthority& authority) const {
    return {.tls = true, .ca_pem = authority.certificate()};
  }

  test_support::TempDir directory_;
  const CertificateAuthority authority_{"ours"};
  const CertificateAuthority stranger_{"another"};
};

TEST_F(TlsTest, EncryptsForThoseWhoTrustTheCertificate) {
  const auto server = StartServer();
  ASSERT_NE(server, nullptr);
  EXPECT_TRUE(Answers(*server, Trusting(authority_)));
  EXPECT_FALSE(Answers(*server, Trusting(stranger_)));
  EXPECT_FALSE(Answers(*server, {}));
}

TEST_F(TlsTest, AsksClientsForCertificates) {
  directory_.Write("clients.pem", authority_.certificate());
  const auto server = StartServer({"--tls-client-ca", Path("clients.pem")});
  ASSERT_NE(server, nullptr);
  client::Security security = Trusting(authority_);
  EXPECT_FALSE(Answers(*server, security));
  const Identity known = authority_.Issue("client");
  security.certificate_pem = known.certificate;
  security.key_pem = known.key;
  EXPECT_TRUE(Answers(*server, security));
  const Identity unknown = stranger_.Issue("client");
  security.certificate_pem = unknown.certificate;
  security.key_pem = unknown.key;
  EXPECT_FALSE(Answers(*server, security));
}

TEST_F(TlsTest, TakesUpNewFiles) {
  const auto server = StartServer();
  ASSERT_NE(server, nullptr);
  ASSERT_TRUE(Answers(*server, Trusting(authority_)));
  WriteIdentity(stranger_.Issue("server"));
  // It looks every few seconds.
  const auto deadline = std::chrono::steady_clock::now() + kPatience;
  bool answers = false;
  while (!answers && std::chrono::steady_clock::now() < deadline) {
    answers = Answers(*server, Trusting(stranger_));
  }
  EXPECT_TRUE(answers);
}

TEST_F(TlsTest, RefusesToStartWithBadFiles) {
  struct Row {
    std::string name;
    std::vector<std::string> arguments;
    std::string message;
  };
  WriteIdentity(authority_.Issue("server"));
  directory_.Write("other.pem", authority_.Issue("other").key);
  directory_.Write("text.pem", "hello\n");
  const std::string certificate = Path("certificate.pem");
  const Row rows[] = {
      {"no key", {"--tls-cert", certificate}, "both --tls-cert and --tls-key"},
      {"only clients", {"--tls-client-ca", certificate}, "so does --tls-client-ca"},
      {"missing", {"--tls-cert", Path("none"), "--tls-key", Path("key.pem")}, Path("none")},
      {"no certificate",
       {"--tls-cert", Path("text.pem"), "--tls-key", Path("key.pem")},
       "holds no certificate"},
      {"no private key",
       {"--tls-cert", certificate, "--tls-key", Path("text.pem")},
       "holds no private key"},
      {"another's key",
       {"--tls-cert", certificate, "--tls-key", Path("other.pem")},
       "does not belong"},
      {"bad client CA",
       {"--tls-cert", certificate, "--tls-key", Path("key.pem"), "--tls-client-ca",
        Path("text.pem")},
       "holds no certificate"},
  };
  for (const Row& row : rows) {
    std::vector<std::string> command = {RELUSERVE_BINARY, "--grpc-address", "127.0.0.1:0"};
    command.insert(command.end(), row.arguments.begin(), row.arguments.end());
    ChildProcess server(command);
    EXPECT_EQ(server.Wait(), 1) << row.name;
    EXPECT_THAT(server.error_text(), HasSubstr(row.message)) << row.name;
  }
}

TEST_F(TlsTest, IsSpokenByReluctl) {
  const auto server = StartServer({"--auth-token-file", directory_.Write("tokens", "secret\n")});
  ASSERT_NE(server, nullptr);
  directory_.Write("ca.pem", authority_.certificate());
  const std::vector<std::string> command = {RELUCTL_BINARY, "--server",     server->address(),
                                            "--tls-ca",     Path("ca.pem"), "models"};
  ChildProcess refused(command);
  EXPECT_EQ(refused.Wait(), 1);
  EXPECT_THAT(refused.error_text(), HasSubstr("UNAUTHENTICATED"));
  ChildProcess by_variable(command, {"RELUCTL_TOKEN=secret"});
  EXPECT_EQ(by_variable.Wait(), 0) << by_variable.error_text();
  EXPECT_THAT(by_variable.output(), HasSubstr("digits"));
  ChildProcess by_file(command, {"RELUCTL_TOKEN_FILE=" + Path("tokens")});
  EXPECT_EQ(by_file.Wait(), 0) << by_file.error_text();
  ChildProcess load(
      {RELUCTL_BINARY, "--server", server->address(), "--tls-ca", Path("ca.pem"), "load", "digits",
       "-c", "2", "--count", "20", "--warmup", "1ms", "--slo", "errors=0"},
      {"RELUCTL_TOKEN=secret"});
  EXPECT_EQ(load.Wait(), 0) << load.error_text() << load.output();
}

}  // namespace
}  // namespace reluserve::integration
