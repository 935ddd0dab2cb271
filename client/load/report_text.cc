// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The reluserve authors

#include "client/load/report_text.h"

#include <algorithm>
#include <cmath>

#include <fmt/format.h>

#include "client/format.h"
#include "server/base/printable.h"

namespace reluserve::load {
namespace {

using client::Table;
using client::TextStyle;

// Bytes of a server's message that are shown.
constexpr size_t kMaxMessage = 300;

std::string StageTable(const RunResult& run, const TextStyle& style) {
  constexpr auto kRight = Table::Align::kRight;
  std::vector<Table::Column> columns = {
      {"LOAD"}, {"REQUESTS", kRight}, {"FAILED", kRight}, {"PER SECOND", kRight}, {"MEAN", kRight}};
  for (const double percent : kPercentiles) columns.push_back({PercentileName(percent), kRight});
  columns.push_back({"MAX", kRight});
  if (!run.slo.empty()) columns.push_back({"SLO"});
  Table table(columns);
  for (const StageResult& stage : run.stages) {
    const Tally& total = stage.measurement.total;
    std::vector<Table::Cell> row = {
        stage.label, std::to_string(total.requests()),
        Table::Cell(std::to_string(total.failed()), total.failed() > 0 ? "red" : ""),
        FormatRate(stage.measurement.throughput), FormatDuration(total.latency.mean())};
    for (const double percent : kPercentiles) {
      row.emplace_back(FormatDuration(total.latency.Percentile(percent)));
    }
    row.emplace_back(FormatDuration(total.latency.max()));
    if (!run.slo.empty()) {
      const bool kept = stage.slo_misses.empty();
      row.emplace_back(kept ? "kept" : "missed", kept ? "green" : "red");
    }
    table.AddRow(std::move(row));
  }
  return table.ToString(style);
}

std::string ServerTable(const RunResult& run, const TextStyle& style) {
  constexpr auto kRight = Table::Align::kRight;
  Table table({{"ON THE SERVER"},
               {"TOTAL", kRight},
               {"QUEUE", kRight},
               {"INPUT", kRight},
               {"INFER", kRight},
               {"OUTPUT", kRight},
               {"MEAN BATCH", kRight}});
  bool any = false;
  for (const StageResult& stage : run.stages) {
    if (!stage.server || stage.server->success == 0) continue;
    any = true;
    const ServerCounters& server = *stage.server;
    const auto mean = [&server](Nanoseconds part) { return FormatDuration(MeanOf(part, server)); };
    table.AddRow({stage.label, mean(server.total), mean(server.queue), mean(server.compute_input),
                  mean(server.compute_infer), mean(server.compute_output),
                  fmt::format("{:.2f}", MeanBatch(server))});
  }
  return any ? "\n" + table.ToString(style) : "";
}

// How requests spread over models and endpoints, where there is more than one.
std::string SpreadTables(const RunResult& run, const TextStyle& style) {
  constexpr auto kRight = Table::Align::kRight;
  Table models(
      {{"LOAD"}, {"MODEL"}, {"OK", kRight}, {"FAILED", kRight}, {"p50", kRight}, {"p99", kRight}});
  Table endpoints({{"LOAD"}, {"ENDPOINT"}, {"OK", kRight}, {"FAILED ATTEMPTS", kRight}});
  for (const StageResult& stage : run.stages) {
    const Measurement& measured = stage.measurement;
    for (size_t i = 0; i < run.models.size() && i < measured.by_model.size(); ++i) {
      const Tally& tally = measured.by_model[i];
      models.AddRow({stage.label, run.models[i], std::to_string(tally.ok),
                     std::to_string(tally.failed()), FormatDuration(tally.latency.Percentile(50)),
                     FormatDuration(tally.latency.Percentile(99))});
    }
    for (size_t i = 0; i < run.endpoints.size() && i < measured.by_endpoint.size(); ++i) {
      const EndpointTally& tally = measured.by_endpoint[i];
      endpoints.AddRow(
          {stage.label, run.endpoints[i], std::to_string(tally.ok), std::to_string(tally.failed)});
    }
  }
  std::string text;
  if (run.models.size() > 1) text += "\n" + models.ToString(style);
  if (run.endpoints.size() > 1) text += "\n" + endpoints.ToString(style);
  return text;
}

std::string RemarksOn(const StageResult& stage) {
  const Measurement& measured = stage.measurement;
  std::string text;
  const auto remark = [&](const std::string& what) {
    text += fmt::format("{}: {}\n", stage.label, what);
  };
  for (const std::string& miss : stage.slo_misses) remark("missed " + miss);
  for (const auto& [code, count] : measured.total.errors) {
    const auto message = stage.first_messages.find(code);
    remark(fmt::format("{} {}{}", absl::StatusCodeToString(code), count,
                       message == stage.first_messages.end()
                           ? ""
                           : ", first: " + Printable(message->second, kMaxMessage)));
  }
  if (measured.total.retries > 0) remark(fmt::format("{} retries", measured.total.retries));
  if (!measured.stable && !stage.shaped) remark("had not settled: windows of it differ");
  if (GeneratorWasLate(measured)) {
    remark(
        fmt::format("1% of the requests were sent {} late or later, which counts as latency: this "
                    "machine is too busy, or held requests back",
                    FormatDuration(measured.send_lag.Percentile(99))));
  }
  return text;
}

std::string SearchText(const SearchResult& search) {
  if (search.rate == 0) {
    return fmt::format("\nNo rate kept the objectives: {}/s missed them.\n",
                       FormatRate(search.lowest_missed));
  }
  if (search.at_limit) {
    return fmt::format("\nHighest rate that kept the objectives: {}/s, the end of the range.\n",
                       FormatRate(search.rate));
  }
  return fmt::format("\nHighest rate that kept the objectives: {}/s; {}/s missed them.\n",
                     FormatRate(search.rate), FormatRate(search.lowest_missed));
}

std::string CsvField(const std::string& text) {
  if (text.find_first_of(",\"\r\n") == std::string::npos) return text;
  std::string quoted = "\"";
  for (const char c : text) {
    if (c == '"') quoted += '"';
    quoted += c;
  }
  return quoted + '"';
}

std::string Milliseconds(Nanoseconds span) { return fmt::format("{:.6g}", Seconds(span) * 1e3); }

}  // namespace

std::string ReportText(const RunResult& run, const TextStyle& style) {
  std::string text = StageTable(run, style);
  if (run.search) text += SearchText(*run.search);
  text += ServerTable(run, style) + SpreadTables(run, style);
  std::string remarks;
  for (const StageResult& stage : run.stages) remarks += RemarksOn(stage);
  if (!remarks.empty()) text += "\n" + remarks;
  double cpu = 0;
  for (const StageResult& stage : run.stages) cpu = std::max(cpu, stage.generator_cpu);
  return text + fmt::format("\nThe generator took {:.0f}% of a CPU at most.\n", cpu * 100);
}

std::string ComparisonText(const Comparison& comparison, const TextStyle& style) {
  constexpr auto kRight = Table::Align::kRight;
  Table table(
      {{"LOAD"}, {"FIGURE"}, {"BEFORE", kRight}, {"AFTER", kRight}, {"CHANGE", kRight}, {""}});
  for (const ComparedStage& stage : comparison.stages) {
    for (const ComparedFigure& figure : stage.figures) {
      const std::string change =
          std::isfinite(figure.change) ? fmt::format("{:+.1f}%", figure.change * 100) : "-";
      Table::Cell verdict = "";
      if (figure.verdict == Verdict::kBetter) verdict = {"better", "green"};
      if (figure.verdict == Verdict::kWorse) verdict = {"worse", "red"};
      table.AddRow({stage.label, figure.name, figure.before, figure.after, change, verdict});
    }
  }
  std::string text = table.ToString(style);
  for (const std::string& label : comparison.only_before) text += label + ": only before\n";
  for (const std::string& label : comparison.only_after) text += label + ": only after\n";
  return text;
}

std::string ReportCsv(const RunResult& run) {
  std::string csv =
      "label,loop,load,seconds,requests,ok,failed,retries,throughput_per_s,"
      "samples_per_s,mean_ms";
  for (const double percent : kPercentiles) csv += "," + PercentileName(percent) + "_ms";
  csv += ",max_ms,stable,slo_kept,generator_cpu,errors\n";
  for (const StageResult& stage : run.stages) {
    const Tally& total = stage.measurement.total;
    csv += fmt::format("{},{},{:g},{:.6g},{},{},{},{},{:.6g},{:.6g},{}", CsvField(stage.label),
                       stage.loop == LoopKind::kClosed ? "closed" : "open", stage.load,
                       Seconds(stage.measurement.length), total.requests(), total.ok,
                       total.failed(), total.retries, stage.measurement.throughput,
                       stage.samples_per_second(), Milliseconds(total.latency.mean()));
    for (const double percent : kPercentiles) {
      csv += "," + Milliseconds(total.latency.Percentile(percent));
    }
    csv += fmt::format(",{},{},{},{:.4f},{}\n", Milliseconds(total.latency.max()),
                       stage.measurement.stable, stage.slo_misses.empty(), stage.generator_cpu,
                       CsvField(total.errors.empty() ? "" : ErrorsText(total)));
  }
  return csv;
}

}  // namespace reluserve::load
