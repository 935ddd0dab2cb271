// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The reluserve authors

#include "client/load/result_json.h"

#include <cmath>
#include <optional>
#include <utility>

#include "server/base/status.h"

namespace reluserve::load {
namespace {

using nlohmann::ordered_json;

constexpr char kFormat[] = "reluctl load 1";

ordered_json HistogramJson(const Histogram& histogram) {
  ordered_json buckets = ordered_json::array();
  for (const auto& [lowest, count] : histogram.Buckets()) {
    buckets.push_back(ordered_json::array({lowest.count(), count}));
  }
  ordered_json json = {{"count", histogram.count()},
                       {"min_ns", histogram.min().count()},
                       {"mean_ns", histogram.mean().count()},
                       {"max_ns", histogram.max().count()}};
  for (const double percent : kPercentiles) {
    json[PercentileName(percent) + "_ns"] = histogram.Percentile(percent).count();
  }
  json["buckets_ns"] = std::move(buckets);
  return json;
}

ordered_json TallyJson(const Tally& tally) {
  ordered_json errors = ordered_json::object();
  for (const auto& [code, count] : tally.errors) errors[absl::StatusCodeToString(code)] = count;
  return {{"ok", tally.ok},
          {"failed", tally.failed()},
          {"errors", std::move(errors)},
          {"retries", tally.retries},
          {"latency", HistogramJson(tally.latency)}};
}

ordered_json ServerJson(const ServerCounters& server) {
  return {{"success", server.success},
          {"fail", server.fail},
          {"inferences", server.inferences},
          {"executions", server.executions},
          {"total_ns", server.total.count()},
          {"queue_ns", server.queue.count()},
          {"compute_input_ns", server.compute_input.count()},
          {"compute_infer_ns", server.compute_infer.count()},
          {"compute_output_ns", server.compute_output.count()}};
}

ordered_json TimelineJson(const std::vector<TimelinePoint>& timeline) {
  ordered_json json = ordered_json::array();
  for (const TimelinePoint& point : timeline) {
    json.push_back({{"start_s", Seconds(point.start)},
                    {"length_s", Seconds(point.length)},
                    {"due_per_s", point.due},
                    {"throughput_per_s", point.throughput},
                    {"failed", point.failed},
                    {"p50_ns", point.p50.count()},
                    {"p99_ns", point.p99.count()}});
  }
  return json;
}

ordered_json StageJson(const StageResult& stage, const RunResult& run) {
  const Measurement& measured = stage.measurement;
  ordered_json by_model = ordered_json::array();
  for (size_t i = 0; i < measured.by_model.size() && i < run.models.size(); ++i) {
    by_model.push_back({{"model", run.models[i]}, {"requests", TallyJson(measured.by_model[i])}});
  }
  ordered_json by_endpoint = ordered_json::array();
  for (size_t i = 0; i < measured.by_endpoint.size() && i < run.endpoints.size(); ++i) {
    by_endpoint.push_back({{"endpoint", run.endpoints[i]},
                           {"ok", measured.by_endpoint[i].ok},
                           {"failed", measured.by_endpoint[i].failed}});
  }
  ordered_json messages = ordered_json::object();
  for (const auto& [code, message] : stage.first_messages) {
    messages[absl::StatusCodeToString(code)] = message;
  }
  ordered_json json = {{"label", stage.label},
                       {"loop", stage.loop == LoopKind::kClosed ? "closed" : "open"},
                       {"load", stage.load},
                       {"shaped", stage.shaped},
                       {"seconds", Seconds(measured.length)},
                       {"stable", measured.stable},
                       {"throughput_per_s", measured.throughput},
                       {"samples_per_request", stage.samples_per_request},
                       {"requests", TallyJson(measured.total)},
                       {"send_lag", HistogramJson(measured.send_lag)},
                       {"generator_cpu", stage.generator_cpu},
                       {"slo_misses", stage.slo_misses},
                       {"first_messages", std::move(messages)},
                       {"by_model", std::move(by_model)},
                       {"by_endpoint", std::move(by_endpoint)}};
  if (stage.server) json["server"] = ServerJson(*stage.server);
  json["timeline"] = TimelineJson(measured.timeline);
  return json;
}

// Reads fields of an object; remembers the first that is missing or of another type.
class Reader {
 public:
  Reader(const ordered_json& json, std::string place, absl::Status* status)
      : json_(json), place_(std::move(place)), status_(status) {}

  template <typename Value>
  void Read(const char* field, Value* value) {
    const auto found = json_.is_object() ? json_.find(field) : json_.end();
    if (found == json_.end()) return Fail(field, "is missing");
    try {
      found->get_to(*value);
    } catch (const nlohmann::json::exception&) {
      Fail(field, "has a value of another type");
    }
  }
  void Read(const char* field, Nanoseconds* value) {
    int64_t count = 0;
    Read(field, &count);
    *value = Nanoseconds(count);
  }
  // The value of a field that has fields or elements of its own; null where it is missing.
  const ordered_json& Under(const char* field) {
    static const ordered_json kNothing;
    if (const auto found = json_.is_object() ? json_.find(field) : json_.end();
        found != json_.end()) {
      return *found;
    }
    Fail(field, "is missing");
    return kNothing;
  }
  void Fail(const char* field, const std::string& what) {
    if (status_->ok()) *status_ = InvalidArgument("{}.{} {}", place_, field, what);
  }
  Reader At(const char* field) { return Reader(Under(field), place_ + "." + field, status_); }
  bool Has(const char* field) const { return json_.is_object() && json_.contains(field); }

