// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The reluserve authors

#include "server/batching/batch_former.h"

#include <string>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace reluserve::batching {
namespace {

using repository::BatchingOptions;
using testing::ElementsAreArray;

const absl::Time kStart = absl::FromUnixSeconds(1'700'000'000);

absl::Time At(int64_t us) { return kStart + absl::Microseconds(us); }

// Samples, arrival in microseconds, kind.
struct Item {
  int64_t samples = 1;
  int64_t since_us = 0;
  int kind = 0;
};

struct Row {
  std::string name;
  BatchingOptions options;
  bool idle = false;
  int64_t now_us = 0;
  std::vector<Item> queue;
  std::vector<int> members;
  int64_t samples = 0;
  int64_t leave_at_us = 0;  // where it is before now_us, the batch leaves now
  size_t returning = 0;     // clients that may return until microsecond 50
};

BatchingOptions Waiting(int64_t delay_us, std::vector<int> preferred = {}, bool adaptive = true) {
  BatchingOptions options;
  options.max_batch_size = 8;
  options.max_queue_delay_us = delay_us;
  options.preferred_batch_sizes = std::move(preferred);
  options.adaptive = adaptive;
  return options;
}

BatchingOptions Alone() {
  BatchingOptions options = Waiting(100);
  options.dynamic_batching = false;
  return options;
}

std::vector<Row> Rows() {
  return {
      {"one, no delay", Waiting(0), false, 5, {{1, 5}}, {0}, 1, 5},
      {"all that is there", Waiting(0), false, 9, {{1, 5}, {2, 6}, {3, 7}}, {0, 1, 2}, 6, 5},
      {"up to the maximum", Waiting(0), false, 9, {{5, 1}, {3, 2}, {1, 3}}, {0, 1}, 8, 1},
      {"as many as before", Waiting(0), true, 9, {{1, 5}, {1, 6}}, {0, 1}, 2, 5, 2},
      {"fewer than before", Waiting(0), true, 9, {{1, 5}, {1, 6}}, {0, 1}, 2, 50, 3},
      {"fewer, for long enough", Waiting(0), true, 50, {{1, 5}, {1, 6}}, {0, 1}, 2, 50, 3},
      {"fewer, but full", Waiting(0), true, 9, {{4, 5}, {4, 6}}, {0, 1}, 8, 5, 3},
      {"fewer, but of a size to leave",
       Waiting(0, {2}),
       true,
       9,
       {{1, 5}, {1, 6}},
       {0, 1},
       2,
       9,
       3},
      {"fewer, not adaptive", Waiting(0, {}, false), true, 9, {{1, 5}}, {0}, 1, 5, 3},
      {"the next does not fit", Waiting(0), false, 9, {{5, 1}, {4, 2}, {1, 3}}, {0}, 5, 1},
      {"nor does it have to wait for more then",
       Waiting(100),
       false,
       9,
       {{5, 1}, {4, 2}, {1, 3}},
       {0},
       5,
       9},
      {"a request that is too large goes alone, as far as it may",
       Waiting(100),
       false,
       9,
       {{20, 1}, {1, 2}},
       {0},
       8,
       9},
      {"and its rest with others", Waiting(0), false, 9, {{4, 1}, {1, 2}}, {0, 1}, 5, 1},
      {"other shapes are passed over",
       Waiting(0),
       false,
       9,
       {{1, 1, 7}, {1, 2, 8}, {1, 3, 7}},
       {0, 2},
       2,
       1},
      {"no sharing: each alone and at once", Alone(), false, 9, {{2, 9}, {2, 9}}, {0}, 2, 9},
      {"no sharing: large ones in runs", Alone(), false, 9, {{20, 9}, {2, 9}}, {0}, 8, 9},
      {"waits for others", Waiting(100), false, 9, {{1, 5}, {1, 6}}, {0, 1}, 2, 105},
      {"until the oldest has waited enough", Waiting(100), false, 105, {{1, 5}}, {0}, 1, 105},
      {"the oldest need not be the first",
       Waiting(100),
       false,
       50,
       {{1, 40}, {1, 5}},
       {0, 1},
       2,
       105},
      {"a full batch does not wait", Waiting(100), false, 9, {{8, 9}}, {0}, 8, 9},
      {"an idle server does not wait", Waiting(100), true, 9, {{1, 9}}, {0}, 1, 9},
      {"unless told to", Waiting(100, {}, false), true, 9, {{1, 9}}, {0}, 1, 109},
      {"a preferred size leaves", Waiting(100, {2, 4}), false, 9, {{1, 9}, {1, 9}}, {0, 1}, 2, 9},
      {"the largest preferred size leaves, the rest stays",
       Waiting(100, {2, 4}),
       false,
       9,
       {{2, 8}, {2, 9}, {1, 9}},
       {0, 1},
       4,
       9},
      {"the first alone can be of preferred size",
       Waiting(100, {2}),
       false,
       9,
       {{2, 9}, {1, 9}},
       {0},
       2,
       9},
      {"not of preferred size", Waiting(100, {4}), false, 9, {{2, 8}, {1, 9}}, {0, 1}, 3, 108},
      {"late: all leave, preferred or not",
       Waiting(100, {2}),
       false,
       200,
       {{1, 9}, {1, 9}, {1, 9}},
       {0, 1, 2},
       3,
       109},
  };
}

TEST(BatchFormerTest, Table) {
  for (const Row& row : Rows()) {
    SCOPED_TRACE(row.name);
    std::vector<WaitingItem> queue;
    for (const Item& item : row.queue) {
      queue.push_back({item.samples, At(item.since_us), item.kind});
    }
    FormedBatch batch = {{7, 8, 9}, 3, At(0)};  // of another time
    FormBatch(queue, row.options, row.idle, {row.returning, At(50)}, At(row.now_us), batch);
    EXPECT_THAT(batch.members, ElementsAreArray(row.members));
    EXPECT_EQ(batch.samples, row.samples);
    EXPECT_EQ(batch.leave_at, At(row.leave_at_us));
  }
}

}  // namespace
}  // namespace reluserve::batching
