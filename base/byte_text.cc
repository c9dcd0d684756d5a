#include "base/byte_text.h"

#include <cstddef>
#include <cstdint>

namespace fastest {
namespace {

uint8_t At(std::string_view text, size_t i) { return i < text.size() ? static_cast<uint8_t>(text[i]) : 0; }

bool IsContinuation(uint8_t byte) { return byte >= 0x80 && byte <= 0xBF; }

// Bytes of the UTF-8 character at `i`; 0: there is none. (RFC 3629: no overlong form, no surrogate.)
size_t CharacterSize(std::string_view text, size_t i) {
  const uint8_t first = At(text, i);
  const uint8_t second = At(text, i + 1);
  if (first < 0x80) return 1;
  if (first < 0xC2 || first > 0xF4 || !IsContinuation(second)) return 0;
  if (first < 0xE0) return 2;
  if ((first == 0xE0 && second < 0xA0) || (first == 0xED && second > 0x9F)) return 0;
  if (!IsContinuation(At(text, i + 2))) return 0;
  if (first < 0xF0) return 3;
  if ((first == 0xF0 && second < 0x90) || (first == 0xF4 && second > 0x8F)) return 0;
  return IsContinuation(At(text, i + 3)) ? 4 : 0;
}

// Whether one of our characters, U+10FF80 to U+10FFFF, is at `i`.
bool IsEscape(std::string_view text, size_t i) {
  return At(text, i) == 0xF4 && At(text, i + 1) == 0x8F && (At(text, i + 2) == 0xBE || At(text, i + 2) == 0xBF) &&
         IsContinuation(At(text, i + 3));
}

void AddEscape(uint8_t byte, std::string* text) {
  text->append("\xF4\x8F");
  text->push_back(static_cast<char>(byte < 0xC0 ? 0xBE : 0xBF));
  text->push_back(static_cast<char>(0x80 | (byte & 0x3F)));
}

uint8_t EscapedByte(std::string_view text, size_t i) {
  return static_cast<uint8_t>((At(text, i + 2) == 0xBE ? 0x80 : 0xC0) | (At(text, i + 3) & 0x3F));
}

}  // namespace

std::string TextOf(std::string_view bytes) {
  std::string text;
  text.reserve(bytes.size());
  for (size_t i = 0; i < bytes.size();) {
    const size_t size = IsEscape(bytes, i) ? 0 : CharacterSize(bytes, i);
    if (size == 0) {
      AddEscape(At(bytes, i++), &text);
    } else {
      text.append(bytes.substr(i, size));
      i += size;
    }
  }
  return text;
}

bool HasEscapes(std::string_view text) {
  // Most texts have not even the beginning of such a character.
  for (size_t i = text.find("\xF4\x8F"); i != std::string_view::npos; i = text.find("\xF4\x8F", i + 1)) {
    if (IsEscape(text, i)) return true;
  }
  return false;
}

std::string BytesOf(std::string_view text) {
  if (!HasEscapes(text)) return std::string(text);
  std::string bytes;
  bytes.reserve(text.size());
  for (size_t i = 0; i < text.size();) {
    if (IsEscape(text, i)) {
      bytes.push_back(static_cast<char>(EscapedByte(text, i)));
      i += 4;
    } else {
      bytes.push_back(text[i++]);
    }
  }
  return bytes;
}

std::string ShownText(std::string_view text) {
  if (!HasEscapes(text)) return std::string(text);
  constexpr char kDigits[] = "0123456789abcdef";
  std::string shown;
  for (size_t i = 0; i < text.size();) {
    if (IsEscape(text, i)) {
      const uint8_t byte = EscapedByte(text, i);
      shown.append("\\udc");
      shown.push_back(kDigits[byte >> 4]);
      shown.push_back(kDigits[byte & 0xF]);
      i += 4;
    } else {
      shown.push_back(text[i++]);
    }
  }
  return shown;
}

}  // namespace fastest
