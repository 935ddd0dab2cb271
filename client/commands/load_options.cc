// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The reluserve authors

#include "client/commands/load_options.h"

#include <algorithm>
#include <cmath>
#include <string_view>
#include <utility>

#include <fmt/format.h>

#include "client/load/rate_search.h"
#include "client/load/stability.h"
#include "server/base/status.h"

namespace reluserve::client {
namespace {

using load::Nanoseconds;

constexpr int kMaxConcurrency = 100000;

void AddWhatToLoad(CLI::App* command, LoadOptions* options) {
  command->add_option("MODEL", options->models,
                      "A model, or MODEL:VERSION; several take turns by request");
  command
      ->add_option("-e,--endpoint", options->endpoints,
                   "An address besides or instead of --server; several take turns, and one that is "
                   "unavailable is left out for half a second")
      ->allow_extra_args(false);
  command->add_option("--connections", options->connections, "To each endpoint")
      ->check(CLI::Range(1, 1000))
      ->capture_default_str();
}

void AddHowToLoad(CLI::App* command, LoadOptions* options) {
  CLI::Option_group* load =
      command->add_option_group("Load (one of them; default --concurrency 1)");
  load->add_option("-c,--concurrency", options->concurrency,
                   "Closed loop: callers that each send when they have their answer; a number, or "
                   "a sweep such as 1,2,8 or 1:8 or 10:50:20 or 1:64:x2");
  load->add_option("-r,--rate", options->rate,
                   "Open loop: requests per second, sent when they are due whatever became of "
                   "earlier ones; a number or a sweep");
  load->add_option("--schedule", options->schedule,
                   "Open loop along rates that are held or go evenly from one to another: "
                   "100@10s,100..1000@30s,1000@5s");
  load->add_option("--find-max-rate", options->max_rate_range,
                   "LOWEST:HIGHEST: look for the highest rate that keeps --slo, by doubling and "
                   "bisection");
  load->require_option(0, 1);
  command->add_option("--precision", options->precision, "Of --find-max-rate, as a share")
      ->check(CLI::Range(0.001, 1.0))
      ->capture_default_str();
  command->add_option("--arrivals", options->arrivals, "Of an open loop: poisson or constant")
      ->check(CLI::IsMember({"poisson", "constant"}))
      ->capture_default_str();
  command->add_option("--seed", options->seed, "Of random elements and Poisson arrivals")
      ->capture_default_str();
  command
      ->add_option("--max-outstanding", options->max_outstanding,
                   "Open loop: requests without an answer, beyond which others wait their turn")
      ->check(CLI::Range(1, 1000000))
      ->capture_default_str();
}

void AddHowLong(CLI::App* command, LoadOptions* options) {
  command->add_option("--warmup", options->warmup, "Load before what is measured; 0 for none")
      ->capture_default_str();
  command->add_option("-d,--duration", options->duration,
                      "How long each load is measured; default 10s. With --until-stable the limit; "
                      "default 60s");
  command->add_option("-n,--count", options->count, "Measure that many requests instead")
      ->check(CLI::PositiveNumber);
  command->add_flag("--until-stable", options->until_stable,
                    "Measure until three windows in a row agree, and report those");
  command
      ->add_option("--stability", options->tolerance_percent,
                   "Percent by which windows that agree may differ from their mean")
      ->check(CLI::Range(0.1, 100.0))
      ->capture_default_str();
  command->add_option("--window", options->window,
                      "Length of a window; default 2s with --until-stable, or else a twentieth of "
                      "the duration, and 100ms at least");
}

void AddWhatToSend(CLI::App* command, LoadOptions* options) {
  command
      ->add_option("-f,--file", options->files,
                   "A request from each: a PNG or JPEG image (elements in 0..1), a .npy array, raw "
                   "elements, or all files of a directory; default: random elements")
      ->allow_extra_args(false);
  command
      ->add_option("--input", options->named_files,
                   "NAME=FILE for each input of a model with several")
      ->allow_extra_args(false);
  command->add_flag("--zeros", options->zeros, "Zeros instead of random elements");
  command->add_option("--batch", options->batch, "Samples of a random request")
      ->check(CLI::PositiveNumber)
      ->capture_default_str();
  command->add_option("--shape", options->shapes, "[NAME=]N,C,H,W: of an input; may be repeated")
      ->allow_extra_args(false);
  command
      ->add_option("--sparsity", options->sparsity,
                   "Ask a reluserve server for activation counts: layers, channels or none")
      ->check(CLI::IsMember({"layers", "channels", "none"}))
      ->capture_default_str();
}

void AddWhatThen(CLI::App* command, LoadOptions* options) {
  command->add_option("--retries", options->retries, "Further attempts of a request that failed")
      ->check(CLI::Range(0, 100))
      ->capture_default_str();
  command
      ->add_option("--retry-backoff", options->retry_backoff,
                   "Before the first retry; doubles; 0 for none")
      ->capture_default_str();
  command->add_option("--retry-on", options->retry_on, "Codes that are retried, with commas")
      ->capture_default_str();
  command->add_option("--slo", options->slo,
                      "Objectives, as p99=20ms,errors=0: also mean, max, any pN, errors=0.1%, "
                      "throughput=500. The exit code is 3 where a load missed one");
  command->add_option("--save", options->save_path, "Write the run as JSON, for load compare");
  command->add_option("--csv", options->csv_path, "Write a line for each load");
  command->add_option("--html", options->html_path, "Write a report with charts, as one file");
  command->add_flag("-q,--quiet", options->quiet, "No progress on standard error");
}

std::vector<std::string> SplitAtCommas(const std::string& text) {
  std::vector<std::string> parts;
  size_t begin = 0;
  while (true) {
    const size_t comma = text.find(',', begin);
    parts.push_back(text.substr(begin, comma - begin));
    if (comma == std::string::npos) return parts;
    begin = comma + 1;
  }
}

absl::StatusOr<Nanoseconds> DurationOption(const std::string& name, const std::string& text,
                                           bool zero_allowed) {
  if (zero_allowed && text == "0") return Nanoseconds(0);
  absl::StatusOr<Nanoseconds> duration = load::ParseDuration(text);
  return duration.ok() ? duration : Annotate(duration.status(), name);
}

// NAME:VERSION where what follows the last colon is a number.
load::RunOptions::Model ModelOf(const std::string& text) {
  const size_t colon = text.rfind(':');
  const bool versioned = colon != std::string::npos && colon + 1 < text.size() &&
                         text.find_first_not_of("0123456789", colon + 1) == std::string::npos;
  if (!versioned) return {.name = text, .version = ""};
  return {.name = text.substr(0, colon), .version = text.substr(colon + 1)};
}

absl::StatusOr<load::MeasureOptions> MeasureOf(const LoadOptions& options) {
  load::MeasureOptions measure;
  RELUSERVE_ASSIGN_OR_RETURN(measure.warmup, DurationOption("--warmup", options.warmup, true));
  std::string duration = options.duration;
  // A run of so many requests lasts as long as it takes, a day at most.
  if (duration.empty()) duration = options.count > 0 ? "24h" : options.until_stable ? "60s" : "10s";
  RELUSERVE_ASSIGN_OR_RETURN(measure.duration, DurationOption("--duration", duration, false));
  if (options.count > 0) measure.count = options.count;
  measure.until_stable = options.until_stable;
  measure.tolerance = options.tolerance_percent / 100;
  if (options.count > 0 && options.until_stable) {
    return InvalidArgument("--count and --until-stable do not go together");
  }
  if (!options.window.empty()) {
    RELUSERVE_ASSIGN_OR_RETURN(measure.window, DurationOption("--window", options.window, false));
  } else if (options.until_stable) {
    measure.window = std::chrono::seconds(2);
  } else if (options.count > 0) {
    measure.window = std::chrono::seconds(1);
  } else {
    measure.window = std::max<Nanoseconds>(std::chrono::milliseconds(100), measure.duration / 20);
  }
  const auto most = static_cast<int64_t>(load::Recorder::kMaxWindows);
  if (!measure.count && measure.duration / measure.window >= most) {
    return InvalidArgument("--window {} is too short: at most {} windows fit a stage",
                           options.window, most);
  }
  if (options.until_stable &&
      measure.window * static_cast<int64_t>(load::kStableWindows) > measure.duration) {
    return InvalidArgument("--until-stable needs --duration to have {} windows at least",
                           load::kStableWindows);
  }
  return measure;
}

absl::Status SetStages(const LoadOptions& options, load::RunOptions* run) {
  RELUSERVE_ASSIGN_OR_RETURN(const load::MeasureOptions measure, MeasureOf(options));
  if (!options.schedule.empty()) {
    if (options.count > 0 || options.until_stable || !options.duration.empty()) {
      return InvalidArgument(
          "--schedule says how long it lasts: it does not go with --duration, --count or "
          "--until-stable");
    }
    RELUSERVE_ASSIGN_OR_RETURN(const std::vector<load::RateSegment> schedule,
                               load::ParseSchedule(options.schedule));
    load::Stage stage = load::ScheduleStage(schedule, measure);
    if (options.window.empty()) {
      stage.measure.window =
          std::max<Nanoseconds>(std::chrono::milliseconds(100), stage.measure.duration / 60);
    }
    run->stages = {stage};
    return absl::OkStatus();
  }
  if (!options.rate.empty()) {
    const absl::StatusOr<std::vector<double>> rates = load::ParseSweep(options.rate);
    if (!rates.ok()) return Annotate(rates.status(), "--rate");
    for (const double rate : *rates) run->stages.push_back(load::OpenStage(rate, measure));
    return absl::OkStatus();
  }
  const std::string& concurrency = options.concurrency.empty() ? "1" : options.concurrency;
  const absl::StatusOr<std::vector<double>> levels = load::ParseSweep(concurrency);
  if (!levels.ok()) return Annotate(levels.status(), "--concurrency");
  for (const double level : *levels) {
    if (level != std::floor(level) || level > kMaxConcurrency) {
      return InvalidArgument("--concurrency: {} is not a whole number up to {}", level,
                             kMaxConcurrency);
    }
    run->stages.push_back(load::ClosedStage(static_cast<int>(level), measure));
  }
  return absl::OkStatus();
}

absl::Status SetSearch(const LoadOptions& options, load::RunOptions* run) {
  const std::string& range = options.max_rate_range;
  const size_t colon = range.find(':');
  absl::StatusOr<std::vector<double>> lowest = load::ParseSweep(range.substr(0, colon));
  absl::StatusOr<std::vector<double>> highest =
      load::ParseSweep(colon == std::string::npos ? "" : range.substr(colon + 1));
  if (!lowest.ok() || !highest.ok() || lowest->size() != 1 || highest->size() != 1 ||
      lowest->front() > highest->front()) {
    return InvalidArgument("--find-max-rate: \"{}\" is not LOWEST:HIGHEST, as in 50:5000", range);
  }
  if (options.slo.empty()) return InvalidArgument("--find-max-rate needs --slo");
  load::SearchOptions search;
  search.lowest = lowest->front();
  search.highest = highest->front();
  search.precision = options.precision;
  RELUSERVE_ASSIGN_OR_RETURN(search.measure, MeasureOf(options));
  run->search = search;
  return absl::OkStatus();
}

absl::Status SetInput(const LoadOptions& options, load::RunOptions* run) {
  const int sources = (options.files.empty() ? 0 : 1) + (options.named_files.empty() ? 0 : 1) +
                      (options.zeros ? 1 : 0);
  if (sources > 1) return InvalidArgument("expected one of --file, --input and --zeros at most");
  load::InputOptions& input = run->input;
  input.files = options.files;
  for (const std::string& text : options.named_files) {
    const size_t equals = text.find('=');
    if (equals == std::string::npos)
      return InvalidArgument("--input: \"{}\" is not NAME=FILE", text);
    input.named_files.emplace_back(text.substr(0, equals), text.substr(equals + 1));
  }
  for (const std::string& text : options.shapes) {
    const absl::Status status = ParseInputShape(text, &input.shapes);
    if (!status.ok()) return Annotate(status, "--shape");
  }
  input.zeros = options.zeros;
  input.seed = options.seed;
  input.batch = options.batch;
  if (options.sparsity != "none") input.sparsity = options.sparsity;
  return absl::OkStatus();
}

absl::Status SetRetry(const LoadOptions& options, load::RetryPolicy* retry) {
  retry->max_attempts = 1 + options.retries;
  RELUSERVE_ASSIGN_OR_RETURN(retry->backoff,
                             DurationOption("--retry-backoff", options.retry_backoff, true));
  retry->codes.clear();
  for (const std::string& name : SplitAtCommas(options.retry_on)) {
    const std::optional<absl::StatusCode> code = load::CodeFromName(name);
    if (!code) return InvalidArgument("--retry-on: \"{}\" is not a code such as UNAVAILABLE", name);
    retry->codes.insert(*code);
  }
  return absl::OkStatus();
}

}  // namespace

void AddLoadOptions(CLI::App* command, LoadOptions* options) {
  AddWhatToLoad(command, options);
  AddHowToLoad(command, options);
  AddHowLong(command, options);
  AddWhatToSend(command, options);
  AddWhatThen(command, options);
}

absl::StatusOr<load::RunOptions> ToRunOptions(const LoadOptions& options, const std::string& server,
                                              std::chrono::milliseconds timeout) {
  if (options.models.empty()) return InvalidArgument("load: MODEL is required");
  load::RunOptions run;
  run.endpoints = options.endpoints;
  if (run.endpoints.empty()) run.endpoints = {server};
  run.connections = options.connections;
  run.timeout = timeout;
  for (const std::string& model : options.models) run.models.push_back(ModelOf(model));
  run.arrivals =
      options.arrivals == "constant" ? load::ArrivalKind::kConstant : load::ArrivalKind::kPoisson;
  run.seed = options.seed;
  run.max_outstanding = options.max_outstanding;
  RELUSERVE_RETURN_IF_ERROR(SetInput(options, &run));
  RELUSERVE_RETURN_IF_ERROR(SetRetry(options, &run.retry));
  if (!options.slo.empty()) {
    const auto slo = load::ParseSlo(options.slo);
    if (!slo.ok()) return Annotate(slo.status(), "--slo");
    run.slo = options.slo;
  }
  RELUSERVE_RETURN_IF_ERROR(options.max_rate_range.empty() ? SetStages(options, &run)
                                                           : SetSearch(options, &run));
  return run;
}

}  // namespace reluserve::client
