// Literals as Python reads them: what is expected is what Python's own repr() and str() say.
#include "coordinator/discovery/facts/literals.h"

#include <string>

#include "gtest/gtest.h"

namespace fastest::discovery {
namespace {

std::string Text(const char* literal) {
  const Value value = StringLiteral(literal);
  return value.kind == ValueKind::kString  ? value.text
         : value.kind == ValueKind::kBytes ? "bytes:" + value.text
                                           : "unknown";
}

TEST(StringLiteral, QuotesAndPrefixes) {
  EXPECT_EQ(Text("'a'"), "a");
  EXPECT_EQ(Text("\"a'b\""), "a'b");
  EXPECT_EQ(Text("'''a\n'b'''"), "a\n'b");
  EXPECT_EQ(Text("''"), "");
  EXPECT_EQ(Text("u'a'"), "a");
  EXPECT_EQ(Text("r'a\\n'"), "a\\n");
  EXPECT_EQ(Text("b'a'"), "bytes:a");
  EXPECT_EQ(Text("Rb'\\x00'"), "bytes:\\x00");
}

TEST(StringLiteral, Escapes) {
  EXPECT_EQ(Text(R"('\n\t\\\'\"\a\b\f\r\v')"), "\n\t\\'\"\a\b\f\r\v");
  EXPECT_EQ(Text(R"('\x41\101\7')"), "AA\7");
  EXPECT_EQ(Text(R"('\u20ac\U0001f600\xe9')"), "\u20ac\U0001f600\u00e9");
  // Escapes of characters are none in bytes.
  EXPECT_EQ(Text(R"(b'\xff\u20ac')"), "bytes:\xff\\u20ac");
  // A line goes on; an escape that Python doesn't know stays as it is.
  EXPECT_EQ(Text("'a\\\nb'"), "ab");
  EXPECT_EQ(Text(R"('\d')"), R"(\d)");
}

TEST(StringLiteral, WhatIsNotKnown) {
  EXPECT_EQ(Text(R"('\N{BULLET}')"), "unknown");
  EXPECT_EQ(Text("f'{x}'"), "unknown");
  EXPECT_EQ(Text("t'a'"), "unknown");
  EXPECT_EQ(Text("'\\x4'"), "unknown");
  EXPECT_EQ(Text("'"), "unknown");
  EXPECT_EQ(Text(""), "unknown");
  EXPECT_EQ(Text("'\\U00110000'"), "unknown");
  // Without fields a formatted string is plain text.
  EXPECT_EQ(Text("f'a{{b}}'"), "a{b}");
}

std::string Integer(const char* literal) {
  const Value value = IntegerLiteral(literal);
  return value.kind == ValueKind::kInteger ? value.text : "unknown";
}

TEST(IntegerLiteral, AllBases) {
  EXPECT_EQ(Integer("0"), "0");
  EXPECT_EQ(Integer("000"), "0");
  EXPECT_EQ(Integer("1_000"), "1000");
  EXPECT_EQ(Integer("0xFf"), "255");
  EXPECT_EQ(Integer("0o17"), "15");
  EXPECT_EQ(Integer("0B101"), "5");
  EXPECT_EQ(Integer("123456789012345678901234567890"), "123456789012345678901234567890");
  EXPECT_EQ(Integer("0xffffffffffffffff"), "18446744073709551615");
}

TEST(IntegerLiteral, WhatIsNotKnown) {
  EXPECT_EQ(Integer("0x1ffffffffffffffff"), "unknown");
  EXPECT_EQ(Integer("3j"), "unknown");
  EXPECT_EQ(Integer(""), "unknown");
  EXPECT_EQ(Integer("12a"), "unknown");
}

// repr() of a float: the shortest text that gives the same number, with an exponent outside of 1e-4 … 1e16.
TEST(FloatText, IsRepr) {
  EXPECT_EQ(FloatText(1.0), "1.0");
  EXPECT_EQ(FloatText(-0.0), "-0.0");
  EXPECT_EQ(FloatText(0.1), "0.1");
  EXPECT_EQ(FloatText(1.5e300), "1.5e+300");
  EXPECT_EQ(FloatText(1e16), "1e+16");
  EXPECT_EQ(FloatText(9999999999999998.0), "9999999999999998.0");
  EXPECT_EQ(FloatText(123456.789), "123456.789");
  EXPECT_EQ(FloatText(0.0001), "0.0001");
  EXPECT_EQ(FloatText(0.00001), "1e-05");
  EXPECT_EQ(FloatText(5e-324), "5e-324");
  EXPECT_EQ(FloatText(1.0 / 3), "0.3333333333333333");
}

TEST(FloatLiteral, AsPythonReadsIt) {
  EXPECT_EQ(FloatLiteral("1.").text, "1.0");
  EXPECT_EQ(FloatLiteral(".5").text, "0.5");
  EXPECT_EQ(FloatLiteral("1_0.0_1").text, "10.01");
  EXPECT_EQ(FloatLiteral("1E5").text, "100000.0");
  EXPECT_EQ(FloatLiteral("1e400").text, "inf");
  EXPECT_EQ(FloatLiteral("1e-400").text, "0.0");
  EXPECT_EQ(FloatLiteral("1.5j").kind, ValueKind::kUnknown);
}

}  // namespace
}  // namespace fastest::discovery
