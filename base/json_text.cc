#include "base/json_text.h"

#include <algorithm>
#include <charconv>
#include <cstdint>
#include <nlohmann/json.hpp>
#include <string>

namespace fastest {
namespace {

// Below this a whole number is a double without loss, and its quotient by a power of ten is what reading the digits gives. Doubles lie closer
// together there than the last decimal's steps, so that no other text of so few decimals is read as the same number: this is the shortest.
constexpr double kExact = 4503599627370496.0;  // 2^52

// Adds `number` if it has no more than `Decimals`, as points in time and spans that were measured have; false if it has more.
template <int Decimals>
bool AddDecimals(double number, double scale, TextBuffer* json) {
  const double scaled = number * scale;
  if (!(scaled >= 0 && scaled < kExact)) return false;
  const auto rounded = static_cast<uint64_t>(scaled + 0.5);
  if (static_cast<double>(rounded) / scale != number) return false;
  const auto power = static_cast<uint64_t>(scale);
  json->AddCount(static_cast<int64_t>(rounded / power));
  char* const point = json->Room(Decimals + 1);
  *point = '.';
  uint64_t decimals = rounded % power;
  for (int i = Decimals; i > 0; --i, decimals /= 10) point[i] = static_cast<char>('0' + decimals % 10);
  // One stays, so that what is read is not taken for a whole number.
  size_t size = Decimals;
  while (size > 1 && point[size] == '0') --size;
  json->Took(size + 1);
  return true;
}

}  // namespace

void AddJsonText(std::string_view text, TextBuffer* json) {
  const bool plain =
      std::all_of(text.begin(), text.end(), [](char c) { return c >= ' ' && c < 127 && c != '"' && c != '\\'; });
  if (plain) {
    json->Add('"');
    json->Add(text);
    json->Add('"');
  } else {
    json->Add(nlohmann::json(std::string(text)).dump(-1, ' ', false, nlohmann::json::error_handler_t::replace));
  }
}

void AddJsonNumber(double number, TextBuffer* json) {
  // Microseconds since the epoch, nanoseconds of a span.
  if (AddDecimals<6>(number, 1e6, json) || AddDecimals<9>(number, 1e9, json)) return;
  constexpr size_t kMost = 32;
  char* const begin = json->Room(kMost);
  json->Took(static_cast<size_t>(std::to_chars(begin, begin + kMost, number).ptr - begin));
}

}  // namespace fastest
