// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The reluserve authors

// What a request costs besides its computation: reading the message, checking and decoding it, and
// encoding and writing the answer, by both protocols; and an image decoded to a network's input.

#include <string>
#include <utility>
#include <vector>

#include <benchmark/benchmark.h>

#include "server/builtin/builtin_model.h"
#include "server/repository/loaded_model.h"
#include "server/rpc/open_inference_codec.h"
#include "server/rpc/prediction_codec.h"
#include "tests/unit/batching/kept_result.h"

namespace reluserve::rpc {
namespace {

using repository::LoadedModel;

const LoadedModel& Digits() {
  static const auto model = [] {
    repository::ModelSource source;
    source.name = "digits";
    source.onnx = std::string(builtin::DigitsModel());
    return LoadedModel::Load(std::move(source)).value();
  }();
  return *model;
}

std::string Pixels(int64_t samples) {
  std::vector<float> pixels(static_cast<size_t>(samples * 64), 0.5f);
  return {reinterpret_cast<const char*>(pixels.data()), pixels.size() * sizeof(float)};
}

std::string InferMessage(int64_t samples) {
  inference::ModelInferRequest request;
  request.set_model_name("digits");
  auto* input = request.add_inputs();
  input->set_name("image");
  input->set_datatype("FP32");
  for (const int64_t extent : {samples, int64_t{1}, int64_t{8}, int64_t{8}}) {
    input->add_shape(extent);
  }
  request.add_raw_input_contents(Pixels(samples));
  return request.SerializeAsString();
}

std::string PredictMessage(int64_t samples, v1::SparsityDetail sparsity) {
  v1::PredictRequest request;
  request.set_model_name("digits");
  request.set_top_k(3);
  request.set_sparsity(sparsity);
  v1::Tensor* tensor = request.mutable_tensors()->add_tensors();
  tensor->set_name("image");
  tensor->set_datatype("FP32");
  for (const int64_t extent : {samples, int64_t{1}, int64_t{8}, int64_t{8}}) {
    tensor->add_shape(extent);
  }
  tensor->set_data(Pixels(samples));
  return request.SerializeAsString();
}

// What the engine makes of so many samples.
batching::KeptResult ResultOf(int64_t samples) {
  engine::CompiledModel& model = Digits().compiled();
  const Shape shape = {samples, 1, 8, 8};
  const auto plan = model.GetPlan({&shape, 1}).value();
  const std::string pixels = Pixels(samples);
  const void* input = pixels.data();
  batching::KeptResult result;
  result.outputs.push_back(
      Tensor::Allocate(DataType::kFloat32, engine::OutputShapes(*plan)[0]).value());
  void* output = result.outputs[0].mutable_data();
  engine::ExecutionContext context;
  if (!context.Run(plan, {&input, 1}, {&output, 1}, &result.trace).ok()) std::abort();
  return result;
}

// Reading and decoding.
void BM_DecodeInfer(benchmark::State& state) {
  const std::string message = InferMessage(state.range(0));
  const SharedMemoryRegions regions(false, 0);
  for (auto _ : state) {
    inference::ModelInferRequest request;
    request.ParseFromString(message);
    benchmark::DoNotOptimize(DecodeRequest(request, Digits(), regions));
  }
}
BENCHMARK(BM_DecodeInfer)->Arg(1)->Arg(8)->Arg(256);

void BM_DecodePredict(benchmark::State& state) {
  const std::string message = PredictMessage(state.range(0), v1::SPARSITY_DETAIL_LAYERS);
  for (auto _ : state) {
    v1::PredictRequest request;
    request.ParseFromString(message);
    benchmark::DoNotOptimize(DecodePrediction(request, Digits()));
  }
}
BENCHMARK(BM_DecodePredict)->Arg(1)->Arg(8)->Arg(256);

// Encoding and writing.
void BM_EncodeInfer(benchmark::State& state) {
  const batching::KeptResult result = ResultOf(state.range(0));
  inference::ModelInferRequest request;
  request.ParseFromString(InferMessage(state.range(0)));
  const SharedMemoryRegions regions(false, 0);
  const DecodedRequest decoded = DecodeRequest(request, Digits(), regions).value();
  std::string bytes;
  for (auto _ : state) {
    inference::ModelInferResponse response;
    if (!EncodeResponse(result.View(), Digits(), decoded, response).ok()) {
      return state.SkipWithError("not encoded");
    }
    response.SerializeToString(&bytes);
  }
}
BENCHMARK(BM_EncodeInfer)->Arg(1)->Arg(8)->Arg(256);

void BM_EncodePredict(benchmark::State& state, v1::SparsityDetail sparsity) {
  const batching::KeptResult result = ResultOf(state.range(0));
  v1::PredictRequest request;
  request.ParseFromString(PredictMessage(state.range(0), sparsity));
  std::string bytes;
  for (auto _ : state) {
    v1::PredictResponse response;
    EncodePrediction(result.View(), Digits(), request, response);
    response.SerializeToString(&bytes);
  }
}
BENCHMARK_CAPTURE(BM_EncodePredict, without_counts, v1::SPARSITY_DETAIL_UNSPECIFIED)
    ->Arg(1)
    ->Arg(8);
BENCHMARK_CAPTURE(BM_EncodePredict, layers, v1::SPARSITY_DETAIL_LAYERS)->Arg(1)->Arg(8);
BENCHMARK_CAPTURE(BM_EncodePredict, channels, v1::SPARSITY_DETAIL_CHANNELS)->Arg(1)->Arg(8);

}  // namespace
}  // namespace reluserve::rpc

BENCHMARK_MAIN();
