// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The reluserve authors

#include "client/html/chart.h"

#include <algorithm>
#include <cmath>
#include <limits>

#include <fmt/format.h>

#include "client/html/page.h"

namespace reluserve::html {
namespace {

// In units of the drawing, which is scaled to the page.
constexpr double kWidth = 560;
constexpr double kHeight = 320;
constexpr double kLeft = 74;
constexpr double kRight = 24;
constexpr double kTop = 14;
constexpr double kBottom = 58;
constexpr int kColours = 6;  // of page.cc
// With more points than this, dots would be a smear.
constexpr size_t kMaxDots = 60;

// From values to a stretch of the drawing.
class Scale {
 public:
  Scale(const Axis& axis, double low, double high, double start, double end)
      : axis_(axis), start_(start), end_(end) {
    if (!axis.logarithmic && axis.from_zero) low = std::min(low, 0.0);
    if (!(high > low)) {
      high = low > 0 ? low * 2 : low + 1;
      if (axis.logarithmic) low /= 2;
    }
    const std::vector<double> ticks = Ticks(low, high, 5, axis.logarithmic);
    // The axis ends at round numbers.
    const double step = ticks.size() > 1 ? ticks[1] - ticks[0] : 0;
    low_ = axis.logarithmic || low == 0 ? low : std::min(low, ticks.front());
    high_ = high;
    if (!axis.logarithmic && high > ticks.back()) high_ = ticks.back() + step;
    ticks_ = Ticks(low_, high_, 5, axis.logarithmic);
  }

  bool Shows(double value) const {
    return std::isfinite(value) && (!axis_.logarithmic || value > 0);
  }
  double At(double value) const {
    const double share = axis_.logarithmic ? std::log(value / low_) / std::log(high_ / low_)
                                           : (value - low_) / (high_ - low_);
    return start_ + share * (end_ - start_);
  }
  bool Contains(double value) const { return value >= low_ && value <= high_; }
  const std::vector<double>& ticks() const { return ticks_; }
  std::string Text(double value) const {
    return axis_.format ? axis_.format(value) : fmt::format("{:g}", value);
  }

 private:
  const Axis& axis_;
  double start_;
  double end_;
  double low_ = 0;
  double high_ = 0;
  std::vector<double> ticks_;
};

struct Extent {
  double low = std::numeric_limits<double>::infinity();
  double high = -std::numeric_limits<double>::infinity();

