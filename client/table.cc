// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The reluserve authors

#include "client/table.h"

#include <libsmartcols/libsmartcols.h>

#include <algorithm>
#include <cstdlib>
#include <memory>
#include <new>
#include <string_view>

namespace reluserve::client {
namespace {

struct Deleter {
  void operator()(libscols_table* table) const { scols_unref_table(table); }
  void operator()(char* text) const { std::free(text); }
};

// libsmartcols fails only where it has no memory, or where it is called wrongly.
template <typename T>
T* Require(T* pointer) {
  if (pointer == nullptr) throw std::bad_alloc();
  return pointer;
}

void Require(int result) {
  if (result != 0) throw std::bad_alloc();
}

// The lines of `text`, each ended by '\n' and without spaces before it.
std::string WithoutTrailingSpaces(std::string_view text) {
  std::string result;
  while (!text.empty()) {
    const std::string_view line = text.substr(0, text.find('\n'));
    result += line.substr(0, line.find_last_not_of(' ') + 1);
    result += '\n';
    text.remove_prefix(std::min(line.size() + 1, text.size()));
  }
  return result;
}

}  // namespace

std::string Table::ToString(const TextStyle& style) const {
  if (rows_.empty()) return "";
  const std::unique_ptr<libscols_table, Deleter> table(Require(scols_new_table()));
  Require(scols_table_enable_colors(table.get(), style.colour ? 1 : 0));
  Require(scols_table_set_column_separator(table.get(), "  "));
  // Never cut or wrapped to the terminal's width: a table reads the same in a pipe.
  Require(scols_table_set_termforce(table.get(), SCOLS_TERMFORCE_NEVER));
  for (const Column& column : columns_) {
    const int flags = column.align == Align::kRight ? SCOLS_FL_RIGHT : 0;
    Require(scols_table_new_column(table.get(), column.title.c_str(), 0, flags));
  }
  for (const std::vector<Cell>& row : rows_) {
    libscols_line* line = Require(scols_table_new_line(table.get(), nullptr));
    for (size_t i = 0; i < row.size(); ++i) {
      Require(scols_line_set_data(line, i, row[i].text.c_str()));
      if (row[i].colour.empty()) continue;
      Require(scols_cell_set_color(scols_line_get_cell(line, i), row[i].colour.c_str()));
    }
  }
  char* text = nullptr;
  Require(scols_print_table_to_string(table.get(), &text));
  const std::unique_ptr<char, Deleter> owner(text);
  return WithoutTrailingSpaces(text);
}

}  // namespace reluserve::client
