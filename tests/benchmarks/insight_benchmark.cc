// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The reluserve authors

// What insight costs: counting kernels by the shapes of real layers; and, of a model given as an
// ONNX file, what is done for each run with its counts, for each scrape and for each look of the
// dashboard, beside the run itself.

#include <cstdio>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include <benchmark/benchmark.h>
#include <fmt/format.h>
#include <omp.h>

#include "server/engine/compiled_model.h"
#include "server/http/dashboard_data.h"
#include "server/metrics/collector.h"
#include "server/metrics/model_statistics.h"
#include "server/metrics/observer_list.h"
#include "server/metrics/request_metrics.h"
#include "server/metrics/sparsity_recorder.h"
#include "server/repository/loaded_model.h"
#include "server/repository/model_folder.h"
#include "server/sparsity/activation_counter.h"

namespace reluserve {
namespace {

// --- Counting ---

// Channels, positions and block of one sample; a block as wide as the channels is channels-last.
void BM_Count(benchmark::State& state, sparsity::CountRule rule) {
  const sparsity::ActivationLayout layout = {1, state.range(0), state.range(1), state.range(2)};
  const int64_t elements = layout.channels * layout.positions;
  std::vector<float> values(static_cast<size_t>(elements));
  for (size_t i = 0; i < values.size(); ++i) values[i] = i % 3 == 0 ? 0.0f : 0.5f * (i % 7);
  std::vector<uint32_t> counts(static_cast<size_t>(3 * layout.channels));
  const sparsity::ChannelCounts targets = {counts.data(), counts.data() + layout.channels,
                                           counts.data() + 2 * layout.channels};
  for (auto _ : state) {
    sparsity::CountActivations(values.data(), layout, rule, targets);
    benchmark::ClobberMemory();
  }
  state.SetBytesProcessed(state.iterations() * elements * static_cast<int64_t>(sizeof(float)));
}

void LayerShapes(benchmark::internal::Benchmark* benchmark) {
  benchmark
      ->Args({64, 112 * 112, 16})  // ResNet's first
      ->Args({256, 56 * 56, 16})   // its widest
      ->Args({2048, 7 * 7, 16})    // its last
      ->Args({96, 112 * 112, 96})  // MobileNetV2's largest
      ->Args({960, 7 * 7, 960})    // its last
      ->Args({64, 224 * 224, 1})   // planar
      ->Args({4096, 1, 4096});     // dense
}
BENCHMARK_CAPTURE(BM_Count, relu, sparsity::CountRule{})->Apply(LayerShapes);
BENCHMARK_CAPTURE(BM_Count, relu6,
                  sparsity::CountRule{.saturated_low = 0.0f, .saturated_high = 6.0f})
    ->Apply(LayerShapes);

// --- A model ---

// A model with the counts of one run of zeros, and a server's stores.
class Observed {
 public:
  explicit Observed(std::shared_ptr<const repository::LoadedModel> model)
      : model_(std::move(model)) {
    introspection_.models = [this] {
      return std::vector<metrics::ModelState>{{model_->name(), model_->version(), model_, ""}};
    };
    introspection_.lanes = [] { return metrics::LaneState{1, 1, 0}; };
    introspection_.ready = [] { return true; };
    introspection_.cpus_granted = 1;
    input_ = Tensor::Allocate(DataType::kFloat32, model_->OneSampleShape(0)).value();
    for (float& value : input_.mutable_values<float>()) value = 0.0f;
    Run();
    Observe();
  }

  void Run() {
    const Shape shapes[] = {input_.shape()};
    const auto plan = model_->compiled().GetPlan(shapes).value();
    outputs_.clear();
    std::vector<void*> outputs;
    for (const Shape& shape : engine::OutputShapes(*plan)) {
      outputs_.push_back(Tensor::Allocate(DataType::kFloat32, shape).value());
      outputs.push_back(outputs_.back().mutable_data());
    }
    const void* inputs[] = {input_.data()};
    const absl::Status status = context_.Run(plan, inputs, outputs, &trace_);
    if (!status.ok()) fmt::print(stderr, "{}\n", std::string(status.message()));
  }

  void Observe() {
    const batching::RequestRecord request = {1, absl::Microseconds(10), {}, absl::OkStatus()};
    observers_.OnBatch({*model_, 1, {}, absl::OkStatus(), trace_, {&request, 1}});
  }

  std::string Scrape() const { return collector_.Text(); }

  std::string Dashboard() {
    return http::DashboardSnapshot({}, introspection_, requests_, store_, absl::Now()).value();
  }

 private:
  std::shared_ptr<const repository::LoadedModel> model_;
  Tensor input_;
  std::vector<Tensor> outputs_;
  engine::ExecutionContext context_;
  sparsity::Trace trace_;
  sparsity::SparsityStore store_;
  metrics::SparsityRecorder recorder_{store_};
  metrics::RequestMetrics requests_;
  metrics::ModelStatistics statistics_;
  metrics::ObserverList observers_{{&recorder_, &requests_, &statistics_}};
  metrics::Introspection introspection_;
  metrics::Collector collector_{introspection_, requests_, store_};
};

void RegisterModel(Observed& observed) {
  const auto add = [](const char* name, auto work) {
    benchmark::RegisterBenchmark(name, [work](benchmark::State& state) {
      for (auto _ : state) work();
    })->Unit(benchmark::kMicrosecond);
  };
  add("BM_RunWithCounts", [&observed] { observed.Run(); });
  add("BM_ObserveRun", [&observed] { observed.Observe(); });
  add("BM_Scrape", [&observed] { benchmark::DoNotOptimize(observed.Scrape()); });
  add("BM_DashboardSnapshot", [&observed] { benchmark::DoNotOptimize(observed.Dashboard()); });
}

int Main(int argc, char** argv) {
  benchmark::Initialize(&argc, argv);
  omp_set_num_threads(1);
  std::unique_ptr<Observed> observed;
  if (argc > 1) {
    repository::ModelSource source;
    source.name = "model";
    auto onnx = ByteSource::OpenFile(argv[1], int64_t{2} << 30);
    if (onnx.ok()) source.onnx = *std::move(onnx);
    const auto model = repository::LoadedModel::Load(std::move(source));
    if (!model.ok()) {
      fmt::print(stderr, "{}: {}\n", argv[1], std::string(model.status().message()));
      return 1;
    }
    observed = std::make_unique<Observed>(*model);
    RegisterModel(*observed);
  }
  benchmark::RunSpecifiedBenchmarks();
  return 0;
}

}  // namespace
}  // namespace reluserve

int main(int argc, char** argv) { return reluserve::Main(argc, argv); }
