// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The reluserve authors

#include "server/batching/batch_runner.h"

#include <memory>
#include <span>
#include <utility>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/unit/repository/small_models.h"

namespace reluserve::batching {
namespace {

using repository::LoadedModel;
using testing::ElementsAre;

// y = Relu(x) of rows of any width: batches are tried for one width alone, and rows of any other
// are run one by one.
std::shared_ptr<const LoadedModel> AnyWidth() {
  static const auto model = repository::LoadSmall(repository::ModelBuilder()
                                                      .Input("x", {-1, -1})
                                                      .Node("Relu", {"x"}, {"y"})
                                                      .Output("y")
                                                      .Bytes());
  return model;
}

// The first samples of a request of all rows of width 2 in `values`.
Batch::Part PartOf(std::span<const float> values, int64_t samples) {
  const auto rows = static_cast<int64_t>(values.size()) / 2;
  auto admitted = std::make_unique<AdmittedRequest>();
  admitted->request.model = AnyWidth();
  admitted->request.inputs = {{DataType::kFloat32, {rows, 2}, values.data()}};
  admitted->samples = rows;
  return {std::move(admitted), samples};
}

class BatchRunnerTest : public testing::Test {
 protected:
  Batch Run(std::vector<Batch::Part> parts) {
    Batch batch;
    batch.model = AnyWidth();
    for (Batch::Part& part : parts) {
      batch.samples += part.samples;
      batch.parts.push_back(std::move(part));
    }
    std::vector<EndedRequest> unprepared;
    const BatchRunner::Outcome outcome = runner_.Run(batch, unprepared);
    EXPECT_TRUE(outcome.status.ok()) << outcome.status;
    EXPECT_TRUE(unprepared.empty());
    return batch;
  }

  BatchRunner runner_;
};

TEST_F(BatchRunnerTest, RunsARequestOneByOneWhereItLies) {
  const float values[] = {1, -2, -3, 4, 5, 6};
  ASSERT_EQ(AnyWidth()->RunSize(PartOf(values, 3).request->request.inputs, 3), 1);
  std::vector<Batch::Part> parts;
  parts.push_back(PartOf(values, 3));
  const Batch batch = Run(std::move(parts));
  const InferenceResult& result = batch.parts[0].request->result;
  ASSERT_EQ(result.outputs.size(), 1u);
  EXPECT_THAT(result.outputs[0].values<float>(), ElementsAre(1, 0, 0, 4, 5, 6));
  ASSERT_EQ(runner_.trace().layers.size(), 1u);
  EXPECT_THAT(runner_.trace().layers[0].inactive, ElementsAre(0, 1, 1, 0, 0, 0));
}

TEST_F(BatchRunnerTest, RunsGatheredRequestsOneByOne) {
  const float first[] = {1, -2, -3, 4};
  const float second[] = {-5, -6, 7, 8};
  std::vector<Batch::Part> parts;
  parts.push_back(PartOf(first, 2));
  parts.push_back(PartOf(second, 2));
  const Batch batch = Run(std::move(parts));
  EXPECT_THAT(batch.parts[0].request->result.outputs[0].values<float>(), ElementsAre(1, 0, 0, 4));
  EXPECT_THAT(batch.parts[1].request->result.outputs[0].values<float>(), ElementsAre(0, 0, 7, 8));
  EXPECT_THAT(runner_.trace().layers[0].inactive, ElementsAre(0, 1, 1, 0, 1, 1, 0, 0));
}

TEST_F(BatchRunnerTest, GoesOnWhereTheLastBatchEnded) {
  const float values[] = {1, -2, -3, 4, 5, -6};
  std::vector<Batch::Part> parts;
  parts.push_back(PartOf(values, 1));
  Batch batch = Run(std::move(parts));
  batch.parts[0].samples = 2;
  batch = Run(std::move(batch.parts));
  EXPECT_EQ(batch.parts[0].request->computed, 3);
  EXPECT_THAT(batch.parts[0].request->result.outputs[0].values<float>(),
              ElementsAre(1, 0, 0, 4, 5, 0));
  EXPECT_THAT(runner_.trace().layers[0].inactive, ElementsAre(1, 0, 0, 1));
}

TEST_F(BatchRunnerTest, CountsABatchOfWhichARequestIsToBeCounted) {
  const float first[] = {1, -2};
  const float second[] = {-3, -4};
  for (const bool counted : {false, true}) {
    std::vector<Batch::Part> parts;
    parts.push_back(PartOf(first, 1));
    parts.push_back(PartOf(second, 1));
    for (Batch::Part& part : parts) {
      part.request->request.wants_trace = part.request->counted = false;
    }
    parts[1].request->counted = counted;
    const Batch batch = Run(std::move(parts));
    EXPECT_THAT(batch.parts[0].request->result.outputs[0].values<float>(), ElementsAre(1, 0));
    EXPECT_THAT(batch.parts[1].request->result.outputs[0].values<float>(), ElementsAre(0, 0));
    if (counted) {
      EXPECT_THAT(runner_.trace().layers.at(0).inactive, ElementsAre(0, 1, 1, 1));
    } else {
      EXPECT_TRUE(runner_.trace().layers.empty());
    }
  }
}

}  // namespace
}  // namespace reluserve::batching
