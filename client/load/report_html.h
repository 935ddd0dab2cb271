// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The reluserve authors

#ifndef RELUSERVE_CLIENT_LOAD_REPORT_HTML_H_
#define RELUSERVE_CLIENT_LOAD_REPORT_HTML_H_

#include <string>

#include "client/load/result.h"

namespace reluserve::load {

// A run as one HTML document that needs nothing else: the main figures, latency over throughput,
// the distribution of latencies, every stage over time, and tables of the rest.
std::string ReportHtml(const RunResult& run);

}  // namespace reluserve::load

#endif  // RELUSERVE_CLIENT_LOAD_REPORT_HTML_H_
