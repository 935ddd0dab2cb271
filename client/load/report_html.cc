// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The reluserve authors

#include "client/load/report_html.h"

#include <algorithm>
#include <functional>
#include <tuple>
#include <utility>
#include <vector>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "client/html/chart.h"
#include "client/html/page.h"
#include "client/load/slo.h"
#include "server/base/printable.h"

namespace reluserve::load {
namespace {

using html::Chart;
using html::ChartPoint;
using html::Escape;
using html::Series;

std::string LatencyTick(double seconds) {
  std::string text = FormatDuration(FromSeconds(seconds));
  // Round numbers need no digits: "2.00 ms" is "2 ms".
  const size_t point = text.find('.');
  if (point == std::string::npos) return text;
  const size_t digits_end = text.find(' ');
  size_t end = digits_end;
  while (text[end - 1] == '0') --end;
  if (end - 1 == point) --end;
  return text.erase(end, digits_end - end);
}

std::string RateTick(double rate) { return FormatRate(rate); }

std::string Section(const std::string& heading, const std::string& content) {
  return fmt::format("<section>\n<h2>{}</h2>\n{}</section>\n", Escape(heading), content);
}

// The stage that the tiles at the top speak of: the search's answer, or the one with most answers a
// second among those that kept the objectives, or among all.
const StageResult& BestStage(const RunResult& run) {
  const auto rank = [&run](const StageResult& stage) {
    const bool found = run.search && stage.load == run.search->rate;
    return std::tuple(found, stage.slo_misses.empty(), stage.measurement.throughput);
  };
  return *std::max_element(
      run.stages.begin(), run.stages.end(),
      [&rank](const StageResult& a, const StageResult& b) { return rank(a) < rank(b); });
}

std::string Tiles(const RunResult& run) {
  const StageResult& best = BestStage(run);
  const Tally& total = best.measurement.total;
  int64_t failed = 0;
  int64_t requests = 0;
  for (const StageResult& stage : run.stages) {
    failed += stage.measurement.total.failed();
    requests += stage.measurement.total.requests();
  }
  std::string tiles = "<div class=\"tiles\">\n";
  if (run.search) {
    tiles += html::Tile("Highest rate within the objectives",
                        run.search->rate > 0 ? FormatRate(run.search->rate) + "/s" : "none",
                        run.search->lowest_missed > 0
                            ? FormatRate(run.search->lowest_missed) + "/s missed them"
                            : "the end of the range",
                        run.search->rate > 0 ? "good" : "bad");
  }
  tiles +=
      html::Tile("Throughput", FormatRate(best.measurement.throughput) + "/s", "at " + best.label);
  for (const double percent : {50.0, 99.0, 99.9}) {
    tiles += html::Tile(PercentileName(percent) + " latency",
                        FormatDuration(total.latency.Percentile(percent)), "at " + best.label);
  }
  tiles += html::Tile("Failed requests", std::to_string(failed),
                      fmt::format("of {}, all loads", requests), failed > 0 ? "bad" : "good");
  return tiles + "</div>\n";
}

// Points along x in order, so that a search's zigzag reads as a curve.
Series PercentileSeries(const RunResult& run, double percent) {
  Series series = {.name = PercentileName(percent), .points = {}};
  for (const StageResult& stage : run.stages) {
    const Nanoseconds latency = stage.measurement.total.latency.Percentile(percent);
    series.points.push_back(
        {stage.measurement.throughput, Seconds(latency),
         fmt::format("{}: {}/s, {} {}", stage.label, FormatRate(stage.measurement.throughput),
                     series.name, FormatDuration(latency))});
  }
  const bool open = std::all_of(run.stages.begin(), run.stages.end(), [](const StageResult& stage) {
    return stage.loop == LoopKind::kOpen;
  });
  // A closed loop's curve may bend back, which is worth seeing: it stays in the order of its loads.
  if (open) {
    std::sort(series.points.begin(), series.points.end(),
              [](const ChartPoint& a, const ChartPoint& b) { return a.x < b.x; });
  }
  return series;
}

// The objective that a chart of that percentile can show.
void AddLimit(const RunResult& run, Chart* chart) {
  const absl::StatusOr<Slo> slo = ParseSlo(run.slo);
  if (!slo.ok() || slo->latencies.empty()) return;
  const Slo::LatencyBound& objective = slo->latencies.front();
  chart->y_limit = Seconds(objective.bound);
  chart->y_limit_label =
      fmt::format("objective: {} {}", objective.name, FormatDuration(objective.bound));
}

Chart LatencyOverThroughput(const RunResult& run) {
  Chart chart = {
      .title = "Latency over throughput",
      .x = {.label = "answers per second", .format = RateTick},
      .y = {.label = "latency, logarithmic", .logarithmic = true, .format = LatencyTick}};
  for (const double percent : {50.0, 95.0, 99.0, 99.9}) {
    chart.series.push_back(PercentileSeries(run, percent));
  }
  AddLimit(run, &chart);
  return chart;
}

// The axis of what was asked of the server.
html::Axis LoadAxis(const RunResult& run) {
  const bool closed = run.stages.front().loop == LoopKind::kClosed;
  return {.label = closed ? "concurrency" : "requests per second offered", .format = RateTick};
}

Series OverLoad(const RunResult& run, const std::string& name,
                const std::function<double(const StageResult&)>& value,
                const std::function<std::string(double)>& format) {
  Series series = {.name = name, .points = {}};
  for (const StageResult& stage : run.stages) {
    const double y = value(stage);
    series.points.push_back(
        {stage.load, y, fmt::format("{}: {} {}", stage.label, name, format(y))});
  }
  std::sort(series.points.begin(), series.points.end(),
            [](const ChartPoint& a, const ChartPoint& b) { return a.x < b.x; });
  return series;
}

Chart ThroughputOverLoad(const RunResult& run) {
  const auto throughput = [](const StageResult& stage) { return stage.measurement.throughput; };
  return {.title = "Throughput over load",
          .x = LoadAxis(run),
          .y = {.label = "answers per second", .format = RateTick},
          .series = {OverLoad(run, "answers per second", throughput, RateTick)}};
}

Chart LatencyOverLoad(const RunResult& run) {
  Chart chart = {.title = "Latency over load",
                 .x = LoadAxis(run),
                 .y = {.label = "latency", .format = LatencyTick}};
  for (const double percent : {50.0, 99.0}) {
    const auto latency = [percent](const StageResult& stage) {
      return Seconds(stage.measurement.total.latency.Percentile(percent));
    };
    chart.series.push_back(OverLoad(run, PercentileName(percent), latency, LatencyTick));
  }
  AddLimit(run, &chart);
  return chart;
}

// Percentiles on a scale on which each further nine is as wide as the last.
Chart Distribution(const std::vector<const StageResult*>& stages) {
  Chart chart = {
      .title = "Distribution of latency",
      .x = {.label = "percentile",
            .logarithmic = true,
            .format = [](double value) { return fmt::format("{:.6g}%", 100 - 100 / value); }},
      .y = {.label = "latency, logarithmic", .logarithmic = true, .format = LatencyTick}};
  for (const StageResult* stage : stages) {
    const Histogram& latency = stage->measurement.total.latency;
    Series series = {.name = stage->label, .points = {}};
    // 1 / (1 - quantile): 1 is p0, 10 is p90, 1000 is p99.9; no further than there are requests.
    for (double x = 1; x <= 1e5 && x <= static_cast<double>(latency.count()); x *= 1.0471285481) {
      const double percent = 100 - 100 / x;
      const Nanoseconds value = latency.Percentile(percent);
      series.points.push_back(
          {x, Seconds(value), fmt::format("p{:.4g}: {}", percent, FormatDuration(value))});
    }
    chart.series.push_back(std::move(series));
  }
  return chart;
}

std::string ChartsOf(const RunResult& run) {
  std::vector<const StageResult*> shown;
  // As many as there are colours, spread over all.
  constexpr size_t kCurves = 6;
  const size_t count = run.stages.size();
  for (size_t i = 0; i < std::min(count, kCurves); ++i) {
    shown.push_back(&run.stages[count <= kCurves ? i : i * (count - 1) / (kCurves - 1)]);
  }
  std::string charts = "<div class=\"charts\">\n";
  if (count > 1) {
    charts += html::LineChart(LatencyOverThroughput(run));
    charts += html::LineChart(ThroughputOverLoad(run)) + html::LineChart(LatencyOverLoad(run));
  }
  return charts + html::LineChart(Distribution(shown)) + "</div>\n";
}

std::string StageRows(const RunResult& run) {
  const bool batches =
      std::any_of(run.stages.begin(), run.stages.end(),
                  [](const StageResult& stage) { return stage.samples_per_request != 1; });
  std::vector<std::string> titles = {"Load", "Requests", "Failed", "Per second"};
  if (batches) titles.emplace_back("Samples/s");
  titles.emplace_back("Mean");
  for (const double percent : kPercentiles) titles.push_back(PercentileName(percent));
  titles.emplace_back("Max");
  titles.emplace_back("Settled");
  if (!run.slo.empty()) titles.emplace_back("Objectives");
  std::vector<std::vector<std::string>> rows;
  for (const StageResult& stage : run.stages) {
    const Tally& total = stage.measurement.total;
    std::vector<std::string> row = {
        stage.label, std::to_string(total.requests()),
        (total.failed() > 0 ? "bad:" : "") + std::to_string(total.failed()),
        FormatRate(stage.measurement.throughput)};
    if (batches) row.push_back(FormatRate(stage.samples_per_second()));
    row.push_back(FormatDuration(total.latency.mean()));
    for (const double percent : kPercentiles) {
      row.push_back(FormatDuration(total.latency.Percentile(percent)));
    }
    row.push_back(FormatDuration(total.latency.max()));
    row.emplace_back(stage.shaped ? "-" : stage.measurement.stable ? "yes" : "bad:no");
    if (!run.slo.empty()) row.emplace_back(stage.slo_misses.empty() ? "good:kept" : "bad:missed");
    rows.push_back(std::move(row));
  }
  return html::Table(titles, rows);
}

std::string ServerRows(const RunResult& run) {
  std::vector<std::vector<std::string>> rows;
  for (const StageResult& stage : run.stages) {
    if (!stage.server || stage.server->success == 0) continue;
    const ServerCounters& server = *stage.server;
    const auto mean = [&server](Nanoseconds part) { return FormatDuration(MeanOf(part, server)); };
    rows.push_back({stage.label, mean(server.total), mean(server.queue), mean(server.compute_input),
                    mean(server.compute_infer), mean(server.compute_output),
                    fmt::format("{:.2f}", MeanBatch(server))});
  }
  if (rows.empty()) return "<p class=\"note\">The server offers no statistics.</p>\n";
  return "<p class=\"note\">Mean of each request, by the server's own statistics; what is missing "
         "to "
         "the latency above was spent in the network, in both ends' gRPC, and waiting to be "
         "sent.</p>\n" +
         html::Table({"Load", "Total", "Queue", "Input", "Infer", "Output", "Mean batch"}, rows);
}

std::string SpreadRows(const RunResult& run) {
  std::vector<std::vector<std::string>> models;
  std::vector<std::vector<std::string>> endpoints;
  for (const StageResult& stage : run.stages) {
    const Measurement& measured = stage.measurement;
    for (size_t i = 0; i < run.models.size() && i < measured.by_model.size(); ++i) {
      const Tally& tally = measured.by_model[i];
      models.push_back({stage.label, run.models[i], std::to_string(tally.ok),
                        std::to_string(tally.failed()),
                        FormatDuration(tally.latency.Percentile(50)),
                        FormatDuration(tally.latency.Percentile(99))});
    }
    for (size_t i = 0; i < run.endpoints.size() && i < measured.by_endpoint.size(); ++i) {
      const EndpointTally& tally = measured.by_endpoint[i];
      endpoints.push_back(
          {stage.label, run.endpoints[i], std::to_string(tally.ok), std::to_string(tally.failed)});
    }
  }
  std::string spread;
  if (run.models.size() > 1) {
    spread +=
        Section("Models", html::Table({"Load", "Model", "OK", "Failed", "p50", "p99"}, models));
  }
  if (run.endpoints.size() > 1) {
    spread +=
        Section("Endpoints", html::Table({"Load", "Endpoint", "OK", "Failed attempts"}, endpoints));
  }
  return spread;
}

std::string Remarks(const RunResult& run) {
  constexpr size_t kMaxMessage = 300;
  std::string list;
  const auto remark = [&list](const StageResult& stage, const std::string& what) {
    list += fmt::format("<li><b>{}</b>: {}</li>\n", Escape(stage.label), Escape(what));
  };
  for (const StageResult& stage : run.stages) {
    for (const std::string& miss : stage.slo_misses) remark(stage, "missed " + miss);
    for (const auto& [code, count] : stage.measurement.total.errors) {
      const auto message = stage.first_messages.find(code);
      remark(stage, fmt::format("{} × {}{}", count, absl::StatusCodeToString(code),
                                message == stage.first_messages.end()
                                    ? ""
                                    : ", first: " + Printable(message->second, kMaxMessage)));
    }
    if (stage.measurement.total.retries > 0) {
      remark(stage, fmt::format("{} retries", stage.measurement.total.retries));
    }
    if (GeneratorWasLate(stage.measurement)) {
      remark(stage, fmt::format("1 % of the requests were sent {} late or later, which counts as "
                                "latency",
                                FormatDuration(stage.measurement.send_lag.Percentile(99))));
    }
  }
  return list.empty() ? "" : Section("Remarks", "<ul>\n" + list + "</ul>\n");
}

// Rates and latency of one stage over time.
std::string Timeline(const StageResult& stage) {
  Chart rates = {.title = "Per second",
                 .x = {.label = "seconds since the warm-up", .format = RateTick},
                 .y = {.label = "per second", .format = RateTick},
                 .series = {{.name = "due", .points = {}}, {.name = "answered", .points = {}}}};
  Chart latencies = {.title = "Latency",
                     .x = rates.x,
                     .y = {.label = "of requests due then", .format = LatencyTick},
                     .series = {{.name = "p50", .points = {}}, {.name = "p99", .points = {}}}};
  for (const TimelinePoint& point : stage.measurement.timeline) {
    const double middle = Seconds(point.start) + Seconds(point.length) / 2;
    const std::string when = fmt::format("{:.4g} s: ", middle);
    rates.series[0].points.push_back({middle, point.due, when + FormatRate(point.due) + "/s due"});
    rates.series[1].points.push_back(
        {middle, point.throughput, when + FormatRate(point.throughput) + "/s answered"});
    if (point.p99.count() == 0) continue;
    latencies.series[0].points.push_back(
        {middle, Seconds(point.p50), when + FormatDuration(point.p50)});
    latencies.series[1].points.push_back(
        {middle, Seconds(point.p99), when + FormatDuration(point.p99)});
  }
  return "<div class=\"charts\">\n" + html::LineChart(rates) + html::LineChart(latencies) +
         "</div>\n";
}

std::string Timelines(const RunResult& run) {
  std::string timelines;
  for (const StageResult& stage : run.stages) {
    if (stage.measurement.timeline.size() < 2) continue;
    timelines +=
        fmt::format("<details{}><summary>{}</summary>\n{}</details>\n",
                    run.stages.size() == 1 ? " open" : "", Escape(stage.label), Timeline(stage));
  }
  return timelines.empty() ? "" : Section("Over time", timelines);
}

std::string Introduction(const RunResult& run) {
  double cpu = 0;
  for (const StageResult& stage : run.stages) cpu = std::max(cpu, stage.generator_cpu);
  std::string text = fmt::format(
      "<p class=\"note\">{} · {} · {}{}{} · reluctl {} took {:.0f}% of a CPU at most</p>\n",
      Escape(run.started), Escape(fmt::format("{}", fmt::join(run.endpoints, ", "))),
      Escape(run.input), run.arrivals.empty() ? "" : " · " + Escape(run.arrivals) + " arrivals",
      run.slo.empty() ? "" : " · objectives " + Escape(run.slo), Escape(run.version), cpu * 100);
  return text;
}

}  // namespace

std::string ReportHtml(const RunResult& run) {
  const std::string title = fmt::format("Load on {}", fmt::join(run.models, ", "));
  if (run.stages.empty()) return html::Page(title, "<p>Nothing was measured.</p>\n");
  std::string body = Introduction(run) + Tiles(run);
  body += Section("Latency and throughput", ChartsOf(run));
  body += Section(
      "Loads", StageRows(run) +
                   "<p class=\"note\">Latency counts from the moment a request was due to its "
                   "answer, retries included; timeouts count with the time waited, other failures "
                   "do not.</p>\n");
  body += Remarks(run) + Section("On the server", ServerRows(run)) + SpreadRows(run);
  return html::Page(title, body + Timelines(run));
}

}  // namespace reluserve::load
