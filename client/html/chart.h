// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The reluserve authors

// Charts as inline SVG, for the pages of page.h.

#ifndef RELUSERVE_CLIENT_HTML_CHART_H_
#define RELUSERVE_CLIENT_HTML_CHART_H_

#include <functional>
#include <optional>
#include <string>
#include <vector>

namespace reluserve::html {

struct Axis {
  std::string label;
  bool logarithmic = false;  // values that are not positive are left out
  bool from_zero = true;     // where it is not logarithmic
  // Of the numbers beside the axis; none: the shortest form.
  std::function<std::string(double)> format = {};
};

struct ChartPoint {
  double x = 0;
  double y = 0;
  std::string title = {};  // shown when pointed at
};

// A line through its points, in their order, with a dot at each unless there are many.
struct Series {
  std::string name;
  std::vector<ChartPoint> points;
};

struct Chart {
  std::string title;
  Axis x;
  Axis y;
  std::vector<Series> series = {};
  // A line across the chart, as for a limit.
  std::optional<double> y_limit = {};
  std::string y_limit_label = {};
};

// A <figure>: title, legend (where there are several series) and the chart, as wide as its place.
// Points that are not finite are left out; a chart without any says so.
std::string LineChart(const Chart& chart);

// About `count` round numbers across low..high, in order: 1, 2 or 5 times a power of ten apart, or,
// on a logarithmic axis, those numbers themselves. Not empty where low < high, both finite (and
// positive for a logarithmic axis).
std::vector<double> Ticks(double low, double high, int count, bool logarithmic);

}  // namespace reluserve::html

#endif  // RELUSERVE_CLIENT_HTML_CHART_H_
