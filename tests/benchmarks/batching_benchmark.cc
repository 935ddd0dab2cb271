// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The reluserve authors

// What batching costs: the batch former, the queues, and the way through the scheduler of a model
// that has next to nothing to compute.

#include <omp.h>

#include <memory>
#include <vector>

#include <absl/synchronization/blocking_counter.h>
#include <absl/time/clock.h>
#include <benchmark/benchmark.h>

#include "server/batching/batch_former.h"
#include "server/batching/request_queues.h"
#include "server/batching/scheduler.h"
#include "tests/unit/repository/small_models.h"

namespace reluserve::batching {
namespace {

using ModelHandle = std::shared_ptr<const repository::LoadedModel>;

ModelHandle Model() {
  static const ModelHandle model = repository::LoadSmall(repository::ReluBytes());
  return model;
}

InferenceRequest Request() {
  static const float values[3] = {-1, 2, -3};
  InferenceRequest request;
  request.model = Model();
  request.inputs = {{DataType::kFloat32, {1, 3}, values}};
  return request;
}

// Argument: requests that wait.
void BM_FormBatch(benchmark::State& state) {
  const absl::Time now = absl::Now();
  const std::vector<WaitingItem> queue(static_cast<size_t>(state.range(0)), {1, now, 0});
  repository::BatchingOptions options;
  FormedBatch batch;
  for (auto _ : state) {
    FormBatch(queue, options, false, {}, now, batch);
    benchmark::DoNotOptimize(batch);
  }
}
BENCHMARK(BM_FormBatch)->Arg(1)->Arg(8)->Arg(256);

// Adds requests until that many wait, and takes them in batches; time and rate are of requests.
void BM_QueueAndTake(benchmark::State& state) {
  RequestQueues queues({.requests = 1024});
  Batch batch;
  absl::Time ask_again;
  for (auto _ : state) {
    for (int64_t i = 0; i < state.range(0); ++i) {
      auto request = std::make_unique<AdmittedRequest>();
      request->request = Request();
      if (!queues.Add(request, absl::Now()).ok()) state.SkipWithError("refused");
    }
    while (queues.Take(absl::Now(), true, batch, ask_again)) {
      for (const Batch::Part& part : batch.parts) queues.Release(*part.request);
    }
  }
  state.SetItemsProcessed(state.iterations() * state.range(0));
}
BENCHMARK(BM_QueueAndTake)->Arg(1)->Arg(8)->Arg(256);

// From Submit until all of that many requests, submitted together, are answered.
void BM_Scheduler(benchmark::State& state) {
  const std::unique_ptr<Scheduler> scheduler = Scheduler::Create({.queue_capacity = 1024}).value();
  const int requests = static_cast<int>(state.range(0));
  for (auto _ : state) {
    absl::BlockingCounter left(requests);
    for (int i = 0; i < requests; ++i) {
      const absl::Status status = scheduler->Submit(
          Request(), [&left](const absl::StatusOr<InferenceResult>&) { left.DecrementCount(); });
      if (!status.ok()) state.SkipWithError("refused");
    }
    left.Wait();
  }
  state.SetItemsProcessed(state.iterations() * requests);
}
BENCHMARK(BM_Scheduler)->Arg(1)->Arg(8)->Arg(256)->UseRealTime();

// The same computation without the scheduler.
void BM_Alone(benchmark::State& state) {
  engine::CompiledModel& model = Model()->compiled();
  engine::ExecutionContext context;
  sparsity::Trace trace;
  const InferenceRequest request = Request();
  const Shape shapes[] = {request.inputs[0].shape};
  for (auto _ : state) {
    const auto plan = model.GetPlan(shapes).value();
    Tensor output = Tensor::Allocate(DataType::kFloat32, {1, 3}).value();
    const void* inputs[] = {request.inputs[0].data};
    void* outputs[] = {output.mutable_data()};
    if (!context.Run(plan, inputs, outputs, &trace).ok()) state.SkipWithError("failed");
  }
}
BENCHMARK(BM_Alone);

}  // namespace
}  // namespace reluserve::batching

int main(int argc, char** argv) {
  omp_set_num_threads(1);
  benchmark::Initialize(&argc, argv);
  benchmark::RunSpecifiedBenchmarks();
}
