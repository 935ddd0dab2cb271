// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The reluserve authors

// The options of `reluctl load`, from the command line to what a run takes.

#ifndef RELUSERVE_CLIENT_COMMANDS_LOAD_OPTIONS_H_
#define RELUSERVE_CLIENT_COMMANDS_LOAD_OPTIONS_H_

#include <chrono>
#include <cstdint>
#include <string>
#include <vector>

#include <absl/status/statusor.h>
#include <CLI/App.hpp>
#include <CLI/Config.hpp>
#include <CLI/Formatter.hpp>

#include "client/load/execute.h"

namespace reluserve::client {

// As they are given; "" where they are not.
struct LoadOptions {
  std::vector<std::string> models;  // NAME or NAME:VERSION
  std::vector<std::string> endpoints;
  int connections = 1;

  std::string concurrency;
  std::string rate;
  std::string schedule;
  std::string max_rate_range;
  double precision = 0.05;
  std::string arrivals = "poisson";
  uint64_t seed = 1;
  int max_outstanding = 10000;

  std::string warmup = "2s";
  std::string duration;
  int64_t count = 0;
  bool until_stable = false;
  double tolerance_percent = 10;
  std::string window;

  std::vector<std::string> files;
  std::vector<std::string> named_files;
  bool zeros = false;
  int64_t batch = 1;
  std::vector<std::string> shapes;
  std::string sparsity = "none";

  int retries = 0;
  std::string retry_backoff = "10ms";
  std::string retry_on = "UNAVAILABLE";

  std::string slo;
  std::string save_path;
  std::string csv_path;
  std::string html_path;
  bool quiet = false;
};

// Adds them all to the command.
void AddLoadOptions(CLI::App* command, LoadOptions* options);

// What they mean; `server` and `timeout` are reluctl's own. INVALID_ARGUMENT, naming the option,
// for one that is malformed or does not go with another.
absl::StatusOr<load::RunOptions> ToRunOptions(const LoadOptions& options, const std::string& server,
                                              std::chrono::milliseconds timeout);

}  // namespace reluserve::client

#endif  // RELUSERVE_CLIENT_COMMANDS_LOAD_OPTIONS_H_
