// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The reluserve authors

#include "server/rpc/shared_memory_regions.h"

#include <array>
#include <limits>

#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/support/shared_memory.h"

namespace reluserve::rpc {
namespace {

using test_support::SharedMemoryObject;
using testing::HasSubstr;

constexpr uint64_t kMax = std::numeric_limits<uint64_t>::max();

std::string Text(const absl::Status& status) { return std::string(status.message()); }

struct OpenRow {
  std::string name;
  std::string region;
  std::string key;  // "": that of the object, which has 100 bytes
  uint64_t offset;
  uint64_t byte_size;
  absl::StatusCode code;
  std::string message;
};

TEST(SharedMemoryRegionTest, ChecksWhatAClientRegisters) {
  const SharedMemoryObject object(100);
  constexpr auto kInvalid = absl::StatusCode::kInvalidArgument;
  const OpenRow rows[] = {
      {"whole", "r", "", 0, 100, absl::StatusCode::kOk, ""},
      {"part", "r", "", 60, 40, absl::StatusCode::kOk, ""},
      {"too long by one", "r", "", 0, 101, kInvalid, "ends at byte 101"},
      {"moved out by one", "r", "", 61, 40, kInvalid, "ends at byte 101"},
      {"nothing", "r", "", 0, 0, kInvalid, "byte_size of 0"},
      {"behind the end", "r", "", 100, 1, kInvalid, "has 100 bytes"},
      {"sum wraps to 10", "r", "", kMax - 9, 20, kInvalid, "overflow"},
      {"largest size", "r", "", 0, kMax, kInvalid, "overflow"},
      {"largest offset", "r", "", kMax, 1, kInvalid, "overflow"},
      {"over off_t", "r", "", uint64_t{1} << 63, 1, kInvalid, "overflow"},
      {"no name", "", "", 0, 100, kInvalid, "name of 0 bytes"},
      {"long name", std::string(256, 'r'), "", 0, 100, kInvalid, "name of 256 bytes"},
      {"no such object", "r", "/reluserve_no_such_object", 0, 1, absl::StatusCode::kNotFound,
       "/reluserve_no_such_object"},
      {"no slash", "r", "reluserve", 0, 1, kInvalid, "expected a slash"},
      {"only a slash", "r", "/", 0, 1, kInvalid, "expected a slash"},
      {"up and away", "r", "/../etc/passwd", 0, 1, kInvalid, "expected a slash"},
      {"parent", "r", "/..", 0, 1, kInvalid, "expected a slash"},
      {"self", "r", "/.", 0, 1, kInvalid, "expected a slash"},
      {"two slashes", "r", "//x", 0, 1, kInvalid, "expected a slash"},
      {"NUL", "r", std::string("/a\0b", 4), 0, 1, kInvalid, "expected a slash"},
      {"long key", "r", "/" + std::string(256, 'k'), 0, 1, kInvalid, "expected a slash"},
  };
  for (const OpenRow& row : rows) {
    const auto region = SharedMemoryRegion::Open(
        row.region, row.key.empty() ? object.key() : row.key, row.offset, row.byte_size);
    EXPECT_EQ(region.status().code(), row.code) << row.name << ": " << region.status();
    EXPECT_THAT(Text(region.status()), HasSubstr(row.message)) << row.name;
  }
}

TEST(SharedMemoryRegionTest, ReadsAndWritesWithinTheRegion) {
  SharedMemoryObject object(16);
  object.Write(0, "0123456789abcdef");
  const auto region = SharedMemoryRegion::Open("r", object.key(), 4, 8);
  ASSERT_TRUE(region.ok()) << region.status();
  std::array<char, 3> bytes{};
  ASSERT_TRUE((*region)->Read(2, bytes).ok());
  EXPECT_EQ(std::string(bytes.data(), 3), "678");
  ASSERT_TRUE((*region)->Write(5, "xyz").ok());
  EXPECT_EQ(object.Read(0, 16), "012345678xyzcdef");
}

TEST(SharedMemoryRegionTest, RefusesRangesOutside) {
  const SharedMemoryObject object(100);
  const auto region = SharedMemoryRegion::Open("r", object.key(), 0, 8).value();
  struct Row {
    uint64_t offset;
    uint64_t byte_size;
    bool inside;
  };
  for (const Row& row :
       {Row{0, 8, true}, Row{7, 1, true}, Row{8, 0, true}, Row{0, 9, false}, Row{8, 1, false},
        Row{kMax, 1, false}, Row{1, kMax, false}, Row{kMax - 3, 8, false}}) {
    const absl::Status status = region->CheckRange(row.offset, row.byte_size);
    EXPECT_EQ(status.ok(), row.inside) << row.offset << " " << row.byte_size << " " << status;
  }
  EXPECT_TRUE(absl::IsInvalidArgument(region->Write(6, "xyz")));
}

// Mapped memory would end the process here.
TEST(SharedMemoryRegionTest, SurvivesATruncatedObject) {
  SharedMemoryObject object(8192);
  const auto region = SharedMemoryRegion::Open("r", object.key(), 0, 8192).value();
  object.Resize(100);
  std::string bytes(8192, '\0');
  const absl::Status read = region->Read(0, {bytes.data(), bytes.size()});
  EXPECT_TRUE(absl::IsInvalidArgument(read)) << read;
  EXPECT_THAT(Text(read), HasSubstr("has 100 bytes"));
  const absl::Status write = region->Write(0, bytes);
  EXPECT_TRUE(absl::IsInvalidArgument(write)) << write;
  object.Resize(8192);
  EXPECT_TRUE(region->Read(0, {bytes.data(), bytes.size()}).ok());
}

TEST(SharedMemoryRegionsTest, RefusesEverythingWhereItIsOff) {
  const SharedMemoryObject object(8);
  SharedMemoryRegions regions(false, 100);
  const absl::Status status = regions.Register("r", object.key(), 0, 8);
  EXPECT_TRUE(absl::IsUnimplemented(status)) << status;
  EXPECT_THAT(Text(status), HasSubstr("--allow-shared-memory"));
  EXPECT_TRUE(regions.List().empty());
}

TEST(SharedMemoryRegionsTest, KnowsRegionsByName) {
  const SharedMemoryObject object(8);
  SharedMemoryRegions regions(true, 100);
  ASSERT_TRUE(regions.Register("b", object.key(), 0, 8).ok());
  ASSERT_TRUE(regions.Register("a", object.key(), 4, 4).ok());
  EXPECT_TRUE(absl::IsAlreadyExists(regions.Register("a", object.key(), 0, 8)));
  ASSERT_EQ(regions.List().size(), 2u);
  EXPECT_EQ(regions.List()[0]->name(), "a");
  EXPECT_EQ(regions.Find("a").value()->offset(), 4u);
  EXPECT_TRUE(absl::IsNotFound(regions.Find("c").status()));
  regions.Unregister("c");
  regions.Unregister("a");
  EXPECT_TRUE(absl::IsNotFound(regions.Find("a").status()));
  regions.Unregister("");
  EXPECT_TRUE(regions.List().empty());
}

TEST(SharedMemoryRegionsTest, KeepsARegionForThoseWhoUseIt) {
  SharedMemoryObject object(8);
  object.Write(0, "12345678");
  SharedMemoryRegions regions(true, 100);
  ASSERT_TRUE(regions.Register("r", object.key(), 0, 8).ok());
  const auto region = regions.Find("r").value();
  regions.Unregister("r");
  std::array<char, 8> bytes{};
  EXPECT_TRUE(region->Read(0, bytes).ok());
  EXPECT_EQ(std::string(bytes.data(), 8), "12345678");
}

TEST(SharedMemoryRegionsTest, HasALimit) {
  const SharedMemoryObject object(8);
  SharedMemoryRegions regions(true, 100);
  absl::Status status;
  size_t registered = 0;
  for (; registered <= SharedMemoryRegions::kMaxRegions; ++registered) {
    status = regions.Register(fmt::format("r{}", registered), object.key(), 0, 8);
    if (!status.ok()) break;
  }
  EXPECT_TRUE(absl::IsResourceExhausted(status)) << status;
  // The system's own limit of descriptors may come first.
  EXPECT_GT(registered, 100u);
  EXPECT_LE(registered, SharedMemoryRegions::kMaxRegions);
}

}  // namespace
}  // namespace reluserve::rpc
