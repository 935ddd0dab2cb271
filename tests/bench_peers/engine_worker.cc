// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The reluserve authors

// Runs one model in this process for bench_peers.py, as a lane of the server does: flushes
// denormals, takes the batch in the sizes found after loading, counts every activation layer.
// Loading ends where a server begins to serve; how long finding the sizes takes after that is told
// apart. Reads commands, one a line, and answers each with one line of JSON; peer_worker.py speaks
// the same.
//
//   run N        N runs: {"wall": [seconds...], "cpu": [seconds of all threads...]}
//   output FILE  writes the first output's floats: {"shape": [...]}
//   memory       {"peak_bytes": the most that was ever resident, "bytes": what is now}
//   peak         {"gflops": of multiply-adds in registers, on one thread}

#include <ctime>
#include <fstream>
#include <iostream>
#include <memory>
#include <sstream>
#include <string>
#include <vector>

#include <absl/status/statusor.h>
#include <omp.h>
#include <CLI/CLI.hpp>
#include <nlohmann/json.hpp>

#include "server/base/byte_source.h"
#include "server/base/status.h"
#include "server/batching/denormals.h"
#include "server/engine/compiled_model.h"
#include "server/repository/loaded_model.h"
#include "tests/bench_peers/fma_peak.h"

namespace reluserve::bench {
namespace {

using nlohmann::json;

struct Options {
  std::string model;
  std::string input;
  int threads = 1;
  int batch = 1;
  bool counts = true;
};

double Seconds(clockid_t clock) {
  timespec time{};
  clock_gettime(clock, &time);
  return static_cast<double>(time.tv_sec) + 1e-9 * static_cast<double>(time.tv_nsec);
}

std::string ReadFile(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  std::ostringstream content;
  content << file.rdbuf();
  return std::move(content).str();
}

// Bytes of a field of /proc/self/status, "VmHWM" or "VmRSS".
int64_t ResidentBytes(const std::string& field) {
  std::ifstream status("/proc/self/status");
  for (std::string line; std::getline(status, line);) {
    if (line.starts_with(field + ":")) return std::stoll(line.substr(field.size() + 1)) * 1024;
  }
  return 0;
}

// A loaded model and the batch it is run on.
class Runner {
 public:
  explicit Runner(Options options) : options_(std::move(options)) {}

  absl::Status Load() {
    const double start = Seconds(CLOCK_MONOTONIC);
    {
      repository::ModelSource source;
      source.name = "model";
      RELUSERVE_ASSIGN_OR_RETURN(source.onnx,
                                 ByteSource::OpenFile(options_.model, int64_t{2} << 30));
      source.batching.max_batch_size = 8;
      RELUSERVE_ASSIGN_OR_RETURN(model_, repository::LoadedModel::Load(std::move(source)));
    }
    load_seconds_ = Seconds(CLOCK_MONOTONIC) - start;
    model_->FindRunSizes();
    trial_seconds_ = Seconds(CLOCK_MONOTONIC) - start - load_seconds_;
    const std::string bytes = ReadFile(options_.input);
    Shape shape = model_->OneSampleShape(0);
    shape[0] = options_.batch;
    RELUSERVE_ASSIGN_OR_RETURN(input_, Tensor::Allocate(DataType::kFloat32, shape));
    if (input_.byte_size() != bytes.size()) {
      return InvalidArgument("{} has {} bytes, expected {} for {}", options_.input, bytes.size(),
                             input_.byte_size(), shape.ToString());
    }
    bytes.copy(static_cast<char*>(input_.mutable_data()), bytes.size());
    return absl::OkStatus();
  }

  json LoadReport() {
    Shape one = model_->OneSampleShape(0);
    const auto info = model_->compiled().Describe({&one, 1});
    const repository::LoadedModel::LoadPhases& phases = model_->load_phases();
    return {{"load", load_seconds_},
            {"load_phases",
             {{"import", absl::ToDoubleSeconds(phases.import)},
              {"compile", absl::ToDoubleSeconds(phases.compile)}}},
            {"trial", trial_seconds_},
            {"run_sizes", model_->run_sizes()},
            {"macs", info.ok() ? info->macs : 0}};
  }

  absl::Status Run() {
    int64_t samples = 0;
    for (int64_t done = 0; done < options_.batch; done += samples) {
      const std::vector<int>& sizes = model_->run_sizes();
      samples = *std::prev(std::upper_bound(sizes.begin(), sizes.end(), options_.batch - done));
      RELUSERVE_RETURN_IF_ERROR(RunSamples(done, samples));
    }
    return absl::OkStatus();
  }

