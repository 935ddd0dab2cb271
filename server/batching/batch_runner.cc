// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The reluserve authors

#include "server/batching/batch_runner.h"

#include <algorithm>
#include <cstring>
#include <optional>
#include <utility>

#include <absl/time/clock.h>

#include "server/base/checked_math.h"
#include "server/base/status.h"

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

// Of the view of an input or output of a batchable model. Without a batch there is no second sample
// to find.
template <typename View>
size_t SampleBytes(const View& tensor) {
  if (tensor.shape.rank() == 0 || tensor.shape[0] == 0) return 0;
  return tensor.byte_size() / static_cast<size_t>(tensor.shape[0]);
}

// Memory for a tensor: what there is, or, if that is too little, as much as it takes.
absl::StatusOr<void*> Grow(DataType type, const Shape& shape, Tensor& memory) {
  std::optional<int64_t> bytes = shape.CheckedElementCount();
  if (bytes) bytes = CheckedMultiply(*bytes, static_cast<int64_t>(ByteSize(type)));
  if (!bytes || memory.byte_size() < static_cast<size_t>(*bytes)) {
    memory = Tensor();  // before the new one, so that both are never there at once
    RELUSERVE_ASSIGN_OR_RETURN(memory, Tensor::Allocate(type, shape));
  }
  return memory.mutable_data();
}

// Whether the request's other samples are in other batches.
bool TakesSeveralBatches(const Batch::Part& part) { return part.samples < part.request->samples; }

// Whether the batch is part of one request. It is then computed into that request's own outputs.
bool IsPartOfOne(const Batch& batch) {
  return batch.parts.size() == 1 && TakesSeveralBatches(batch.parts[0]);
}

// Gives a part the views of its outputs, of which `outputs` are those of the batch's samples from
// `begin` on.
void ShareOutputs(std::span<const MutableTensorView> outputs, const Batch& batch, int64_t begin,
                  Batch::Part& part, std::span<TensorView> views) {
  AdmittedRequest& request = *part.request;
  for (size_t i = 0; i < outputs.size(); ++i) {
    const MutableTensorView& output = outputs[i];
    const size_t bytes = SampleBytes(output);
    const void* data = At(output.data, static_cast<size_t>(begin) * bytes);
    if (TakesSeveralBatches(part)) {
      void* own = request.own_outputs[i].mutable_data();
      if (!IsPartOfOne(batch)) {
        std::memcpy(At(own, static_cast<size_t>(request.computed) * bytes), data,
                    static_cast<size_t>(part.samples) * bytes);
      }
      data = own;
    }
    views[i] = {output.type,
                batch.model->batchable() ? WithBatch(output.shape, request.samples) : output.shape,
                data};
  }
  request.result.outputs = views;
}

}  // namespace

BatchRunner::Outcome BatchRunner::Run(Batch& batch, std::vector<EndedRequest>& unprepared) {
  Outcome outcome;
  const absl::Time start = absl::Now();
  counted_ = false;
  PrepareParts(batch, start, unprepared);
  if (batch.parts.empty()) return outcome;
  outcome.times.input = absl::Now() - start;
  outcome.status = Compute(batch, outcome.times);
  if (!outcome.status.ok()) counted_ = false;
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
  ShareOut(batch);
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
    RELUSERVE_ASSIGN_OR_RETURN(
        void* const gathered,
        Grow(first.type, WithBatch(first.shape, batch.samples), gathered_[i]));
    size_t offset = 0;
    for (const Batch::Part& part : batch.parts) {
      const size_t part_bytes = sample_bytes * static_cast<size_t>(part.samples);
      std::memcpy(At(gathered, offset), begin(part), part_bytes);
      offset += part_bytes;
    }
    input_data_[i] = gathered;
  }
  return absl::OkStatus();
}

