// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The reluserve authors

// What dynamic batching brings a model: clients that each send a sample, wait for the answer and
// send the next, with batching on and off in turn on the same lanes.
//
//   batching_throughput MODEL.onnx [CLIENTS [ROUNDS [SECONDS]]]

#include <omp.h>

#include <cstdlib>
#include <fstream>
#include <iterator>
#include <memory>
#include <random>
#include <string>
#include <utility>
#include <vector>

#include <absl/synchronization/notification.h>
#include <absl/time/clock.h>
#include <fmt/format.h>

#include "server/batching/cpu_grant.h"
#include "server/batching/lanes.h"
#include "server/batching/scheduler.h"
#include "tests/benchmarks/closed_loop.h"

namespace reluserve::batching {
namespace {

using ModelHandle = std::shared_ptr<const repository::LoadedModel>;

ModelHandle Load(const std::string& onnx, bool dynamic_batching) {
  repository::ModelSource source;
  source.name = "model";
  source.onnx = onnx;
  source.batching.dynamic_batching = dynamic_batching;
  const absl::Time start = absl::Now();
  auto model = repository::LoadedModel::Load(source);
  if (!model.ok()) {
    fmt::print(stderr, "{}\n", std::string(model.status().message()));
    std::exit(1);
  }
  const absl::Time loaded_at = absl::Now();
  (*model)->FindRunSizes();
  fmt::print(
      "loaded in {:.1f} s, tried in {:.1f} s; run sizes:", absl::ToDoubleSeconds(loaded_at - start),
      absl::ToDoubleSeconds(absl::Now() - loaded_at));
  for (const int size : (*model)->run_sizes()) fmt::print(" {}", size);
  fmt::print("\n");
  return *std::move(model);
}

// One sample for each input.
std::vector<Tensor> RandomSample(const repository::LoadedModel& model) {
  std::mt19937 random(1);
  std::uniform_real_distribution<float> values(-1.0f, 1.0f);
  std::vector<Tensor> sample;
  for (Shape shape : model.compiled().shapes().probe_inputs) {
    shape[0] = 1;
    sample.push_back(Tensor::Allocate(DataType::kFloat32, shape).value());
    for (float& value : sample.back().mutable_values<float>()) value = values(random);
  }
  return sample;
}

// Answers a second.
double Throughput(Scheduler& scheduler, const ModelHandle& model, int clients, double seconds) {
  const std::vector<Tensor> sample = RandomSample(*model);
  return benchmarks::AnswersPerSecond(clients, seconds, [&] {
    InferenceRequest request;
    request.model = model;
    for (const Tensor& tensor : sample) request.inputs.push_back(tensor.view());
    request.wants_trace = false;
    absl::Notification answered;
    bool computed = false;
    const absl::Status status =
        scheduler.Submit(std::move(request), [&](const absl::StatusOr<InferenceResult>& result) {
          computed = result.ok();
          answered.Notify();
        });
    if (status.ok()) answered.WaitForNotification();
    return computed;
  });
}

int Main(int argc, char** argv) {
  if (argc < 2) {
    fmt::print(stderr, "usage: {} MODEL.onnx [CLIENTS [ROUNDS [SECONDS]]]\n", argv[0]);
    return 2;
  }
  std::ifstream file(argv[1], std::ios::binary);
  const std::string onnx{std::istreambuf_iterator<char>(file), std::istreambuf_iterator<char>()};
  const int clients = argc > 2 ? std::atoi(argv[2]) : 8;
  const int rounds = argc > 3 ? std::atoi(argv[3]) : 3;
  const double seconds = argc > 4 ? std::atof(argv[4]) : 10;
  const LaneChoice lanes = ChooseLanes(GetCpuGrant().cpus(), 0, 0);
  omp_set_num_threads(lanes.threads_per_lane);
  fmt::print("{} clients, {} lanes of {} threads\n", clients, lanes.lanes, lanes.threads_per_lane);
  const ModelHandle on = Load(onnx, true);
  const ModelHandle off = Load(onnx, false);
  const auto scheduler =
      Scheduler::Create({.lanes = lanes.lanes, .threads_per_lane = lanes.threads_per_lane}).value();
  std::vector<double> ratios;
  for (int round = 0; round < rounds; ++round) {
    const double with = Throughput(*scheduler, on, clients, seconds);
    const double without = Throughput(*scheduler, off, clients, seconds);
    ratios.push_back(with / without);
    fmt::print("answers a second: {:.2f} batched, {:.2f} not; ratio {:.2f}\n", with, without,
               ratios.back());
  }
  fmt::print("median ratio {:.2f}\n", benchmarks::Median(ratios));
  return 0;
}

}  // namespace
}  // namespace reluserve::batching

int main(int argc, char** argv) { return reluserve::batching::Main(argc, argv); }
