// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The reluserve authors

// Single layers as the engine runs them, by the shapes they have in real networks, on one thread
// and on batches of one sample. Rates are those of multiply-adds as in the definition of the layer,
// or of bytes read and written.

#include <memory>
#include <string>
#include <utility>
#include <vector>

#include <benchmark/benchmark.h>
#include <fmt/format.h>
#include <omp.h>

#include "server/engine/compiled_model.h"
#include "tests/support/graph_builder.h"
#include "tests/support/random_tensor.h"

namespace reluserve::engine {
namespace {

using graph::ValueId;
using test_support::GraphBuilder;

Tensor Values(const Shape& shape, uint64_t seed = 1) {
  test_support::Random random(seed);
  return test_support::RandomFloats(shape, -1.0f, 1.0f, random);
}

// A layer between two ReLUs, the first of which gives it the layout that it has in a network.
class Layer {
 public:
  Layer(GraphBuilder builder, ValueId result, const Shape& input, bool winograd) : input_(input) {
    CompileOptions options;
    options.winograd = winograd;
    model_ = CompiledModel::Create(builder.Build({result}), options).value();
    plan_ = model_->GetPlan({&input, 1}).value();
    source_ = Values(input, 2);
    output_ = Tensor::Allocate(DataType::kFloat32, OutputShapes(*plan_)[0]).value();
  }

  // Runs the whole; the time that counts is the one in which the named steps were fastest.
  void Measure(benchmark::State& state, const std::string& node) {
    const void* input = source_.data();
    void* output = output_.mutable_data();
    ExecutionContext context;
    std::string kernel;
    double macs = 0;
    for (auto _ : state) {
      model_->profiler().Start();
      const absl::Status status = context.Run(plan_, {&input, 1}, {&output, 1}, nullptr);
      if (!status.ok()) return state.SkipWithError(std::string(status.message()).c_str());
      double seconds = 0;
      const PlanProfile profile = model_->profiler().Read().at(0);
      for (const StepProfile& step : profile.steps) {
        const bool beside =
            step.info.op_type == "count" || step.info.op_type.starts_with("reorder");
        if (step.info.node != node || beside) continue;
        seconds += absl::ToDoubleSeconds(step.time);
        macs = static_cast<double>(step.info.macs);
        kernel = step.info.implementation;
      }
      state.SetIterationTime(seconds);
    }
    state.SetLabel(kernel);
    if (macs > 0) {
      state.counters["FLOPS"] =
          benchmark::Counter(2 * macs, benchmark::Counter::kIsIterationInvariantRate);
    }
  }