// Finds room for what the first plan of a batch shows to come out.
absl::Status BatchRunner::PrepareOutputs(Batch& batch, const engine::Plan& plan) {
  const std::span<const Shape> shapes = engine::OutputShapes(plan);
  const std::span<const DataType> types = batch.model->compiled().output_types();
  const auto shape = [&](size_t output, int64_t samples) {
    return batch.model->batchable() ? WithBatch(shapes[output], samples) : shapes[output];
  };
  for (Batch::Part& part : batch.parts) {
    AdmittedRequest& request = *part.request;
    if (!TakesSeveralBatches(part) || request.computed > 0) continue;
    for (size_t i = 0; i < shapes.size(); ++i) {
      RELUSERVE_ASSIGN_OR_RETURN(request.own_outputs.emplace_back(),
                                 Tensor::Allocate(types[i], shape(i, request.samples)));
    }
  }
  outputs_.resize(shapes.size());
  output_memory_.resize(std::max(output_memory_.size(), shapes.size()));
  for (size_t i = 0; i < shapes.size(); ++i) {
    if (IsPartOfOne(batch)) {
      outputs_[i] = batch.parts[0].request->own_outputs[i].mutable_view();
      continue;
    }
    outputs_[i] = {types[i], shape(i, batch.samples), nullptr};
    RELUSERVE_ASSIGN_OR_RETURN(outputs_[i].data,
                               Grow(types[i], outputs_[i].shape, output_memory_[i]));
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

absl::Status BatchRunner::RunModel(Batch& batch) {
  counted_ = std::any_of(batch.parts.begin(), batch.parts.end(),
                         [](const Batch::Part& part) { return part.request->counted; });
  int64_t samples = 0;
  for (int64_t done = 0; done < batch.samples; done += samples) {
    samples = batch.model->RunSize(batch.parts[0].request->request.inputs, batch.samples - done);
    RELUSERVE_ASSIGN_OR_RETURN(const std::shared_ptr<const engine::Plan> plan,
                               GetPlan(batch, samples));
    if (done == 0) RELUSERVE_RETURN_IF_ERROR(PrepareOutputs(batch, *plan));
    RELUSERVE_RETURN_IF_ERROR(RunOnce(batch, plan, done, samples));
  }
  return absl::OkStatus();
}

// Runs `samples` of the batch, of which `done` are computed already.
absl::Status BatchRunner::RunOnce(const Batch& batch,
                                  const std::shared_ptr<const engine::Plan>& plan, int64_t done,
                                  int64_t samples) {
  const AdmittedRequest& first = *batch.parts[0].request;
  const int64_t written = IsPartOfOne(batch) ? first.computed : 0;
  run_inputs_.clear();
  for (size_t i = 0; i < input_data_.size(); ++i) {
    const size_t offset = static_cast<size_t>(done) * SampleBytes(first.request.inputs[i]);
    run_inputs_.push_back(At(input_data_[i], offset));
  }
  run_outputs_.clear();
  for (const MutableTensorView& output : outputs_) {
    const size_t offset = static_cast<size_t>(written + done) * SampleBytes(output);
    run_outputs_.push_back(At(output.data, offset));
  }
  const engine::CompiledModel& model = batch.model->compiled();
  const size_t layers = model.layers().size();
  if (!counted_) return context_.Run(plan, run_inputs_, run_outputs_, nullptr);
  if (samples == batch.samples) {
    return context_.Run(plan, run_inputs_, run_outputs_, &trace_.Resize(layers));
  }
  if (done == 0) trace_.Clear(layers);
  sparsity::Trace& trace = run_trace_.Resize(layers);
  RELUSERVE_RETURN_IF_ERROR(context_.Run(plan, run_inputs_, run_outputs_, &trace));
  AppendSamples(trace, samples, 0, samples, model.layers_by_sample(), trace_.trace());
  return absl::OkStatus();
}

void BatchRunner::ShareOut(Batch& batch) {
  const std::vector<bool>& by_sample = batch.model->compiled().layers_by_sample();
  part_outputs_.resize(batch.parts.size() * outputs_.size());
  part_traces_.resize(std::max(part_traces_.size(), batch.parts.size()));
  int64_t begin = 0;
  for (size_t i = 0; i < batch.parts.size(); ++i) {
    Batch::Part& part = batch.parts[i];
    AdmittedRequest& request = *part.request;
    ShareOutputs(outputs_, batch, begin, part,
                 std::span(part_outputs_).subspan(i * outputs_.size(), outputs_.size()));
    if (request.request.wants_trace) {
      sparsity::Trace& trace = TakesSeveralBatches(part)
                                   ? request.own_trace
                                   : part_traces_[i].Clear(trace_.trace().layers.size());
      AppendSamples(trace_.trace(), batch.samples, begin, begin + part.samples, by_sample, trace);
      request.result.trace = &trace;
    }
    begin += part.samples;
    request.computed += part.samples;
  }
}

}  // namespace reluserve::batching
