#include "coordinator/discovery/project/ini_file.h"

#include <string>

#include "gtest/gtest.h"

namespace fastest::discovery {
namespace {

using Section = std::map<std::string, std::string>;

TEST(ParseIni, ReadsSectionsAndValues) {
  const auto sections = ParseIni("x.ini", "# head\n[a]\nx = 1\ny: 2 = 3\n z\n[b] ; why\nk=v # kept\n\n");
  ASSERT_TRUE(sections.ok()) << sections.status();
  EXPECT_EQ(*sections, (IniSections{{"a", Section{{"x", "1"}, {"y", "2 = 3\nz"}}}, {"b", Section{{"k", "v # kept"}}}}));
}

TEST(ParseIni, JoinsContinuedLinesAndSkipsCommentsAmongThem) {
  const auto sections = ParseIni("x.ini", "[a]\nlist =\n  one\n  # no\n\n  two ; three\nnext=\n");
  ASSERT_TRUE(sections.ok());
  EXPECT_EQ(sections->at("a"), (Section{{"list", "one\ntwo ; three"}, {"next", ""}}));
}

TEST(ParseIni, TakesBomAndAnyLineEnd) {
  const auto sections = ParseIni("x.ini", "\xef\xbb\xbf[a]\r\nx=1\ry=2\n");
  ASSERT_TRUE(sections.ok());
  EXPECT_EQ(sections->at("a"), (Section{{"x", "1"}, {"y", "2"}}));
}

TEST(ParseIni, NamesFileAndLineOfWhatIsWrong) {
  const std::pair<const char*, const char*> cases[] = {
      {"x = 1\n", "x.ini:1: no section header defined"},
      {"[a]\nx\n", "x.ini:2: unexpected line: 'x'"},
      {"[a]\nx=1\nx=2\n", "x.ini:3: duplicate name 'x'"},
      {"[a]\n[a]\n", "x.ini:2: duplicate section 'a'"},
      {"[a]\n  x\n", "x.ini:2: unexpected value continuation"},
      {"[a\n", "x.ini:1: unexpected value continuation"},
      {"[]\n", "x.ini:1: empty section name"},
  };
  for (const auto& [text, message] : cases) {
    const auto sections = ParseIni("x.ini", text);
    ASSERT_FALSE(sections.ok()) << text;
    EXPECT_EQ(std::string(sections.status().message()).find(message), 0u) << sections.status();
  }
}

}  // namespace
}  // namespace fastest::discovery
