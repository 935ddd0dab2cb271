// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The reluserve authors

#include "server/repository/version_policy.h"

#include <string>

#include <gmock/gmock.h>
#include <google/protobuf/text_format.h>
#include <gtest/gtest.h>

namespace reluserve::repository {
namespace {

inference::ModelVersionPolicy Policy(const std::string& text) {
  inference::ModelVersionPolicy policy;
  EXPECT_TRUE(google::protobuf::TextFormat::ParseFromString(text, &policy)) << text;
  return policy;
}

TEST(VersionPolicyTest, ChoosesVersions) {
  const std::pair<const char*, std::vector<int64_t>> cases[] = {
      {"", {7}},
      {"latest {}", {7}},
      {"latest { num_versions: 2 }", {3, 7}},
      {"latest { num_versions: 4000000000 }", {1, 3, 7}},
      {"all {}", {1, 3, 7}},
      {"specific { versions: [3, 1, 3] }", {1, 3}},
      {"specific { versions: [9] }", {9}},
  };
  for (const auto& [text, expected] : cases) {
    EXPECT_EQ(ChooseVersions(Policy(text), {1, 3, 7}).value(), expected) << text;
  }
  EXPECT_TRUE(ChooseVersions(Policy(""), {})->empty());
}

TEST(VersionPolicyTest, RefusesWhatIsNoVersion) {
  for (const char* text :
       {"specific {}", "specific { versions: [1, 0] }", "specific { versions: [-1] }"}) {
    EXPECT_EQ(ChooseVersions(Policy(text), {1}).status().code(), absl::StatusCode::kInvalidArgument)
        << text;
  }
}

}  // namespace
}  // namespace reluserve::repository