 private:
  const Shape input_;
  std::shared_ptr<CompiledModel> model_;
  std::shared_ptr<const Plan> plan_;
  Tensor source_;
  Tensor output_;
};

graph::Conv Convolution(int64_t kernel, int64_t stride, int64_t group) {
  graph::Conv conv;
  conv.window.strides = {stride, stride};
  conv.window.pads_begin = conv.window.pads_end = {kernel / 2, kernel / 2};
  conv.group = group;
  return conv;
}

// Input channels, output channels, extent, kernel, stride, groups.
void BM_Convolution(benchmark::State& state, bool winograd) {
  const int64_t in = state.range(0), out = state.range(1), extent = state.range(2);
  const int64_t kernel = state.range(3), group = state.range(5);
  GraphBuilder builder;
  const Shape input = {1, in, extent, extent};
  const ValueId x =
      builder.Add(graph::Activation{}, {builder.Input("x", {-1, in, extent, extent})});
  const ValueId weights = builder.Constant(Values({out, in / group, kernel, kernel}));
  const ValueId result =
      builder.Add(Convolution(kernel, state.range(4), group), {x, weights}, "layer");
  Layer(std::move(builder), result, input, winograd).Measure(state, "layer");
}

void Large(benchmark::internal::Benchmark* benchmark) {
  benchmark
      ->Args({3, 64, 224, 7, 2, 1})    // ResNet's first
      ->Args({64, 64, 224, 3, 1, 1})   // VGG-16's second
      ->Args({512, 512, 28, 3, 1, 1})  // and one of its later
      ->Args({64, 64, 56, 3, 1, 1})    // ResNet-50's, stage by stage
      ->Args({128, 128, 28, 3, 1, 1})
      ->Args({256, 256, 14, 3, 1, 1})
      ->Args({512, 512, 7, 3, 1, 1});
}

void PointwiseAndDepthwise(benchmark::internal::Benchmark* benchmark) {
  benchmark
      ->Args({64, 256, 56, 1, 1, 1})  // ResNet-50's, stage by stage
      ->Args({512, 128, 28, 1, 1, 1})
      ->Args({1024, 256, 14, 1, 1, 1})
      ->Args({512, 2048, 7, 1, 1, 1})
      ->Args({16, 96, 112, 1, 1, 1})   // MobileNetV2's
      ->Args({96, 96, 112, 3, 2, 96})  // its first depthwise layers
      ->Args({144, 144, 56, 3, 1, 144})
      ->Args({960, 960, 7, 3, 1, 960});  // and its last
}

BENCHMARK_CAPTURE(BM_Convolution, winograd, true)->Apply(Large)->UseManualTime();
BENCHMARK_CAPTURE(BM_Convolution, direct, false)->Apply(Large)->UseManualTime();
BENCHMARK_CAPTURE(BM_Convolution, direct, false)->Apply(PointwiseAndDepthwise)->UseManualTime();

// Inputs and outputs.
void BM_Dense(benchmark::State& state) {
  const int64_t in = state.range(0), out = state.range(1);
  GraphBuilder builder;
  const ValueId x = builder.Add(graph::Activation{}, {builder.Input("x", {-1, in})});
  const ValueId result =
      builder.Add(graph::MatMul{}, {x, builder.Constant(Values({in, out}))}, "layer");
  Layer(std::move(builder), result, {1, in}, false).Measure(state, "layer");
}
BENCHMARK(BM_Dense)->Args({25088, 4096})->Args({4096, 1000})->Args({2048, 1000})->UseManualTime();

// A layer of one operand: channels and extent.
template <typename Op>
void BM_Unary(benchmark::State& state, const Op& op) {
  const int64_t channels = state.range(0), extent = state.range(1);
  GraphBuilder builder;
  const ValueId x =
      builder.Add(graph::Activation{}, {builder.Input("x", {-1, channels, extent, extent})});
  const ValueId result = builder.Add(op, {x}, "layer");
  Layer(std::move(builder), result, {1, channels, extent, extent}, false).Measure(state, "layer");
}

graph::Pool MaxPool() {
  graph::Pool pool;
  pool.window = {.kernel = {3, 3}, .strides = {2, 2}, .pads_begin = {1, 1}, .pads_end = {1, 1}};
  return pool;
}
BENCHMARK_CAPTURE(BM_Unary, max_pool, MaxPool())->Args({64, 112})->UseManualTime();
BENCHMARK_CAPTURE(BM_Unary, global_average_pool,
                  graph::Pool{.kind = graph::PoolKind::kAverage, .global = true})
    ->Args({2048, 7})
    ->UseManualTime();
BENCHMARK_CAPTURE(BM_Unary, sigmoid, graph::Activation{.kind = graph::ActivationKind::kSigmoid})
    ->Args({64, 56})
    ->UseManualTime();

void BM_Add(benchmark::State& state) {
  const int64_t channels = state.range(0), extent = state.range(1);
  GraphBuilder builder;
  const ValueId x = builder.Input("x", {-1, channels, extent, extent});
  const ValueId a = builder.Add(graph::Activation{}, {x});
  const ValueId result = builder.Add(graph::Binary{}, {a, x}, "layer");
  Layer(std::move(builder), result, {1, channels, extent, extent}, false).Measure(state, "layer");
}
BENCHMARK(BM_Add)->Args({256, 56})->Args({2048, 7})->UseManualTime();

}  // namespace
}  // namespace reluserve::engine

int main(int argc, char** argv) {
  omp_set_num_threads(1);
  benchmark::Initialize(&argc, argv);
  benchmark::RunSpecifiedBenchmarks();
  return 0;
}
