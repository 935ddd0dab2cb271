// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The reluserve authors

#include "server/batching/cpu_grant.h"

#include <map>
#include <string>

#include <gtest/gtest.h>

#include "tests/support/temp_dir.h"

namespace reluserve::batching {
namespace {

struct Row {
  std::string name;
  std::map<std::string, std::string> files;
  std::optional<double> quota;
};

TEST(CpuGrantTest, ReadsTheTightestQuota) {
  const std::string v2 = "sys/fs/cgroup/";
  const std::string v1 = "sys/fs/cgroup/cpu/";
  const Row rows[] = {
      {"no control groups", {}, std::nullopt},
      {"version 2, in a container",
       {{"proc/self/cgroup", "0::/\n"}, {v2 + "cpu.max", "150000 100000\n"}},
       1.5},
      {"version 2, no quota",
       {{"proc/self/cgroup", "0::/\n"}, {v2 + "cpu.max", "max 100000\n"}},
       std::nullopt},
      {"version 2, own group",
       {{"proc/self/cgroup", "0::/a/b\n"}, {v2 + "a/b/cpu.max", "300000 100000\n"}},
       3.0},
      {"version 2, a group above is tighter",
       {{"proc/self/cgroup", "0::/a/b\n"},
        {v2 + "a/cpu.max", "50000 100000\n"},
        {v2 + "a/b/cpu.max", "300000 100000\n"}},
       0.5},
      {"version 2, somebody else's group does not count",
       {{"proc/self/cgroup", "0::/a\n"},
        {v2 + "a/cpu.max", "200000 100000\n"},
        {v2 + "b/cpu.max", "100000 100000\n"}},
       2.0},
      {"version 2, the host's path is not visible in the container",
       {{"proc/self/cgroup", "0::/docker/0123\n"}, {v2 + "cpu.max", "200000 100000\n"}},
       2.0},
      {"version 1 among other controllers",
       {{"proc/self/cgroup", "5:memory:/a\n4:cpu,cpuacct:/a\n3:cpuset:/c\n"},
        {v1 + "a/cpu.cfs_quota_us", "250000\n"},
        {v1 + "a/cpu.cfs_period_us", "100000\n"}},
       2.5},
      {"version 1, no quota",
       {{"proc/self/cgroup", "4:cpu,cpuacct:/\n"},
        {v1 + "cpu.cfs_quota_us", "-1\n"},
        {v1 + "cpu.cfs_period_us", "100000\n"}},
       std::nullopt},
      {"the cpuset and cpuacct controllers have no quota",
       {{"proc/self/cgroup", "4:cpuacct:/\n3:cpuset:/\n"},
        {v1 + "cpu.cfs_quota_us", "100000\n"},
        {v1 + "cpu.cfs_period_us", "100000\n"}},
       std::nullopt},
      {"damaged files",
       {{"proc/self/cgroup", "rubbish\n0:\n0::/\n"}, {v2 + "cpu.max", "100000\n"}},
       std::nullopt},
      {"a period of zero",
       {{"proc/self/cgroup", "0::/\n"}, {v2 + "cpu.max", "100000 0\n"}},
       std::nullopt},
  };
  for (const Row& row : rows) {
    const test_support::TempDir root;
    for (const auto& [path, content] : row.files) root.Write(path, content);
    EXPECT_EQ(ReadCpuQuota(root.path()), row.quota) << row.name;
  }
}

TEST(CpuGrantTest, RoundsDownButGrantsOne) {
  EXPECT_EQ((CpuGrant{4, std::nullopt}).cpus(), 4);
  EXPECT_EQ((CpuGrant{4, 2.9}).cpus(), 2);
  EXPECT_EQ((CpuGrant{4, 0.5}).cpus(), 1);
  EXPECT_EQ((CpuGrant{4, 64.0}).cpus(), 4);
}

TEST(CpuGrantTest, GrantsThisProcessSomething) { EXPECT_GE(GetCpuGrant().cpus(), 1); }

}  // namespace
}  // namespace reluserve::batching