  const Tensor& output() const { return output_; }

 private:
  absl::Status RunSamples(int64_t first, int64_t samples) {
    Shape shape = input_.shape();
    shape[0] = samples;
    RELUSERVE_ASSIGN_OR_RETURN(const std::shared_ptr<const engine::Plan> plan,
                               model_->compiled().GetPlan({&shape, 1}));
    Shape result = engine::OutputShapes(*plan)[0];
    const size_t result_bytes = static_cast<size_t>(result.ElementCount()) * sizeof(float);
    result[0] = options_.batch;
    if (output_.shape() != result) {
      RELUSERVE_ASSIGN_OR_RETURN(output_, Tensor::Allocate(DataType::kFloat32, result));
    }
    const size_t sample_bytes = input_.byte_size() / static_cast<size_t>(options_.batch);
    const void* input =
        static_cast<const std::byte*>(input_.data()) + sample_bytes * static_cast<size_t>(first);
    void* output = static_cast<std::byte*>(output_.mutable_data()) +
                   result_bytes / static_cast<size_t>(samples) * static_cast<size_t>(first);
    return context_.Run(plan, {&input, 1}, {&output, 1}, options_.counts ? &trace_ : nullptr);
  }

  const Options options_;
  std::shared_ptr<const repository::LoadedModel> model_;
  double load_seconds_ = 0;
  double trial_seconds_ = 0;
  engine::ExecutionContext context_;
  sparsity::Trace trace_;
  Tensor input_;
  Tensor output_;
};

absl::StatusOr<json> TimeRuns(Runner& runner, int runs) {
  json wall = json::array(), cpu = json::array();
  for (int i = 0; i < runs; ++i) {
    const double wall_start = Seconds(CLOCK_MONOTONIC);
    const double cpu_start = Seconds(CLOCK_PROCESS_CPUTIME_ID);
    RELUSERVE_RETURN_IF_ERROR(runner.Run());
    cpu.push_back(Seconds(CLOCK_PROCESS_CPUTIME_ID) - cpu_start);
    wall.push_back(Seconds(CLOCK_MONOTONIC) - wall_start);
  }
  return json{{"wall", wall}, {"cpu", cpu}};
}

absl::StatusOr<json> WriteOutput(Runner& runner, const std::string& path) {
  RELUSERVE_RETURN_IF_ERROR(runner.Run());
  std::ofstream file(path, std::ios::binary);
  file.write(static_cast<const char*>(runner.output().data()),
             static_cast<std::streamsize>(runner.output().byte_size()));
  if (!file.flush()) return Internal("\"{}\" could not be written", path);
  return json{{"shape", runner.output().shape().dims()}};
}

absl::StatusOr<json> Obey(Runner& runner, const std::string& line) {
  std::istringstream words(line);
  std::string command, argument;
  words >> command >> argument;
  if (command == "run") return TimeRuns(runner, std::stoi(argument));
  if (command == "output") return WriteOutput(runner, argument);
  if (command == "peak") return json{{"gflops", MeasureFmaPeak()}};
  if (command == "memory") {
    return json{{"peak_bytes", ResidentBytes("VmHWM")}, {"bytes", ResidentBytes("VmRSS")}};
  }
  return InvalidArgument("unknown command \"{}\"", command);
}

absl::Status Serve(const Options& options) {
  omp_set_num_threads(options.threads);
#pragma omp parallel
  batching::FlushDenormalsToZero();
  Runner runner(options);
  RELUSERVE_RETURN_IF_ERROR(runner.Load());
  std::cout << runner.LoadReport() << std::endl;
  for (std::string line; std::getline(std::cin, line);) {
    RELUSERVE_ASSIGN_OR_RETURN(const json answer, Obey(runner, line));
    std::cout << answer << std::endl;
  }
  return absl::OkStatus();
}

}  // namespace
}  // namespace reluserve::bench

int main(int argc, char** argv) {
  reluserve::bench::Options options;
  CLI::App app{"Runs one model for bench_peers.py."};
  app.add_option("model", options.model, "ONNX file")->required();
  app.add_option("--input", options.input, "floats of the batch")->required();
  app.add_option("--threads", options.threads, "OpenMP threads");
  app.add_option("--batch", options.batch, "samples of a run");
  app.add_flag("!--no-counts", options.counts, "do not count activations");
  CLI11_PARSE(app, argc, argv);
  const absl::Status status = reluserve::bench::Serve(options);
  if (status.ok()) return 0;
  std::cerr << status.ToString() << '\n';
  return 1;
}
