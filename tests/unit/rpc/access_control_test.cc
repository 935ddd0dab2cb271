// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The reluserve authors

#include "server/rpc/access_control.h"

#include <gtest/gtest.h>

#include "tests/support/temp_dir.h"

namespace reluserve::rpc {
namespace {

constexpr auto kOk = absl::StatusCode::kOk;
constexpr auto kUnauthenticated = absl::StatusCode::kUnauthenticated;
constexpr auto kDenied = absl::StatusCode::kPermissionDenied;

struct Row {
  bool users;   // whether there is a file with the token "user"
  bool admins;  // and one with "admin"
  std::string header;
  absl::StatusCode use;
  absl::StatusCode administer;
};

TEST(AccessControlTest, DecidesByFilesAndToken) {
  const test_support::TempDir directory;
  const std::string users = directory.Write("users", "user\n");
  const std::string admins = directory.Write("admins", "admin\n");
  const Row rows[] = {
      {false, false, "", kOk, kOk},
      {false, false, "Bearer whatever", kOk, kOk},
      {true, false, "", kUnauthenticated, kUnauthenticated},
      {true, false, "Bearer user", kOk, kDenied},
      {true, false, "Bearer admin", kUnauthenticated, kUnauthenticated},
      {false, true, "", kOk, kUnauthenticated},
      {false, true, "Bearer user", kOk, kDenied},
      {false, true, "Bearer admin", kOk, kOk},
      {true, true, "", kUnauthenticated, kUnauthenticated},
      {true, true, "Bearer user", kOk, kDenied},
      {true, true, "Bearer admin", kOk, kOk},
      {true, true, "bEaReR  user ", kOk, kDenied},
      {true, true, "Bearer use", kUnauthenticated, kUnauthenticated},
      {true, true, "Bearer userr", kUnauthenticated, kUnauthenticated},
      {true, true, "Bearer", kUnauthenticated, kUnauthenticated},
      {true, true, "Bearer ", kUnauthenticated, kUnauthenticated},
      {true, true, "user", kUnauthenticated, kUnauthenticated},
      {true, true, "Basic user", kUnauthenticated, kUnauthenticated},
  };
  for (const Row& row : rows) {
    const auto control = AccessControl::Create({row.users ? users : "", row.admins ? admins : ""});
    ASSERT_TRUE(control.ok()) << control.status();
    const auto code = [&](Permission permission) {
      return (*control)->CheckHeader(row.header, permission).code();
    };
    EXPECT_EQ(code(Permission::kUse), row.use) << row.users << row.admins << row.header;
    EXPECT_EQ(code(Permission::kAdmin), row.administer) << row.users << row.admins << row.header;
  }
}

TEST(AccessControlTest, NeedsTheFilesItIsGiven) {
  const test_support::TempDir directory;
  const std::string missing = directory.path() / "missing";
  EXPECT_TRUE(absl::IsNotFound(AccessControl::Create({missing, ""}).status()));
  EXPECT_TRUE(absl::IsNotFound(AccessControl::Create({"", missing}).status()));
}

}  // namespace
}  // namespace reluserve::rpc
