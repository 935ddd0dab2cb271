// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The reluserve authors

#include "client/html/page.h"

#include <string>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace reluserve::html {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;
using ::testing::StartsWith;

TEST(PageTest, EscapesWhatCouldBeMarkup) {
  EXPECT_EQ(Escape("a<b>&\"'"), "a&lt;b&gt;&amp;&quot;&#39;");
  EXPECT_EQ(Escape("tab\there\x1b[0m"), "tab\xef\xbf\xbdhere\xef\xbf\xbd[0m");
  EXPECT_EQ(Escape("p99 = 3 µs"), "p99 = 3 µs");
}

TEST(PageTest, StandsAlone) {
  const std::string page = Page("digits <1>", "<p>body</p>\n");
  EXPECT_THAT(page, StartsWith("<!doctype html>"));
  EXPECT_THAT(page, HasSubstr("<title>digits &lt;1&gt;</title>"));
  EXPECT_THAT(page, HasSubstr("<p>body</p>"));
  for (const char* reference : {"http", "src=", "href=", "url(", "<script", "@import"}) {
    EXPECT_THAT(page, Not(HasSubstr(reference)));
  }
}

TEST(PageTest, TablesEscapeAndColour) {
  const std::string table = Table({"load", "p99"}, {{"<8>", "bad:20 ms"}, {"good", "good:1 ms"}});
  EXPECT_THAT(table, HasSubstr("<td>&lt;8&gt;</td><td class=\"bad\">20 ms</td>"));
  EXPECT_THAT(table, HasSubstr("<td>good</td><td class=\"good\">1 ms</td>"));
  EXPECT_THAT(Tile("p99", "<20>", "of 5 ms", "bad"), HasSubstr("<b class=\"bad\">&lt;20&gt;</b>"));
}

}  // namespace
}  // namespace reluserve::html
