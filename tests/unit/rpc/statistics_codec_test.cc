// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The reluserve authors

#include "server/rpc/statistics_codec.h"

#include <google/protobuf/text_format.h>
#include <gtest/gtest.h>

namespace reluserve::rpc {
namespace {

std::string Text(const metrics::ModelTotals& totals) {
  inference::ModelStatistics message;
  EncodeStatistics(totals, message);
  google::protobuf::TextFormat::Printer printer;
  printer.SetSingleLineMode(true);
  std::string text;
  printer.PrintToString(message, &text);
  return text;
}

TEST(StatisticsCodecTest, HasEveryFieldBeforeTheFirstRequest) {
  EXPECT_EQ(Text({}),
            "inference_stats { success { } fail { } queue { } compute_input { } compute_infer { } "
            "compute_output { } cache_hit { } cache_miss { } } ");
}

TEST(StatisticsCodecTest, EncodesTotals) {
  metrics::ModelTotals totals;
  totals.last_inference = absl::FromUnixMillis(1234);
  totals.inference_count = 5;
  totals.execution_count = 2;
  totals.success = {3, 600};
  totals.fail = {1, 9};
  totals.queue = {3, 100};
  totals.compute = {{3, 1}, {3, 2}, {3, 4}};
  totals.batches[1] = {{1, 10}, {1, 11}, {1, 12}};
  totals.batches[4] = {{1, 20}, {1, 21}, {1, 22}};
  EXPECT_EQ(Text(totals),
            "last_inference: 1234 inference_count: 5 execution_count: 2 "
            "inference_stats { success { count: 3 ns: 600 } fail { count: 1 ns: 9 } "
            "queue { count: 3 ns: 100 } compute_input { count: 3 ns: 1 } "
            "compute_infer { count: 3 ns: 2 } compute_output { count: 3 ns: 4 } "
            "cache_hit { } cache_miss { } } "
            "batch_stats { batch_size: 1 compute_input { count: 1 ns: 10 } "
            "compute_infer { count: 1 ns: 11 } compute_output { count: 1 ns: 12 } } "
            "batch_stats { batch_size: 4 compute_input { count: 1 ns: 20 } "
            "compute_infer { count: 1 ns: 21 } compute_output { count: 1 ns: 22 } } ");
}

}  // namespace
}  // namespace reluserve::rpc
