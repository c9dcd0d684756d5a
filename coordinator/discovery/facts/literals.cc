#include "coordinator/discovery/facts/literals.h"

#include <cctype>
#include <charconv>
#include <cmath>
#include <cstdlib>
#include <cstring>
#include <limits>
#include <utility>

#include "coordinator/discovery/text/source_text.h"

namespace fastest::discovery {
namespace {

int HexDigit(char c) {
  if (c >= '0' && c <= '9') return c - '0';
  if (c >= 'a' && c <= 'f') return c - 'a' + 10;
  if (c >= 'A' && c <= 'F') return c - 'A' + 10;
  return -1;
}

// Appends what the escape at body[*at] (behind the backslash) stands for and moves behind it. False if that is not known.
bool Unescape(std::string_view body, bool bytes, size_t* at, std::string& out) {
  const auto put = [&](char32_t character) {
    if (bytes) {
      out += static_cast<char>(character);
    } else {
      AppendUtf8(character, out);
    }
  };
  const char c = body[(*at)++];
  switch (c) {
    case '\n':
      return true;
    case '\\':
    case '\'':
    case '"':
      out += c;
      return true;
    case 'a':
      out += '\a';
      return true;
    case 'b':
      out += '\b';
      return true;
    case 'f':
      out += '\f';
      return true;
    case 'n':
      out += '\n';
      return true;
    case 'r':
      out += '\r';
      return true;
    case 't':
      out += '\t';
      return true;
    case 'v':
      out += '\v';
      return true;
    default:
      break;
  }
  if (c >= '0' && c <= '7') {
    char32_t value = static_cast<char32_t>(c - '0');
    for (int i = 0; i < 2 && *at < body.size() && body[*at] >= '0' && body[*at] <= '7'; ++i) {
      value = value * 8 + static_cast<char32_t>(body[(*at)++] - '0');
    }
    put(bytes ? value & 0xff : value);
    return true;
  }
  const int digits = c == 'x' ? 2 : bytes ? 0 : c == 'u' ? 4 : c == 'U' ? 8 : 0;
  if (digits == 0) {
    // By name; anything else is a backslash that stands for itself.
    if (c == 'N' && !bytes) return false;
    out += '\\';
    out += c;
    return true;
  }
  char32_t value = 0;
  for (int i = 0; i < digits; ++i) {
    const int digit = *at < body.size() ? HexDigit(body[*at]) : -1;
    if (digit < 0) return false;
    ++*at;
    value = value * 16 + static_cast<char32_t>(digit);
  }
  if (value > 0x10ffff) return false;
  put(value);
  return true;
}

std::string WithoutUnderscores(std::string_view literal) {
  std::string result;
  for (const char c : literal) {
    if (c != '_') result += c;
  }
  return result;
}

}  // namespace

Value StringLiteral(std::string_view literal) {
  Value value;
  const size_t quote = literal.find_first_of("\"'");
  if (quote == std::string_view::npos) return value;
  bool raw = false;
  bool bytes = false;
  bool formatted = false;
  for (const char c : literal.substr(0, quote)) {
    const char letter = static_cast<char>(tolower(static_cast<unsigned char>(c)));
    raw = raw || letter == 'r';
    bytes = bytes || letter == 'b';
    formatted = formatted || letter == 'f';
    if (letter == 't') return value;
  }
  const char mark = literal[quote];
  const bool triple = literal.size() >= quote + 6 && literal[quote + 1] == mark && literal[quote + 2] == mark;
  const size_t width = triple ? 3 : 1;
  if (literal.size() < quote + 2 * width) return value;
  const std::string_view body = literal.substr(quote + width, literal.size() - quote - 2 * width);
  for (size_t i = 0; i < body.size();) {
    const char c = body[i];
    if (formatted && (c == '{' || c == '}')) {
      if (i + 1 >= body.size() || body[i + 1] != c) return Value();
      value.text += c;
      i += 2;
    } else if (c == '\\' && !raw && i + 1 < body.size()) {
      ++i;
      if (!Unescape(body, bytes, &i, value.text)) return Value();
    } else {
      value.text += c;
      ++i;
    }
  }
  value.kind = bytes ? ValueKind::kBytes : ValueKind::kString;
  return value;
}

Value IntegerLiteral(std::string_view literal) {
  Value value;
  std::string digits = WithoutUnderscores(literal);
  if (digits.empty()) return value;
  if (digits.back() == 'j' || digits.back() == 'J') return value;
  int base = 10;
  if (digits.size() > 2 && digits[0] == '0') {
    const char letter = static_cast<char>(digits[1] | 0x20);
    base = letter == 'x' ? 16 : letter == 'o' ? 8 : letter == 'b' ? 2 : 10;
  }
  if (base == 10) {
    if (digits.find_first_not_of("0123456789") != std::string::npos || digits.size() > 4000) return value;
    const size_t first = digits.find_first_not_of('0');
    value.text = first == std::string::npos ? "0" : digits.substr(first);
  } else {
    unsigned long long number = 0;
    const char* const end = digits.data() + digits.size();
    const auto [stop, error] = std::from_chars(digits.data() + 2, end, number, base);
    if (error != std::errc() || stop != end) return value;
    value.text = std::to_string(number);
  }
  value.kind = ValueKind::kInteger;
  return value;
}

std::string FloatText(double value) {
  if (std::isnan(value)) return "nan";
  if (std::isinf(value)) return value > 0 ? "inf" : "-inf";
  char buffer[64];
  const auto [end, error] = std::to_chars(buffer, buffer + sizeof(buffer), value, std::chars_format::scientific);
  (void)error;  // The buffer is large enough for any double.
  const std::string_view shortest(buffer, static_cast<size_t>(end - buffer));
  const size_t e = shortest.find('e');
  const int exponent = atoi(std::string(shortest.substr(e + 1)).c_str());
  const bool negative = shortest[0] == '-';
  std::string digits;
  for (const char c : shortest.substr(0, e)) {
    if (c >= '0' && c <= '9') digits += c;
  }
  std::string text = negative ? "-" : "";
  if (exponent < -4 || exponent >= 16) {
    text += digits[0];
    if (digits.size() > 1) text += "." + digits.substr(1);
    const std::string magnitude = std::to_string(std::abs(exponent));
    return text + (exponent < 0 ? "e-" : "e+") + (magnitude.size() < 2 ? "0" : "") + magnitude;
  }
  if (exponent < 0) return text + "0." + std::string(static_cast<size_t>(-exponent - 1), '0') + digits;
  const size_t whole = static_cast<size_t>(exponent) + 1;
  if (digits.size() <= whole) return text + digits + std::string(whole - digits.size(), '0') + ".0";
  return text + digits.substr(0, whole) + "." + digits.substr(whole);
}

Value FloatLiteral(std::string_view literal) {
  Value value;
  const std::string digits = WithoutUnderscores(literal);
  double number = 0;
  const char* const end = digits.data() + digits.size();
  const auto [stop, error] = std::from_chars(digits.data(), end, number);
  if (stop != end || (error != std::errc() && error != std::errc::result_out_of_range)) return value;
  // Out of range: strtod tells the too large from the too small.
  if (error == std::errc::result_out_of_range) number = strtod(digits.c_str(), nullptr);
  value.kind = ValueKind::kScalar;
  value.text = FloatText(number);
  return value;
}

}  // namespace fastest::discovery
