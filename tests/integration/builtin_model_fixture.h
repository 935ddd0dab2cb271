// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The reluserve authors

#ifndef RELUSERVE_TESTS_INTEGRATION_BUILTIN_MODEL_FIXTURE_H_
#define RELUSERVE_TESTS_INTEGRATION_BUILTIN_MODEL_FIXTURE_H_

#include <memory>

#include <gtest/gtest.h>

#include "client/client.h"
#include "tests/integration/server_process.h"

namespace reluserve::integration {

// Tests that share one server, which serves the built-in model.
class BuiltinModelFixture : public ::testing::Test {
 protected:
  static void SetUpTestSuite() { server_ = ServerProcess::Start(); }
  static void TearDownTestSuite() { server_.reset(); }

  void SetUp() override {
    ASSERT_NE(server_, nullptr);
    client_ = std::make_unique<client::Client>(server_->NewClient());
  }

  static ServerProcess& server() { return *server_; }
  const client::Client& client() const { return *client_; }

 private:
  static inline std::unique_ptr<ServerProcess> server_;
  std::unique_ptr<client::Client> client_;
};

}  // namespace reluserve::integration

#endif  // RELUSERVE_TESTS_INTEGRATION_BUILTIN_MODEL_FIXTURE_H_
