// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The reluserve authors

#include "client/load/stage.h"

#include <algorithm>
#include <charconv>
#include <cmath>
#include <system_error>

#include <fmt/format.h>

#include "server/base/status.h"

namespace reluserve::load {
namespace {

// More can neither be sent by one machine nor reached by an ill-meant number.
constexpr double kMaxLevel = 1e7;

std::vector<std::string_view> Split(std::string_view text, std::string_view separator) {
  std::vector<std::string_view> parts;
  while (true) {
    const size_t end = text.find(separator);
    parts.push_back(text.substr(0, end));
    if (end == std::string_view::npos) return parts;
    text.remove_prefix(end + separator.size());
  }
}

// The whole of `text` as a number from `least` to kMaxLevel.
std::optional<double> ParseNumber(std::string_view text, double least) {
  double number = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (error != std::errc() || end != text.data() + text.size()) return std::nullopt;
  if (!(number >= least && number <= kMaxLevel)) return std::nullopt;
  return number;
}

constexpr double kLeastLevel = 1e-3;

// Appends what "8", "1:4", "10:50:20" or "1:16:x2" stands for; false where it is none of these.
bool AppendRange(std::string_view text, std::vector<double>* levels) {
  const std::vector<std::string_view> parts = Split(text, ":");
  const std::optional<double> first = ParseNumber(parts[0], kLeastLevel);
  if (!first || parts.size() > 3) return false;
  const std::optional<double> last = parts.size() > 1 ? ParseNumber(parts[1], kLeastLevel) : first;
  const bool factor = parts.size() > 2 && parts[2].starts_with('x');
  const std::optional<double> step =
      parts.size() > 2 ? ParseNumber(parts[2].substr(factor ? 1 : 0), kLeastLevel) : 1.0;
  if (!last || !step || *last < *first || (factor && *step < 1.01)) return false;
  double level = *first;
  // The last level is meant to be among them in spite of rounding.
  while (level <= *last * (1 + 1e-9)) {
    if (levels->size() == kMaxSweep) return false;
    levels->push_back(level);
    level = factor ? level * *step : level + *step;
  }
  return true;
}

}  // namespace

double Stage::offered_rate() const {
  double requests = 0;
  double seconds = 0;
  double start = 0;
  for (const RateSegment& segment : segments) {
    const double length = Seconds(segment.duration);
    // The warm-up has segments of its own, which come first.
    if (start + length > Seconds(measure.warmup) + 1e-9) {
      requests += (segment.from + segment.to) / 2 * length;
      seconds += length;
    }
    start += length;
  }
  return seconds > 0 ? requests / seconds : 0;
}

absl::StatusOr<std::vector<double>> ParseSweep(std::string_view text) {
  std::vector<double> levels;
  for (const std::string_view part : Split(text, ",")) {
    if (AppendRange(part, &levels)) continue;
    return InvalidArgument(
        "\"{}\" is not a list of at most {} numbers of {} to {}, expected for example 8, or 1,2,8, "
        "or 10:50:20 (10 30 50), or 1:16:x2 (1 2 4 8 16)",
        text, kMaxSweep, kLeastLevel, kMaxLevel);
  }
  return levels;
}

absl::StatusOr<std::vector<RateSegment>> ParseSchedule(std::string_view text) {
  const auto malformed = [text] {
    return InvalidArgument(
        "\"{}\" is not a schedule, expected rates per second, each for a time, as in "
        "100@10s,100..1000@30s,1000@5s",
        text);
  };
  std::vector<RateSegment> segments;
  for (const std::string_view part : Split(text, ",")) {
    const std::vector<std::string_view> halves = Split(part, "@");
    if (halves.size() != 2) return malformed();
    const std::vector<std::string_view> rates = Split(halves[0], "..");
    if (rates.size() > 2) return malformed();
    const std::optional<double> from = ParseNumber(rates.front(), 0);
    const std::optional<double> to = ParseNumber(rates.back(), 0);
    const absl::StatusOr<Nanoseconds> duration = ParseDuration(halves[1]);
    if (!from || !to || !duration.ok()) return malformed();
    segments.push_back({*duration, *from, *to});
  }
  const bool any = std::any_of(segments.begin(), segments.end(), [](const RateSegment& segment) {
    return segment.from > 0 || segment.to > 0;
  });
  if (!any) return InvalidArgument("schedule \"{}\" sends nothing", text);
  return segments;
}

Stage ClosedStage(int concurrency, const MeasureOptions& measure) {
  Stage stage;
  stage.loop = LoopKind::kClosed;
  stage.concurrency = concurrency;
  stage.measure = measure;
  return stage;
}

Stage OpenStage(double rate, const MeasureOptions& measure) {
  return ScheduleStage({{measure.duration, rate, rate}}, measure);
}

Stage ScheduleStage(const std::vector<RateSegment>& schedule, MeasureOptions measure) {
  Stage stage;
  stage.loop = LoopKind::kOpen;
  measure.duration = Nanoseconds(0);
  for (const RateSegment& segment : schedule) measure.duration += segment.duration;
  if (measure.warmup.count() > 0) {
    stage.segments.push_back({measure.warmup, schedule.front().from, schedule.front().from});
  }
  stage.segments.insert(stage.segments.end(), schedule.begin(), schedule.end());
  stage.measure = measure;
  return stage;
}

std::string FormatRate(double rate) {
  const int decimals = rate < 9.995 ? 2 : rate < 99.95 ? 1 : 0;
  std::string text = fmt::format("{:.{}f}", rate, decimals);
  if (text.find('.') != std::string::npos) {
    text.erase(text.find_last_not_of('0') + 1);
    if (text.back() == '.') text.pop_back();
  }
  return text;
}

std::string LabelOf(const Stage& stage) {
  if (stage.loop == LoopKind::kClosed) return fmt::format("concurrency {}", stage.concurrency);
  double least = stage.segments.front().from;
  double most = least;
  for (const RateSegment& segment : stage.segments) {
    least = std::min({least, segment.from, segment.to});
    most = std::max({most, segment.from, segment.to});
  }
  if (least == most) return FormatRate(least) + "/s";
  return fmt::format("{}..{}/s", FormatRate(least), FormatRate(most));
}

}  // namespace reluserve::load
