// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The reluserve authors

#include "server/batching/batch_runner.h"

#include <algorithm>
#include <cstring>
#include <utility>

#include <absl/time/clock.h>

#include "server/base/status.h"
#include "server/batching/trace_parts.h"

namespace reluserve::batching {
namespace {

const std::byte* At(const void* data, size_t offset) {
  return static_cast<const std::byte*>(data) + offset;
}
std::byte* At(void* data, size_t offset) { return static_cast<std::byte*>(data) + offset; }

// Fills in the request's inputs, if they need it and it is still wanted.
absl::Status Prepare(AdmittedRequest& request, absl::Time now) {
  RELUSERVE_RETURN_IF_ERROR(CheckStillWanted(request, now));
  if (std::exchange(request.prepared, true) || !request.request.prepare) return absl::OkStatus();
  return request.request.prepare();
}

// Prepares the parts; those that fail leave the batch.
void PrepareParts(Batch& batch, absl::Time now, std::vector<EndedRequest>& unprepared) {
  for (Batch::Part& part : batch.parts) {
    absl::Status status = Prepare(*part.request, now);
    if (status.ok()) continue;
    batch.samples -= part.samples;
    unprepared.push_back({std::move(part.request), std::move(status)});
  }
  std::erase_if(batch.parts, [](const Batch::Part& part) { return part.request == nullptr; });
}

Shape WithBatch(Shape shape, int64_t samples) {
  shape[0] = samples;
  return shape;
}

// Of an input or output of a batchable model. Without a batch there is no second sample to find.
size_t SampleBytes(const TensorView& tensor) {
  if (tensor.shape.rank() == 0 || tensor.shape[0] == 0) return 0;
  return tensor.byte_size() / static_cast<size_t>(tensor.shape[0]);
}

// Copies a part's samples, which begin at `begin` in the batch's outputs, to its request.
absl::Status CopyOutputs(const std::vector<Tensor>& outputs, int64_t begin, Batch::Part& part) {
  AdmittedRequest& request = *part.request;
  for (size_t i = 0; i < outputs.size(); ++i) {
    if (request.computed == 0) {
      RELUSERVE_ASSIGN_OR_RETURN(
          Tensor output,
          Tensor::Allocate(outputs[i].type(), WithBatch(outputs[i].shape(), request.samples)));
      request.result.outputs.push_back(std::move(output));
    }
    const size_t bytes = SampleBytes(outputs[i].view());
    std::memcpy(
        At(request.result.outputs[i].mutable_data(), static_cast<size_t>(request.computed) * bytes),
        At(outputs[i].data(), static_cast<size_t>(begin) * bytes),
        static_cast<size_t>(part.samples) * bytes);
  }
  return absl::OkStatus();
}

}  // namespace

BatchRunner::Outcome BatchRunner::Run(Batch& batch, std::vector<EndedRequest>& unprepared) {
  Outcome outcome;
  const absl::Time start = absl::Now();
  trace_.layers.clear();
  PrepareParts(batch, start, unprepared);
  if (batch.parts.empty()) return outcome;
  outcome.times.input = absl::Now() - start;
  outcome.status = Compute(batch, outcome.times);
  if (!outcome.status.ok()) trace_.layers.clear();
  for (Batch::Part& part : batch.parts) {
    ComputeTimes& total = part.request->result.compute;
    total.input += outcome.times.input;
    total.infer += outcome.times.infer;
    total.output += outcome.times.output;
  }
  return outcome;
}

absl::Status BatchRunner::Compute(Batch& batch, ComputeTimes& times) {
  const absl::Time start = absl::Now();
  RELUSERVE_RETURN_IF_ERROR(GatherInputs(batch));
  const absl::Time gathered = absl::Now();
  RELUSERVE_RETURN_IF_ERROR(RunModel(batch));
  const absl::Time computed = absl::Now();
  RELUSERVE_RETURN_IF_ERROR(ShareOut(batch));
  times.input += gathered - start;
  times.infer = computed - gathered;
  times.output = absl::Now() - computed;
  return absl::OkStatus();
}

absl::Status BatchRunner::GatherInputs(const Batch& batch) {
  const size_t inputs = batch.model->inputs().size();
  input_data_.resize(inputs);
  gathered_.resize(std::max(gathered_.size(), inputs));
  for (size_t i = 0; i < inputs; ++i) {
    const TensorView& first = batch.parts[0].request->request.inputs[i];
    const size_t sample_bytes = SampleBytes(first);
    const auto begin = [&](const Batch::Part& part) {
      return At(part.request->request.inputs[i].data,
                static_cast<size_t>(part.request->computed) * sample_bytes);
    };
    if (batch.parts.size() == 1) {
      input_data_[i] = begin(batch.parts[0]);
      continue;
    }
    const size_t bytes = sample_bytes * static_cast<size_t>(batch.samples);
    if (gathered_[i].byte_size() < bytes) {
      gathered_[i] = Tensor();  // before the new one, so that both are never there at once
      RELUSERVE_ASSIGN_OR_RETURN(gathered_[i],
                                 Tensor::Allocate(DataType::kUint8, {static_cast<int64_t>(bytes)}));
    }
    size_t offset = 0;
    for (const Batch::Part& part : batch.parts) {
      const size_t part_bytes = sample_bytes * static_cast<size_t>(part.samples);
      std::memcpy(At(gathered_[i].mutable_data(), offset), begin(part), part_bytes);
      offset += part_bytes;
    }
    input_data_[i] = gathered_[i].data();
  }
  return absl::OkStatus();
}

// Allocates what the first run of a batch shows to be needed: the batch's outputs, or, where the
// batch is a single part, those of its whole request.
absl::Status BatchRunner::PrepareOutputs(const Batch& batch, const engine::Plan& plan,
                                         int64_t plan_samples) {
  const AdmittedRequest& first = *batch.parts[0].request;
  const bool alone = batch.parts.size() == 1;
  if (alone && first.computed > 0) {
    outputs_ = std::move(batch.parts[0].request->result.outputs);
    return absl::OkStatus();
  }
  const int64_t samples = alone ? first.samples : batch.samples;
  const std::span<const Shape> shapes = engine::OutputShapes(plan);
  outputs_.clear();
  for (size_t i = 0; i < shapes.size(); ++i) {
    const bool rows = batch.model->batchable() && samples != plan_samples;
    RELUSERVE_ASSIGN_OR_RETURN(Tensor output,
                               Tensor::Allocate(batch.model->compiled().output_types()[i],
                                                rows ? WithBatch(shapes[i], samples) : shapes[i]));
    outputs_.push_back(std::move(output));
  }
  return absl::OkStatus();
}

absl::StatusOr<std::shared_ptr<const engine::Plan>> BatchRunner::GetPlan(const Batch& batch,
                                                                         int64_t samples) {
  shapes_.clear();
  for (const TensorView& input : batch.parts[0].request->request.inputs) {
    shapes_.push_back(batch.model->batchable() ? WithBatch(input.shape, samples) : input.shape);
  }
  return batch.model->compiled().GetPlan(shapes_);
}

absl::Status BatchRunner::RunModel(const Batch& batch) {
  const AdmittedRequest& first = *batch.parts[0].request;
  // Where in the outputs the batch begins.
  const int64_t written = batch.parts.size() == 1 ? first.computed : 0;
  const bool counted = std::any_of(batch.parts.begin(), batch.parts.end(),
                                   [](const Batch::Part& part) { return part.request->counted; });
  int64_t run_samples = 0;
  for (int64_t done = 0; done < batch.samples; done += run_samples) {
    run_samples = batch.model->RunSize(first.request.inputs, batch.samples - done);
    RELUSERVE_ASSIGN_OR_RETURN(const std::shared_ptr<const engine::Plan> plan,
                               GetPlan(batch, run_samples));
    if (done == 0) RELUSERVE_RETURN_IF_ERROR(PrepareOutputs(batch, *plan, run_samples));
    run_inputs_.clear();
    for (size_t i = 0; i < input_data_.size(); ++i) {
      const size_t offset = static_cast<size_t>(done) * SampleBytes(first.request.inputs[i]);
      run_inputs_.push_back(At(input_data_[i], offset));
    }
    run_outputs_.clear();
    for (Tensor& output : outputs_) {
      const size_t offset = static_cast<size_t>(written + done) * SampleBytes(output.view());
      run_outputs_.push_back(At(output.mutable_data(), offset));
    }
    const bool one_run = run_samples == batch.samples;
    sparsity::Trace& trace = one_run ? trace_ : run_trace_;
    RELUSERVE_RETURN_IF_ERROR(
        context_.Run(plan, run_inputs_, run_outputs_, counted ? &trace : nullptr));
    if (counted && !one_run) {
      AppendSamples(trace, run_samples, 0, run_samples, batch.model->compiled().layers_by_sample(),
                    trace_);
    }
  }
  return absl::OkStatus();
}

absl::Status BatchRunner::ShareOut(Batch& batch) {
  const std::vector<bool>& by_sample = batch.model->compiled().layers_by_sample();
  const bool alone = batch.parts.size() == 1;
  int64_t begin = 0;
  for (Batch::Part& part : batch.parts) {
    AdmittedRequest& request = *part.request;
    if (request.request.wants_trace) {
      AppendSamples(trace_, batch.samples, begin, begin + part.samples, by_sample,
                    request.result.trace);
    }
    if (alone) {
      request.result.outputs = std::move(outputs_);
    } else {
      RELUSERVE_RETURN_IF_ERROR(CopyOutputs(outputs_, begin, part));
    }
    begin += part.samples;
    request.computed += part.samples;
  }
  outputs_.clear();
  return absl::OkStatus();
}

}  // namespace reluserve::batching