  void Add(double value, const Axis& axis) {
    if (!std::isfinite(value) || (axis.logarithmic && value <= 0)) return;
    low = std::min(low, value);
    high = std::max(high, value);
  }
  bool empty() const { return low > high; }
};

std::string Grid(const Chart& chart, const Scale& x, const Scale& y) {
  std::string svg;
  for (const double tick : y.ticks()) {
    svg += fmt::format(
        "<line class=\"grid\" x1=\"{:.0f}\" y1=\"{:.1f}\" x2=\"{:.0f}\" y2=\"{:.1f}\"/>"
        "<text x=\"{:.0f}\" y=\"{:.1f}\" text-anchor=\"end\">{}</text>\n",
        kLeft, y.At(tick), kWidth - kRight, y.At(tick), kLeft - 8, y.At(tick) + 4.5,
        Escape(y.Text(tick)));
  }
  for (const double tick : x.ticks()) {
    svg += fmt::format("<text x=\"{:.1f}\" y=\"{:.0f}\" text-anchor=\"middle\">{}</text>\n",
                       x.At(tick), kHeight - kBottom + 22, Escape(x.Text(tick)));
  }
  svg += fmt::format("<text x=\"{:.0f}\" y=\"{:.0f}\" text-anchor=\"end\">{}</text>\n",
                     kWidth - kRight, kHeight - 10, Escape(chart.x.label));
  return svg;
}

std::string Curve(const Series& series, size_t place, const Scale& x, const Scale& y) {
  std::string path;
  std::string dots;
  for (const ChartPoint& point : series.points) {
    if (!x.Shows(point.x) || !y.Shows(point.y)) continue;
    path += fmt::format("{}{:.1f},{:.1f} ", path.empty() ? "M" : "L", x.At(point.x), y.At(point.y));
    if (series.points.size() > kMaxDots) continue;
    dots += fmt::format("<circle cx=\"{:.1f}\" cy=\"{:.1f}\" r=\"4\"><title>{}</title></circle>\n",
                        x.At(point.x), y.At(point.y), Escape(point.title));
  }
  return fmt::format(
      "<path class=\"curve\" style=\"stroke:var(--series{0})\" d=\"{1}\"/>\n"
      "<g style=\"fill:var(--series{0})\">\n{2}</g>\n",
      place % kColours, path, dots);
}

std::string Legend(const Chart& chart) {
  if (chart.series.size() < 2) return "";
  std::string legend = "<div class=\"legend\">";
  for (size_t i = 0; i < chart.series.size(); ++i) {
    legend += fmt::format("<span><i style=\"background:var(--series{})\"></i>{}</span>",
                          i % kColours, Escape(chart.series[i].name));
  }
  return legend + "</div>\n";
}

std::string Limit(const Chart& chart, const Scale& y) {
  if (!chart.y_limit || !y.Shows(*chart.y_limit) || !y.Contains(*chart.y_limit)) return "";
  const double at = y.At(*chart.y_limit);
  return fmt::format(
      "<line class=\"limit\" x1=\"{:.0f}\" y1=\"{:.1f}\" x2=\"{:.0f}\" y2=\"{:.1f}\"/>"
      "<text x=\"{:.0f}\" y=\"{:.1f}\">{}</text>\n",
      kLeft, at, kWidth - kRight, at, kLeft + 6, at - 6, Escape(chart.y_limit_label));
}

}  // namespace

std::vector<double> Ticks(double low, double high, int count, bool logarithmic) {
  std::vector<double> ticks;
  if (logarithmic && high / low > 5) {
    // All of 1, 2, 5 where they fit, or else only powers of ten, or only every so many of them.
    const double decades = std::log10(high / low);
    const bool fine = decades * 3 <= 2 * count;
    const int stride = std::max(1, static_cast<int>(std::lround(decades / count)));
    for (int power = static_cast<int>(std::floor(std::log10(low))); power <= 400; power += stride) {
      for (const double factor : {1.0, 2.0, 5.0}) {
        const double tick = factor * std::pow(10.0, power);
        if (tick > high * (1 + 1e-9)) return ticks;
        if (tick >= low * (1 - 1e-9) && (fine || factor == 1.0)) ticks.push_back(tick);
      }
    }
    return ticks;
  }
  const double rough = (high - low) / count;
  const double power = std::pow(10.0, std::floor(std::log10(rough)));
  const double scaled = rough / power;
  const double step = power * (scaled < 1.5 ? 1 : scaled < 3.5 ? 2 : scaled < 7.5 ? 5 : 10);
  const double first = std::ceil(low / step - 1e-9) + 0.0;  // 0 is not to be negative
  for (double i = first; i * step <= high * (1 + 1e-9) && ticks.size() < 100; ++i) {
    ticks.push_back(i * step);
  }
  return ticks;
}

std::string LineChart(const Chart& chart) {
  Extent x_extent;
  Extent y_extent;
  for (const Series& series : chart.series) {
    for (const ChartPoint& point : series.points) {
      x_extent.Add(point.x, chart.x);
      y_extent.Add(point.y, chart.y);
    }
  }
  std::string figure = fmt::format("<figure><figcaption>{}</figcaption>\n", Escape(chart.title));
  if (x_extent.empty() || y_extent.empty()) {
    return figure + "<p class=\"note\">Nothing to show.</p></figure>\n";
  }
  // A limit that is far away would press the curves flat.
  if (chart.y_limit && *chart.y_limit < 4 * y_extent.high) y_extent.Add(*chart.y_limit, chart.y);
  const Scale x(chart.x, x_extent.low, x_extent.high, kLeft, kWidth - kRight);
  const Scale y(chart.y, y_extent.low, y_extent.high, kHeight - kBottom, kTop);
  figure += fmt::format("<p class=\"note\" style=\"margin:0\">{}</p>\n{}", Escape(chart.y.label),
                        Legend(chart));
  figure += fmt::format("<svg viewBox=\"0 0 {:.0f} {:.0f}\" role=\"img\" aria-label=\"{}\">\n",
                        kWidth, kHeight, Escape(chart.title));
  figure += Grid(chart, x, y) + Limit(chart, y);
  for (size_t i = 0; i < chart.series.size(); ++i) figure += Curve(chart.series[i], i, x, y);
  return figure + "</svg></figure>\n";
}

}  // namespace reluserve::html
