// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The reluserve authors

#include "client/html/page.h"

#include <fmt/format.h>

namespace reluserve::html {
namespace {

// The colours of series keep apart for colour-blind readers, and from both backgrounds.
constexpr std::string_view kStyle = R"(
:root { color-scheme: light dark;
  --page: #f6f7f9; --card: #ffffff; --ink: #1a2027; --quiet: #5a6672; --line: #d9dee4;
  --good: #1a7f4b; --bad: #c2352b;
  --series0: #2463c9; --series1: #c4590c; --series2: #11806a; --series3: #8a43b8;
  --series4: #8a6d00; --series5: #b82e6b; }
@media (prefers-color-scheme: dark) { :root {
  --page: #12161b; --card: #1b2128; --ink: #e6eaee; --quiet: #9aa6b2; --line: #333c46;
  --good: #4cc38a; --bad: #ff7b6e;
  --series0: #6ea8fe; --series1: #f59b55; --series2: #45c4a6; --series3: #c792ea;
  --series4: #d6b94a; --series5: #f27eb0; } }
* { box-sizing: border-box; }
body { margin: 0 auto; padding: 24px 20px 48px; max-width: 1180px; background: var(--page);
  color: var(--ink); font: 15px/1.5 system-ui, -apple-system, "Segoe UI", "DejaVu Sans", sans-serif; }
h1 { font-size: 1.6rem; line-height: 1.25; margin: 0 0 4px; overflow-wrap: anywhere; }
h2 { font-size: 1.1rem; margin: 0 0 12px; overflow-wrap: anywhere; }
p { margin: 0 0 12px; overflow-wrap: anywhere; }
section { background: var(--card); border: 1px solid var(--line); border-radius: 10px;
  padding: 18px; margin-top: 18px; }
.note { color: var(--quiet); font-size: .87rem; }
.good { color: var(--good); } .bad { color: var(--bad); }
.tiles { display: grid; grid-template-columns: repeat(auto-fit, minmax(150px, 1fr)); gap: 12px;
  margin-top: 18px; }
.tile { background: var(--card); border: 1px solid var(--line); border-radius: 10px;
  padding: 12px 14px; min-width: 0; overflow-wrap: anywhere; }
.tile b { display: block; font-size: 1.45rem; line-height: 1.3; font-weight: 650; }
.tile span { color: var(--quiet); font-size: .87rem; }
section > :last-child { margin-bottom: 0; }
.scroll { overflow-x: auto; }
table { border-collapse: collapse; width: 100%; font-variant-numeric: tabular-nums; }
th, td { padding: 6px 8px; text-align: right; white-space: nowrap;
  border-bottom: 1px solid var(--line); }
th { color: var(--quiet); font-weight: 600; font-size: .82rem; vertical-align: bottom; }
th:first-child, td:first-child { text-align: left; padding-left: 0; }
tr:last-child td { border-bottom: 0; }
.charts { display: grid; grid-template-columns: repeat(auto-fill, minmax(min(100%, 440px), 1fr));
  gap: 18px 26px; }
.scroll + .note { margin-top: 10px; }
figure { margin: 0; min-width: 0; }
figcaption { font-weight: 600; margin-bottom: 4px; }
.legend { display: flex; flex-wrap: wrap; gap: 2px 16px; font-size: .87rem; color: var(--quiet); }
.legend i { display: inline-block; width: 14px; height: 3px; border-radius: 2px;
  margin-right: 6px; vertical-align: middle; }
svg { display: block; width: 100%; height: auto; overflow: visible; }
svg text { fill: var(--quiet); font-size: 13px; font-family: inherit; }
svg .grid { stroke: var(--line); stroke-width: 1; }
svg .curve { fill: none; stroke-width: 2.2; stroke-linejoin: round; stroke-linecap: round; }
svg .limit { stroke: var(--bad); stroke-width: 1.5; stroke-dasharray: 6 5; }
ul { margin: 0; padding-left: 20px; } li { overflow-wrap: anywhere; }
details { border-top: 1px solid var(--line); padding: 8px 0; }
details:first-of-type { border-top: 0; } summary { cursor: pointer; font-weight: 600; }
details .charts { margin-top: 12px; }
@media (max-width: 600px) { body { padding: 16px 12px 32px; } section { padding: 14px; }
  svg text { font-size: 18px; } }
@media print { body { max-width: none; } section, .tile { break-inside: avoid; } }
)";

}  // namespace

std::string Escape(std::string_view text) {
  std::string escaped;
  for (const char c : text) {
    switch (c) {
      case '&':
        escaped += "&amp;";
        break;
      case '<':
        escaped += "&lt;";
        break;
      case '>':
        escaped += "&gt;";
        break;
      case '"':
        escaped += "&quot;";
        break;
      case '\'':
        escaped += "&#39;";
        break;
      default:
        if (static_cast<unsigned char>(c) < ' ' || c == '\x7f') {
          escaped += "\xef\xbf\xbd";
        } else {
          escaped += c;
        }
    }
  }
  return escaped;
}

std::string Page(std::string_view title, std::string_view body) {
  return fmt::format(
      "<!doctype html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n"
      "<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n"
      "<title>{0}</title>\n<style>{1}</style>\n</head>\n<body>\n<h1>{0}</h1>\n{2}</body>\n</"
      "html>\n",
      Escape(title), kStyle, body);
}

std::string Tile(std::string_view label, std::string_view value, std::string_view remark,
                 std::string_view verdict) {
  return fmt::format(
      "<div class=\"tile\"><span>{}</span><b class=\"{}\">{}</b><span>{}</span></div>\n",
      Escape(label), verdict, Escape(value), Escape(remark));
}

std::string Table(const std::vector<std::string>& titles,
                  const std::vector<std::vector<std::string>>& rows) {
  std::string table = "<div class=\"scroll\"><table>\n<thead><tr>";
  for (const std::string& title : titles) table += fmt::format("<th>{}</th>", Escape(title));
  table += "</tr></thead>\n<tbody>\n";
  for (const std::vector<std::string>& row : rows) {
    table += "<tr>";
    for (std::string_view cell : row) {
      std::string verdict;
      for (const std::string_view prefix : {"good", "bad"}) {
        if (!cell.starts_with(prefix) || !cell.substr(prefix.size()).starts_with(":")) continue;
        verdict = fmt::format(" class=\"{}\"", prefix);
        cell.remove_prefix(prefix.size() + 1);
        break;
      }
      table += fmt::format("<td{}>{}</td>", verdict, Escape(cell));
    }
    table += "</tr>\n";
  }
  return table + "</tbody>\n</table></div>\n";
}

}  // namespace reluserve::html