 private:
  const ordered_json& json_;
  std::string place_;
  absl::Status* status_;
};

void ReadHistogram(Reader reader, Histogram* histogram) {
  Nanoseconds min{0};
  Nanoseconds max{0};
  Nanoseconds mean{0};
  std::vector<std::pair<int64_t, int64_t>> buckets;
  reader.Read("min_ns", &min);
  reader.Read("max_ns", &max);
  reader.Read("mean_ns", &mean);
  reader.Read("buckets_ns", &buckets);
  for (const auto& [lowest, count] : buckets) {
    const absl::Status status = histogram->AddBucket(Nanoseconds(lowest), count);
    if (!status.ok())
      return reader.Fail("buckets_ns", "is wrong: " + std::string(status.message()));
  }
  const absl::Status status = histogram->SetExact(min, max, mean);
  if (!status.ok()) reader.Fail("buckets_ns", "is wrong: " + std::string(status.message()));
}

void ReadTally(Reader reader, Tally* tally) {
  std::map<std::string, int64_t> errors;
  reader.Read("ok", &tally->ok);
  reader.Read("errors", &errors);
  reader.Read("retries", &tally->retries);
  for (const auto& [name, count] : errors) {
    tally->errors[CodeFromName(name).value_or(absl::StatusCode::kUnknown)] += count;
  }
  ReadHistogram(reader.At("latency"), &tally->latency);
}

void ReadServer(Reader reader, ServerCounters* server) {
  reader.Read("success", &server->success);
  reader.Read("fail", &server->fail);
  reader.Read("inferences", &server->inferences);
  reader.Read("executions", &server->executions);
  reader.Read("total_ns", &server->total);
  reader.Read("queue_ns", &server->queue);
  reader.Read("compute_input_ns", &server->compute_input);
  reader.Read("compute_infer_ns", &server->compute_infer);
  reader.Read("compute_output_ns", &server->compute_output);
}

void ReadStage(Reader reader, StageResult* stage) {
  std::string loop;
  double seconds = 0;
  reader.Read("label", &stage->label);
  reader.Read("loop", &loop);
  stage->loop = loop == "open" ? LoopKind::kOpen : LoopKind::kClosed;
  reader.Read("load", &stage->load);
  reader.Read("shaped", &stage->shaped);
  reader.Read("seconds", &seconds);
  constexpr double kLongest = 1e8;
  if (!(seconds >= 0 && seconds <= kLongest)) return reader.Fail("seconds", "is out of range");
  stage->measurement.length = FromSeconds(seconds);
  reader.Read("stable", &stage->measurement.stable);
  reader.Read("throughput_per_s", &stage->measurement.throughput);
  reader.Read("samples_per_request", &stage->samples_per_request);
  ReadTally(reader.At("requests"), &stage->measurement.total);
  ReadHistogram(reader.At("send_lag"), &stage->measurement.send_lag);
  reader.Read("generator_cpu", &stage->generator_cpu);
  reader.Read("slo_misses", &stage->slo_misses);
  if (reader.Has("server")) ReadServer(reader.At("server"), &stage->server.emplace());
}

}  // namespace

ordered_json ToJson(const RunResult& run) {
  ordered_json json = {{"format", kFormat},        {"started", run.started},
                       {"version", run.version},   {"endpoints", run.endpoints},
                       {"models", run.models},     {"input", run.input},
                       {"arrivals", run.arrivals}, {"slo", run.slo}};
  if (run.search) {
    json["search"] = {{"rate", run.search->rate},
                      {"at_limit", run.search->at_limit},
                      {"lowest_missed", run.search->lowest_missed}};
  }
  json["stages"] = ordered_json::array();
  for (const StageResult& stage : run.stages) json["stages"].push_back(StageJson(stage, run));
  return json;
}

ordered_json ToJson(const Comparison& comparison) {
  ordered_json stages = ordered_json::array();
  for (const ComparedStage& stage : comparison.stages) {
    ordered_json figures = ordered_json::array();
    for (const ComparedFigure& figure : stage.figures) {
      ordered_json json = {
          {"name", figure.name}, {"before", figure.before}, {"after", figure.after}};
      // JSON has no infinity, which is the change from nothing to something.
      if (std::isfinite(figure.change)) json["change"] = figure.change;
      json["verdict"] = figure.verdict == Verdict::kSame     ? "same"
                        : figure.verdict == Verdict::kBetter ? "better"
                                                             : "worse";
      figures.push_back(std::move(json));
    }
    stages.push_back({{"label", stage.label}, {"figures", std::move(figures)}});
  }
  return {{"worse", comparison.worse()},
          {"stages", std::move(stages)},
          {"only_before", comparison.only_before},
          {"only_after", comparison.only_after}};
}

absl::StatusOr<RunResult> RunFromJson(const std::string& text) {
  const ordered_json json = ordered_json::parse(text, nullptr, /*allow_exceptions=*/false);
  if (!json.is_object() || !json.contains("format") || json["format"] != kFormat) {
    return InvalidArgument("not a saved run, expected JSON with \"format\": \"{}\"", kFormat);
  }
  absl::Status status;
  Reader reader(json, "run", &status);
  RunResult run;
  reader.Read("started", &run.started);
  reader.Read("version", &run.version);
  reader.Read("endpoints", &run.endpoints);
  reader.Read("models", &run.models);
  reader.Read("input", &run.input);
  reader.Read("arrivals", &run.arrivals);
  reader.Read("slo", &run.slo);
  const ordered_json& stages = reader.Under("stages");
  if (!stages.is_array()) reader.Fail("stages", "has a value of another type");
  for (const ordered_json& stage : stages) {
    const std::string place = fmt::format("run.stages[{}]", run.stages.size());
    ReadStage(Reader(stage, place, &status), &run.stages.emplace_back());
  }
  if (!status.ok()) return status;
  return run;
}

}  // namespace reluserve::load
