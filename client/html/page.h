// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The reluserve authors

// HTML documents that stand alone: one file without scripts, fonts or anything else from elsewhere,
// to be mailed, kept as a build's artefact, or printed. They follow the reader's light or dark
// setting and fit a phone.

#ifndef RELUSERVE_CLIENT_HTML_PAGE_H_
#define RELUSERVE_CLIENT_HTML_PAGE_H_

#include <string>
#include <string_view>
#include <vector>

namespace reluserve::html {

// Text as it may stand between tags and in quoted attributes: markup characters become entities and
// control characters U+FFFD, so that a name from a server is shown and never interpreted.
std::string Escape(std::string_view text);

// A whole document. `title` is text and becomes the heading too; `body` is markup, which may use:
//
//   <section>             a part with a heading of its own (h2)
//   <div class="tiles">   Tile()s in a row, which wraps
//   <div class="charts">  LineChart()s side by side where there is room
//   <details><summary>     a part that unfolds
//   class "note"          small print; "good", "bad": a verdict in green or red
std::string Page(std::string_view title, std::string_view body);

// A figure with what it is above it and a remark below it. All three are text; `verdict` is "",
// "good" or "bad".
std::string Tile(std::string_view label, std::string_view value, std::string_view remark,
                 std::string_view verdict = "");

// A table that scrolls by itself where the page is narrower. Cells are text; the first column is
// aligned to the left, the others to the right. A cell that begins with "good:" or "bad:" is
// coloured so, without that prefix.
std::string Table(const std::vector<std::string>& titles,
                  const std::vector<std::vector<std::string>>& rows);

}  // namespace reluserve::html

#endif  // RELUSERVE_CLIENT_HTML_PAGE_H_
