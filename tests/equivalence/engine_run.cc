// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The reluserve authors

#include "tests/equivalence/engine_run.h"

#include <cstring>
#include <stdexcept>

#include <fmt/format.h>
#include <omp.h>

#include "server/graph/passes/pass.h"

namespace reluserve::equivalence {
namespace {

using ::testing::AssertionFailure;
using ::testing::AssertionResult;
using ::testing::AssertionSuccess;

[[noreturn]] void Fail(const absl::Status& status) {
  throw std::runtime_error(std::string(status.message()));
}

std::vector<uint32_t> SamplesOf(const std::vector<uint32_t>& counts, int64_t channels,
                                int64_t begin, int64_t end) {
  return {counts.begin() + begin * channels, counts.begin() + end * channels};
}

}  // namespace

std::string Variant::ToString() const {
  return fmt::format("passes {}, {} threads", passes ? "on" : "off", threads);
}

std::shared_ptr<engine::CompiledModel> Compile(const graph::Graph& graph, const Variant& variant) {
  omp_set_num_threads(variant.threads);
  engine::CompileOptions options;
  options.max_plans = variant.max_plans;
  options.winograd = variant.winograd;
  options.short_step = 0;
  if (!variant.passes) {
    for (const graph::Pass& pass : graph::AllPasses()) options.passes.disabled.emplace(pass.name);
  }
  auto model = engine::CompiledModel::Create(graph, options);
  if (!model.ok()) Fail(model.status());
  return *model;
}

Results RunModel(engine::CompiledModel& model, const Tensor& input,
                 engine::ExecutionContext& context) {
  const Shape shapes[] = {input.shape()};
  const auto plan = model.GetPlan(shapes);
  if (!plan.ok()) Fail(plan.status());
  return RunModel(model, *plan, input, context);
}

Results RunModel(engine::CompiledModel& model, const std::shared_ptr<const engine::Plan>& plan,
                 const Tensor& input, engine::ExecutionContext& context) {
  Results results;
  std::vector<void*> targets;
  for (const Shape& shape : engine::OutputShapes(*plan)) {
    const DataType type = model.output_types()[results.outputs.size()];
    results.outputs.push_back(Tensor::Allocate(type, shape).value());
    targets.push_back(results.outputs.back().mutable_data());
  }
  const void* sources[] = {input.data()};
  const absl::Status status = context.Run(plan, sources, targets, &results.trace);
  if (!status.ok()) Fail(status);
  return results;
}

Tensor Samples(const Tensor& batch, int64_t begin, int64_t end) {
  Shape shape = batch.shape();
  const int64_t size = shape.ElementCount(1, shape.rank());
  shape[0] = end - begin;
  Tensor samples = Tensor::Allocate(batch.type(), shape).value();
  const auto sample_bytes = static_cast<size_t>(size) * ByteSize(batch.type());
  std::memcpy(samples.mutable_data(),
              static_cast<const std::byte*>(batch.data()) + begin * sample_bytes,
              samples.byte_size());
  return samples;
}

Results Samples(const Results& batch, int64_t begin, int64_t end) {
  Results results;
  for (const Tensor& output : batch.outputs) {
    results.outputs.push_back(Samples(output, begin, end));
  }
  for (const sparsity::LayerCounts& layer : batch.trace.layers) {
    sparsity::LayerCounts counts = layer;
    counts.samples = end - begin;
    counts.shape[0] = end - begin;
    counts.inactive = SamplesOf(layer.inactive, layer.channels, begin, end);
    counts.saturated = SamplesOf(layer.saturated, layer.channels, begin, end);
    counts.non_finite = SamplesOf(layer.non_finite, layer.channels, begin, end);
    results.trace.layers.push_back(std::move(counts));
  }
  return results;
}

AssertionResult SameBits(const Results& expected, const Results& got) {
  if (expected.outputs.size() != got.outputs.size() ||
      expected.trace.layers.size() != got.trace.layers.size()) {
    return AssertionFailure() << "another number of outputs or layers";
  }
  for (size_t i = 0; i < expected.outputs.size(); ++i) {
    const Tensor& a = expected.outputs[i];
    const Tensor& b = got.outputs[i];
    if (a.shape() != b.shape()) {
      return AssertionFailure() << fmt::format("output {} has shape {}, expected {}", i,
                                               b.shape().ToString(), a.shape().ToString());
    }
    if (std::memcmp(a.data(), b.data(), a.byte_size()) != 0) {
      return AssertionFailure() << fmt::format("output {} has other bits", i);
    }
  }
  for (size_t i = 0; i < expected.trace.layers.size(); ++i) {
    const sparsity::LayerCounts& a = expected.trace.layers[i];
    const sparsity::LayerCounts& b = got.trace.layers[i];
    if (a.shape != b.shape || a.inactive != b.inactive || a.saturated != b.saturated ||
        a.non_finite != b.non_finite) {
      return AssertionFailure() << fmt::format("layer {} has other counts", i);
    }
  }
  return AssertionSuccess();
}

}  // namespace reluserve::equivalence
