#include "base/json_text.h"

#include <algorithm>
#include <charconv>
#include <cmath>
#include <cstdint>
#include <cstring>
#include <nlohmann/json.hpp>
#include <string>

namespace fastest {
namespace {

// Below this a whole number is a double without loss, and reading its digits with a decimal point gives its quotient by
// a power of ten. Doubles are closer together there than the steps of the last decimal: no other text of so few
// decimals is read as the same number, so that this text is the shortest.
constexpr double kExact = 4503599627370496.0;  // 2^52

// At least one decimal stays: else a reader would take the text for a whole number.
template <int kDecimals>
void AddFraction(uint64_t decimals, TextBuffer* json) {
  json->Add('.');
  const size_t point = json->size();
  json->AddDigits<kDecimals>(decimals);
  json->DropZeros(point + 1);
}

// Adds a point in time of the years 2004 to 2038, in seconds since the epoch. Doubles are 2^-22 apart there. Seven
// decimals, which are at most half of 1e-7 away, are always read back as the same number, and six mostly are. False:
// `number` is no such point.
bool AddMoment(double number, TextBuffer* json) {
  constexpr double kFirst = 1U << 30;
  constexpr double kEnd = 1U << 31;
  if (!(number >= kFirst && number < kEnd)) return false;
  const auto whole = static_cast<uint32_t>(number);
  const double rest = number - whole;
  const auto micros = static_cast<uint32_t>(rest * 1e6 + 0.5);
  // This is the next second, which is left to the general way.
  if (micros >= 1'000'000) return false;
  json->AddDigits<10>(whole);
  if (whole + micros / 1e6 == number) {
    AddFraction<6>(micros, json);
  } else {
    AddFraction<7>(static_cast<uint32_t>(rest * 1e7 + 0.5), json);
  }
  return true;
}

// Adds `number` if it has no more than kDecimals, like most measured spans. False: it has more.
template <int kDecimals>
bool AddDecimals(double number, double scale, TextBuffer* json) {
  const double scaled = number * scale;
  if (!(scaled >= 0 && scaled < kExact)) return false;
  const auto rounded = static_cast<uint64_t>(scaled + 0.5);
  if (static_cast<double>(rounded) / scale != number) return false;
  const auto power = static_cast<uint64_t>(scale);
  json->AddCount(static_cast<int64_t>(rounded / power));
  AddFraction<kDecimals>(rounded % power, json);
  return true;
}

// Whether the text stands unchanged in a JSON string. Looks at eight bytes at a time.
bool IsPlain(std::string_view text) {
  constexpr size_t kWord = sizeof(uint64_t);
  constexpr uint64_t kOnes = 0x0101010101010101;
  constexpr uint64_t kHighBits = kOnes << 7;
  const auto is_plain = [](const char* at) {
    uint64_t word;
    std::memcpy(&word, at, kWord);
    // A byte's high bit says that the byte is below a space, DEL or above, a quote, or a backslash. (A borrow or a
    // carry only changes bytes above one that is flagged itself.)
    const uint64_t quote = word ^ kOnes * '"';
    const uint64_t backslash = word ^ kOnes * '\\';
    const uint64_t flags = ((word - kOnes * ' ') & ~word) | word | (word + kOnes) | ((quote - kOnes) & ~quote) |
                           ((backslash - kOnes) & ~backslash);
    return (flags & kHighBits) == 0;
  };
  if (text.size() < kWord) {
    return std::all_of(text.begin(), text.end(), [](char c) { return c >= ' ' && c < 127 && c != '"' && c != '\\'; });
  }
  for (size_t at = 0; at + kWord < text.size(); at += kWord) {
    if (!is_plain(text.data() + at)) return false;
  }
  return is_plain(text.data() + text.size() - kWord);
}

}  // namespace

void AddJsonText(std::string_view text, TextBuffer* json) {
  if (IsPlain(text)) {
    json->Add('"');
    json->Add(text);
    json->Add('"');
  } else {
    json->Add(nlohmann::json(std::string(text)).dump(-1, ' ', false, nlohmann::json::error_handler_t::replace));
  }
}

void AddJsonNumber(double number, TextBuffer* json) {
  // Spans in nanoseconds, or in microseconds where nanoseconds are too many.
  if (AddMoment(number, json) || AddDecimals<9>(number, 1e9, json) || AddDecimals<6>(number, 1e6, json)) return;
  // JSON has no words for NaN and infinity.
  if (!std::isfinite(number)) number = 0;
  constexpr size_t kMost = 32;
  char* const begin = json->Room(kMost);
  json->Took(static_cast<size_t>(std::to_chars(begin, begin + kMost, number).ptr - begin));
}

}  // namespace fastest
