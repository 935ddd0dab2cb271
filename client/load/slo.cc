// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The reluserve authors

#include "client/load/slo.h"

#include <charconv>
#include <set>
#include <system_error>

#include <fmt/format.h>

#include "server/base/status.h"

namespace reluserve::load {
namespace {

template <typename Number>
std::optional<Number> ParseWhole(std::string_view text, Number least, Number most) {
  Number number = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  const bool whole = error == std::errc() && end == text.data() + text.size();
  if (!whole || !(number >= least && number <= most)) return std::nullopt;
  return number;
}

bool SetErrors(std::string_view value, Slo* slo) {
  if (value.ends_with('%')) {
    const auto share = ParseWhole<double>(value.substr(0, value.size() - 1), 0, 100);
    if (share) slo->max_error_share = *share / 100;
    return share.has_value();
  }
  slo->max_errors = ParseWhole<int64_t>(value, 0, int64_t{1} << 50);
  return slo->max_errors.has_value();
}

bool SetLatency(std::string_view name, std::string_view value, Slo* slo) {
  const absl::StatusOr<Nanoseconds> bound = ParseDuration(value);
  if (!bound.ok()) return false;
  std::optional<double> percent = 100;
  if (name.starts_with('p')) percent = ParseWhole<double>(name.substr(1), 0, 100);
  if (!percent) return false;
  slo->latencies.push_back({std::string(name), *percent, *bound});
  return true;
}

bool SetObjective(std::string_view name, std::string_view value, Slo* slo) {
  if (name == "errors") return SetErrors(value, slo);
  if (name == "throughput") {
    slo->min_throughput = ParseWhole<double>(value, 1e-6, 1e9);
    return slo->min_throughput.has_value();
  }
  if (name != "mean" && name != "max" && !name.starts_with('p')) return false;
  return SetLatency(name, value, slo);
}

}  // namespace

absl::StatusOr<Slo> ParseSlo(std::string_view text) {
  Slo slo;
  std::set<std::string_view> names;
  std::string_view rest = text;
  while (true) {
    const size_t comma = rest.find(',');
    const std::string_view part = rest.substr(0, comma);
    const size_t equals = part.find('=');
    const std::string_view name = part.substr(0, equals);
    const bool known =
        equals != std::string_view::npos && SetObjective(name, part.substr(equals + 1), &slo);
    if (!known) {
      return InvalidArgument(
          "\"{}\" is not an objective, expected for example p99=20ms, mean=5ms, max=1s, errors=0, "
          "errors=0.1% or throughput=500",
          part);
    }
    if (!names.insert(name).second) return InvalidArgument("two objectives for {}", name);
    if (comma == std::string_view::npos) return slo;
    rest.remove_prefix(comma + 1);
  }
}

std::vector<std::string> Misses(const Slo& slo, const StageResult& stage) {
  std::vector<std::string> misses;
  const Tally& total = stage.measurement.total;
  for (const Slo::LatencyBound& objective : slo.latencies) {
    if (total.ok == 0) {
      misses.push_back(fmt::format("{}: nothing was answered", objective.name));
      continue;
    }
    const Nanoseconds value = objective.name == "mean"
                                  ? total.latency.mean()
                                  : total.latency.Percentile(objective.percent);
    if (value <= objective.bound) continue;
    misses.push_back(fmt::format("{} {}, over {}", objective.name, FormatDuration(value),
                                 FormatDuration(objective.bound)));
  }
  if (slo.max_errors && total.failed() > *slo.max_errors) {
    misses.push_back(fmt::format("errors {}, over {}", total.failed(), *slo.max_errors));
  }
  const double share = total.requests() == 0 ? 0
                                             : static_cast<double>(total.failed()) /
                                                   static_cast<double>(total.requests());
  if (slo.max_error_share && share > *slo.max_error_share) {
    misses.push_back(
        fmt::format("errors {:.3g}%, over {:.3g}%", share * 100, *slo.max_error_share * 100));
  }
  if (slo.min_throughput && stage.measurement.throughput < *slo.min_throughput) {
    misses.push_back(fmt::format("throughput {}/s, under {}/s",
                                 FormatRate(stage.measurement.throughput),
                                 FormatRate(*slo.min_throughput)));
  }
  return misses;
}

bool KeptUp(const StageResult& stage) {
  constexpr double kShare = 0.95;
  const Measurement& measurement = stage.measurement;
  const double due =
      static_cast<double>(measurement.total.requests()) / Seconds(measurement.length);
  return measurement.throughput >= kShare * due && due > 0;
}

}  // namespace reluserve::load
