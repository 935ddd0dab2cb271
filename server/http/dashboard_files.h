// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The reluserve authors

// The dashboard's files, which are part of the binary: it works offline.

#ifndef RELUSERVE_SERVER_HTTP_DASHBOARD_FILES_H_
#define RELUSERVE_SERVER_HTTP_DASHBOARD_FILES_H_

#include <span>
#include <string>
#include <string_view>

namespace reluserve::http {

struct DashboardFile {
  const char* path;  // in URLs
  const char* type;
  std::string_view content;
};

std::span<const DashboardFile> DashboardFiles();

// What an event stream sends in place of a snapshot that cannot be made.
std::string DashboardProblem(const std::string& message);

}  // namespace reluserve::http

#endif  // RELUSERVE_SERVER_HTTP_DASHBOARD_FILES_H_
