// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The reluserve authors

#include <memory>
#include <string>

#include <fmt/format.h>

#include "client/commands/command.h"
#include "client/output_file.h"
#include "client/sparsity_page.h"
#include "server/base/status.h"

namespace reluserve::client {
namespace {

struct ReportOptions {
  std::string model;
  std::string version;
  std::string file;
};

// The same fields begin all requests.
template <typename Request>
Request RequestOf(const ReportOptions& options) {
  Request request;
  request.set_model_name(options.model);
  request.set_model_version(options.version);
  return request;
}

absl::StatusOr<int> Report(const Session& session, const ReportOptions& options) {
  SparsityPageData data;
  auto request = RequestOf<v1::GetSparsityRequest>(options);
  request.set_channels(true);
  request.set_distribution(true);
  RELUSERVE_ASSIGN_OR_RETURN(data.report, session.client.GetSparsity(request));
  RELUSERVE_ASSIGN_OR_RETURN(
      data.dead, session.client.ListDeadChannels(RequestOf<v1::ListDeadChannelsRequest>(options)));
  const auto drift = session.client.GetDrift(RequestOf<v1::GetDriftRequest>(options));
  // FAILED_PRECONDITION: there is no baseline, which is no fault.
  if (!drift.ok() && !absl::IsFailedPrecondition(drift.status())) return drift.status();
  if (drift.ok()) data.drift = *drift;
  const std::string page = SparsityPage(data);
  if (options.file.empty()) {
    fmt::print("{}", page);
    return kExitOk;
  }
  RELUSERVE_RETURN_IF_ERROR(WriteFile(options.file, page));
  return kExitOk;
}

}  // namespace

void AddReportCommand(CLI::App& app, Action* action) {
  CLI::App* command = app.add_subcommand(
      "report", "Write a model's activation sparsity as one HTML page with plots");
  const auto options = std::make_shared<ReportOptions>();
  command->add_option("MODEL", options->model, "A model of the server")->required();
  command->add_option("--model-version", options->version, "Default: the newest served");
  command->add_option("--file", options->file, "Where to write it; default: standard output");
  command->footer(
      "Examples:\n  reluctl report digits --file digits.html\n"
      "  reluctl report digits > digits.html");
  command->callback([action, options] {
    *action = [options](const Session& session) { return Report(session, *options); };
  });
}

}  // namespace reluserve::client
