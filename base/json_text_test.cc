#include "base/json_text.h"

#include <charconv>
#include <cmath>
#include <iterator>
#include <limits>
#include <nlohmann/json.hpp>
#include <random>
#include <string>

#include "gtest/gtest.h"

namespace fastest {
namespace {

std::string Number(double number) {
  TextBuffer json;
  AddJsonNumber(number, &json);
  return std::string(json.text());
}

std::string Text(const std::string& text) {
  TextBuffer json;
  AddJsonText(text, &json);
  return std::string(json.text());
}

// The significant digits: no point, no sign, no exponent, no zeros at either end.
size_t Digits(std::string text) {
  text = text.substr(0, text.find_first_of("eE"));
  std::string digits;
  for (const char c : text) {
    if (c >= '0' && c <= '9') digits += c;
  }
  const size_t first = digits.find_first_not_of('0');
  if (first == std::string::npos) return 0;
  return digits.find_last_not_of('0') - first + 1;
}

void ExpectShortest(double number) {
  const std::string json = Number(number);
  EXPECT_EQ(nlohmann::json::parse(json).get<double>(), number) << json;
  char shortest[64];
  const std::to_chars_result end = std::to_chars(std::begin(shortest), std::end(shortest), number);
  EXPECT_EQ(Digits(json), Digits(std::string(shortest, end.ptr))) << json;
}

TEST(JsonTextTest, NumbersWithFewDecimalsAreWrittenByThem) {
  EXPECT_EQ(Number(0), "0.0");
  EXPECT_EQ(Number(2), "2.0");
  EXPECT_EQ(Number(0.5), "0.5");
  EXPECT_EQ(Number(3.5517e-05), "0.000035517");
  EXPECT_EQ(Number(1795774135.612933), "1795774135.612933");
  EXPECT_EQ(Number(1795774135.25), "1795774135.25");
}

TEST(JsonTextTest, NumbersAreReadBackAsTheyWereAndNoneIsLongerThanNeedBe) {
  std::mt19937_64 chance(7);
  for (int i = 0; i < 20000; ++i) {
    const auto micros = static_cast<double>(chance() % 4'000'000'000'000'000);
    ExpectShortest(micros / 1e6);
    ExpectShortest(static_cast<double>(chance() % 10'000'000'000'000'000) / 1e9);
    ExpectShortest(static_cast<double>(chance() % 10'000'000'000) / 1e9);
    // A sum of two such numbers.
    ExpectShortest(micros / 1e6 + static_cast<double>(chance() % 100'000'000) / 1e9);
    ExpectShortest(std::ldexp(static_cast<double>(chance()), static_cast<int>(chance() % 400) - 200));
  }
  for (int i = 0; i < 20000; ++i) {
    // Any double of the years 2004 to 2038.
    ExpectShortest(std::ldexp(static_cast<double>((uint64_t{1} << 52) + chance() % (uint64_t{1} << 52)), 30 - 52));
  }
  for (const double number : {1e-9, 1073741824.0, 1795774135.9999998, 2147483647.9999998, 2147483648.0, 1e-10, -0.25,
                              -3.0, 9007199254.740992, 9007199254.740993, 9007199.254740992, 1e15, 1e16, 1e22,
                              std::numeric_limits<double>::min(), std::numeric_limits<double>::max(),
                              std::numeric_limits<double>::epsilon(), std::numeric_limits<double>::denorm_min()}) {
    ExpectShortest(number);
  }
}

TEST(JsonTextTest, EveryByteAtEveryPlaceIsReadBack) {
  for (int byte = 0; byte < 128; ++byte) {
    for (const size_t size : {1, 7, 8, 9, 16, 19}) {
      for (size_t place = 0; place < size; ++place) {
        std::string text(size, 'a');
        text[place] = static_cast<char>(byte);
        EXPECT_EQ(Text(text), nlohmann::json(text).dump()) << byte << " at " << place << " of " << size;
      }
    }
  }
}

TEST(JsonTextTest, EveryNumberIsJson) {
  constexpr double kInfinity = std::numeric_limits<double>::infinity();
  for (const double number : {std::nan(""), kInfinity, -kInfinity, 1e300, -1e300, 1e13, 4e9}) {
    EXPECT_EQ(nlohmann::json::parse(Number(number)).get<double>(), std::isfinite(number) ? number : 0) << number;
  }
}

TEST(JsonTextTest, TextsAreQuotedAndWhatIsNoUtf8IsReplaced) {
  EXPECT_EQ(Text(""), "\"\"");
  EXPECT_EQ(Text("test_a.py~"), "\"test_a.py~\"");
  EXPECT_EQ(Text("tests/test_a.py::test_x[1-2]"), "\"tests/test_a.py::test_x[1-2]\"");
  EXPECT_EQ(nlohmann::json::parse(Text("a\"b\\c\n\x7fü")).get<std::string>(), "a\"b\\c\n\x7fü");
  EXPECT_EQ(nlohmann::json::parse(Text("\xff!")).get<std::string>(), "\xEF\xBF\xBD!");
}

}  // namespace
}  // namespace fastest
