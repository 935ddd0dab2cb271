// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The reluserve authors

// What the commands of reluctl have in common: one file a command, each with one function that adds
// the command to the parser.

#ifndef RELUSERVE_CLIENT_COMMANDS_COMMAND_H_
#define RELUSERVE_CLIENT_COMMANDS_COMMAND_H_

#include <chrono>
#include <functional>
#include <string>

#include <absl/status/statusor.h>
#include <CLI/App.hpp>
#include <CLI/Config.hpp>
#include <CLI/Formatter.hpp>

#include "client/client.h"
#include "client/table.h"

namespace reluserve::client {

// reluctl's exit codes.
inline constexpr int kExitOk = 0;
inline constexpr int kExitFailed = 1;      // the request, or reading its input
inline constexpr int kExitUsage = 2;       // the command line
inline constexpr int kExitObjectives = 3;  // `load`: an objective was missed, or a run got worse
inline constexpr int kExitNotServing = 4;  // `health`: an answer, but not SERVING
inline constexpr int kExitDrift = 5;       // `sparsity --drift`: the model drifts

// What a command runs with.
struct Session {
  const Client& client;
  std::string server;  // its address
  Security security;
  std::chrono::milliseconds timeout{0};
  bool json = false;  // --output json
  TextStyle style;
};

// A command that was given on the command line, with its options: prints its result to standard
// output and returns the exit code. An error has printed nothing.
using Action = std::function<absl::StatusOr<int>(const Session&)>;

// Each adds one command to `app`. Parsing the command line sets `*action` where it gives the
// command.
void AddModelsCommand(CLI::App& app, Action* action);
void AddHealthCommand(CLI::App& app, Action* action);
void AddInferCommand(CLI::App& app, Action* action);
void AddDescribeCommand(CLI::App& app, Action* action);
void AddStatsCommand(CLI::App& app, Action* action);
void AddConfigCommand(CLI::App& app, Action* action);
void AddIndexCommand(CLI::App& app, Action* action);
void AddLoadModelCommand(CLI::App& app, Action* action);
void AddUnloadModelCommand(CLI::App& app, Action* action);
void AddLoadCommand(CLI::App& app, Action* action);
void AddSparsityCommand(CLI::App& app, Action* action);
void AddProfileCommand(CLI::App& app, Action* action);
void AddTuneCommand(CLI::App& app, Action* action);
void AddReportCommand(CLI::App& app, Action* action);

}  // namespace reluserve::client

#endif  // RELUSERVE_CLIENT_COMMANDS_COMMAND_H_
