// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The reluserve authors

#include "client/load/measurement.h"

#include <algorithm>
#include <span>

#include "client/load/stability.h"

namespace reluserve::load {
namespace {

TimelinePoint PointOf(const Window& window, Nanoseconds start, Nanoseconds length) {
  Tally total;
  for (const Tally& tally : window.by_model) total.Merge(tally);
  return {.start = start,
          .length = length,
          .due = static_cast<double>(total.requests()) / Seconds(length),
          .throughput = static_cast<double>(window.answered) / Seconds(length),
          .failed = total.failed(),
          .p50 = total.latency.Percentile(50),
          .p99 = total.latency.Percentile(99)};
}

std::vector<TimelinePoint> TimelineOf(const Recorder& recorder, Nanoseconds end) {
  std::vector<TimelinePoint> timeline;
  Nanoseconds start{0};
  for (const Window& window : recorder.windows()) {
    if (start >= end) break;
    const Nanoseconds length = std::min(recorder.window_length(), end - start);
    timeline.push_back(PointOf(window, start, length));
    start += length;
  }
  return timeline;
}

// As if there had been kStableWindows windows: short ones differ by chance alone.
std::vector<WindowRate> ThirdsOf(const std::vector<WindowRate>& windows) {
  std::vector<WindowRate> thirds;
  const size_t length = windows.size() / kStableWindows;
  for (size_t i = 0; length > 0 && i < kStableWindows; ++i) {
    WindowRate third;
    double latency = 0;
    for (const WindowRate& window : std::span(windows).subspan(i * length, length)) {
      third.throughput += window.throughput / static_cast<double>(length);
      latency += window.throughput * Seconds(window.mean_latency) / static_cast<double>(length);
    }
    if (third.throughput > 0) third.mean_latency = FromSeconds(latency / third.throughput);
    thirds.push_back(third);
  }
  return thirds;
}

}  // namespace

Measurement Measure(const Recorder& recorder, const Stage& stage, size_t windows) {
  const MeasureOptions& options = stage.measure;
  const Nanoseconds end = options.count
                              ? std::max(Nanoseconds(1), recorder.last_done() - options.warmup)
                              : options.duration;
  std::span<const Window> measured = recorder.windows();
  Measurement result;
  result.length = end;
  result.stable = IsStable(ThirdsOf(recorder.RatesUntil(options.warmup + end)), options.tolerance);
  if (options.until_stable) {
    windows = std::min(windows, measured.size());
    const size_t reported = std::min(windows, kStableWindows);
    measured = measured.subspan(windows - reported, reported);
    result.length = recorder.window_length() * static_cast<int64_t>(reported);
    result.stable =
        IsStable(recorder.RatesUntil(options.warmup +
                                     recorder.window_length() * static_cast<int64_t>(windows)),
                 options.tolerance);
  }
  Window sum;
  for (const Window& window : measured) sum.Merge(window);
  for (const Tally& tally : sum.by_model) result.total.Merge(tally);
  // What a stage of so many requests measured is those alone, not what of its warm-up came late.
  const int64_t answered = options.count ? result.total.ok : sum.answered;
  if (result.length.count() > 0) {
    result.throughput = static_cast<double>(answered) / Seconds(result.length);
  }
  result.by_model = std::move(sum.by_model);
  result.by_endpoint = std::move(sum.by_endpoint);
  result.send_lag = std::move(sum.send_lag);
  result.timeline = TimelineOf(recorder, end);
  return result;
}

}  // namespace reluserve::load
