// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The reluserve authors

// reluctl, the command line client of reluserve.

#include <langinfo.h>
#include <unistd.h>

#include <chrono>
#include <clocale>
#include <cstdio>
#include <cstdlib>
#include <string>
#include <string_view>

#include <fmt/format.h>
#include <CLI/App.hpp>
#include <CLI/Config.hpp>
#include <CLI/Formatter.hpp>

#include "client/client.h"
#include "client/commands/command.h"
#include "client/table.h"

namespace reluserve::client {
namespace {

struct Options {
  std::string server = "localhost:8001";
  double timeout_seconds = 30;
  std::string output = "table";
};

// What standard output can show, by the locale and the terminal. Colour is off where NO_COLOR is
// set.
TextStyle StyleOfStandardOutput() {
  const auto variable = [](const char* name) {
    const char* value = std::getenv(name);
    return std::string_view(value == nullptr ? "" : value);
  };
  return {.utf8 = std::string_view(nl_langinfo(CODESET)) == "UTF-8",
          .colour = isatty(STDOUT_FILENO) == 1 && variable("NO_COLOR").empty() &&
                    variable("TERM") != "dumb"};
}

void AddOptions(CLI::App& app, Options* options) {
  app.add_option("-s,--server", options->server, "The server's gRPC address")
      ->envname("RELUCTL_SERVER")
      ->capture_default_str();
  app.add_option("--timeout", options->timeout_seconds, "Seconds to wait for each answer")
      ->check(CLI::Range(0.001, 86400.0))
      ->capture_default_str();
  app.add_option("-o,--output", options->output, "table or json")
      ->check(CLI::IsMember({"table", "json"}))
      ->capture_default_str();
}

int Run(const Options& options, const Action& action) {
  const std::chrono::duration<double> timeout(options.timeout_seconds);
  const Client client(options.server,
                      std::chrono::duration_cast<std::chrono::milliseconds>(timeout));
  absl::StatusOr<int> exit_code = action(
      {.client = client, .json = options.output == "json", .style = StyleOfStandardOutput()});
  if (exit_code.ok() && (std::fflush(stdout) != 0 || std::ferror(stdout) != 0)) {
    exit_code = absl::DataLossError("cannot write to standard output");
  }
  if (exit_code.ok()) return *exit_code;
  const absl::Status& status = exit_code.status();
  fmt::print(stderr, "reluctl: {}: {}\n", absl::StatusCodeToString(status.code()),
             std::string(status.message()));
  return kExitFailed;
}

int Main(int argc, char** argv) {
  std::setlocale(LC_CTYPE, "");
  CLI::App app("Asks a reluserve server for predictions, and for what happens inside its models.",
               "reluctl");
  Options options;
  AddOptions(app, &options);
  app.set_version_flag("--version", "reluctl " RELUSERVE_VERSION);
  app.fallthrough();
  app.footer(
      "Exit code: 0 success, 1 the request failed, 2 wrong usage; health: 4 not serving;\n"
      "sparsity --drift: 5 the model drifts.\n"
      "\"reluctl COMMAND --help\" shows a command's options and examples.");
  app.failure_message([](const CLI::App*, const CLI::Error& error) {
    return fmt::format("reluctl: {}\nRun with --help for more information.\n", error.what());
  });
  // Not require_subcommand(), which complains about a misspelt command that there is none.
  app.callback([&app] {
    if (app.get_subcommands().empty()) throw CLI::RequiredError("A command");
  });
  Action action;
  AddModelsCommand(app, &action);
  AddHealthCommand(app, &action);
  AddInferCommand(app, &action);
  AddDescribeCommand(app, &action);
  AddSparsityCommand(app, &action);
  AddReportCommand(app, &action);
  try {
    app.parse(argc, argv);
  } catch (const CLI::ParseError& error) {
    return app.exit(error) == 0 ? kExitOk : kExitUsage;
  }
  return Run(options, action);
}

}  // namespace
}  // namespace reluserve::client

int main(int argc, char** argv) { return reluserve::client::Main(argc, argv); }
