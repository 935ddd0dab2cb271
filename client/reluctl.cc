// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The reluserve authors

// reluctl, the command line client of reluserve.

#include <langinfo.h>
#include <unistd.h>

#include <chrono>
#include <clocale>
#include <cstdio>
#include <cstdlib>
#include <fstream>
#include <iterator>
#include <sstream>
#include <string>
#include <string_view>

#include <fmt/format.h>
#include <CLI/App.hpp>
#include <CLI/Config.hpp>
#include <CLI/Formatter.hpp>

#include "client/client.h"
#include "client/commands/command.h"
#include "client/table.h"
#include "server/base/status.h"

namespace reluserve::client {
namespace {

struct Options {
  std::string server = "localhost:8001";
  double timeout_seconds = 30;
  std::string output = "table";
  bool tls = false;
  std::string tls_ca;
  std::string tls_cert;
  std::string tls_key;
  std::string token_file;
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

void AddSecurityOptions(CLI::App& app, Options* options) {
  app.add_flag("--tls", options->tls, "Encrypt, and trust whom the system trusts")
      ->envname("RELUCTL_TLS");
  app.add_option("--tls-ca", options->tls_ca,
                 "Encrypt, and trust a server that this PEM file vouches for")
      ->envname("RELUCTL_TLS_CA");
  app.add_option("--tls-cert", options->tls_cert, "PEM file of a certificate to show the server")
      ->envname("RELUCTL_TLS_CERT");
  app.add_option("--tls-key", options->tls_key, "PEM file of that certificate's key")
      ->envname("RELUCTL_TLS_KEY");
  app.add_option("--token-file", options->token_file,
                 "File with the token to send; or the token itself in RELUCTL_TOKEN")
      ->envname("RELUCTL_TOKEN_FILE");
}

absl::StatusOr<std::string> ReadFile(const std::string& path) {
  if (path.empty()) return std::string();
  std::ifstream file(path, std::ios::binary);
  std::string text((std::istreambuf_iterator<char>(file)), std::istreambuf_iterator<char>());
  if (!file.good() && !file.eof()) return NotFound("cannot read {}", path);
  if (text.empty()) return InvalidArgument("{} cannot be read or is empty", path);
  return text;
}

// The first line that is neither empty nor a comment, as in the server's token files.
std::string FirstToken(const std::string& text) {
  std::istringstream lines(text);
  for (std::string line; std::getline(lines, line);) {
    const size_t begin = line.find_first_not_of(" \t\r");
    if (begin == line.npos || line[begin] == '#') continue;
    return line.substr(begin, line.find_last_not_of(" \t\r") - begin + 1);
  }
  return "";
}

absl::StatusOr<Security> ReadSecurity(const Options& options) {
  Security security;
  security.tls = options.tls || !options.tls_ca.empty() || !options.tls_cert.empty();
  RELUSERVE_ASSIGN_OR_RETURN(security.ca_pem, ReadFile(options.tls_ca));
  RELUSERVE_ASSIGN_OR_RETURN(security.certificate_pem, ReadFile(options.tls_cert));
  RELUSERVE_ASSIGN_OR_RETURN(security.key_pem, ReadFile(options.tls_key));
  if (security.certificate_pem.empty() != security.key_pem.empty()) {
    return absl::InvalidArgumentError("--tls-cert and --tls-key go together");
  }
  RELUSERVE_ASSIGN_OR_RETURN(const std::string tokens, ReadFile(options.token_file));
  security.token = FirstToken(tokens);
  const char* token = std::getenv("RELUCTL_TOKEN");
  if (security.token.empty() && token != nullptr) security.token = token;
  return security;
}

int Fail(const absl::Status& status) {
  fmt::print(stderr, "reluctl: {}: {}\n", absl::StatusCodeToString(status.code()),
             std::string(status.message()));
  return kExitFailed;
}

int Run(const Options& options, const Action& action) {
  const std::chrono::duration<double> timeout(options.timeout_seconds);
  const absl::StatusOr<Security> security = ReadSecurity(options);
  if (!security.ok()) return Fail(security.status());
  const auto timeout_ms = std::chrono::duration_cast<std::chrono::milliseconds>(timeout);
  const Client client(options.server, timeout_ms, *security);
  absl::StatusOr<int> exit_code = action({.client = client,
                                          .server = options.server,
                                          .security = *security,
                                          .timeout = timeout_ms,
                                          .json = options.output == "json",
                                          .style = StyleOfStandardOutput()});
  if (exit_code.ok() && (std::fflush(stdout) != 0 || std::ferror(stdout) != 0)) {
    exit_code = absl::DataLossError("cannot write to standard output");
  }
  if (exit_code.ok()) return *exit_code;
  return Fail(exit_code.status());
}

int Main(int argc, char** argv) {
  std::setlocale(LC_CTYPE, "");
  CLI::App app("Asks a reluserve server for predictions, and for what happens inside its models.",
               "reluctl");
  Options options;
  AddOptions(app, &options);
  AddSecurityOptions(app, &options);
  app.set_version_flag("--version", "reluctl " RELUSERVE_VERSION);
  app.fallthrough();
  app.footer(
      "Exit code: 0 success, 1 the request failed, 2 wrong usage; load: 3 an objective was missed; "
      "health: 4 not serving; sparsity --drift: 5 the model drifts.\n"
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
  AddStatsCommand(app, &action);
  AddConfigCommand(app, &action);
  AddIndexCommand(app, &action);
  AddLoadModelCommand(app, &action);
  AddUnloadModelCommand(app, &action);
  AddLoadCommand(app, &action);
  AddSparsityCommand(app, &action);
  AddProfileCommand(app, &action);
  AddTuneCommand(app, &action);
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
