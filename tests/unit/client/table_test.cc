// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The reluserve authors

#include "client/table.h"

#include <clocale>
#include <string>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace reluserve::client {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;

class TableTest : public ::testing::Test {
 protected:
  TableTest() : locale_(std::setlocale(LC_CTYPE, nullptr)) { std::setlocale(LC_CTYPE, "C.UTF-8"); }
  ~TableTest() override { std::setlocale(LC_CTYPE, locale_.c_str()); }

 private:
  std::string locale_;
};

TEST_F(TableTest, AlignsByCharactersOfTheTerminal) {
  Table table({{"NAME"}, {"COUNT", Table::Align::kRight}, {"NOTE"}});
  table.AddRow({"größe", "7", "a"});
  table.AddRow({"x", "12345678", ""});
  table.AddRow({"画像", "10", "wide characters take two columns"});
  EXPECT_EQ(table.ToString({}),
            "NAME      COUNT  NOTE\n"
            "größe         7  a\n"
            "x      12345678\n"
            "画像         10  wide characters take two columns\n");
}

TEST_F(TableTest, ColoursOnlyWhereWanted) {
  Table table({{"STATE"}, {"NAME"}});
  table.AddRow({{"ready", "green"}, "digits"});
  EXPECT_THAT(table.ToString({.utf8 = true, .colour = true}), HasSubstr("\x1b[32mready\x1b[0m"));
  EXPECT_THAT(table.ToString({.utf8 = true, .colour = false}), Not(HasSubstr("\x1b")));
}

// A model's name could otherwise clear the user's screen.
TEST_F(TableTest, ShowsControlCharactersAsText) {
  Table table({{"NAME"}});
  table.AddRow({"a\x1b[2Jb"});
  EXPECT_EQ(table.ToString({.utf8 = true, .colour = true}), "NAME\na\\x1b[2Jb\n");
}

TEST_F(TableTest, WithoutRowsIsEmpty) { EXPECT_EQ(Table({{"NAME"}}).ToString({}), ""); }

}  // namespace
}  // namespace reluserve::client
