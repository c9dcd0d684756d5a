#include "base/byte_text.h"

#include <random>
#include <set>
#include <string>

#include "gtest/gtest.h"

namespace fastest {
namespace {

TEST(ByteTextTest, TextsStayAsTheyAre) {
  for (const std::string text :
       {"", "tests/test_a.py", "tests/t\xc3\xa9st.py", "\xf0\x9f\x98\x80", "\xf4\x8f\xbd\xbf"}) {
    EXPECT_EQ(TextOf(text), text);
    EXPECT_EQ(BytesOf(text), text);
    EXPECT_EQ(ShownText(text), text);
  }
}

TEST(ByteTextTest, ABytesThatIsNoTextIsACharacter) {
  EXPECT_EQ(TextOf("test_\xff.py"), "test_\xf4\x8f\xbf\xbf.py");
  EXPECT_EQ(TextOf("test_\x80.py"), "test_\xf4\x8f\xbe\x80.py");
  EXPECT_EQ(BytesOf("test_\xf4\x8f\xbf\xbf.py"), "test_\xff.py");
  EXPECT_EQ(ShownText(TextOf("test_\xff\x8a.py")), "test_\\udcff\\udc8a.py");
  // The beginning of a character, an overlong form, a surrogate.
  EXPECT_EQ(BytesOf(TextOf("\xc3")), "\xc3");
  EXPECT_EQ(ShownText(TextOf("\xc0\x80")), "\\udcc0\\udc80");
  EXPECT_EQ(ShownText(TextOf("\xed\xb3\xbf")), "\\udced\\udcb3\\udcbf");
}

TEST(ByteTextTest, ANameThatHasOurCharactersIsEscapedToo) {
  const std::string name = "test_\xf4\x8f\xbf\xbf.py";
  EXPECT_NE(TextOf(name), name);
  EXPECT_NE(TextOf(name), TextOf("test_\xff.py"));
  EXPECT_EQ(BytesOf(TextOf(name)), name);
}

TEST(ByteTextTest, NoTwoNamesHaveTheSameTextAndEachComesBack) {
  std::mt19937 random(1);
  const std::string pieces[] = {"a",    "\xff", "\xf4",     "\x8f", "\xbf",
                                "\xbe", "\x80", "\xc3\xa9", "\xed", "\xf4\x8f\xbf\x80"};
  std::set<std::string> names;
  std::set<std::string> texts;
  for (int i = 0; i < 20000; ++i) {
    std::string name;
    for (int n = static_cast<int>(random() % 7); n > 0; --n) name += pieces[random() % 10];
    EXPECT_EQ(BytesOf(TextOf(name)), name);
    names.insert(name);
    texts.insert(TextOf(name));
  }
  EXPECT_EQ(names.size(), texts.size());
}

}  // namespace
}  // namespace fastest
