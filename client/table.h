// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The reluserve authors

// Tables of text for a terminal.

#ifndef RELUSERVE_CLIENT_TABLE_H_
#define RELUSERVE_CLIENT_TABLE_H_

#include <string>
#include <vector>

namespace reluserve::client {

// What the terminal, file or pipe that text is written to can show.
struct TextStyle {
  bool utf8 = false;
  bool colour = false;
};

// Columns as wide as their widest cell, two spaces apart, below their titles. Widths are those of
// the terminal, so of characters, not bytes, as the process's locale has them
// (setlocale(LC_CTYPE)). Control characters, and what the locale cannot show, are printed as their
// hexadecimal codes: a name that a server sends cannot play tricks on the terminal.
class Table {
 public:
  enum class Align { kLeft, kRight };

  struct Column {
    std::string title;
    Align align = Align::kLeft;
  };

  struct Cell {
    Cell(std::string cell_text) : text(std::move(cell_text)) {}
    Cell(const char* cell_text) : text(cell_text) {}
    Cell(std::string cell_text, std::string cell_colour)
        : text(std::move(cell_text)), colour(std::move(cell_colour)) {}

    std::string text;
    // "red", "green", ...; empty: the terminal's own.
    std::string colour;
  };

  explicit Table(std::vector<Column> columns) : columns_(std::move(columns)) {}

  // One cell for each column.
  void AddRow(std::vector<Cell> cells) { rows_.push_back(std::move(cells)); }

  // Every line ends with '\n', without spaces before it; empty where there are no rows.
  std::string ToString(const TextStyle& style) const;

 private:
  std::vector<Column> columns_;
  std::vector<std::vector<Cell>> rows_;
};

}  // namespace reluserve::client

#endif  // RELUSERVE_CLIENT_TABLE_H_
