// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The reluserve authors

#include "server/http/dashboard_files.h"

#include <array>

#include <nlohmann/json.hpp>

// Symbols of embedded_dashboard.S.
extern "C" {
extern const char reluserve_dashboard_html_begin[];
extern const char reluserve_dashboard_html_end[];
extern const char reluserve_dashboard_css_begin[];
extern const char reluserve_dashboard_css_end[];
extern const char reluserve_dashboard_js_begin[];
extern const char reluserve_dashboard_js_end[];
extern const char reluserve_dashboard_icon_begin[];
extern const char reluserve_dashboard_icon_end[];
}

namespace reluserve::http {

std::span<const DashboardFile> DashboardFiles() {
  static const std::array<DashboardFile, 4> files = {{
      {"/",
       "text/html; charset=utf-8",
       {reluserve_dashboard_html_begin, reluserve_dashboard_html_end}},
      {"/dashboard.css",
       "text/css; charset=utf-8",
       {reluserve_dashboard_css_begin, reluserve_dashboard_css_end}},
      {"/dashboard.js",
       "text/javascript; charset=utf-8",
       {reluserve_dashboard_js_begin, reluserve_dashboard_js_end}},
      {"/icon.svg",
       "image/svg+xml",
       {reluserve_dashboard_icon_begin, reluserve_dashboard_icon_end}},
  }};
  return files;
}

std::string DashboardProblem(const std::string& message) {
  return nlohmann::json({{"error", message}})
      .dump(-1, ' ', false, nlohmann::json::error_handler_t::replace);
}

}  // namespace reluserve::http
