// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The reluserve authors

// Runs as tables for the terminal, and as CSV.

#ifndef RELUSERVE_CLIENT_LOAD_REPORT_TEXT_H_
#define RELUSERVE_CLIENT_LOAD_REPORT_TEXT_H_

#include <string>

#include "client/load/compare.h"
#include "client/load/result.h"
#include "client/table.h"

namespace reluserve::load {

// A row for each stage; below it what deserves a remark: errors by code with the first message of
// each, objectives that were missed, loads that had not settled, lateness of the generator itself,
// models and endpoints where there are several, and the server's own account of its time.
std::string ReportText(const RunResult& run, const client::TextStyle& style);

// The figures of two runs side by side.
std::string ComparisonText(const Comparison& comparison, const client::TextStyle& style);

// A line for each stage, with a line of titles before them; latencies in milliseconds.
std::string ReportCsv(const RunResult& run);

}  // namespace reluserve::load

#endif  // RELUSERVE_CLIENT_LOAD_REPORT_TEXT_H_
